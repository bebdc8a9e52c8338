"""The shipped table of shop orders that the demo workspace is made from."""

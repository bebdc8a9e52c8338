"""What each open page knows, rebuilt from cookie and database at any moment."""

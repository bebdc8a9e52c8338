"""The command `jambot`: run, admin, user."""

from jambot.cli.main import main

__all__ = ["main"]

"""The command `jambot`: run, admin, user, backup, restore, repair, doctor."""

from jambot.cli.main import main

__all__ = ["main"]

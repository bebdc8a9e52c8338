"""The one way a command gives up."""

from __future__ import annotations


class CommandFailed(Exception):
    """A sentence for the terminal and an exit status."""

    def __init__(self, sentence: str, *, status: int = 1) -> None:
        self.status = status
        super().__init__(sentence)

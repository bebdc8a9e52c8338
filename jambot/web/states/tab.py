"""Whose tab this is, and what the page must tell its user about their standing."""

from __future__ import annotations

from enum import StrEnum

import reflex as rx
from reflex.state import BaseState
from reflex_base.registry import RegistrationContext


class Standing(StrEnum):
    """What the page has to do about the login behind it. The scripts in assets/js act on it."""

    FINE = ""
    SIGNED_OUT = "signed_out"
    """Ask for the password over the page; the typed text stays."""
    RELOAD = "reload"
    """Who the user is, or what they may do, changed: load the page again."""
    UNAVAILABLE = "unavailable"
    """The login could not be looked up. Nothing is known to be wrong: wait and try again."""
    TOO_FAST = "too_fast"
    """The page sent more events than it may."""


class TabState(rx.State):
    """Written by the guard alone. `_owner` and `_login` are for comparison, never for permission."""

    standing: str = Standing.FINE.value
    reason: str = ""
    _owner: str = ""
    _login: str = ""


async def empty(root: BaseState) -> None:
    """Put every state of a tab back to its defaults, those that the store has not loaded yet included."""
    for state in {each for handler in RegistrationContext.get().event_handlers.values() for each in handler.states}:
        await root.get_state(state)
    root.reset()

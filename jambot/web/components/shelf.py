"""Keeps the workspaces a person was in, so that going back to one shows it before the server has answered."""

from __future__ import annotations

from typing import Any

import reflex as rx

from jambot.web.states.auth import AuthState
from jambot.web.states.jambot import JamBotState
from jambot.web.states.opening import FRESH, KEPT
from jambot.web.states.session import SessionState
from jambot.web.states.stream import OlderState, StreamState
from jambot.web.states.tab import TabState

_STATES = {
    "page": JamBotState,
    "session": SessionState,
    "stream": StreamState,
    "older": OlderState,
    "who": AuthState,
    "tab": TabState,
}


class Shelf(rx.Component):
    """Everything in it shows what is remembered of the workspace in the address until the server's word is there."""

    library = "$/public/parts/shelf.js"
    tag = "Shelf"

    states: rx.Var[dict[str, str]]
    kept: rx.Var[dict[str, list[str]]]
    fresh: rx.Var[dict[str, dict[str, Any]]]


class Windows(rx.Component):
    """Its children once for every workspace that is kept; only those of the open one stand in the page."""

    library = "$/public/parts/shelf.js"
    tag = "Windows"


def shelf(*children: rx.Component) -> rx.Component:
    """The page in it goes from one workspace to another without waiting, where it can."""
    names = {role: state.get_full_name() for role, state in _STATES.items()}
    return Shelf.create(*children, states=names, kept=KEPT, fresh=FRESH)


def windows(*children: rx.Component) -> rx.Component:
    """The rows of a conversation, which stay drawn when another one is shown."""
    return Windows.create(*children)

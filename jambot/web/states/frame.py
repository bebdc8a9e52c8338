"""What stands around every page: who is signed in, and the list of their workspaces."""

from __future__ import annotations

import reflex as rx

from jambot.access import Principal
from jambot.web.states.auth import AuthState
from jambot.web.states.base import person
from jambot.web.states.listing import list_workspaces
from jambot.web.states.preferences import PreferencesState
from jambot.web.states.session import SessionState


async def framed(state: rx.State) -> Principal:
    """The person behind this event, once the frame of the page shows them and their workspaces.

    Raises:
        SessionExpired: the login is over.
    """
    me = await person(state)
    (await state.get_state(AuthState))._know(me)
    await (await state.get_state(PreferencesState))._know(me)
    await list_workspaces(await state.get_state(SessionState), me)
    return me

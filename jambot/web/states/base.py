"""What every state does first: find out who asks, and whether the id it was given can be one."""

from __future__ import annotations

import reflex as rx

from jambot.access import Principal
from jambot.errors import NotFound, SessionExpired
from jambot.ids import is_id
from jambot.web.handshake import principal_behind


async def person(state: rx.State) -> Principal:
    """The person behind this event, from the cookie of the socket's handshake; never from a variable.

    Raises:
        SessionExpired: the login is over.
    """
    found = await principal_behind(state)
    if found is None:
        raise SessionExpired
    return found


def checked_id(value: str) -> str:
    """`value` when it has the form of an id; anything else is simply not there."""
    if not is_id(value):
        raise NotFound
    return value


def workspace_in(path: str) -> str:
    """The workspace id in the address `/w/<id>`; empty when the address names none."""
    head, _, rest = path.strip("/").partition("/")
    return rest.strip("/") if head == "w" else ""

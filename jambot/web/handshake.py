"""What the socket of a page was opened with: its cookie, address and browser, which the page cannot change later."""

from __future__ import annotations

from reflex.state import BaseState

from jambot.access import Principal
from jambot.auth.devices import Device
from jambot.services import services


def device_behind(state: BaseState) -> Device:
    """The browser behind an event, and from where it connected."""
    return Device(ip_address=state.router.session.client_ip, user_agent=state.router.headers.user_agent)


async def principal_behind(state: BaseState) -> Principal | None:
    """The person behind an event, or None when the login is over or may not be used from there.

    Raises:
        Unavailable: it cannot be known now.
    """
    return await services().auth.principal_of_socket(state.router.headers.cookie, device_behind(state))

"""Which tabs are open for which login, and the push that ends them. The one who ends a login does not know of tabs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex_base.event import Event

from jambot.access import Principal
from jambot.events import EventBus, listening
from jambot.events.types import LOGINS_TOPIC, LoginEnded, UserChanged
from jambot.log import get_log
from jambot.web.states.tab import Standing, TabState, empty

_log = get_log(__name__)
# A new password ends every login but the one it was chosen on, and each of those hears of its own end.
_HARMLESS_CHANGES = frozenset({"name", "email", "settings", "last_seen", "password"})

Push = Callable[[str, Standing, str], Awaitable[None]]
Ask = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """An open tab: its token and who was behind its last event."""

    token: str
    login_id: str
    user_id: str


class Tabs:
    """The open tabs of this process. Call it from the event loop's thread."""

    def __init__(self) -> None:
        self._by_token: dict[str, Tab] = {}

    def note(self, token: str, principal: Principal) -> None:
        """Remember who is behind a tab. Cheap enough for every event."""
        known = self._by_token.get(token)
        if known is None or known.login_id != principal.login_id:
            self._by_token[token] = Tab(token=token, login_id=principal.login_id, user_id=principal.user_id)

    def forget(self, token: str) -> None:
        """A tab closed its socket."""
        self._by_token.pop(token, None)

    def of_login(self, login_id: str) -> list[Tab]:
        return [tab for tab in self._by_token.values() if tab.login_id == login_id]

    def of_user(self, user_id: str) -> list[Tab]:
        return [tab for tab in self._by_token.values() if tab.user_id == user_id]

    def all(self) -> list[Tab]:
        return list(self._by_token.values())

    async def follow(self, bus: EventBus, push: Push, ask: Ask) -> None:
        """Push the end of logins and changes of standing to their tabs, until cancelled.

        When events were missed, `ask` has each tab find out by itself who is behind it.
        """
        tasks: set[asyncio.Task[None]] = set()
        async with listening(bus, LOGINS_TOPIC) as events:
            while True:
                event = await events.next()
                told = [push(tab.token, standing, reason) for tab, standing, reason in self._concerned(event)]
                if events.missed:
                    events.missed = False
                    told += [ask(tab.token) for tab in self.all()]
                for each in told:
                    # One task per tab: pushing inline deadlocks when an admin ends their own login from that tab.
                    task = asyncio.create_task(_done(each))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)

    def _concerned(self, event: Any) -> list[tuple[Tab, Standing, str]]:
        match event:
            case LoginEnded():
                return [(tab, Standing.SIGNED_OUT, event.reason) for tab in self.of_login(event.login_id)]
            case UserChanged() if event.change not in _HARMLESS_CHANGES:
                return [(tab, Standing.RELOAD, event.change) for tab in self.of_user(event.user_id)]
            case _:
                return []


tabs = Tabs()


async def _done(telling: Awaitable[None]) -> None:
    try:
        await telling
    except Exception as failure:  # The login is dead already; the guard refuses whatever a missed tab sends.
        _log.warning("tab.push_failed", failure=type(failure).__name__)


def pusher(app: Any) -> Push:
    """A push into the tabs of a Reflex app: empties the tab's state, then says why."""

    async def push(token: str, standing: Standing, reason: str) -> None:
        async with app.modify_state(rx.BaseStateToken(ident=token, cls=rx.State)) as root:
            await empty(root)
            tab = await root.get_state(TabState)
            tab.standing, tab.reason = standing.value, reason

    return push


def asker(app: Any, handler: Any) -> Ask:
    """Runs `handler` of a Reflex app for a tab: the guard in front of it looks the login up and tells the page."""

    async def ask(token: str) -> None:
        for event in Event.from_event_type(handler()):
            await app.event_processor.enqueue(token, event)

    return ask

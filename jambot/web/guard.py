"""Stands before every event handler, foreground or background, and refuses by default.

The person behind an event is looked up from the cookie of the socket's handshake each time; nothing a browser can
write decides. A tab's state belongs to one person: when another one, or nobody, comes with the same tab token, the
whole state is emptied before anything of it can leave the server.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

import reflex as rx
from reflex.state import BaseState, StateUpdate
from reflex_base.constants.state import FIELD_MARKER
from reflex_base.event import Event
from reflex_base.event.context import EventContext

from jambot.access import Principal
from jambot.errors import Unavailable
from jambot.log import get_log
from jambot.web import routes
from jambot.web.arguments import acceptable
from jambot.web.handshake import principal_behind
from jambot.web.policy import Access, admits, policy
from jambot.web.states.notice import NoticeState
from jambot.web.states.tab import Standing, TabState, empty
from jambot.web.strings import t
from jambot.web.tabs import Tabs, tabs

PrincipalOf = Callable[[BaseState], Awaitable[Principal | None]]

PUBLIC_PAGES = ("/login", "/register", "/setup", "/reset", "/404")
_log = get_log(__name__)


class Guard(rx.Middleware):
    """Decides on every event.

    Args:
        principal_of: looks the person up from the handshake in a state's router; None when there is no live login.
            Raises `Unavailable` when it cannot be known. The app's own by default.
        registry: where open tabs are noted, so that the end of a login can be pushed to them.
    """

    def __init__(self, principal_of: PrincipalOf | None = None, registry: Tabs | None = None) -> None:
        self._principal_of = principal_of or principal_behind
        self._tabs = registry or tabs
        self._policy: Mapping[str, Access] = {}

    async def preprocess(self, app: Any, state: BaseState, event: Event) -> StateUpdate | None:
        access = self._access(event.name)
        if access is Access.NOBODY or not acceptable(event):
            return _refuse(event, "closed" if access is Access.NOBODY else "arguments")
        root = state._get_root_state()
        tab = await root.get_state(TabState)
        try:
            principal = await self._principal_of(state)
        except Unavailable:
            return _tell(root, tab, Standing.UNAVAILABLE)
        was_open = bool(tab._owner) or tab.standing == Standing.SIGNED_OUT
        if tab._owner and (principal is None or tab._owner != principal.user_id):
            await empty(root)
            tab = await root.get_state(TabState)
            if principal is not None and not _is_load(event.name):
                return _tell(root, tab, Standing.RELOAD)
        if principal is None:
            return self._without_login(app, root, tab, event, access=access, was_open=was_open)
        self._bind(tab, principal)
        if admits(access, principal):
            return None
        refused = _refuse(event, "forbidden")
        if event.name not in _names(app.get_load_events(root.router.url.path)):
            return refused
        # Nobody is left with a page that never fills, least of all an admin of a moment ago.
        told = [rx.redirect(routes.HOME), NoticeState.tell(t("notice.admins_only"), "")]
        return StateUpdate(events=Event.from_event_type(told))

    def _access(self, name: str) -> Access:
        if name not in self._policy:
            self._policy = policy()
        return self._policy.get(name, Access.NOBODY)

    def _bind(self, tab: TabState, principal: Principal) -> None:
        if tab._owner != principal.user_id or tab._login != principal.login_id:
            tab._owner, tab._login = principal.user_id, principal.login_id
        if tab.standing != Standing.FINE:
            tab.standing, tab.reason = Standing.FINE.value, ""
        self._tabs.note(EventContext.get().token, principal)

    def _without_login(
        self, app: Any, root: BaseState, tab: TabState, event: Event, *, access: Access, was_open: bool
    ) -> StateUpdate | None:
        path = root.router.url.path
        on_public_page = _within(path, PUBLIC_PAGES)
        # A page that was painted before asks for the password over what it shows; only a fresh load is sent away.
        reconnects = event.name == _BOOT and not (event.payload or {}).get("hashes")
        if not on_public_page and (reconnects or (was_open and not _is_snapshot(event.name))):
            return _tell(root, tab, Standing.SIGNED_OUT)
        if access is Access.PUBLIC:
            return None
        if event.name in _names(app.get_load_events(path)):
            return StateUpdate(events=Event.from_event_type(rx.redirect(f"/login?next={quote(path)}")))
        return _refuse(event, "anonymous") if on_public_page else _tell(root, tab, Standing.SIGNED_OUT)


_ROOT = rx.State.get_full_name()
_BOOT = f"{_ROOT}.hydrate_and_load"
_LOAD = f"{_ROOT}.reflex___state____on_load_internal_state.on_load_internal"


def _is_snapshot(name: str) -> bool:
    return name in (_BOOT, f"{_ROOT}.hydrate")


def _is_load(name: str) -> bool:
    return _is_snapshot(name) or name == _LOAD


def _within(path: str, pages: Iterable[str]) -> bool:
    return any(path.rstrip("/") == page for page in pages)


def _names(events: Iterable[Any]) -> set[str]:
    return {each.name for each in Event.from_event_type(list(events))}


def _refuse(event: Event, why: str) -> StateUpdate:
    _log.info("event.refused", event_name=event.name, why=why)
    return StateUpdate()


def _tell(root: BaseState, tab: TabState, standing: Standing) -> StateUpdate:
    """Refuse an event and say why to the page, and nothing else: what else changed on the server stays there."""
    tab.standing = standing.value
    root._clean()
    return StateUpdate(delta={TabState.get_full_name(): {f"standing{FIELD_MARKER}": standing.value}})

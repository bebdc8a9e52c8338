"""When a login is used from another network or browser than before: noted, and by policy refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from jambot.auth.devices import Device, family, kept_address
from jambot.auth.principals import Known, Principals
from jambot.clock import Clock, iso
from jambot.db import Tx, UnitOfWork
from jambot.db.repositories import audit
from jambot.events.types import DevicesChanged
from jambot.log import get_log
from jambot.sessions import SessionManager
from jambot.settings import MovePolicy, Settings

MOST_NETWORKS = 8
_LONG_AGO = "1970-01-01T00:00:00.000000Z"
_AGAIN_AFTER = timedelta(minutes=1)
log = get_log(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What changed against everything this login was used from before; empty where nothing did."""

    network: str = ""
    browser: str = ""

    def __bool__(self) -> bool:
        return bool(self.network or self.browser)


def move_of(known: Known, device: Device) -> Move:
    """What is new about `device` for the login `known` stands for. Pure. What is not told is not new."""
    network, browser = kept_address(device.ip_address), family(device.user_agent) if device.user_agent else ""
    return Move(
        network=network if network and known.networks and network not in known.networks else "",
        browser=browser if browser and known.browser and browser != known.browser else "",
    )


class Moving:
    """Watches from where logins are used, as the settings say."""

    def __init__(
        self, *, sessions: SessionManager, principals: Principals, work: UnitOfWork, clock: Clock, settings: Settings
    ) -> None:
        self._sessions = sessions
        self._principals = principals
        self._work = work
        self._clock = clock
        self._network_policy = settings.network_policy
        self._browser_policy = settings.browser_policy
        self._told: dict[str, Any] = {}

    async def admits(self, known: Known, device: Device) -> bool:
        """Whether the login may be used from `device`; what is new about it is noted once, in the audit too."""
        move = self._watched(move_of(known, device))
        if not move:
            return True
        is_refused = bool(
            (move.network and self._network_policy is MovePolicy.REFUSE)
            or (move.browser and self._browser_policy is MovePolicy.REFUSE)
        )
        if self._is_due(known.principal.login_id):
            await self._note(known, move, is_refused=is_refused)
        return not is_refused

    def _watched(self, move: Move) -> Move:
        return Move(
            network="" if self._network_policy is MovePolicy.OFF else move.network,
            browser="" if self._browser_policy is MovePolicy.OFF else move.browser,
        )

    def _is_due(self, login_id: str) -> bool:
        """At most one note a minute for a login: somebody on a train changes networks at every station."""
        now = self._clock.now()
        self._told = {each: at for each, at in self._told.items() if now - at < _AGAIN_AFTER}
        return self._told.setdefault(login_id, now) == now

    async def _note(self, known: Known, move: Move, *, is_refused: bool) -> None:
        me = known.principal
        action = "login.move_refused" if is_refused else "login.moved"
        log.warning(f"auth.{action}", login=me.login_id, user=me.user_id, network=move.network, browser=move.browser)
        if not is_refused:
            await self._accept(known, move)

        def change(tx: Tx) -> None:
            audit.record(
                tx,
                at=self._clock.now(),
                action=action,
                actor_id=me.user_id,
                subject=me.user_id,
                login_id=me.login_id,
                network=move.network,
                before=known.networks[-1] if known.networks else "",
                browser=move.browser,
            )
            tx.emit(DevicesChanged(user_id=me.user_id))

        await self._work.write(change)

    async def _accept(self, known: Known, move: Move) -> None:
        login_id = known.principal.login_id
        session = await self._sessions.find(login_id)
        if session is None:
            return
        networks = [*known.networks, move.network][-MOST_NETWORKS:] if move.network else list(known.networks)
        metadata = {**session.metadata, "networks": networks, "moved_at": iso(self._clock.now())}
        if move.browser:
            metadata["browser"] = move.browser
        # Both at once looks like a stolen cookie: the next sensitive action asks for the password.
        changes = {"proved_at": _LONG_AGO} if move.network and move.browser else {}
        await self._sessions.update(login_id, changes, merge=True, touch=False, metadata=metadata)
        self._principals.forget(login_id=login_id)

"""What an admin may do to sessions: one, some, or all that match; shown first, then done in pieces with progress."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jambot.access import Action, Principal, require
from jambot.admin.session_rows import Filter, told, until
from jambot.admin.session_table import SessionTable
from jambot.auth.logins import Logins
from jambot.auth.terms import KIND
from jambot.clean import visible_name
from jambot.clock import Clock
from jambot.db import Tx, UnitOfWork
from jambot.db.repositories import administration, audit
from jambot.errors import InvalidInput, JamBotError
from jambot.ids import LoginId, is_id
from jambot.sessions import SessionManager, SessionState
from jambot.sessions.search import Found
from jambot.sessions.stores import sql_search

MOST_CHOSEN = 1_000
COUNTED = 20_000
"""How many sessions of a filter a preview looks at one by one; beyond, it says "more than"."""
_TYPING_FOR = timedelta(seconds=60)
_PIECE = 200
_INSTANT = timedelta(microseconds=1)  # what was made in the moment of the preview was counted by it


class Doing(StrEnum):
    """What is done to each session. `SIGN_OUT` is for logins, `REVOKE` ends everything its person has."""

    EXTEND = "extend"
    EXPIRE = "expire"
    SIGN_OUT = "sign_out"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Sessions by their handles, or all that match a filter."""

    handles: tuple[str, ...] = ()
    matching: Filter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What an action would hit.

    Attributes:
        sessions: how many; at least so many when `is_exact` is False.
        people: whose they are. typing: those of them who are writing now. missions: missions of theirs that run now.
        spared: sessions left out because the action means nothing to their kind. own: the caller's own, left out too.
    """

    doing: Doing
    sessions: int
    is_exact: bool
    people: int
    typing: int
    missions: int
    idle: int
    spared: int
    own: int
    counted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an action is."""

    done: int = 0
    failed: int = 0
    spared: int = 0


class SessionActions:
    """Previews and does. Nothing it does touches the session the caller acts from."""

    def __init__(
        self, *, work: UnitOfWork, clock: Clock, sessions: SessionManager, logins: Logins, table: SessionTable
    ) -> None:
        self._work = work
        self._clock = clock
        self._sessions = sessions
        self._logins = logins
        self._table = table

    async def preview(self, me: Principal, doing: Doing, selection: Selection) -> Impact:
        """What the action would hit at this moment; changes nothing. Raises `InvalidInput`."""
        require(me, Action.ADMINISTER)
        now = self._clock.now()
        typing, missions = await self._work.read(
            lambda db: (administration.typing(db, since=now - _TYPING_FOR), administration.with_missions(db))
        )
        people: set[str] = set()
        hit = idle = spared = own = looked_at = 0
        async for piece in self._pieces(selection, now):
            looked_at += len(piece)
            for each in piece:
                if each.handle == me.login_id or (doing is Doing.REVOKE and each.user_id == me.user_id):
                    own += 1
                elif not self._means_something(doing, each):
                    spared += 1
                else:
                    hit += 1
                    idle += each.state is SessionState.IDLE
                    people |= {each.user_id} if each.user_id else set()
            if looked_at >= COUNTED:
                break
        return Impact(
            doing=doing,
            sessions=hit,
            is_exact=looked_at < COUNTED,
            people=len(people),
            typing=len(people & typing),
            missions=sum(n for user_id, n in missions.items() if user_id in people),
            idle=idle,
            spared=spared,
            own=own,
            counted_at=now,
        )

    async def run(
        self, me: Principal, doing: Doing, selection: Selection, *, reason: str, counted_at: datetime | None = None
    ) -> AsyncIterator[Progress]:
        """Do it, and say after each piece how far it is. What is done stays done when it is stopped half-way.

        Args:
            reason: kept with each audit entry; told to whom it signs out.
            counted_at: of the preview; what was made since then is left alone.

        Raises:
            InvalidInput: no reason, or too many handles.
        """
        require(me, Action.ADMINISTER)
        reason = visible_name(reason, most=500)
        if not reason and doing is not Doing.EXTEND:
            raise InvalidInput("Give a reason.")
        progress = Progress()
        async for piece in self._pieces(selection, counted_at or self._clock.now()):
            ended: dict[str, int] = {}
            done = failed = spared = 0
            for each in piece:
                own = each.handle == me.login_id or (doing is Doing.REVOKE and each.user_id == me.user_id)
                if own or not self._means_something(doing, each):
                    spared += 1
                    continue
                try:
                    count = await self._do(doing, each, reason or "extended_by_admin")
                except JamBotError:
                    failed += 1
                    continue
                done += bool(count)
                if count:
                    ended[each.user_id or ""] = ended.get(each.user_id or "", 0) + count
            await self._note(me, doing, ended, reason, selection)
            progress = Progress(
                done=progress.done + done, failed=progress.failed + failed, spared=progress.spared + spared
            )
            yield progress

    async def _pieces(self, selection: Selection, now: datetime) -> AsyncIterator[Sequence[Found]]:
        if selection.matching is None:
            if len(selection.handles) > MOST_CHOSEN:
                raise InvalidInput(f"Choose at most {MOST_CHOSEN} sessions, or all that match a filter.")
            handles = tuple(dict.fromkeys(handle for handle in selection.handles if is_id(handle)))
            asked = await self._table.asked(Filter(state="any"))
            for start in range(0, len(handles), _PIECE):
                some = handles[start : start + _PIECE]
                yield await self._work.read(lambda db, some=some: sql_search.named(db, asked, some))
            return
        asked, after = await self._table.asked(until(selection.matching, now + _INSTANT)), None
        while True:
            found, after = await self._work.read(
                lambda db, after=after: sql_search.handles(db, asked, after=after, limit=_PIECE)
            )
            yield found
            if after is None:
                return

    def _means_something(self, doing: Doing, each: Found) -> bool:
        if each.state is SessionState.EXPIRED:
            return False
        if doing is Doing.EXTEND:
            policy = self._sessions.config.kind_policies().get(each.kind)
            return policy is not None and policy.refreshable
        if doing is Doing.SIGN_OUT:
            return each.kind == KIND
        return doing is not Doing.REVOKE or each.user_id is not None

    async def _do(self, doing: Doing, each: Found, reason: str) -> int:
        """How many sessions it concerned; 0 when it was gone already."""
        if doing is Doing.EXTEND:
            return int(await self._sessions.refresh(each.handle) is not None)
        if doing is Doing.REVOKE and each.user_id:
            signed_out = await self._logins.revoke_all(each.user_id, reason=reason)
            return signed_out + await self._sessions.delete_user_sessions(each.user_id, reason=reason)
        if each.kind == KIND:
            return int(await self._logins.end(LoginId(each.handle), reason=reason))
        return int(await self._sessions.delete(each.handle, reason=reason))

    async def _note(
        self, me: Principal, doing: Doing, ended: dict[str, int], reason: str, selection: Selection
    ) -> None:
        """One audit entry per person and piece, in one unit."""
        if not ended:
            return
        at = self._clock.now()
        scope = told(selection.matching) if selection.matching is not None else None

        def change(tx: Tx) -> None:
            for user_id, count in ended.items():
                audit.record(
                    tx,
                    at=at,
                    action=_AUDITED[doing],
                    actor_id=me.user_id,
                    subject=user_id,
                    reason=reason,
                    count=count,
                    **({"matching": scope} if scope is not None else {}),
                )

        await self._work.write(change)


_AUDITED = {
    Doing.EXTEND: "sessions.extended",
    Doing.EXPIRE: "sessions.ended",
    Doing.SIGN_OUT: "sessions.signed_out",
    Doing.REVOKE: "sessions.revoked",
}

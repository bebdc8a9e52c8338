"""What an admin does to sessions: one, some, or all that match; shown first, then done in pieces with progress."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from jambot.access import Action, Principal, require
from jambot.admin.chosen import LOOKED_AT_ONCE, Chosen, is_own
from jambot.admin.doing import Doing, Impact, Moving, Progress, Result, Selection
from jambot.admin.moving import Mover
from jambot.admin.session_rows import told
from jambot.admin.session_table import SessionTable
from jambot.auth.logins import Logins
from jambot.auth.terms import GUEST_KIND, KIND
from jambot.clean import visible_name
from jambot.clock import Clock
from jambot.db import Tx, UnitOfWork
from jambot.db.repositories import administration, audit
from jambot.errors import InvalidInput, JamBotError
from jambot.ids import LoginId
from jambot.sessions import SessionManager, SessionState
from jambot.sessions.search import Found

COUNTED = 20_000
"""How many sessions of a filter a preview looks at one by one; beyond, it says "more than"."""
_TYPING_FOR = timedelta(seconds=60)
_MOVED_AT_ONCE = 16

Act = Callable[[Found], Awaitable[int]]
"""Does it to one session and says how many it concerned: 0 when it was gone already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A piece that was done: how far it is now, and what became of each session in it."""

    progress: Progress
    results: Sequence[Result]


class SessionActions:
    """Previews and does. Nothing it does touches the session the caller acts from."""

    def __init__(
        self,
        *,
        work: UnitOfWork,
        clock: Clock,
        sessions: SessionManager,
        logins: Logins,
        table: SessionTable,
        mover: Mover,
    ) -> None:
        self._work = work
        self._clock = clock
        self._sessions = sessions
        self._logins = logins
        self._mover = mover
        self._chosen = Chosen(work=work, table=table, kinds=sessions.config.kind_policies())

    async def preview(self, me: Principal, doing: Doing, selection: Selection, moving: Moving | None = None) -> Impact:
        """What the action would hit at this moment; changes nothing.

        Args:
            moving: for `MOVE` alone: where to.

        Raises:
            InvalidInput: too many handles, no such store, or the one in use.
        """
        require(me, Action.ADMINISTER)
        _check(doing, moving)
        trouble = await self._mover.trouble(moving) if moving is not None else ""
        now = self._clock.now()
        typing, missions = await self._work.read(
            lambda db: (administration.typing(db, since=now - _TYPING_FOR), administration.with_missions(db))
        )
        people: set[str] = set()
        hit = idle = devices = spared = own = looked_at = 0
        async for piece in self._chosen.pieces(selection, now, size=LOOKED_AT_ONCE):
            looked_at += len(piece)
            for each in piece:
                if is_own(me, doing, each):
                    own += 1
                elif not self._chosen.means_something(doing, each):
                    spared += 1
                else:
                    hit += 1
                    idle += each.state is SessionState.IDLE
                    devices += each.kind == KIND
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
            devices=devices,
            spared=spared,
            own=own,
            counted_at=now,
            moving=moving,
            trouble=trouble,
        )

    async def run(
        self,
        me: Principal,
        doing: Doing,
        selection: Selection,
        *,
        reason: str,
        counted_at: datetime | None = None,
        moving: Moving | None = None,
    ) -> AsyncIterator[Step]:
        """Do it, and say after each piece how far it is. What is done stays done when it is stopped half-way.

        Args:
            reason: kept with each audit entry; told to whom it signs out.
            counted_at: of the preview; what was made since then is left alone.

        Raises:
            InvalidInput: no reason, or too many handles. Unavailable: the store to move to does not answer.
            Forbidden: the caller is no admin any more; asked before each piece.
        """
        require(me, Action.ADMINISTER)
        _check(doing, moving)
        reason = visible_name(reason, most=500)
        if not reason:
            raise InvalidInput("Give a reason.")
        progress = Progress()
        async with self._hand(doing, reason, moving) as act:
            async for piece in self._chosen.pieces(selection, counted_at or self._clock.now()):
                await self._work.read(lambda db: administration.require_admin(db, me.user_id))
                meant = [each for each in piece if self._chosen.is_meant(me, doing, each)]
                concerned: dict[str, int] = {}
                results: list[Result] = []
                done = 0
                at_once = _MOVED_AT_ONCE if doing is Doing.MOVE else 1
                for start in range(0, len(meant), at_once):
                    some = meant[start : start + at_once]
                    for each, (count, result) in zip(
                        some, await asyncio.gather(*(_done(act, each) for each in some)), strict=True
                    ):
                        results.append(result)
                        done += bool(count)
                        if count:
                            concerned[each.user_id or ""] = concerned.get(each.user_id or "", 0) + count
                await self._note(me, doing, concerned, reason, selection, moving)
                progress = Progress(
                    done=progress.done + done,
                    failed=progress.failed + sum(not result.success for result in results),
                    spared=progress.spared + len(piece) - len(meant),
                )
                yield Step(progress=progress, results=results)

    @asynccontextmanager
    async def _hand(self, doing: Doing, reason: str, moving: Moving | None) -> AsyncIterator[Act]:
        """What does it to one session."""
        if moving is not None:
            async with self._mover.to(moving, reason=reason) as move:
                yield move
            return
        yield lambda each: self._do(doing, each, reason)

    async def _do(self, doing: Doing, each: Found, reason: str) -> int:
        if doing is Doing.EXTEND:
            return int(await self._sessions.refresh(each.handle, touch=False) is not None)
        if doing is Doing.REVOKE and each.user_id:
            signed_out = await self._logins.revoke_all(each.user_id, reason=reason)
            return signed_out + await self._sessions.delete_user_sessions(each.user_id, reason=reason)
        if each.kind in (KIND, GUEST_KIND):
            return int(await self._logins.end(LoginId(each.handle), reason=reason))
        return int(await self._sessions.delete(each.handle, reason=reason))

    async def _note(
        self,
        me: Principal,
        doing: Doing,
        concerned: dict[str, int],
        reason: str,
        selection: Selection,
        moving: Moving | None,
    ) -> None:
        """One audit entry per person and piece, in one unit."""
        if not concerned:
            return
        at = self._clock.now()
        more = {"matching": told(selection.matching)} if selection.matching is not None else {}
        if moving is not None:
            more = {**more, "target": moving.target}
        action = "sessions.copied" if moving is not None and not moving.deletes else _AUDITED[doing]

        def change(tx: Tx) -> None:
            for user_id, count in concerned.items():
                audit.record(
                    tx,
                    at=at,
                    action=action,
                    actor_id=me.user_id,
                    subject=user_id,
                    reason=reason,
                    count=count,
                    **more,
                )

        await self._work.write(change)


_AUDITED = {
    Doing.EXTEND: "sessions.extended",
    Doing.EXPIRE: "sessions.ended",
    Doing.SIGN_OUT: "sessions.signed_out",
    Doing.REVOKE: "sessions.revoked",
    Doing.MOVE: "sessions.moved",
}


async def _done(act: Act, each: Found) -> tuple[int, Result]:
    """How many sessions it concerned, and what became of this one."""
    try:
        return await act(each), Result(handle=each.handle)
    except JamBotError as failure:
        return 0, Result(handle=each.handle, failed=failure.detail)


def _check(doing: Doing, moving: Moving | None) -> None:
    if (doing is Doing.MOVE) is (moving is None):
        raise InvalidInput("Say where to move sessions, and only when they are to be moved.")

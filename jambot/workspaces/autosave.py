"""Keeps what is typed and where people are, many workspaces in one commit; when nothing changed, nothing is written.

    note  ->  dirty (memory)  ->  tick / flush_all  \\
    save  ->  asked                                  -> one unit of work -> WorkspaceSaved

What is noted waits in memory for at most `NOTED_FOR`; `save` does not wait and answers after its commit, which it
shares with everything asked for while the commit before it was under way. What could not be written becomes dirty
again, unless a newer value took its place meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from jambot.access import Principal
from jambot.clock import Clock
from jambot.db.repositories import drafts as rows
from jambot.db.repositories import workspaces as workspace_rows
from jambot.db.unit_of_work import UnitOfWork
from jambot.errors import JamBotError, NotFound, StaleVersion
from jambot.failpoint import failpoint
from jambot.ids import is_id
from jambot.log import get_log
from jambot.meter import meter
from jambot.workspaces import drafts, place
from jambot.workspaces.drafts import DraftWrite, StoredDraft
from jambot.workspaces.remembering import LastPlaces, Pause
from jambot.workspaces.saving import Dirty, Saved, Verdicts, stored_draft, write_batch
from jambot.workspaces.story import require_open

NOTED_FOR = timedelta(seconds=2)
TICK_S = 0.5

log = get_log(__name__)


Key = tuple[str, str]
"""A workspace and the device that changed it: two devices' places are two facts."""


class Autosave:
    """One per process. `run` it beside the server and `flush_all` at the end.

    Args:
        interval: whatever is dirty is tried again at least this often, however long the database has been failing;
            while it answers, nothing waits longer than `NOTED_FOR`.
    """

    def __init__(self, *, work: UnitOfWork, clock: Clock, interval: timedelta = timedelta(seconds=30)) -> None:
        self._work = work
        self._clock = clock
        self._wait = min(NOTED_FOR, interval)
        self._dirty: dict[Key, Dirty] = {}
        self._asked: list[tuple[Dirty, asyncio.Future[Verdicts | None]]] = []
        self._places = LastPlaces()
        self._pause = Pause(longest=interval)
        self._writing = asyncio.Lock()

    @property
    def dirty_count(self) -> int:
        """How many workspaces wait to be written."""
        return len({workspace_id for workspace_id, _ in self._dirty})

    def note(
        self,
        me: Principal,
        workspace_id: str,
        *,
        draft: DraftWrite | None = None,
        place_now: Mapping[str, Any] | None = None,
    ) -> bool:
        """Remember a change until the next tick; False when there is none, because the value is as it was.

        Raises:
            NotFound (malformed id), InvalidInput, TooLarge. Whose workspace it is, is found out when it is written.
        """
        change = self._change(me, workspace_id, draft, place_now)
        key = _key(change)
        known = self._dirty.get(key)
        if not change.drafts and (change.place is None or (known is None and self._places.has(change))):
            return False
        self._dirty[key] = change if known is None or known.user_id != me.user_id else known.under(change)
        return True

    async def save(
        self,
        me: Principal,
        workspace_id: str,
        *,
        draft: DraftWrite | None = None,
        place_now: Mapping[str, Any] | None = None,
    ) -> Saved:
        """Write a change, and what was noted of the same workspace, and answer when it is committed.

        Raises:
            NotFound, InvalidInput, TooLarge, WrongState (it is in the trash).
            StaleVersion: other text was saved meanwhile; `extra["current"]` is it. The place was saved all the same.
        """
        change = self._change(me, workspace_id, draft, place_now)
        if draft is None and _key(change) not in self._dirty and self._places.has(change):
            return Saved(draft=None, saved_at=self._clock.now())
        answer: asyncio.Future[Verdicts | None] = asyncio.get_running_loop().create_future()
        self._asked.append((change, answer))
        async with self._writing:
            # Whoever had the lock before may have written this one along with its own.
            if not answer.done():
                await self._write(())
        verdicts = answer.result()
        if verdicts is None:
            require_open(await self._require(me, workspace_id))
            raise NotFound
        verdict = None if draft is None else verdicts[draft.field]
        if verdict is not None and verdict.kind == "clash":
            raise StaleVersion(current=drafts.as_current(verdict.stored))
        return Saved(draft=None if verdict is None else verdict.stored, saved_at=self._clock.now())

    async def put(
        self,
        me: Principal,
        workspace_id: str,
        *,
        draft: DraftWrite | None = None,
        place_now: Mapping[str, Any] | None = None,
    ) -> Saved | None:
        """What a page sends while it is used: text is saved at once; a place alone is noted, which answers None.

        Raises:
            As `save`.
        """
        if draft is not None:
            return await self.save(me, workspace_id, draft=draft, place_now=place_now)
        require_open(await self._require(me, workspace_id))
        self.note(me, workspace_id, place_now=place_now)
        return None

    async def load(self, me: Principal, workspace_id: str, field: str = "composer") -> StoredDraft:
        """The saved draft, an empty one when there is none. Raises `NotFound`."""

        def query(session: Session) -> StoredDraft:
            workspace = workspace_rows.require(session, user_id=me.user_id, workspace_id=workspace_id)
            return stored_draft(rows.find(session, workspace.id, field))

        return await self._work.read(query)

    async def tick(self) -> None:
        """Write everything, in one commit, once something has waited long enough. Never raises."""
        if not self._dirty:
            return
        now = self._clock.now()
        if not self._pause.is_over(now):
            return
        if min(each.since for each in self._dirty.values()) + self._wait <= now:
            await self.flush_all()

    async def flush_all(self) -> bool:
        """Write every dirty workspace in one commit; without any, do nothing. False: it failed and will be retried."""
        return await self._flush(list(self._dirty))

    async def flush_user(self, user_id: str) -> bool:
        """`flush_all` for one person's workspaces."""
        return await self._flush([key for key, each in self._dirty.items() if each.user_id == user_id])

    async def run(self) -> None:
        """Tick until cancelled, then write what is left."""
        try:
            while True:
                await asyncio.sleep(TICK_S)
                await self.tick()
        finally:
            await self.flush_all()

    def _change(
        self, me: Principal, workspace_id: str, draft: DraftWrite | None, place_now: Mapping[str, Any] | None
    ) -> Dirty:
        if not is_id(workspace_id):
            raise NotFound
        device_id = me.device_id or ""
        return Dirty(
            workspace_id=workspace_id,
            user_id=me.user_id,
            device_id=device_id,
            since=self._clock.now(),
            drafts={} if draft is None else {draft.field: drafts.checked(draft, device_id=device_id)},
            place=None if place_now is None else place.checked(dict(place_now)),
        )

    async def _flush(self, keys: list[Key]) -> bool:
        if not keys:
            return True
        try:
            async with self._writing:
                await self._write(keys)
        except JamBotError as error:
            log.warning("autosave.failed", waiting=self.dirty_count, error=error.code)
            return False
        except Exception:
            log.exception("autosave.fault", waiting=self.dirty_count)  # and the loop that saves everything goes on
            return False
        return True

    async def _write(self, keys: Iterable[Key]) -> None:
        """Write what is dirty under `keys`, then everything asked for. One at a time, so that older comes first."""
        asked, self._asked = self._asked, []
        keys = {*keys, *(_key(change) for change, _ in asked)}
        noted = [self._dirty.pop(key) for key in keys if key in self._dirty]
        batch = [*noted, *(change for change, _ in asked)]
        if not batch:
            return
        now = self._clock.now()
        try:
            with meter.timing("autosave"):
                answers = await self._work.write(lambda tx: write_batch(tx, batch, now))
        except BaseException as error:
            meter.count("autosave.failed")
            self._failed(batch, now)
            if not isinstance(error, Exception):
                # Only the one who led was cancelled; the next of those who asked leads again.
                self._asked[:0] = asked
                raise
            for _, answer in asked:
                if not answer.done():
                    answer.set_exception(error)
                    answer.exception()  # looked at here, because the one who asked may be gone
            raise
        failpoint("autosave.after_commit")
        self._pause.end()
        self._places.remember(each for each, verdicts in zip(batch, answers, strict=True) if verdicts is not None)
        for (_, answer), verdicts in zip(asked, answers[len(noted) :], strict=True):
            if not answer.done():
                answer.set_result(verdicts)

    def _failed(self, batch: list[Dirty], now: datetime) -> None:
        self._pause.lengthen(now)
        merged: dict[Key, Dirty] = {}
        for each in batch:
            older = merged.get(_key(each))
            merged[_key(each)] = each if older is None else older.under(each)
        for key, older in merged.items():
            newer = self._dirty.get(key)
            self._dirty[key] = older if newer is None or newer.user_id != older.user_id else older.under(newer)

    async def _require(self, me: Principal, workspace_id: str) -> Any:
        return await self._work.read(
            lambda session: workspace_rows.require(session, user_id=me.user_id, workspace_id=workspace_id)
        )


def _key(change: Dirty) -> Key:
    return change.workspace_id, change.device_id

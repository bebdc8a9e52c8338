"""One deed on one or many workspaces, and the way back from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

from sqlmodel import Session

from jambot.access import Principal
from jambot.clock import Clock
from jambot.db.models import UserSession, WorkspaceStatus
from jambot.db.repositories import trash as trash_rows
from jambot.db.repositories import workspaces as rows
from jambot.db.repositories.trash import Contents
from jambot.db.unit_of_work import Tx, UnitOfWork
from jambot.errors import InvalidInput, NotFound, WrongState
from jambot.workspaces.fields import checked_name
from jambot.workspaces.search import LARGEST_PAGE, History
from jambot.workspaces.story import move
from jambot.workspaces.trash import Trash, take_back, throw_away
from jambot.workspaces.versions import write_version

MOST = 1_000
PER_COMMIT = 100

Deed = Literal["activate", "complete", "archive", "trash", "restore"]

_STATUS = {
    "activate": WorkspaceStatus.ACTIVE,
    "complete": WorkspaceStatus.COMPLETED,
    "archive": WorkspaceStatus.ARCHIVED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change that can be taken back: what a workspace was, and what it became."""

    workspace_id: str
    what: Literal["status", "place", "name"]
    before: str
    after: str


class Many:
    def __init__(self, *, work: UnitOfWork, clock: Clock, history: History, trash: Trash) -> None:
        self._work = work
        self._clock = clock
        self._history = history
        self._trash = trash

    async def change(self, me: Principal, workspace_ids: Sequence[str], deed: Deed) -> tuple[Step, ...]:
        """Do `deed` to each; those that are not there any more, or are so already, are left out of the answer.

        Raises:
            NotFound: none of them is there.
            InvalidInput: more than 1,000 at once, or there is no such deed.
        """
        if deed not in get_args(Deed):
            raise InvalidInput("Workspaces can be activated, completed, archived, put in the Trash or restored.")
        return await self._each(me, workspace_ids, partial(self._do, deed, me.user_id))

    async def rename(self, me: Principal, workspace_id: str, name: str) -> tuple[Step, ...]:
        """Name one. Raises `NotFound`, `InvalidInput`."""
        name = checked_name(name)
        return await self._each(me, (workspace_id,), lambda tx, workspace: self._name(tx, workspace, name))

    async def undo(self, me: Principal, steps: Sequence[Step]) -> int:
        """Take back the last step of each workspace; how many. What was changed again since stays as it is."""
        by_id = {step.workspace_id: step for step in steps}
        done = await self._each(me, tuple(by_id), lambda tx, workspace: self._back(tx, workspace, by_id[workspace.id]))
        return len(done)

    async def matching(
        self, me: Principal, *, query: str = "", status: str | None = None, trash: bool = False
    ) -> tuple[str, ...]:
        """The ids of what a list shows, all its pages, at most the first 1,000. Raises `InvalidInput`."""
        found: list[str] = []
        cursor: str | None = None
        while len(found) < MOST:
            page = await self._history.page(
                me, query=query, status=status, trash=trash, cursor=cursor, limit=LARGEST_PAGE
            )
            found += [row.id for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
        return tuple(found[:MOST])

    async def contents(self, me: Principal, workspace_ids: Sequence[str]) -> Contents:
        """What would go with all of them together, for the question before `delete_forever`."""

        def query(session: Session) -> list[Contents]:
            held = rows.some(session, user_id=me.user_id, ids=_checked(workspace_ids))
            return [trash_rows.contents(session, workspace.id) for workspace in held]

        each = await self._work.read(query)
        return Contents(
            messages=sum(one.messages for one in each),
            missions=sum(one.missions for one in each),
            assets=sum(one.assets for one in each),
            size_bytes=sum(one.size_bytes for one in each),
        )

    async def delete_forever(self, me: Principal, workspace_ids: Sequence[str]) -> int:
        """Delete each with everything in it; how many. What is not in the Trash, or still runs, stays."""
        deleted = 0
        for workspace_id in _checked(workspace_ids):
            try:
                await self._trash.delete_forever(me, workspace_id)
            except (NotFound, WrongState):
                continue
            deleted += 1
        return deleted

    async def _each(self, me: Principal, workspace_ids: Sequence[str], do) -> tuple[Step, ...]:
        """Several short commits: nobody's message must wait for hundreds of moves."""
        ids = _checked(workspace_ids)
        found, done = 0, []
        for start in range(0, len(ids), PER_COMMIT):

            def unit(tx: Tx, some: Sequence[str] = ids[start : start + PER_COMMIT]) -> tuple[int, list[Step]]:
                held = rows.some(tx, user_id=me.user_id, ids=some, hold=True)
                steps = [do(tx, workspace) for workspace in held]
                return len(held), [step for step in steps if step is not None]

            count, steps = await self._work.write(unit)
            found += count
            done += steps
        if not found:
            raise NotFound
        return tuple(done)

    def _do(self, deed: Deed, actor: str, tx: Tx, workspace: UserSession) -> Step | None:
        if deed in _STATUS:
            return self._list(tx, workspace, _STATUS[deed], actor)
        return self._put(tx, workspace, into_trash=deed == "trash")

    def _back(self, tx: Tx, workspace: UserSession, step: Step) -> Step | None:
        if step.what == "place":
            is_there = (workspace.deleted_at is not None) == (step.after == "trash")
            return self._put(tx, workspace, into_trash=step.before == "trash") if is_there else None
        if getattr(workspace, step.what) != step.after:
            return None
        if step.what == "name":
            return self._name(tx, workspace, step.before)
        return self._list(tx, workspace, WorkspaceStatus(step.before), workspace.user_id)

    def _list(self, tx: Tx, workspace: UserSession, to: WorkspaceStatus, actor: str) -> Step | None:
        before = workspace.status
        if workspace.deleted_at is not None:
            return None
        if not move(tx, workspace, to, actor=actor, reason="chosen", now=self._clock.now()):
            return None
        return Step(workspace_id=workspace.id, what="status", before=before, after=to.value)

    def _put(self, tx: Tx, workspace: UserSession, *, into_trash: bool) -> Step | None:
        turn = throw_away if into_trash else take_back
        if not turn(tx, workspace, self._clock.now()):
            return None
        before, after = ("list", "trash") if into_trash else ("trash", "list")
        return Step(workspace_id=workspace.id, what="place", before=before, after=after)

    def _name(self, tx: Tx, workspace: UserSession, name: str) -> Step | None:
        before = workspace.name
        if workspace.deleted_at is not None or before == name:
            return None
        write_version(tx, workspace, {"name": name}, self._clock.now())
        return Step(workspace_id=workspace.id, what="name", before=before, after=name)


def _checked(workspace_ids: Sequence[str]) -> list[str]:
    """Each once, in order."""
    ids = list(dict.fromkeys(workspace_ids))
    if len(ids) > MOST:
        raise InvalidInput(f"At most {MOST:,} workspaces at once.")
    return ids

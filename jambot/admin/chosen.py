"""The sessions an action is about, a few at a time, and which of them it means."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta

from jambot.access import Principal
from jambot.admin.doing import MOST_CHOSEN, Doing, Selection
from jambot.admin.session_rows import Filter, until
from jambot.admin.session_table import SessionTable
from jambot.auth.terms import KIND
from jambot.db import UnitOfWork
from jambot.errors import InvalidInput
from jambot.ids import is_id
from jambot.sessions import KindPolicy, SessionState
from jambot.sessions.search import Found
from jambot.sessions.stores import sql_search

PIECE = 200
"""How many are acted on between two reports of how far it is."""
LOOKED_AT_ONCE = 2_000
"""How many are read at once where nothing is done to them: each question looks through its indexes anew."""
_INSTANT = timedelta(microseconds=1)  # what was made in the moment of the preview was counted by it


class Chosen:
    """Reads what a selection stands for."""

    def __init__(self, *, work: UnitOfWork, table: SessionTable, kinds: Mapping[str, KindPolicy]) -> None:
        self._work = work
        self._table = table
        self._kinds = kinds

    async def pieces(self, selection: Selection, now: datetime, *, size: int = PIECE) -> AsyncIterator[Sequence[Found]]:
        """The sessions, `size` at a time; of a filter only what was made until `now`. Raises `InvalidInput`."""
        if selection.matching is None:
            if len(selection.handles) > MOST_CHOSEN:
                raise InvalidInput(f"Choose at most {MOST_CHOSEN} sessions, or all that match a filter.")
            handles = tuple(dict.fromkeys(handle for handle in selection.handles if is_id(handle)))
            asked = await self._table.asked(Filter(state="any"))
            for start in range(0, len(handles), size):
                some = handles[start : start + size]
                yield await self._work.read(lambda db, some=some: sql_search.named(db, asked, some))
            return
        asked, after = await self._table.asked(until(selection.matching, now + _INSTANT)), None
        while True:
            found, after = await self._work.read(
                lambda db, after=after: sql_search.handles(db, asked, after=after, limit=size)
            )
            yield found
            if after is None:
                return

    def means_something(self, doing: Doing, each: Found) -> bool:
        """Whether the action concerns a session of this kind and state."""
        if each.state is SessionState.EXPIRED:
            return False
        if doing is Doing.EXTEND:
            policy = self._kinds.get(each.kind)
            return policy is not None and policy.refreshable
        if doing is Doing.SIGN_OUT:
            return each.kind == KIND
        return doing is not Doing.REVOKE or each.user_id is not None

    def is_meant(self, me: Principal, doing: Doing, each: Found) -> bool:
        """Whether it is done to this one."""
        return not is_own(me, doing, each) and self.means_something(doing, each)


def is_own(me: Principal, doing: Doing, each: Found) -> bool:
    """Whether it is the caller's own, which nothing is done to."""
    return each.handle == me.login_id or (doing is Doing.REVOKE and each.user_id == me.user_id)

"""Views of the dashboard that an admin gave a name. Each admin has their own."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from jambot.access import Action, Principal, require
from jambot.admin.view import kept
from jambot.clean import clean_text
from jambot.clock import Clock
from jambot.db import Tx, UnitOfWork
from jambot.db.models import SavedView
from jambot.db.repositories import saved_views as rows
from jambot.errors import InvalidInput

LONGEST_NAME = 60
LONGEST_QUERY = 4_000
MOST_VIEWS = 50


class ViewNameTaken(InvalidInput):
    """You have a view of this name already."""

    code = "view_name_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedView:
    """`query` is the query of the dashboard's address that shows it; empty for the dashboard as it is at first."""

    id: str
    name: str
    query: str


class SavedViews:
    """Keeps them."""

    def __init__(self, *, work: UnitOfWork, clock: Clock) -> None:
        self._work = work
        self._clock = clock

    async def all(self, me: Principal) -> list[NamedView]:
        """The caller's views, by name."""
        require(me, Action.ADMINISTER)
        # Checked once more: this version may not know what an earlier one kept.
        return [_view(row) for row in await self._work.read(lambda db: rows.of_user(db, me.user_id))]

    async def save(self, me: Principal, *, name: str, query: str) -> NamedView:
        """Keep a view under a name; of the query only what chooses, as the dashboard itself reads it.

        Raises:
            InvalidInput: the name is none, or there are too many already. ViewNameTaken
        """
        require(me, Action.ADMINISTER)
        name, query = _checked(name), kept(query[:LONGEST_QUERY])

        def change(tx: Tx) -> SavedView:
            if rows.named(tx, me.user_id, _key(name)) is not None:
                raise ViewNameTaken
            if rows.count(tx, me.user_id) >= MOST_VIEWS:
                raise InvalidInput(f"There are {MOST_VIEWS} views already. Delete one first.")
            view = SavedView(
                user_id=me.user_id, name=name, name_key=_key(name), query=query, created_at=self._clock.now()
            )
            tx.add(view)
            return view

        return _view(await self._work.write(change))

    async def rename(self, me: Principal, view_id: str, *, name: str) -> NamedView:
        """Give a view another name. Raises `NotFound`, `InvalidInput`, `ViewNameTaken`."""
        require(me, Action.ADMINISTER)
        name = _checked(name)

        def change(tx: Tx) -> SavedView:
            view = rows.own(tx, view_id, me.user_id)
            taken = rows.named(tx, me.user_id, _key(name))
            if taken is not None and taken.id != view.id:
                raise ViewNameTaken
            view.name, view.name_key = name, _key(name)
            tx.add(view)
            return view

        return _view(await self._work.write(change))

    async def delete(self, me: Principal, view_id: str) -> None:
        """Forget a view. Raises `NotFound`."""
        require(me, Action.ADMINISTER)
        await self._work.write(lambda tx: tx.delete(rows.own(tx, view_id, me.user_id)))


def _view(row: SavedView) -> NamedView:
    return NamedView(id=row.id, name=row.name, query=kept(row.query))


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())[:200]


def _checked(name: str) -> str:
    text = " ".join(unicodedata.normalize("NFC", clean_text(name)).split())
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise InvalidInput(f"A name has 1 to {LONGEST_NAME} characters, all of them visible.")
    return text

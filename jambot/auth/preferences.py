"""How a person likes the page: kept with the account, so that every device of theirs looks and acts the same.

Light or dark is no part of it: a phone at night and a desk at noon differ, so each device keeps its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from jambot.access import Principal
from jambot.db import Tx, UnitOfWork
from jambot.db.repositories import users
from jambot.errors import InvalidInput, NotFound

Density = Literal["compact", "comfortable"]
SendKey = Literal["enter", "shift_enter"]
COLUMNS = ("state", "mission", "messages", "assets", "device")
"""Columns of the history that can be hidden; title and last activity always stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """`comfortable` shows a second line in the sidebar. `send_key` sends; the other one starts a new line."""

    density: Density = "compact"
    send_key: SendKey = "enter"
    hidden_columns: tuple[str, ...] = ("messages",)


def read(stored: Mapping[str, Any]) -> Preferences:
    """What is stored; a value this version does not know counts as not chosen."""
    chosen = Preferences()
    for name, value in stored.items():
        try:
            chosen = changed(chosen, **{name: value})
        except InvalidInput:
            continue
    return chosen


def changed(before: Preferences, **values: Any) -> Preferences:
    """`before` with some values changed.

    Raises:
        InvalidInput: there is no such preference, or no such choice.
    """
    for name, value in values.items():
        if name == "hidden_columns" and _is_some_of(value, COLUMNS):
            before = replace(before, hidden_columns=tuple(column for column in COLUMNS if column in value))
        elif name in _CHOICES and value in _CHOICES[name]:
            before = replace(before, **{name: value})
        else:
            raise InvalidInput("There is no such preference.")
    return before


class PreferenceService:
    def __init__(self, *, work: UnitOfWork) -> None:
        self._work = work

    async def of(self, me: Principal) -> Preferences:
        """What this person chose, and the defaults for the rest."""
        user = await self._work.read(lambda session: users.by_id(session, me.user_id))
        return Preferences() if user is None else read(user.preferences or {})

    async def change(self, me: Principal, **values: Any) -> Preferences:
        """Change what is given and leave the rest. Raises `InvalidInput`, `NotFound`."""

        def unit(tx: Tx) -> Preferences:
            user = users.by_id(tx, me.user_id)
            if user is None:
                raise NotFound
            chosen = changed(read(user.preferences or {}), **values)
            user.preferences = {**asdict(chosen), "hidden_columns": list(chosen.hidden_columns)}
            tx.add(user)
            return chosen

        return await self._work.write(unit)


_CHOICES: dict[str, tuple[str, ...]] = {"density": get_args(Density), "send_key": get_args(SendKey)}


def _is_some_of(value: object, known: Iterable[str]) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, str) and each in known for each in value)

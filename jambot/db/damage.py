"""Finds rows that contradict each other, and mends them: what a stray hand, a bad disk or a lost file can leave behind.

Each kind of damage is one `Check`: a query for what is wrong and a change that makes it right. Nothing is thrown away:
what has to leave a table is set aside in `quarantine` first, as JSON. Checks stand in the order in which they are
mended, so that a chat that is made again keeps its messages from counting as orphans.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Table,
    func,
    insert,
    literal_column,
    select,
    text,
    true,
    update,
)
from sqlmodel import Session, SQLModel

from jambot.db import session_counts
from jambot.db.models import Asset, Chat, ChatMessage, MessageRole, Mission, UserSession
from jambot.db.models.base import table_of
from jambot.db.setting_aside import is_row, keep, name_of, set_aside

MOST_FOUND = 1_000
"""Findings of one kind in one look. Mending looks again until nothing is left."""
_MOST_ROUNDS = 100

_WORKSPACES, _CHATS, _MESSAGES = table_of(UserSession), table_of(Chat), table_of(ChatMessage)
_MISSIONS, _ASSETS = table_of(Mission), table_of(Asset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One wrong row. `kind` is stable; `detail` says what is wrong and how it is mended; no content of a person."""

    kind: str
    table: str
    row_id: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    kind: str
    find: Callable[[Session], Iterator[Damage]]
    mend: Callable[[Session, Damage, datetime], None]


def find_damage(session: Session) -> list[Damage]:
    """Everything that is wrong, at most `MOST_FOUND` of a kind."""
    return [damage for check in checks(session) for damage in check.find(session)]


def mend_damage(session: Session, now: datetime) -> list[Damage]:
    """Mend everything and say what was mended. All in the caller's transaction.

    Raises:
        RuntimeError: mending one thing keeps breaking another; nothing should be committed then.
    """
    mended: list[Damage] = []
    for check in checks(session):
        for _ in range(_MOST_ROUNDS):
            found = list(check.find(session))
            for damage in found:
                check.mend(session, damage, now)
            mended += found
            if not found:
                break
        else:
            raise RuntimeError(f"mending {check.kind} does not end")
    return mended


def checks(session: Session) -> list[Check]:
    """The checks for this kind of database, in the order in which they are mended."""
    own = [
        Check(kind="missing_chat", find=_missing_chats, mend=_make_chat),
        Check(kind="missing_mission", find=_missing_missions, mend=_unlink_mission),
        *(_orphans(table, column) for table in SQLModel.metadata.sorted_tables for column in table.columns),
        Check(kind="chat_counter", find=_low_counters, mend=_raise_counter),
        Check(kind="message_count", find=_wrong_message_counts, mend=_count_again),
        Check(kind="asset_count", find=_wrong_asset_counts, mend=_count_again),
        Check(kind="session_count", find=_wrong_session_counts, mend=_count_sessions_again),
    ]
    if session.get_bind().dialect.name == "sqlite":
        own = [*(_unreadable(table) for table in SQLModel.metadata.sorted_tables), *own]
    return [each for each in own if each.kind]


# ---- A workspace without its chat, or with the id of a mission that is gone ----


def _missing_chats(session: Session) -> Iterator[Damage]:
    query = select(_WORKSPACES.c.id).where(~select(_CHATS.c.id).where(_CHATS.c.id == _WORKSPACES.c.chat_id).exists())
    for row in session.execute(query.limit(MOST_FOUND)):
        yield Damage(kind="missing_chat", table="user_sessions", row_id=row.id, detail="its chat is made again")


def _make_chat(session: Session, damage: Damage, now: datetime) -> None:
    workspace = session.execute(select(_WORKSPACES).where(_WORKSPACES.c.id == damage.row_id)).one()
    last = session.scalar(select(func.max(_MESSAGES.c.sequence)).where(_MESSAGES.c.chat_id == workspace.chat_id)) or 0
    session.execute(
        insert(_CHATS).values(
            id=workspace.chat_id,
            user_id=workspace.user_id,
            workspace_id=workspace.id,
            next_sequence=last + 1,
            created_at=now,
        )
    )


def _missing_missions(session: Session) -> Iterator[Damage]:
    present = select(_MISSIONS.c.id).where(_MISSIONS.c.id == _WORKSPACES.c.mission_id).exists()
    query = select(_WORKSPACES.c.id).where(_WORKSPACES.c.mission_id.is_not(None), ~present)
    for row in session.execute(query.limit(MOST_FOUND)):
        detail = "its mission is gone; the link is removed"
        yield Damage(kind="missing_mission", table="user_sessions", row_id=row.id, detail=detail)


def _unlink_mission(session: Session, damage: Damage, _now: datetime) -> None:
    nothing = {"mission_id": None, "mission_status": None, "mission_done": 0, "mission_total": 0}
    session.execute(update(_WORKSPACES).where(_WORKSPACES.c.id == damage.row_id).values(nothing))


# ---- References to rows that are gone ----


def _orphans(table: Table, column: Any) -> Check:
    key = next(iter(column.foreign_keys), None)
    if key is None:
        return Check(kind="", find=lambda _session: iter(()), mend=lambda *_: None)
    parent, kind = key.column, "dangling_reference" if column.nullable else "orphan"
    detail = f"{column.name} names a row of {parent.table.name} that is gone; "
    detail += "the reference is removed" if column.nullable else "the row is set aside"

    def find(session: Session) -> Iterator[Damage]:
        held = parent.table.alias("parent")
        gone = ~select(true()).where(held.c[parent.name] == column).exists()
        query = select(*table.primary_key.columns).where(column.is_not(None), gone)
        for row in session.execute(query.limit(MOST_FOUND)):
            yield Damage(kind=kind, table=table.name, row_id=name_of(row), detail=detail)

    def mend(session: Session, damage: Damage, now: datetime) -> None:
        if column.nullable:
            session.execute(update(table).where(is_row(table, damage.row_id)).values({column.name: None}))
        else:
            set_aside(session, table, is_row(table, damage.row_id), now)

    return Check(kind=kind, find=find, mend=mend)


# ---- Counters ----


def _low_counters(session: Session) -> Iterator[Damage]:
    last = select(func.max(_MESSAGES.c.sequence)).where(_MESSAGES.c.chat_id == _CHATS.c.id).scalar_subquery()
    for row in session.execute(select(_CHATS.c.id).where(_CHATS.c.next_sequence <= last).limit(MOST_FOUND)):
        detail = "its next number is taken; it goes on behind the last message"
        yield Damage(kind="chat_counter", table="chats", row_id=row.id, detail=detail)


def _raise_counter(session: Session, damage: Damage, _now: datetime) -> None:
    last = select(func.max(_MESSAGES.c.sequence)).where(_MESSAGES.c.chat_id == damage.row_id).scalar_subquery()
    session.execute(update(_CHATS).where(_CHATS.c.id == damage.row_id).values(next_sequence=last + 1))


_MESSAGE_COUNT = (
    select(func.count())
    .where(
        _MESSAGES.c.chat_id == _WORKSPACES.c.chat_id,
        _MESSAGES.c.role.in_((MessageRole.USER, MessageRole.ASSISTANT)),
    )
    .scalar_subquery()
)
_ASSET_COUNT = (
    select(func.count())
    .where(
        _ASSETS.c.workspace_id == _WORKSPACES.c.id,
        _ASSETS.c.status == "ready",
        _ASSETS.c.deleted_at.is_(None),
    )
    .scalar_subquery()
)


def _wrong_message_counts(session: Session) -> Iterator[Damage]:
    yield from _wrong_counts(session, "message_count", _MESSAGE_COUNT)


def _wrong_asset_counts(session: Session) -> Iterator[Damage]:
    yield from _wrong_counts(session, "asset_count", _ASSET_COUNT)


def _wrong_counts(session: Session, name: str, truth: Any) -> Iterator[Damage]:
    for row in session.execute(select(_WORKSPACES.c.id).where(_WORKSPACES.c[name] != truth).limit(MOST_FOUND)):
        yield Damage(kind=name, table="user_sessions", row_id=row.id, detail=f"its {name} is counted again")


def _count_again(session: Session, damage: Damage, _now: datetime) -> None:
    truth = {"message_count": _MESSAGE_COUNT, "asset_count": _ASSET_COUNT}[damage.kind]
    session.execute(update(_WORKSPACES).where(_WORKSPACES.c.id == damage.row_id).values({damage.kind: truth}))


def _wrong_session_counts(session: Session) -> Iterator[Damage]:
    if namespace := session_counts.drifted(session.connection()):
        detail = "the kept counts of its sessions are not what there is; all are counted again"
        yield Damage(kind="session_count", table="engine_session_counts", row_id=namespace, detail=detail)


def _count_sessions_again(session: Session, _damage: Damage, _now: datetime) -> None:
    session_counts.recount(session.connection())


# ---- JSON that is none; PostgreSQL refuses it when it is written ----


def _unreadable(table: Table) -> Check:
    columns = [column for column in table.columns if isinstance(column.type, JSON)]

    def find(session: Session) -> Iterator[Damage]:
        for column in columns:
            bad = text(f"{column.name} IS NOT NULL AND NOT json_valid({column.name})")
            for row in session.execute(select(*table.primary_key.columns).where(bad).limit(MOST_FOUND)):
                detail = f"{column.name} is no JSON; it is set aside and emptied"
                yield Damage(kind="unreadable_json", table=table.name, row_id=name_of(row), detail=detail)

    def mend(session: Session, damage: Damage, now: datetime) -> None:
        column = next(each for each in columns if damage.detail.startswith(f"{each.name} "))
        here = is_row(table, damage.row_id)
        content = session.scalar(select(literal_column(column.name)).select_from(table).where(here))
        keep(session, table.name, damage.row_id, column.name, str(content), "no JSON", now)
        empty: Any = column.default
        session.execute(update(table).where(here).values({column.name: empty.arg(None)}))

    return Check(kind="unreadable_json" if columns else "", find=find, mend=mend)

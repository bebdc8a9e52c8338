"""Every question asked of workspaces themselves. Each one names its owner: there is no way to ask for anyone's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, func, tuple_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from jambot.db.models import Domain, Mission, Place, UserSession, WorkspaceCount, WorkspaceEvent, WorkspaceStatus
from jambot.db.models.base import table_of
from jambot.errors import NotFound
from jambot.ids import is_id

_COLUMNS = table_of(UserSession).c
LISTED_COLUMNS = tuple(
    _COLUMNS[name]
    for name in (
        "id",
        "name",
        "preview",
        "status",
        "pinned",
        "folder",
        "version",
        "mission_status",
        "mission_done",
        "mission_total",
        "asset_count",
        "message_count",
        "last_activity_at",
        "created_at",
        "is_demo",
        "deleted_at",
        "last_device",
        "domain_id",
    )
)
LISTED = (
    *LISTED_COLUMNS,
    select_columns(col(Domain.name))
    .where(col(Domain.id) == _COLUMNS["domain_id"])
    .correlate(table_of(UserSession))
    .scalar_subquery()
    .label("domain"),
)
"""What one line of a history shows: no contents, no metadata. `domain` is the name of what it carries, or null."""


def require(session: Session, *, user_id: str, workspace_id: str, hold: bool = False) -> UserSession:
    """A person's workspace, the trash included; `hold` keeps other writers off it until the unit ends.

    Raises:
        NotFound: malformed, not there, or not theirs: all alike.
    """
    if not is_id(workspace_id):
        raise NotFound
    query = select(UserSession).where(UserSession.id == workspace_id, UserSession.user_id == user_id)
    found = session.exec(query.with_for_update() if hold else query).first()
    if found is None:
        raise NotFound
    return found


def some(session: Session, *, user_id: str, ids: Sequence[str], hold: bool = False) -> list[UserSession]:
    """Those of a person's workspaces that are there, the trash included, in the order of their ids.

    `hold` keeps other writers off them until the unit ends; one order for everybody, so that two never wait for each
    other.
    """
    wanted = [workspace_id for workspace_id in ids if is_id(workspace_id)]
    query = select(UserSession).where(UserSession.user_id == user_id, col(UserSession.id).in_(wanted))
    query = query.order_by(col(UserSession.id))
    return list(session.exec(query.with_for_update() if hold else query).all())


def all_of(session: Session, user_id: str) -> list[UserSession]:
    """Every workspace of a person, the trash included."""
    return list(session.exec(select(UserSession).where(UserSession.user_id == user_id)))


def hold(session: Session, workspace_id: str) -> None:
    """Keep other writers off a workspace until the unit ends. On SQLite there are none."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(
            select_columns(col(UserSession.id)).where(col(UserSession.id) == workspace_id).with_for_update()
        )


def last_event(session: Session, workspace_id: str) -> int:
    """The sequence of the newest event, 0 when there is none."""
    query = select_columns(func.max(WorkspaceEvent.sequence)).where(col(WorkspaceEvent.workspace_id) == workspace_id)
    return session.execute(query).scalar_one() or 0


def events_after(session: Session, workspace_id: str, sequence: int, *, limit: int = 200) -> list[WorkspaceEvent]:
    """The story of a workspace from behind `sequence` on, oldest first."""
    query = (
        select(WorkspaceEvent)
        .where(WorkspaceEvent.workspace_id == workspace_id, WorkspaceEvent.sequence > sequence)
        .order_by(col(WorkspaceEvent.sequence))
        .limit(limit)
    )
    return list(session.exec(query).all())


def newest_active(session: Session, user_id: str) -> str | None:
    """The id of the active workspace used last; never a demo."""
    return _newest(session, user_id, col(UserSession.status) == WorkspaceStatus.ACTIVE)


def most_recent(session: Session, user_id: str) -> str | None:
    """The id of the workspace used last, wherever it is listed; never a demo, never from the trash."""
    return _newest(session, user_id)


def pinned(session: Session, user_id: str, *, limit: int) -> list[tuple[str, str]]:
    """The name and the mission's name of the pinned workspaces that have a name, the one used last first."""
    wanted = (
        select_columns(col(UserSession.name), func.coalesce(col(Mission.name), ""))
        .outerjoin(Mission, col(Mission.id) == col(UserSession.mission_id))
        .where(
            col(UserSession.user_id) == user_id,
            col(UserSession.deleted_at).is_(None),
            col(UserSession.pinned),
            col(UserSession.name) != "",
        )
        .order_by(col(UserSession.last_activity_at).desc(), col(UserSession.id).desc())
        .limit(limit)
    )
    return [(name, mission) for name, mission in session.execute(wanted)]


def _newest(session: Session, user_id: str, *more: ColumnElement[bool]) -> str | None:
    # Two looks into an index ordered by (pinned, last activity) instead of a sort of everything.
    found = [
        session.execute(
            select_columns(col(UserSession.last_activity_at), col(UserSession.id))
            .where(
                col(UserSession.user_id) == user_id,
                col(UserSession.deleted_at).is_(None),
                col(UserSession.pinned) == pinned,
                ~col(UserSession.is_demo),
                *more,
            )
            .order_by(col(UserSession.last_activity_at).desc(), col(UserSession.id).desc())
            .limit(1)
        ).first()
        for pinned in (False, True)
    ]
    newest = max((row for row in found if row is not None), default=None)
    return None if newest is None else newest[1]


def page(
    session: Session,
    user_id: str,
    *,
    status: str | None,
    after: tuple[bool, datetime, str] | None,
    limit: int,
    offset: int = 0,
) -> Sequence[RowMapping]:
    """Listed workspaces, pinned first, then by last activity; `after` is the key of the last row already shown."""
    key = (col(UserSession.pinned), col(UserSession.last_activity_at), col(UserSession.id))
    query = select_columns(*LISTED).where(_listed(user_id, status))
    if after is not None:
        query = query.where(_before(key, after))
    query = query.order_by(*(column.desc() for column in key)).limit(limit).offset(offset)
    return session.execute(query).mappings().all()


def trashed(session: Session, user_id: str, *, after: tuple[datetime, str] | None, limit: int) -> Sequence[RowMapping]:
    """Workspaces in the trash, the one deleted last first."""
    key = (col(UserSession.deleted_at), col(UserSession.id))
    query = select_columns(*LISTED).where(col(UserSession.user_id) == user_id, col(UserSession.deleted_at).is_not(None))
    if after is not None:
        query = query.where(_before(key, after))
    query = query.order_by(*(column.desc() for column in key)).limit(limit)
    return session.execute(query).mappings().all()


def counts(session: Session, user_id: str) -> dict[str, int]:
    """How many workspaces are listed under each status that has any; the same cost however many."""
    query = select_columns(col(WorkspaceCount.status), col(WorkspaceCount.listed)).where(
        col(WorkspaceCount.user_id) == user_id, col(WorkspaceCount.listed) > 0
    )
    return {status: number for status, number in session.execute(query)}  # noqa: C416  rows are pairs


def count(session: Session, user_id: str, *, status: str | None) -> int:
    """How many workspaces are listed; the same cost however many."""
    query = select_columns(func.coalesce(func.sum(col(WorkspaceCount.listed)), 0)).where(
        col(WorkspaceCount.user_id) == user_id
    )
    if status is not None:
        query = query.where(col(WorkspaceCount.status) == status)
    return int(session.execute(query).scalar_one())


def rows_of(session: Session, user_id: str, ids: Sequence[str]) -> dict[str, RowMapping]:
    """The list rows of some of a person's workspaces, by id."""
    query = select_columns(*LISTED).where(col(UserSession.user_id) == user_id, col(UserSession.id).in_(ids))
    return {row["id"]: row for row in session.execute(query).mappings()}


def place_of(session: Session, user_id: str, device_id: str) -> Place | None:
    """Where a person last was on one device."""
    return session.exec(select(Place).where(Place.user_id == user_id, Place.device_id == device_id)).first()


def is_open(session: Session, user_id: str, workspace_id: str) -> bool:
    """Whether this is a workspace of theirs that is not in the trash."""
    query = select_columns(col(UserSession.id)).where(
        col(UserSession.id) == workspace_id, col(UserSession.user_id) == user_id, col(UserSession.deleted_at).is_(None)
    )
    return session.execute(query).first() is not None


def mission_in(session: Session, *, user_id: str, workspace_id: str, mission_id: str) -> Mission | None:
    """A mission of this person in this workspace."""
    if not is_id(mission_id):
        return None
    return session.exec(
        select(Mission).where(
            Mission.id == mission_id, Mission.user_id == user_id, Mission.workspace_id == workspace_id
        )
    ).first()


def _listed(user_id: str, status: str | None) -> ColumnElement[bool]:
    listed = and_(col(UserSession.user_id) == user_id, col(UserSession.deleted_at).is_(None))
    return listed if status is None else and_(listed, col(UserSession.status) == status)


def _before(key: tuple[Any, ...], after: tuple[Any, ...]) -> ColumnElement[bool]:
    return tuple_(*key) < tuple_(*after, types=[column.type for column in key])

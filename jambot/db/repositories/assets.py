"""Every question asked of assets by the person they belong to. Contents are loaded only when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, tuple_
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from jambot.db.models import Asset, UserSession
from jambot.db.types import ID_COLUMN, UtcDateTime
from jambot.errors import NotFound
from jambot.ids import is_id

_CONTENT: Any = Asset.content  # a column, where SQLModel declares a value


def require(session: Session, *, user_id: str, asset_id: str, with_content: bool = False) -> Asset:
    """A person's asset that is not deleted. Raises `NotFound`."""
    if not is_id(asset_id):
        raise NotFound
    query = select(Asset).where(Asset.id == asset_id, Asset.user_id == user_id, col(Asset.deleted_at).is_(None))
    found = session.exec(query if with_content else query.options(defer(_CONTENT))).first()
    if found is None:
        raise NotFound
    return found


def of_anybody(session: Session, asset_id: str, *, with_content: bool = False) -> Asset:
    """An asset that is not deleted, for callers who then ask whether its workspace may be seen. Raises `NotFound`."""
    if not is_id(asset_id):
        raise NotFound
    query = select(Asset).where(Asset.id == asset_id, col(Asset.deleted_at).is_(None))
    found = session.exec(query if with_content else query.options(defer(_CONTENT))).first()
    if found is None:
        raise NotFound
    return found


def of_workspace(session: Session, workspace_id: str, *, limit: int, after: Asset | None = None) -> list[Asset]:
    """The assets of a workspace, newest first; `after` is the last one already shown."""
    query = select(Asset).where(Asset.workspace_id == workspace_id, col(Asset.deleted_at).is_(None))
    return _page(session, query, after, limit)


def of_user(session: Session, user_id: str, *, limit: int, after: Asset | None = None) -> list[Asset]:
    """The assets in every workspace of a person that is not in the trash, newest first."""
    listed = _workspaces_of(user_id).where(col(UserSession.deleted_at).is_(None))
    query = select(Asset).where(col(Asset.workspace_id).in_(listed), col(Asset.deleted_at).is_(None))
    return _page(session, query, after, limit)


def _workspaces_of(user_id: str) -> SelectOfScalar[str]:
    # By way of the workspaces, because that is where the index is.
    return select(UserSession.id).where(UserSession.user_id == user_id)


def _page(session: Session, query: SelectOfScalar[Asset], after: Asset | None, limit: int) -> list[Asset]:
    key = (col(Asset.created_at), col(Asset.id))
    if after is not None:
        query = query.where(tuple_(*key) < tuple_(after.created_at, after.id, types=[UtcDateTime(), ID_COLUMN]))
    query = query.options(defer(_CONTENT)).order_by(*(each.desc() for each in key)).limit(limit)
    return list(session.exec(query).all())


def among(session: Session, workspace_id: str, asset_ids: Sequence[str]) -> dict[str, Asset]:
    """Those of `asset_ids` that are in this workspace, by id."""
    query = select(Asset).where(
        Asset.workspace_id == workspace_id, col(Asset.id).in_(asset_ids), col(Asset.deleted_at).is_(None)
    )
    return {asset.id: asset for asset in session.exec(query.options(defer(_CONTENT))).all()}


def usage(session: Session, user_id: str) -> tuple[int, int]:
    """How many assets a person has and their bytes together."""
    query = select(func.count(), func.coalesce(func.sum(Asset.size_bytes), 0)).where(
        col(Asset.workspace_id).in_(_workspaces_of(user_id)), col(Asset.deleted_at).is_(None)
    )
    number, size = session.exec(query).one()
    return number, int(size)


def ready_in(session: Session, workspace_id: str) -> int:
    """How many assets of a workspace can be opened."""
    query = select(func.count()).select_from(Asset)
    return session.exec(
        query.where(Asset.workspace_id == workspace_id, Asset.status == "ready", col(Asset.deleted_at).is_(None))
    ).one()


def deleted_before(session: Session, moment: datetime, *, limit: int = 200) -> list[Asset]:
    """Assets that were deleted before `moment` and still have their content."""
    query = select(Asset).where(
        col(Asset.deleted_at) < moment, col(Asset.blob_id).is_not(None) | col(Asset.content).is_not(None)
    )
    return list(session.exec(query.options(defer(_CONTENT)).limit(limit)).all())


def known_blobs(session: Session, blob_ids: Sequence[str]) -> set[str]:
    """Those of `blob_ids` that an asset points at."""
    query = select(Asset.blob_id).where(col(Asset.blob_id).in_(blob_ids))
    return {blob_id for blob_id in session.exec(query).all() if blob_id is not None}

"""Where a person is signed in, as they see it: each device with the workspace it has open, and those that ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session as DbSession

from jambot.access import Principal
from jambot.auth.login import Login
from jambot.clock import Clock
from jambot.db import UnitOfWork
from jambot.db.models import LoginRecord
from jambot.db.repositories import devices as rows
from jambot.db.repositories.administration import PAGES_BELIEVED_FOR

ENDED_SHOWN_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWorkspace:
    """The workspace a device shows. `is_open` says that it does so now; else it did last, at `seen_at`."""

    id: str
    name: str
    mission_status: str | None
    is_open: bool
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """A signed-in device.

    Attributes:
        workspace: what it shows or showed last; None when it is a program or never opened one.
        has_page: a page of ours is open there, on a workspace or elsewhere.
        drafts, draft_length: texts last typed there and not sent, and how many characters they have.
        is_new: nobody has called it theirs yet.
    """

    login: Login
    workspace: OpenWorkspace | None
    has_page: bool
    drafts: int
    draft_length: int
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedDevice:
    """A login that is over. `reason` is a word such as `signed_out` or `expired`."""

    id: str
    device: str
    ended_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceList:
    """This device first, then the others, the one used last first; then what ended in the last 30 days."""

    devices: Sequence[DeviceView]
    ended: Sequence[EndedDevice]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    records: Mapping[str, LoginRecord]
    pages: Sequence[Mapping[str, Any]]
    places: Mapping[str, Mapping[str, Any]]
    unsent: Mapping[str, tuple[int, int]]
    ended: Sequence[LoginRecord]
    is_settled: bool


async def read_devices(me: Principal, logins: Sequence[Login], *, work: UnitOfWork, clock: Clock) -> DeviceList:
    """The devices of the caller, whose living logins are `logins`."""
    living = [login.id for login in logins]
    now = clock.now()

    def query(db: DbSession) -> _Read:
        return _Read(
            records=rows.records_of(db, me.user_id, living),
            pages=[dict(row) for row in rows.pages_of(db, me.user_id, now - PAGES_BELIEVED_FOR)],
            places={device_id: dict(row) for device_id, row in rows.last_places(db, me.user_id).items()},
            unsent=rows.unsent_by_device(db, me.user_id),
            ended=rows.ended_since(db, me.user_id, now - ENDED_SHOWN_FOR),
            is_settled=not rows.has_unsettled(db, me.user_id, living),
        )

    read = await work.read(query)
    if not read.is_settled:
        await work.write(lambda tx: rows.settle_lost(tx, me.user_id, living=living, now=now))
        read = await work.read(query)
    views = [_view(login, read) for login in logins]
    views.sort(key=lambda each: (each.login.id != me.login_id, -each.login.last_seen_at.timestamp()))
    ended = [
        EndedDevice(id=record.id, device=record.device, ended_at=record.ended_at, reason=record.end_reason)
        for record in read.ended
        if record.ended_at is not None
    ]
    return DeviceList(devices=views, ended=ended)


def _view(login: Login, read: _Read) -> DeviceView:
    record = read.records.get(login.id)
    pages = [page for page in read.pages if page["login_id"] == login.id]
    shown = next((page for page in pages if page["workspace_id"]), None)
    last = read.places.get(login.device_id or "")
    count, length = read.unsent.get(login.device_id or "", (0, 0))
    return DeviceView(
        login=login,
        workspace=_workspace(shown, is_open=True) or _workspace(last, is_open=False),
        has_page=bool(pages),
        drafts=count,
        draft_length=length,
        is_new=record is not None and record.is_new and record.confirmed_at is None,
    )


def _workspace(row: Mapping[str, Any] | None, *, is_open: bool) -> OpenWorkspace | None:
    if row is None:
        return None
    return OpenWorkspace(
        id=row["workspace_id"],
        name=row["name"],
        mission_status=row["mission_status"],
        is_open=is_open,
        seen_at=row.get("updated_at"),
    )

"""Questions about a person's signed-in devices: what is remembered of logins, and which pages are open."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, delete, func, or_, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from jambot.db.models import Draft, LoginRecord, OpenPage, Place, SessionLogEntry, UserSession

MOST_ENDED = 20
_EXPIRED = "expired"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_known(session: Session, record: LoginRecord, *, is_program: bool) -> bool:
    """Whether the person was signed in on this device before, or never anywhere.

    A program keeps no device id, so its name and network stand for it.
    """
    earlier = select_columns(col(LoginRecord.id)).where(
        col(LoginRecord.user_id) == record.user_id, col(LoginRecord.id) != record.id
    )
    same: Any = col(LoginRecord.device_id) == record.device_id
    if is_program:
        same = or_(
            same,
            (col(LoginRecord.device) == record.device) & (col(LoginRecord.ip_address) == record.ip_address),
        )
    if session.execute(earlier.where(same).limit(1)).first() is not None:
        return True
    return session.execute(earlier.limit(1)).first() is None


def note_ended(session: Session, login_ids: Collection[str], *, at: datetime, reason: str) -> None:
    """Remember when and why logins ended; the first word about it stays."""
    session.exec(
        update(LoginRecord)
        .where(col(LoginRecord.id).in_(login_ids), col(LoginRecord.ended_at).is_(None))
        .values(ended_at=at, end_reason=reason[:32])
    )
    session.exec(delete(OpenPage).where(col(OpenPage.login_id).in_(login_ids)))


def settle_lost(session: Session, user_id: str, *, living: Collection[str], now: datetime) -> None:
    """Records of logins that ended in silence, by their own clock, are given the end the log of sessions knows; without
    one the present, and never one after their latest end."""
    lost = session.exec(
        select(LoginRecord).where(
            LoginRecord.user_id == user_id,
            col(LoginRecord.ended_at).is_(None),
            col(LoginRecord.id).not_in(living),
        )
    )
    for record in lost.all():
        swept = session.exec(
            select(SessionLogEntry.at_us).where(SessionLogEntry.handle == record.id, SessionLogEntry.event == _EXPIRED)
        ).first()
        record.ended_at = min(now, record.ends_at, now if swept is None else _moment(swept))
        record.end_reason = _EXPIRED
        session.add(record)


def ended_by_clock(session: Session, *, since: datetime) -> dict[str, datetime]:
    """When logins ended that the log of sessions saw end by their clock since then, where their record has no end."""
    wanted = select_columns(col(SessionLogEntry.handle), col(SessionLogEntry.at_us)).where(
        col(SessionLogEntry.event) == _EXPIRED,
        col(SessionLogEntry.id) > f"{(since - _EPOCH) // timedelta(microseconds=1):016x}",
        col(SessionLogEntry.handle).in_(select_columns(col(LoginRecord.id)).where(col(LoginRecord.ended_at).is_(None))),
    )
    return {handle: _moment(at_us) for handle, at_us in session.execute(wanted)}


def note_expired(session: Session, ends: Mapping[str, datetime]) -> None:
    """Remember when logins ended by their clock; the first word about an end stays."""
    for login_id, at in ends.items():
        note_ended(session, [login_id], at=at, reason=_EXPIRED)


def records_of(session: Session, user_id: str, login_ids: Collection[str]) -> dict[str, LoginRecord]:
    """What is remembered of these logins of the person, by id."""
    wanted = select(LoginRecord).where(LoginRecord.user_id == user_id, col(LoginRecord.id).in_(login_ids))
    return {record.id: record for record in session.exec(wanted)}


def has_unsettled(session: Session, user_id: str, living: Collection[str]) -> bool:
    """Whether a login is gone whose record does not say so yet."""
    wanted = select_columns(col(LoginRecord.id)).where(
        col(LoginRecord.user_id) == user_id,
        col(LoginRecord.ended_at).is_(None),
        col(LoginRecord.id).not_in(living),
    )
    return session.execute(wanted.limit(1)).first() is not None


def ended_since(session: Session, user_id: str, since: datetime) -> list[LoginRecord]:
    """Logins that ended after `since`, the last one first."""
    return list(
        session.exec(
            select(LoginRecord)
            .where(LoginRecord.user_id == user_id, col(LoginRecord.ended_at) > since)
            .order_by(col(LoginRecord.ended_at).desc())
            .limit(MOST_ENDED)
        )
    )


def unconfirmed(session: Session, user_id: str) -> list[LoginRecord]:
    """New devices that are signed in and nobody has called their own yet, the newest first."""
    return list(
        session.exec(
            select(LoginRecord)
            .where(
                LoginRecord.user_id == user_id,
                col(LoginRecord.is_new),
                col(LoginRecord.confirmed_at).is_(None),
                col(LoginRecord.ended_at).is_(None),
            )
            .order_by(col(LoginRecord.opened_at).desc())
            .limit(MOST_ENDED)
        )
    )


def open_page(session: Session, page: OpenPage) -> None:
    """Note a page that is open; a workspace that is not the person's is left out."""
    if page.workspace_id is not None:
        own = select_columns(col(UserSession.id)).where(
            col(UserSession.id) == page.workspace_id, col(UserSession.user_id) == page.user_id
        )
        if session.execute(own).first() is None:
            page.workspace_id = None
    session.add(page)


def close_page(session: Session, page_id: str) -> None:
    session.exec(delete(OpenPage).where(col(OpenPage.id) == page_id))


def see_pages(session: Session, page_ids: Collection[str], now: datetime) -> None:
    """These pages are still open."""
    session.exec(update(OpenPage).where(col(OpenPage.id).in_(page_ids)).values(seen_at=now))


def forget_pages(session: Session, before: datetime) -> int:
    """Remove pages nobody has seen since; how many."""
    return session.exec(delete(OpenPage).where(col(OpenPage.seen_at) < before)).rowcount


def forget_records(session: Session, before: datetime) -> int:
    """Remove what is remembered of logins that ended before; how many."""
    return session.exec(delete(LoginRecord).where(col(LoginRecord.ended_at) < before)).rowcount


def pages_of(session: Session, user_id: str, since: datetime) -> Sequence[RowMapping]:
    """The person's open pages seen after `since`: login_id, and the workspace's id, name and mission_status."""
    wanted = (
        select_columns(col(OpenPage.login_id), *_WORKSPACE)
        .outerjoin(UserSession, col(UserSession.id) == col(OpenPage.workspace_id))
        .where(col(OpenPage.user_id) == user_id, col(OpenPage.seen_at) > since)
        .order_by(col(OpenPage.opened_at).desc())
    )
    return session.execute(wanted).mappings().all()


def last_places(session: Session, user_id: str) -> dict[str, RowMapping]:
    """By device id, the workspace each device of the person showed last, and when."""
    wanted = (
        select_columns(col(Place.device_id), col(Place.updated_at), *_WORKSPACE)
        .join(UserSession, col(UserSession.id) == col(Place.workspace_id))
        .where(col(Place.user_id) == user_id, col(UserSession.deleted_at).is_(None))
    )
    return {row["device_id"]: row for row in session.execute(wanted).mappings()}


def unsent_by_device(session: Session, user_id: str) -> dict[str, tuple[int, int]]:
    """By device id, how many drafts with text were last typed there, and how many characters they have."""
    wanted = (
        select_columns(col(Draft.device_id), func.count(), func.sum(func.length(col(Draft.text))))
        .where(col(Draft.user_id) == user_id, col(Draft.text) != "")
        .group_by(col(Draft.device_id))
    )
    return {device_id: (count, int(total)) for device_id, count, total in session.execute(wanted)}


def _moment(at_us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at_us)


_WORKSPACE = (
    col(UserSession.id).label("workspace_id"),
    col(UserSession.name).label("name"),
    col(UserSession.mission_status).label("mission_status"),
)

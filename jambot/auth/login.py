"""A signed-in device as a fact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from jambot.access import Role
from jambot.auth.principals import networks_of
from jambot.auth.terms import idle_end, last_end, terms_of
from jambot.db.types import parse_iso
from jambot.ids import DeviceId, LoginId, UserId
from jambot.sessions import Session
from jambot.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A signed-in device as its owner or an admin sees it.

    Attributes:
        idle_for: how long nobody may do anything until it ends; it ends at `idle_ends_at` or `ends_at`, what is sooner.
        proved_at: when the password was last given.
    """

    id: LoginId
    user_id: UserId
    device_id: DeviceId | None
    device: str
    ip_address: str
    is_remembered: bool
    created_at: datetime
    last_seen_at: datetime
    idle_for: timedelta
    idle_ends_at: datetime
    ends_at: datetime
    proved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A login with what opens it: shown to its owner once, kept by nobody here. `cookie` is empty when it stayed."""

    login: Login
    cookie: str
    refresh_token: str


def login_of(session: Session, role: Role, settings: Settings) -> Login:
    """The login an engine session of the kind "login" stands for, under the terms of its owner's present role."""
    terms = terms_of(role, settings)
    proved_at = session.data.get("proved_at")
    return Login(
        id=LoginId(session.handle),
        user_id=UserId(session.user_id or ""),
        device_id=DeviceId(session.metadata["device_id"]) if session.metadata.get("device_id") else None,
        device=str(session.metadata.get("device", "")),
        ip_address=next(reversed(networks_of(session)), ""),
        is_remembered=bool(session.metadata.get("remembered")),
        created_at=session.created_at,
        last_seen_at=session.last_accessed_at,
        idle_for=min(session.ttl, terms.idle),
        idle_ends_at=idle_end(session, terms),
        ends_at=last_end(session, terms),
        proved_at=parse_iso(proved_at) if proved_at else session.created_at,
    )

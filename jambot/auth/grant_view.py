"""A grant as people see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jambot.db.models import Domain, Grant, User


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantView:
    """A grant as its two people and admins see it. `ended_at` is None while it holds."""

    id: str
    domain_id: str
    domain_name: str
    user_id: str
    user_email: str
    granted_by: str
    granted_by_email: str
    reason: str
    mission_id: str | None
    granted_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    end_reason: str


def grant_view(grant: Grant, domain: Domain, user: User, grantor: User | None) -> GrantView:
    """`grant` with the names of its domain and of its two people."""
    return GrantView(
        id=grant.id,
        domain_id=domain.id,
        domain_name=domain.name,
        user_id=user.id,
        user_email=user.email,
        granted_by=grantor.id if grantor else "",
        granted_by_email=grantor.email if grantor else "",
        reason=grant.reason,
        mission_id=grant.mission_id,
        granted_at=grant.granted_at,
        ends_at=grant.ends_at,
        ended_at=grant.ended_at,
        end_reason=grant.end_reason,
    )

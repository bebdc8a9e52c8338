"""How long a login lasts, by role. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from jambot.access import Role
from jambot.sessions import KindPolicy, Session, Strategy
from jambot.settings import LoginStrategy, Settings

KIND = "login"
GUEST_KIND = "guest"
# No login is older, as no cookie is.
LONGEST = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Ends after `idle` without activity, after `longest` in any case."""

    idle: timedelta
    longest: timedelta
    strategy: Strategy = Strategy.HYBRID


def terms_of(role: Role, settings: Settings) -> Terms:
    """What the settings say for `role`."""
    if role is Role.GUEST:
        whole = timedelta(hours=settings.guest_h)
        return Terms(idle=whole, longest=whole, strategy=Strategy.FIXED)
    if role is Role.ADMIN:
        idle, longest = timedelta(minutes=settings.admin_idle_min), timedelta(hours=settings.admin_max_h)
    else:
        idle, longest = timedelta(hours=settings.login_idle_h), timedelta(days=settings.login_max_days)
    match settings.login_strategy:
        case LoginStrategy.FIXED:
            return Terms(idle=longest, longest=longest, strategy=Strategy.FIXED)
        case LoginStrategy.SLIDING:
            return Terms(idle=idle, longest=LONGEST, strategy=Strategy.SLIDING)
        case _:
            return Terms(idle=idle, longest=longest, strategy=Strategy.HYBRID)


def is_over(session: Session, terms: Terms, now: datetime) -> bool:
    """Whether a login has outlived `terms`: one opened as a user ends as an admin's once its owner became one."""
    return now >= min(session.last_accessed_at + terms.idle, session.created_at + terms.longest)


def idle_end(session: Session, terms: Terms) -> datetime:
    """When the login ends if nobody does anything from now on."""
    return min(session.expires_at, session.last_accessed_at + terms.idle, session.created_at + terms.longest)


def last_end(session: Session, terms: Terms) -> datetime:
    """When the login ends whatever its owner does."""
    return session.created_at + min(session.max_age or terms.longest, terms.longest)


def kind_of(role: Role) -> str:
    """The engine's kind of a login of somebody of this role."""
    return GUEST_KIND if role is Role.GUEST else KIND


def login_kind(settings: Settings) -> KindPolicy:
    """The engine's policy for logins; the session manager is built with it."""
    return KindPolicy(name=KIND, credential=True, max_per_user=settings.max_logins_per_user)

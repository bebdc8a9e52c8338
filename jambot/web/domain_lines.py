"""Domains as the administration lists them, in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from jambot.admin.domains import DomainImpact, Ending
from jambot.auth.domains import CountedDomain, Member
from jambot.auth.grant_view import GrantView
from jambot.clock import iso
from jambot.web import routes
from jambot.web.admin_items import number
from jambot.web.strings import t
from jambot.web.when import span_words


@dataclass(frozen=True, kw_only=True)
class DomainLine:
    """A domain; `id` is empty where none is looked at."""

    id: str = ""
    name: str = ""
    href: str = ""
    members: str = ""
    workspaces: str = ""
    grants: str = ""
    at: str = ""


@dataclass(frozen=True, kw_only=True)
class MemberLine:
    id: str = ""
    person: str = ""
    email: str = ""
    role: str = ""
    at: str = ""


@dataclass(frozen=True, kw_only=True)
class GrantLine:
    id: str = ""
    person: str = ""
    left: str = ""
    ends_at: str = ""
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class ClosingLine:
    """A line of what an end would hit."""

    icon: str = ""
    count: str = ""
    words: str = ""


def address(*, domain_id: str = "", query: str = "", **cursors: str | None) -> str:
    """The address of the list of domains, or of one of them, at a page of each of its lists."""
    chosen = {"domain": domain_id, "q": query, **cursors}
    asked = {name: value for name, value in chosen.items() if value}
    return f"{routes.ADMIN_DOMAINS}?{urlencode(asked)}" if asked else routes.ADMIN_DOMAINS


def domain_line(domain: CountedDomain) -> DomainLine:
    return DomainLine(
        id=domain.id,
        name=domain.name,
        href=address(domain_id=domain.id),
        members=number(domain.members),
        workspaces=number(domain.workspaces),
        grants=number(domain.grants),
        at=iso(domain.created_at),
    )


def member_line(member: Member) -> MemberLine:
    return MemberLine(
        id=member.user_id,
        person=member.name or member.email,
        email=member.email,
        role=member.role,
        at=iso(member.added_at),
    )


def grant_line(grant: GrantView, now: datetime) -> GrantLine:
    return GrantLine(
        id=grant.id,
        person=grant.user_email,
        left=span_words(grant.ends_at - now),
        ends_at=iso(grant.ends_at),
        reason=grant.reason,
        by=grant.granted_by_email,
    )


def closing_lines(impact: DomainImpact, ending: Ending) -> list[ClosingLine]:
    """What an end would hit, in words; zeros are left out, and that nothing closes is said."""
    reach = impact.reach
    counted = (
        ("users", reach.members if ending == "domain" else 0, "members"),
        ("hourglass", reach.grants, "grants"),
        ("folder", reach.workspaces, "workspaces"),
        ("eye", reach.open_pages, "pages"),
    )
    lines = [
        ClosingLine(icon=icon, count=number(n), words=t(f"domains.hit_{what}{'_one' if n == 1 else ''}"))
        for icon, n, what in counted
        if n
    ]
    if lines:
        return lines
    return [ClosingLine(icon="shield", words=t("domains.hit_keeps") if impact.keeps else t("domains.hit_nothing"))]

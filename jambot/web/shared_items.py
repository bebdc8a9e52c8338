"""What is shared with a person, and by them, as the page says it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from jambot.clock import iso
from jambot.web import routes
from jambot.web.strings import t
from jambot.web.when import age, span_words

if TYPE_CHECKING:
    from jambot.auth.domains import DomainView
    from jambot.auth.grant_view import GrantView
    from jambot.db.repositories.domain_pages import Viewers
    from jambot.workspaces.found import SharedRow
    from jambot.workspaces.view import ClosedView


@dataclass(frozen=True, kw_only=True)
class SharedItem:
    """Somebody else's workspace with the domain through which it is seen."""

    id: str = ""
    name: str = ""
    href: str = ""
    domain: str = ""
    owner: str = ""
    state: str = "idle"
    word: str = ""
    age: str = ""
    at: str = ""


@dataclass(frozen=True, kw_only=True)
class DomainItem:
    """A domain somebody belongs to; `note` says what they are in it."""

    id: str = ""
    name: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class GrantItem:
    """A domain that is open to somebody for a while, with its end in words."""

    id: str = ""
    domain: str = ""
    left: str = ""
    ends_at: str = ""
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class ClosedItem:
    """What was open by a grant that has ended; `domain` is empty while there is none."""

    domain: str = ""
    why: str = ""
    at: str = ""


def shared_item(shared: SharedRow, now: datetime) -> SharedItem:
    """`shared` as a line of the list."""
    row = shared.row
    return SharedItem(
        id=row.id,
        name=row.name or t("top.untitled"),
        href=routes.workspace(row.id),
        domain=shared.domain,
        owner=shared.owner,
        state=row.state,
        word=t(f"state.{row.state}"),
        age=age(row.last_activity_at, now),
        at=row.last_activity_at,
    )


def domain_item(domain: DomainView) -> DomainItem:
    """`domain` as a line of "Shared with me"."""
    return DomainItem(id=domain.id, name=domain.name, note=t(f"mine.{domain.role}"))


def grant_item(grant: GrantView, now: datetime) -> GrantItem:
    """`grant` with how long it still lasts in words, such as "3 h 20 min left"."""
    left = t("mine.left").format(left=span_words(grant.ends_at - now))
    by = t("mine.by").format(who=grant.granted_by_email)
    return GrantItem(
        id=grant.id,
        domain=grant.domain_name,
        left=left,
        ends_at=iso(grant.ends_at),
        reason=t("mine.because").format(reason=grant.reason),
        by=f"{by}, {t('mine.mission')}" if grant.mission_id else by,
    )


def closed_item(closed: ClosedView) -> ClosedItem:
    """`closed` in words."""
    return ClosedItem(domain=closed.domain, why=t(f"closed.{closed.why}"), at=closed.ended_at)


def viewers_words(viewers: Viewers) -> str:
    """Who will see it, such as "Ada, Bob and 3 more will see it."."""
    names = list(viewers.names)
    if viewers.members > len(names):
        names.append(t("share.more").format(count=f"{viewers.members - len(names):,}"))
    if viewers.granted:
        names.append(t("share.guests_one") if viewers.granted == 1 else t("share.guests").format(count=viewers.granted))
    if not names:
        return t("share.sees_none_yet")
    who = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {t('share.and')} {names[-1]}"
    return t("share.sees").format(who=who)

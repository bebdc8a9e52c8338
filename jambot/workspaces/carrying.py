"""Workspaces that carry a domain: who may let them, and who hears of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from jambot.access import Principal
from jambot.db.repositories import domains
from jambot.db.unit_of_work import Tx
from jambot.errors import NotFound
from jambot.events.types import AccessChanged


def require_member(tx: Tx, me: Principal, domain_id: str | None) -> None:
    """Raise `NotFound` unless the caller belongs to the domain; a grant does not do."""
    if domain_id is not None and domains.role_in(tx, me.user_id, domain_id) is None:
        raise NotFound


def tell_viewers(tx: Tx, domain_ids: Iterable[str | None], now: datetime) -> None:
    """Have everybody who may look into these domains look again, once this unit is committed."""
    for domain_id in filter(None, domain_ids):
        viewers = {user.id for user, _ in domains.members_of(tx, domain_id)}
        viewers |= {grant.user_id for grant, *_ in domains.grants(tx, domain_id=domain_id, holding_at=now)}
        tx.emit(*(AccessChanged(user_id=each, domain_id=domain_id, change="carried") for each in viewers))

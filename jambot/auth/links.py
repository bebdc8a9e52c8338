"""One-time links: what a person must hold to set up, to register by invitation, or to choose a new password."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from jambot.db import Tx
from jambot.db.models import LinkKind, OneTimeLink
from jambot.db.repositories import links
from jambot.errors import InvalidInput

LIFE = {
    LinkKind.SETUP: timedelta(hours=24),
    LinkKind.INVITE: timedelta(days=7),
    LinkKind.RESET: timedelta(minutes=30),
}
_PAGE = {LinkKind.SETUP: "/setup#token", LinkKind.INVITE: "/register#invite", LinkKind.RESET: "/reset#token"}
_LONGEST_TOKEN = 64


class LinkInvalid(InvalidInput):
    """This link was used already, or its time is over. Ask for a new one."""

    code = "link_invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedLink:
    """A link as it is shown, once. `address` holds the secret: it is not kept and not logged."""

    id: str
    kind: LinkKind
    address: str
    expires_at: datetime


def issue(
    tx: Tx,
    *,
    kind: LinkKind,
    origin: str,
    now: datetime,
    email: str | None = None,
    role: str = "user",
    user_id: str | None = None,
    created_by: str | None = None,
) -> IssuedLink:
    """Make a link. Earlier setup links, and earlier reset links of the same user, stop working."""
    if kind is not LinkKind.INVITE:
        links.withdraw_unused(tx, kind=kind, user_id=user_id)
    token = secrets.token_urlsafe(32)
    row = OneTimeLink(
        kind=kind,
        token_hash=_hash(token),
        email=email,
        role=role,
        user_id=user_id,
        created_by=created_by,
        created_at=now,
        expires_at=now + LIFE[kind],
    )
    tx.add(row)
    # After the hash sign: a browser sends that part to nobody, so the secret is in no log, referrer or page state.
    address = f"{origin}{_PAGE[kind]}={token}"
    return IssuedLink(id=row.id, kind=kind, address=address, expires_at=row.expires_at)


def claim(tx: Tx, *, kind: LinkKind, token: str, now: datetime) -> OneTimeLink:
    """Use a link up. Of two callers at once, one gets it.

    Raises:
        LinkInvalid: there is no such unused link in time.
    """
    row = links.claim(tx, kind=kind, token_hash=_hash(token), now=now) if len(token) <= _LONGEST_TOKEN else None
    if row is None:
        raise LinkInvalid
    return row


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()

"""API keys as the settings list them, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from jambot.clock import iso
from jambot.web.strings import t
from jambot.web.when import ago

if TYPE_CHECKING:
    from jambot.auth.api_keys import KeyView


@dataclass(frozen=True, kw_only=True)
class KeyItem:
    """A key. `ends_at` is empty for one that works until it is revoked."""

    id: str = ""
    name: str = ""
    prefix: str = ""
    scopes: str = ""
    ends_at: str = ""
    used: str = ""


def key_item(key: KeyView, now: datetime) -> KeyItem:
    """`key` as a line of the list."""
    used = t("keys.never")
    if key.last_used_at is not None:
        words = t("keys.used_from") if key.last_used_from else t("keys.used")
        used = words.format(ago=ago(iso(key.last_used_at), now), place=key.last_used_from)
    return KeyItem(
        id=key.id,
        name=key.name,
        prefix=f"{key.prefix}\N{HORIZONTAL ELLIPSIS}",
        scopes=", ".join(key.scopes),
        ends_at=iso(key.expires_at) if key.expires_at else "",
        used=used,
    )

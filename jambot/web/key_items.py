"""API keys as the settings list them, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from jambot.clock import iso
from jambot.web.strings import t
from jambot.web.when import age

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
        ago = age(iso(key.last_used_at), now)
        words = t("keys.used_now") if ago == "now" else t("keys.used")
        used = words.format(age=ago, place=key.last_used_from)
    return KeyItem(
        id=key.id,
        name=key.name,
        prefix=f"{key.prefix}\N{HORIZONTAL ELLIPSIS}",
        scopes=", ".join(key.scopes),
        ends_at=iso(key.expires_at) if key.expires_at else "",
        used=used,
    )

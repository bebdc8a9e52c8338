"""A signed-in device as the settings list it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from jambot.clock import iso
from jambot.web.when import age

if TYPE_CHECKING:
    from jambot.auth.login import Login


@dataclass(frozen=True, kw_only=True)
class DeviceItem:
    """A signed-in device. `ends_at` is when it signs out at the latest, `idle_ends_at` when nobody uses it."""

    id: str = ""
    name: str = ""
    address: str = ""
    since: str = ""
    age: str = ""
    at: str = ""
    idle_ends_at: str = ""
    ends_at: str = ""
    is_current: bool = False
    is_phone: bool = False


def device_item(login: Login, now: datetime, *, is_current: bool) -> DeviceItem:
    """`login` as a line of the device list."""
    return DeviceItem(
        id=login.id,
        name=login.device,
        address=login.ip_address,
        since=iso(login.created_at),
        age=age(iso(login.last_seen_at), now),
        at=iso(login.last_seen_at),
        idle_ends_at=iso(login.idle_ends_at),
        ends_at=iso(login.ends_at),
        is_current=is_current,
        is_phone=any(word in login.device for word in ("iPhone", "Android", "iPad")),
    )

"""Signed-in devices as the settings list them, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from jambot.clock import iso
from jambot.web.strings import t
from jambot.web.when import ago, span_words
from jambot.workspaces.view import row_state

if TYPE_CHECKING:
    from jambot.auth.device_list import DeviceView, EndedDevice
    from jambot.auth.login import Login
    from jambot.db.models import LoginRecord

ACTIVE_WITHIN = timedelta(minutes=2)
_PHONES = ("iPhone", "Android", "iPad")
_ENDS = {"signed_out": "log-out", "expired": "clock", "password_changed": "key-round"}


@dataclass(frozen=True, kw_only=True)
class DeviceItem:
    """A signed-in device. `seen` and `note` are words; `workspace_id` is empty when it shows none; `kind` is phone,
    computer or program."""

    id: str = ""
    name: str = ""
    address: str = ""
    since: str = ""
    seen: str = ""
    at: str = ""
    workspace_id: str = ""
    workspace_name: str = ""
    state: str = "idle"
    note: str = ""
    is_current: bool = False
    kind: str = "computer"
    is_new: bool = False


@dataclass(frozen=True, kw_only=True)
class Clocks:
    """The two clocks of a login: how much is left of each in words and per cent, and the rule behind it.

    `idle_left` is empty for a login of a fixed time, which nothing that is done prolongs.
    """

    idle_left: str = ""
    idle_percent: int = 0
    latest_left: str = ""
    latest_percent: int = 0
    latest_at: str = ""
    rule: str = ""


@dataclass(frozen=True, kw_only=True)
class EndedItem:
    """A device that is signed out; `icon` and `why` say how it came."""

    id: str = ""
    name: str = ""
    why: str = ""
    icon: str = "log-out"
    at: str = ""


@dataclass(frozen=True, kw_only=True)
class NewDevice:
    """A device somebody signed in on for the first time."""

    id: str = ""
    name: str = ""
    address: str = ""
    at: str = ""


def device_item(view: DeviceView, now: datetime, *, is_current: bool) -> DeviceItem:
    """`view` as a line of the device list."""
    login, shown = view.login, view.workspace
    return DeviceItem(
        id=login.id,
        name=login.device,
        address=login.ip_address,
        since=iso(login.created_at),
        seen=_seen(login, now),
        at=iso(login.last_seen_at),
        workspace_id=shown.id if shown else "",
        workspace_name=(shown.name or t("top.untitled")) if shown else "",
        state=row_state(shown.mission_status) if shown else "idle",
        note=_note(view),
        is_current=is_current,
        kind=_kind(login.device),
        is_new=view.is_new,
    )


def clocks_of(login: Login, now: datetime) -> Clocks:
    """The two clocks of `login` at `now`."""
    idle, idle_left = login.idle_for, max(login.idle_ends_at - now, timedelta(0))
    longest, latest_left = login.ends_at - login.created_at, max(login.ends_at - now, timedelta(0))
    is_fixed = idle >= longest
    rule = t("devices.fixed_rule") if is_fixed else t("devices.rule")
    return Clocks(
        idle_left="" if is_fixed else span_words(idle_left),
        idle_percent=_percent(idle_left, idle),
        latest_left=span_words(latest_left),
        latest_percent=_percent(latest_left, longest),
        latest_at=iso(login.ends_at),
        rule=rule.format(idle=span_words(idle), longest=span_words(longest)),
    )


def ended_item(ended: EndedDevice) -> EndedItem:
    """`ended` as a line of what is over."""
    return EndedItem(
        id=ended.id,
        name=ended.device,
        why=t(f"ended.{ended.reason}"),
        icon=_ENDS.get(ended.reason, "log-out"),
        at=iso(ended.ended_at),
    )


def new_device(record: LoginRecord) -> NewDevice:
    """`record` as the question whether it was this person."""
    return NewDevice(id=record.id, name=record.device, address=record.ip_address, at=iso(record.opened_at))


def _kind(name: str) -> str:
    """`phone`, `computer`, or `program` for what is no browser, which is called by its own name."""
    if any(word in name for word in _PHONES):
        return "phone"
    return "computer" if " on " in name else "program"


def _seen(login: Login, now: datetime) -> str:
    if now - login.last_seen_at < ACTIVE_WITHIN:
        return t("devices.active_now")
    return t("devices.active_ago").format(ago=ago(iso(login.last_seen_at), now))


def _note(view: DeviceView) -> str:
    """What the device does with what it shows."""
    if view.workspace is None:
        return t("devices.page_open") if view.has_page else t("devices.no_page")
    where = t("devices.open_now") if view.workspace.is_open else t("devices.open_last")
    if not view.drafts:
        return where
    drafts = t("devices.draft") if view.drafts == 1 else t("devices.drafts").format(count=view.drafts)
    return f"{where} · {drafts}, {t('devices.characters').format(count=view.draft_length)}"


def _percent(left: timedelta, whole: timedelta) -> int:
    return round(100 * min(1.0, left / whole)) if whole else 0

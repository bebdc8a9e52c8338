"""What an admin sees across people. Every handler is closed to everybody else, and the use cases ask once more."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import reflex as rx

from jambot.access import Principal
from jambot.clock import iso
from jambot.errors import JamBotError
from jambot.events import listening
from jambot.events.types import ADMIN_TOPIC
from jambot.services import services
from jambot.web.policy import admins
from jambot.web.states.base import person
from jambot.web.states.frame import framed
from jambot.web.states.notice import NoticeState
from jambot.web.strings import t
from jambot.web.when import age

PAINT_EVERY_S = 1.0
LOOK_AGAIN_S = 15.0


@dataclass(frozen=True, kw_only=True)
class Figure:
    label: str = ""
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class LoginLine:
    id: str = ""
    person: str = ""
    device: str = ""
    role: str = ""
    state: str = ""
    age: str = ""
    at: str = ""
    ends_at: str = ""
    is_mine: bool = False


@dataclass(frozen=True, kw_only=True)
class WorkspaceLine:
    id: str = ""
    name: str = ""
    person: str = ""
    status: str = ""
    messages: int = 0
    age: str = ""
    at: str = ""


@dataclass(frozen=True, kw_only=True)
class PersonLine:
    id: str = ""
    person: str = ""
    email: str = ""
    role: str = ""
    is_disabled: bool = False
    at: str = ""
    is_me: bool = False


class AdminState(rx.State):
    figures: list[Figure] = []
    logins: list[LoginLine] = []
    workspaces: list[WorkspaceLine] = []
    people: list[PersonLine] = []
    counted_at: str = ""
    is_loading: bool = True
    trouble: str = ""

    @rx.event
    @admins
    async def load(self):
        """On load: the figures and the newest rows of each table."""
        self.is_loading, self.trouble = True, ""
        yield
        try:
            me = await framed(self)
            await self._read(me)
        except JamBotError as failure:
            self.trouble = failure.code
        finally:
            self.is_loading = False

    @rx.event(background=True, supersedes=True)
    @admins
    async def watch(self) -> None:
        """Keep the page true while it is open, with at most one reading a second."""
        async with listening(services().bus, ADMIN_TOPIC) as inbox:
            while True:
                with suppress(TimeoutError):
                    await asyncio.wait_for(inbox.next(), LOOK_AGAIN_S)
                inbox.take_waiting()
                async with self:
                    await self._read(await person(self))
                await asyncio.sleep(PAINT_EVERY_S)

    @rx.event
    @admins
    async def revoke_login(self, login_id: str):
        """Sign a device out, at once."""
        me = await person(self)
        await services().admin.sign_out(me, login_id)
        await self._read(me)
        return await self._say(t("notice.signed_out"))

    @rx.event
    @admins
    async def set_disabled(self, user_id: str, is_disabled: bool) -> None:
        """Shut somebody out, or let them in again."""
        me = await person(self)
        await services().admin.set_disabled(me, user_id, is_disabled=is_disabled)
        await self._read(me)

    async def _say(self, text: str):
        (await self.get_state(NoticeState))._say(text)
        return NoticeState.fade

    async def _read(self, me: Principal) -> None:
        admin, now = services().admin, services().clock.now()
        counted = await admin.overview(me)
        self.figures = [
            Figure(label=t(f"admin.{name}"), value=f"{getattr(counted, name):,}")
            for name in (
                "signed_in_devices",
                "people",
                "workspaces_active",
                "workspaces_used_today",
                "missions_running",
            )
        ]
        self.counted_at = iso(counted.counted_at)
        self.logins = [
            LoginLine(
                id=row.login.id,
                person=row.name or row.email,
                device=row.login.device,
                role=row.role,
                state=row.state,
                age=age(iso(row.login.last_seen_at), now),
                at=iso(row.login.last_seen_at),
                ends_at=iso(row.login.ends_at),
                is_mine=row.login.id == me.login_id,
            )
            for row in (await admin.logins(me)).rows
        ]
        self.workspaces = [
            WorkspaceLine(
                id=row.id,
                name=row.name or t("top.untitled"),
                person=row.email,
                status=row.status,
                messages=row.message_count,
                age=age(iso(row.last_activity_at), now),
                at=iso(row.last_activity_at),
            )
            for row in (await admin.workspaces(me)).rows
        ]
        self.people = [
            PersonLine(
                id=row.id,
                person=row.name or row.email,
                email=row.email,
                role=row.role,
                is_disabled=row.is_disabled,
                at=iso(row.last_sign_in_at) if row.last_sign_in_at else "",
                is_me=row.id == me.user_id,
            )
            for row in (await admin.people(me)).rows
        ]

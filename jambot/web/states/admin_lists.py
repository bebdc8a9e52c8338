"""The other lists of the administration: people, workspaces, clean-ups, the audit log. Filters are in the address."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlencode

import reflex as rx

from jambot.access import Principal, Role
from jambot.admin.view import AdminView, changed
from jambot.clock import iso
from jambot.errors import InvalidInput, JamBotError
from jambot.events import listening
from jambot.events.types import ADMIN_TOPIC
from jambot.services import services
from jambot.web import routes
from jambot.web.admin_address import address_of
from jambot.web.admin_items import number
from jambot.web.admin_lines import AuditLine, JobLine, PersonLine, WorkspaceLine, audit_line, job_line
from jambot.web.policy import admins
from jambot.web.states.base import checked_id, person
from jambot.web.states.frame import framed
from jambot.web.states.notice import NoticeState
from jambot.web.strings import t
from jambot.web.when import age

PAGE_SIZE = 50
LONGEST_QUERY = 200
PAINT_EVERY_S = 0.5


class AdminListsState(rx.State):
    """`trouble` is the code of what went wrong while loading, else empty; `older` is the address of the next page."""

    people: list[PersonLine] = []
    workspaces: list[WorkspaceLine] = []
    jobs: list[JobLine] = []
    entries: list[AuditLine] = []
    query: str = ""
    older: str = ""
    is_first_page: bool = True
    is_loading: bool = True
    trouble: str = ""

    @rx.event
    @admins
    async def load_people(self):
        """On load of the people."""
        async for step in self._load(self._read_people):
            yield step

    @rx.event
    @admins
    async def load_workspaces(self):
        """On load of the workspaces."""
        async for step in self._load(self._read_workspaces):
            yield step

    @rx.event
    @admins
    async def load_jobs(self):
        """On load of the clean-ups."""
        async for step in self._load(self._read_jobs):
            yield step

    @rx.event
    @admins
    async def load_audit(self):
        """On load of the audit log."""
        async for step in self._load(self._read_audit):
            yield step

    @rx.event
    @admins
    def find(self, form: dict[str, str]):
        """Look for words in this list."""
        path = self.router.url.path
        return rx.redirect(_address(path, q=str(form.get("q", "")).strip()[:LONGEST_QUERY]))

    @rx.event
    @admins
    async def set_disabled(self, user_id: str, is_disabled: bool) -> None:
        """Shut somebody out at once, or let them in again."""
        me = await person(self)
        await services().admin.set_disabled(me, checked_id(user_id), is_disabled=is_disabled)
        await self._read_people(me)

    @rx.event
    @admins
    async def set_role(self, user_id: str, role: str) -> None:
        """Make somebody an admin, or no longer."""
        if role not in tuple(Role):
            raise InvalidInput("There is no such role.")
        me = await person(self)
        await services().admin.set_role(me, checked_id(user_id), role=Role(role))
        await self._read_people(me)

    @rx.event
    @admins
    async def run_job(self, name: str):
        """Do a clean-up now."""
        me = await person(self)
        self.jobs = [replace(line, is_running=line.is_running or line.name == name) for line in self.jobs]
        yield
        try:
            await services().desk.schedule.run_now(me, name)
        finally:
            await self._read_jobs(me)
        (await self.get_state(NoticeState))._say(t("notice.job_done"))
        yield NoticeState.fade

    @rx.event(background=True, supersedes=True)
    @admins
    async def watch_people(self) -> None:
        """Keep the people true while they are looked at."""
        async with listening(services().bus, ADMIN_TOPIC) as inbox:
            while True:
                await inbox.next()
                inbox.take_waiting()
                async with self:
                    me = await person(self)
                    # The next event draws what could not be read now; the page keeps what it has.
                    with suppress(JamBotError):
                        await self._read_people(me)
                await asyncio.sleep(PAINT_EVERY_S)

    async def _load(self, read: Callable[[Principal], Awaitable[None]]):
        self.is_loading, self.trouble = True, ""
        yield
        try:
            asked = self.router.url.query_parameters
            self.query = asked.get("q", "")[:LONGEST_QUERY]
            self.is_first_page, self.older = not asked.get("cursor"), ""
            await read(await framed(self))
        except JamBotError as failure:
            self.trouble = failure.code
        finally:
            self.is_loading = False

    def _page(self, path: str, cursor: str | None) -> None:
        self.older = _address(path, q=self.query, cursor=cursor) if cursor else ""

    async def _read_people(self, me: Principal) -> None:
        page = await services().admin.people(me, query=self.query, cursor=_cursor(self), limit=PAGE_SIZE)
        self._page(routes.ADMIN_PEOPLE, page.next_cursor)
        self.people = [
            PersonLine(
                id=row.id,
                person=row.name or row.email,
                email=row.email,
                role=row.role,
                is_disabled=row.is_disabled,
                joined_at=iso(row.created_at),
                seen_at=iso(row.last_sign_in_at) if row.last_sign_in_at else "",
                sessions=address_of(changed(AdminView(), person=row.id)),
                is_me=row.id == me.user_id,
            )
            for row in page.rows
        ]

    async def _read_workspaces(self, me: Principal) -> None:
        page = await services().admin.workspaces(me, query=self.query, cursor=_cursor(self), limit=PAGE_SIZE)
        self._page(routes.ADMIN_WORKSPACES, page.next_cursor)
        now = services().clock.now()
        self.workspaces = [
            WorkspaceLine(
                id=row.id,
                name=row.name or t("top.untitled"),
                person=row.email,
                status=row.status,
                messages=number(row.message_count),
                age=age(iso(row.last_activity_at), now),
                at=iso(row.last_activity_at),
            )
            for row in page.rows
        ]

    async def _read_jobs(self, me: Principal) -> None:
        self.jobs = [job_line(row) for row in await services().desk.schedule.rows(me)]

    async def _read_audit(self, me: Principal) -> None:
        page = await services().admin.audit(me, action=self.query, cursor=_cursor(self), limit=PAGE_SIZE)
        self._page(routes.ADMIN_AUDIT, page.next_cursor)
        self.entries = [audit_line(row) for row in page.rows]


def _cursor(state: rx.State) -> str | None:
    return state.router.url.query_parameters.get("cursor") or None


def _address(path: str, **chosen: str | None) -> str:
    query = {name: value for name, value in chosen.items() if value}
    return f"{path}?{urlencode(query)}" if query else path

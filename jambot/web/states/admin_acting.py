"""An action on sessions: what it would hit, the reason, and how far it is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import reflex as rx

from jambot.admin.actions import Doing, Impact, Selection
from jambot.admin.operations import Operation
from jambot.clock import iso
from jambot.db.types import parse_iso
from jambot.errors import InvalidInput, NotFound
from jambot.services import services
from jambot.web.admin_items import number
from jambot.web.policy import admins
from jambot.web.states.admin_table import AdminTableState
from jambot.web.states.base import checked_id, person
from jambot.web.strings import t

FOLLOW_EVERY_S = 0.25
TYPED_FROM = 10
"""From how many sessions on the number is typed before something is ended."""


@dataclass(frozen=True, kw_only=True)
class HitLine:
    """A line of what an action would hit."""

    icon: str = ""
    count: str = ""
    words: str = ""


class AdminActingState(rx.State):
    """`doing` is empty while nothing is asked; `running` is the id of the action under way."""

    doing: str = ""
    title: str = ""
    hits: list[HitLine] = []
    counted_at: str = ""
    total: int = 0
    must_type: bool = False
    needs_reason: bool = True
    error: str = ""
    running: str = ""
    progress: str = ""
    percent: int = 0
    is_over: bool = False
    _selection: Selection = Selection()

    @rx.event
    @admins
    async def ask(self, doing: str):
        """Show what an action on the chosen sessions would hit."""
        table = await self.get_state(AdminTableState)
        await self._ask(doing, table._selection())

    @rx.event
    @admins
    async def ask_one(self, doing: str, handle: str):
        """Show what an action on one session would hit."""
        await self._ask(doing, Selection(handles=(checked_id(handle),)))

    @rx.event
    @admins
    def cancel(self) -> None:
        """Do nothing."""
        self._clear()

    @rx.event
    @admins
    async def confirm(self, form: dict[str, str]):
        """Do it."""
        if not self.doing:
            return None
        reason = str(form.get("reason", "")).strip()
        if self.must_type and str(form.get("count", "")).strip() != str(self.total):
            self.error = f"{t('act.type')} {self.total}."
            return None
        try:
            operation = await services().desk.operations.start(
                await person(self),
                Doing(self.doing),
                self._selection,
                reason=reason,
                counted_at=parse_iso(self.counted_at),
            )
        except InvalidInput as refused:
            self.error = refused.detail
            return None
        self._clear()
        (await self.get_state(AdminTableState))._forget()
        self.running = operation.id
        self._show(operation)
        return AdminActingState.follow

    @rx.event(background=True, supersedes=True)
    @admins
    async def follow(self) -> None:
        """Say how far the action is until it is over."""
        while True:
            async with self:
                me = await person(self)
                try:
                    operation = services().desk.operations.find(me, self.running)
                except NotFound:
                    self.running = ""
                    return
                self._show(operation)
                if self.is_over:
                    return
            await asyncio.sleep(FOLLOW_EVERY_S)

    @rx.event
    @admins
    async def stop(self) -> None:
        """Stop the action where it is."""
        if self.running:
            self._show(await services().desk.operations.stop(await person(self), self.running))

    @rx.event
    @admins
    def dismiss(self) -> None:
        """Take the line of progress away."""
        self.running, self.progress = "", ""

    async def _ask(self, doing: str, selection: Selection) -> None:
        wanted = Doing(doing) if doing in tuple(Doing) else None
        if wanted is None:
            raise InvalidInput("There is no such action.")
        impact = await services().desk.operations.preview(await person(self), wanted, selection)
        self._selection, self.doing, self.error = selection, wanted.value, ""
        self.counted_at, self.total = iso(impact.counted_at), impact.sessions
        many = "" if impact.is_exact else f"{t('act.at_least')} "
        noun = t("act.session") if impact.sessions == 1 else t("act.sessions")
        self.title = f"{t(f'act.{wanted.value}')}: {many}{number(impact.sessions)} {noun}"
        self.hits = hit_lines(impact)
        self.needs_reason = wanted is not Doing.EXTEND
        self.must_type = self.needs_reason and impact.sessions >= TYPED_FROM

    def _show(self, operation: Operation) -> None:
        done = operation.progress
        handled = done.done + done.failed + done.spared
        self.is_over = operation.state != "running"
        self.percent = 100 if operation.state == "done" else min(99, round(handled / max(operation.total, 1) * 100))
        words = t(f"act.{operation.doing.value}")
        if operation.state == "running":
            told = t("act.running").format(done=number(handled), total=number(operation.total))
        else:
            key = "act.done" if operation.state == "done" else "act.stopped"
            told = t(key).format(done=number(done.done))
        if done.failed:
            told += f", {t('act.failed').format(failed=number(done.failed))}"
        self.progress = f"{words}: {told}"

    def _clear(self) -> None:
        self.doing, self.title, self.hits, self.error = "", "", [], ""


def hit_lines(impact: Impact) -> list[HitLine]:
    """What an action would hit, in words; zeros are left out."""
    lines = (
        ("users", impact.people, "act.people"),
        ("pencil", impact.typing, "act.typing"),
        ("loader-circle", impact.missions, "act.missions"),
        ("moon", impact.idle, "act.idle"),
        ("minus", impact.spared, "act.spared"),
        ("shield", impact.own, "act.own"),
    )
    return [HitLine(icon=icon, count=number(count), words=t(key)) for icon, count, key in lines if count]

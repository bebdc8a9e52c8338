"""An action on sessions: what it would hit, the reason, and how far it is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import reflex as rx

from jambot.admin.doing import Doing, Impact, Moving, Selection
from jambot.admin.operations import Operation
from jambot.admin.view import changed
from jambot.clock import iso
from jambot.db.types import parse_iso
from jambot.errors import InvalidInput, NotFound, WrongState
from jambot.services import services
from jambot.web.admin_address import address_of
from jambot.web.admin_items import number
from jambot.web.policy import admins
from jambot.web.states.admin_address import view_here
from jambot.web.states.admin_table import AdminTableState
from jambot.web.states.base import checked_id, person
from jambot.web.strings import t

FOLLOW_EVERY_S = 0.25
MOST_FAILURES = 20
TYPED_FROM = 10
"""From how many sessions on the number is typed before something is ended."""


@dataclass(frozen=True, kw_only=True)
class HitLine:
    """A line of what an action would hit."""

    icon: str = ""
    count: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class FailedLine:
    """A session that is not as it should be, and why."""

    handle: str = ""
    why: str = ""
    href: str = ""


class AdminActingState(rx.State):
    """`doing` is empty while nothing is asked; `running` is the id of the action under way.

    `targets` is empty unless sessions are to be moved. `error` says what was wrong with the form, `trouble` why it
    cannot be done at this moment.
    """

    doing: str = ""
    title: str = ""
    what: str = ""
    targets: list[str] = []
    target: str = ""
    deletes: bool = False
    hits: list[HitLine] = []
    counted_at: str = ""
    total: int = 0
    many: bool = False
    is_ending: bool = True
    error: str = ""
    trouble: str = ""
    running: str = ""
    progress: str = ""
    percent: int = 0
    is_over: bool = False
    failures: list[FailedLine] = []
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
    async def aim(self, target: str):
        """Choose the store to move to."""
        self.target = target
        await self._ask(self.doing, self._selection)

    @rx.event
    @admins
    async def leave_nothing(self, deletes: bool):
        """Choose whether what is moved ends here."""
        self.deletes = deletes
        await self._ask(self.doing, self._selection)

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
        if self.many and (self.deletes or not self.targets) and str(form.get("count", "")).strip() != str(self.total):
            self.error = f"{t('act.type')} {self.total}."
            return None
        try:
            operation = await services().desk.operations.start(
                await person(self),
                Doing(self.doing),
                self._selection,
                reason=reason,
                counted_at=parse_iso(self.counted_at),
                moving=self._moving(Doing(self.doing)),
            )
        except (InvalidInput, WrongState) as refused:
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
                    await self._show_failures(operation)
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
        self.running, self.progress, self.failures = "", "", []

    async def _ask(self, doing: str, selection: Selection) -> None:
        wanted = Doing(doing) if doing in tuple(Doing) else None
        if wanted is None:
            raise InvalidInput("There is no such action.")
        self._take_targets(wanted)
        operations, moving = services().desk.operations, self._moving(wanted)
        impact = await operations.preview(await person(self), wanted, selection, moving)
        self._selection, self.doing, self.error, self.trouble = selection, wanted.value, "", impact.trouble
        self.counted_at, self.total = iso(impact.counted_at), impact.sessions
        many = "" if impact.is_exact else f"{t('act.at_least')} "
        noun = t("act.session") if impact.sessions == 1 else t("act.sessions")
        self.what = f"{many}{number(impact.sessions)} {noun}"
        self.title = f"{t('act.move_title') if wanted is Doing.MOVE else t(f'act.{wanted.value}')}: {self.what}"
        self.hits = hit_lines(impact)
        self.is_ending = wanted is not Doing.EXTEND
        self.many = self.is_ending and impact.sessions >= TYPED_FROM

    def _take_targets(self, doing: Doing) -> None:
        names = list(services().desk.targets.names) if doing is Doing.MOVE else []
        if doing is Doing.MOVE and not names:
            raise InvalidInput(t("act.move_none"))
        if not self.doing:
            self.target, self.deletes = "", False
        self.targets, self.target = names, self.target if self.target in names else next(iter(names), "")

    def _moving(self, doing: Doing) -> Moving | None:
        return Moving(target=self.target, deletes=self.deletes) if doing is Doing.MOVE else None

    async def _show_failures(self, operation: Operation) -> None:
        rows = services().desk.operations.results(await person(self), operation.id).rows
        view = view_here(self)
        self.failures = [
            FailedLine(handle=row.handle, why=row.failed, href=address_of(changed(view, session=row.handle)))
            for row in rows[:MOST_FAILURES]
            if row.failed
        ]

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
        self.doing, self.title, self.hits, self.error, self.trouble, self.targets = "", "", [], "", "", []


def hit_lines(impact: Impact) -> list[HitLine]:
    """What an action would hit, in words; zeros are left out. A copy hits nobody: it says only what it is of."""
    is_felt = impact.moving is None or impact.moving.deletes
    felt = (
        ("pencil", impact.typing, "act.typing_one" if impact.typing == 1 else "act.typing"),
        ("loader-circle", impact.missions, "act.missions"),
        ("moon", impact.idle, "act.idle"),
    )
    lines = (
        ("users", impact.people, "act.people_one" if impact.people == 1 else "act.people"),
        ("monitor", impact.devices if impact.moving else 0, "act.devices"),
        *(felt if is_felt else ()),
        ("minus", impact.spared, "act.spared"),
        ("shield", impact.own, "act.own"),
    )
    return [HitLine(icon=icon, count=number(count), words=t(key)) for icon, count, key in lines if count]

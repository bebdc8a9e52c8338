"""A workspace to look around in: a finished mission with real results, a failed step to retry, a proposal to decide on.

The finished mission is really run, on a small file of orders that is shipped with the app. The failed step is the one
thing that is staged, and its error says so; retrying it really runs it.
"""

from __future__ import annotations

import asyncio
from importlib.resources import files

from sqlmodel import select

from jambot.access import Principal
from jambot.assistant.prompt import context_of
from jambot.clock import Clock
from jambot.db import Tx, UnitOfWork
from jambot.db.models import MessageRole, UserSession
from jambot.db.repositories import missions as mission_rows
from jambot.events import EventBus, listening
from jambot.events.types import MissionChanged, workspace_topic
from jambot.llm.context import tables_of
from jambot.llm.draft import MissionDraft
from jambot.llm.naming import name_in_words
from jambot.llm.plan import named, plan
from jambot.llm.understand import understand
from jambot.missions import ledger
from jambot.missions.acceptance import accept_proposal
from jambot.missions.facts import AskMode, Change
from jambot.missions.lifecycle import StepStatus
from jambot.missions.service import MissionService
from jambot.tools.registry import find_tool
from jambot.workspaces import conversation
from jambot.workspaces.assets import AssetService
from jambot.workspaces.story import new_workspace
from jambot.workspaces.view import AssetView

NAME = "Demo: shop orders"
FILE = "orders.csv"
FINISHES_WITHIN_S = 60
STAGED_FAILURE = "Example of a failure: the server was restarted while this step ran. Nothing is lost; retry it."

_GREETING = (
    "This is a demo workspace; one click in its menu removes it. Its file is a small table of shop orders. "
    "The first mission charts its revenue by month: look at its steps in the panel, and at what it found below."
)
_AFTERWARDS = (
    "Two things wait in the mission panel: a step that failed, which you can retry, and a proposal for a report, "
    "which exists only once you accept it. Or ask me for something else about the orders."
)
_FINISHED, _FAILED, _PROPOSED = "chart revenue by month", "chart revenue by channel", "write a report about orders.csv"


class Demo:
    """Makes and removes a person's demo workspace; everybody has at most one."""

    def __init__(
        self, *, work: UnitOfWork, clock: Clock, bus: EventBus, assets: AssetService, missions: MissionService
    ) -> None:
        self._work = work
        self._clock = clock
        self._bus = bus
        self._assets = assets
        self._missions = missions
        self._filling: set[asyncio.Task[None]] = set()

    async def make(self, me: Principal) -> str:
        """The id of the demo workspace, made now unless there is one; its missions fill it within seconds."""
        workspace_id, is_new = await self._work.write(lambda tx: self._find_or_make(tx, me))
        if is_new:
            filling = asyncio.create_task(self.fill(me, workspace_id), name="demo")
            self._filling.add(filling)
            filling.add_done_callback(self._filling.discard)
        return workspace_id

    async def fill(self, me: Principal, workspace_id: str) -> None:
        """Put the file, the missions and the messages into a fresh demo workspace."""
        content = files("jambot.demo").joinpath(FILE).read_bytes()
        orders = await self._assets.upload(me, workspace_id, name=FILE, content=content, key=f"demo {workspace_id}")
        await self._say(workspace_id, MessageRole.USER, f"Please {_FINISHED}.")
        await self._say(workspace_id, MessageRole.ASSISTANT, _GREETING)
        await self._finish_one(me, workspace_id, orders)
        await self._fail_one(me, workspace_id, orders)
        await self._say(workspace_id, MessageRole.ASSISTANT, _AFTERWARDS)
        await self._missions.propose(me, workspace_id, _draft(_PROPOSED, orders))

    async def settled(self) -> None:
        """Wait until every demo that is being made is whole."""
        await asyncio.gather(*self._filling)

    def _find_or_make(self, tx: Tx, me: Principal) -> tuple[str, bool]:
        query = select(UserSession).where(UserSession.user_id == me.user_id, UserSession.is_demo)
        present = tx.exec(query.where(UserSession.deleted_at == None)).first()  # noqa: E711
        if present is not None:
            return present.id, False
        return new_workspace(tx, user_id=me.user_id, now=self._clock.now(), name=NAME, is_demo=True).id, True

    async def _say(self, workspace_id: str, role: MessageRole, content: str) -> None:
        def change(tx: Tx) -> None:
            workspace = tx.get_one(UserSession, workspace_id)
            conversation.append(tx, workspace, role=role, content=content, now=self._clock.now())

        await self._work.write(change)

    async def _finish_one(self, me: Principal, workspace_id: str, orders: AssetView) -> None:
        async with listening(self._bus, workspace_topic(workspace_id)) as heard:
            proposal = await self._missions.propose(me, workspace_id, _draft(_FINISHED, orders), ask=AskMode.RUN_ALL)
            await self._missions.accept(me, proposal.id)
            async with asyncio.timeout(FINISHES_WITHIN_S):
                while not _is_end(await heard.next()):
                    pass

    async def _fail_one(self, me: Principal, workspace_id: str, orders: AssetView) -> None:
        proposal = await self._missions.propose(me, workspace_id, _draft(_FAILED, orders), ask=AskMode.RUN_ALL)

        def change(tx: Tx) -> None:
            row = mission_rows.require_proposal(tx, user_id=me.user_id, proposal_id=proposal.id)
            workspace = mission_rows.require_workspace(tx, user_id=me.user_id, workspace_id=workspace_id)
            now = self._clock.now()
            mission_id = accept_proposal(tx, row, workspace, find_tool=find_tool, ask=None, now=now)
            rows = mission_rows.require_rows(tx, mission_id, lock=True)
            step = rows.steps[0]
            step.attempt, step.started_at, step.error_message = 1, now, STAGED_FAILURE
            ledger.apply(tx, rows, [Change(id=step.id, to=StepStatus.EXECUTING)], now=now)
            ledger.apply(tx, rows, [Change(id=step.id, to=StepStatus.FAILED, reason=STAGED_FAILURE)], now=now)

        await self._work.write(change)


def _draft(phrase: str, table: AssetView) -> MissionDraft:
    tables = tables_of(context_of([table]))
    intent = understand([phrase], tables)
    draft = plan(intent)  # type: ignore[arg-type]  the shipped file serves the shipped phrases
    return named(draft, name_in_words([phrase], intent, tables))


def _is_end(event: object) -> bool:
    return isinstance(event, MissionChanged) and event.status in {"completed", "failed", "paused"}

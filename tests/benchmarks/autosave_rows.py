"""What it costs to keep what is typed: many workspaces in one commit, and nothing at all."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import event, select
from sqlmodel import Session, col

from jambot.access import Principal, Role
from jambot.clock import SystemClock
from jambot.db import UnitOfWork
from jambot.db.migrations import upgrade
from jambot.db.models import User, UserSession
from jambot.events import LocalBus
from jambot.ids import DeviceId, LoginId, UserId, new_id
from jambot.workspaces.autosave import Autosave
from jambot.workspaces.drafts import DraftWrite, StoredDraft
from tests.benchmarks.measure import Row, median
from tests.benchmarks.seed import message_text, seed_history

DIRTY = 1_000
ROUNDS = 9
EMAIL = "writer@example.org"
_numbers = itertools.count()


def autosave_rows(folder: Path) -> Iterator[Row]:
    """Drafts of about 300 characters and a place in each workspace, in a SQLite file flushed at every commit."""
    url = f"sqlite:///{folder / 'autosave.db'}"
    upgrade(url)
    return iter(asyncio.run(_rows(url)))


async def _rows(url: str) -> list[Row]:
    work = UnitOfWork(url, LocalBus())
    try:
        now = SystemClock().now()
        await work.write(lambda tx: tx.add(User(email=EMAIL, email_key=EMAIL, name="Writer", created_at=now)))
        seed_history(url, EMAIL, DIRTY)
        user_id, ids = await work.read(_everything)
        me = Principal(
            user_id=UserId(user_id),
            login_id=LoginId(new_id()),
            role=Role.USER,
            email=EMAIL,
            name="Writer",
            device_id=DeviceId(new_id()),
        )
        autosave = Autosave(work=work, clock=SystemClock())
        many: list[float] = []
        one: list[float] = []
        for _ in range(ROUNDS + 1):
            many.append(await _save(autosave, me, ids))
            one.append(median([await _save(autosave, me, ids[:1]) for _ in range(5)]))
        statements = await _statements_when_clean(work, autosave)
    finally:
        work.close()
    thousand, single = median(many[1:]), median(one[1:])
    return [
        Row(
            name=f"Autosave: {DIRTY:,} dirty workspaces in one commit / one",
            ratio=thousand / single,
            bar=10,
            detail=f"{thousand:.1f} / {single:.2f} ms",
        ),
        Row(
            name="Autosave: SQL statements with nothing dirty", ratio=statements, bar=0, detail="100 ticks and a flush"
        ),
    ]


def _everything(session: Session) -> tuple[str, list[str]]:
    workspaces = session.execute(select(col(UserSession.id))).scalars()
    return session.execute(select(col(User.id))).scalar_one(), list(workspaces)


async def _save(autosave: Autosave, me: Principal, ids: list[str]) -> float:
    """Milliseconds of one flush; noting is not part of it, because people type at different moments."""
    number = next(_numbers)
    for workspace_id in ids:
        stored: StoredDraft = await autosave.load(me, workspace_id)
        text = f"{number} {message_text(number)}"
        autosave.note(
            me,
            workspace_id,
            draft=DraftWrite(text=text, caret=len(text), base_revision=stored.revision),
            place_now={"message": f"m{number}", "offset": number},
        )
    began = time.perf_counter()
    assert await autosave.flush_all()
    return (time.perf_counter() - began) * 1000


async def _statements_when_clean(work: UnitOfWork, autosave: Autosave) -> int:
    seen: list[str] = []
    for engine in (work.writer, work.reader):
        event.listen(engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
        event.listen(engine, "begin", lambda _: seen.append("BEGIN"))
    for _ in range(100):
        await autosave.tick()
    await autosave.flush_all()
    return len(seen)

"""Actions on sessions: what a preview says is what happens, in pieces, audited, and never to one's own."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import event

from jambot.access import Role
from jambot.admin.doing import Doing, Selection
from jambot.admin.session_rows import Filter
from jambot.db import UnitOfWork
from jambot.db.models import Mission, OpenPage, User, UserSession
from jambot.db.repositories import audit
from jambot.errors import Forbidden, InvalidInput, NotFound
from jambot.events import listening
from jambot.events.types import LOGINS_TOPIC, LoginEnded
from jambot.ids import LoginId, new_id
from tests.admin.conftest import ROOT, person, some


@pytest.fixture
async def crowd(sessions, work, clock):
    """Ada signed in twice and with a memory, Bob once, and a guest nobody knows."""
    ada, bob = await person(work, clock, "Ada"), await person(work, clock, "Bob")
    made = {
        "ada": [*await some(sessions, clock, 1, kind="login", user_id=ada)],
        "memory": await some(sessions, clock, 1, kind="memory", user_id=ada),
        "bob": await some(sessions, clock, 1, kind="login", user_id=bob),
        "guest": await some(sessions, clock, 1, kind="guest"),
    }
    made["ada"] += await some(sessions, clock, 1, kind="login", user_id=ada)
    return {name: list(handles) for name, handles in made.items()} | {"ids": {"ada": ada, "bob": bob}}


async def states(sessions, handles: list[str]) -> set[str]:
    return {(await sessions.state(handle)).value for handle in handles}


async def done(desk, doing: Doing, selection: Selection, reason: str = "ticket 7") -> Any:
    started = await desk.operations.start(ROOT, doing, selection, reason=reason)
    return await desk.operations.finished(ROOT, started.id)


async def test_a_preview_of_many_asks_few_questions(desk, sessions, work, clock):
    for _ in range(450):
        await sessions.create(None, kind="guest")
    asked: list[str] = []

    @event.listens_for(work.reader, "before_cursor_execute")
    def note(connection, cursor, statement, parameters, context, executemany):
        asked.append(statement)

    matching = Selection(matching=Filter(kinds=("guest",)))
    assert (await desk.operations.preview(ROOT, Doing.EXPIRE, matching)).sessions == 450
    assert len([each for each in asked if "engine_sessions.version" in each]) == 1


async def test_a_preview_counts_and_changes_nothing(desk, crowd, sessions, work, clock):
    ada = crowd["ids"]["ada"]
    workspace = UserSession(
        user_id=ada,
        chat_id=new_id(),
        created_at=clock.now(),
        updated_at=clock.now(),
        last_activity_at=clock.now(),
        status_changed_at=clock.now(),
    )
    moments = {"created_at": clock.now(), "updated_at": clock.now(), "status_changed_at": clock.now()}

    def busy(tx: Any) -> None:
        tx.add(workspace)
        tx.flush()
        tx.add(Mission(workspace_id=workspace.id, user_id=ada, name="m", status="in_progress", **moments))
        tx.add(
            OpenPage(
                user_id=ada,
                login_id=crowd["ada"][0],
                workspace_id=workspace.id,
                opened_at=clock.now(),
                seen_at=clock.now(),
            )
        )
        tx.flush()
        tx.connection().exec_driver_sql(
            "INSERT INTO drafts (id, workspace_id, user_id, field, text, caret, revision, device_id, updated_at)"
            " VALUES (?, ?, ?, 'composer', 'half a sentence', 0, 1, '', ?)",
            (new_id(), workspace.id, ada, f"{clock.now():%Y-%m-%dT%H:%M:%S.%f}Z"),
        )

    await work.write(busy)
    impact = await desk.operations.preview(ROOT, Doing.SIGN_OUT, Selection(matching=Filter()))
    assert (impact.sessions, impact.people, impact.spared, impact.own) == (3, 2, 2, 0)
    assert (impact.typing, impact.missions, impact.is_exact) == (1, 1, True)
    assert impact.counted_at == clock.now()
    assert await states(sessions, [*crowd["ada"], *crowd["bob"]]) == {"active"}


async def test_signing_out_all_that_match_ends_their_logins_and_tells_their_pages(desk, crowd, sessions, bus, work):
    async with listening(bus, LOGINS_TOPIC) as heard:
        over = await done(desk, Doing.SIGN_OUT, Selection(matching=Filter(person="ada")))
        told = {event.login_id for event in heard.take_waiting() if isinstance(event, LoginEnded)}
    assert (over.state, over.progress.done, over.progress.spared) == ("done", 2, 1)
    assert told == set(crowd["ada"])
    assert await states(sessions, crowd["ada"]) == {"expired"}
    assert await states(sessions, crowd["bob"] + crowd["memory"] + crowd["guest"]) == {"active"}
    entries = await work.read(lambda db: audit.page(db, action="sessions.signed_out"))
    assert [(entry.subject, entry.reason, entry.details["count"]) for entry in entries] == [
        (crowd["ids"]["ada"], "ticket 7", 2)
    ]


async def demote(work: UnitOfWork) -> None:
    """Make the admin of these tests an ordinary person."""

    def change(tx: Any) -> None:
        user = tx.get(User, ROOT.user_id)
        user.role = Role.USER.value
        tx.add(user)

    await work.write(change)


async def test_an_action_stops_when_whoever_began_it_is_no_admin_any_more(desk, crowd, sessions, work):
    await demote(work)
    started = await desk.operations.start(ROOT, Doing.EXPIRE, Selection(matching=Filter()), reason="out of spite")
    over = await desk.operations.finished(ROOT, started.id)
    assert (over.state, over.progress.done) == ("stopped", 0)
    assert await states(sessions, [*crowd["ada"], *crowd["bob"], *crowd["guest"]]) == {"active"}


async def test_an_export_ends_when_whoever_asked_for_it_is_no_admin_any_more(desk, crowd, sessions, work):
    await asyncio.gather(*(sessions.create(None, kind="memory") for _ in range(1_000)))
    pages = desk.table.exported(ROOT, Filter(state="any"))
    assert len(await anext(pages)) == 1_000
    await demote(work)
    with pytest.raises(Forbidden):
        await anext(pages)


async def test_the_callers_own_session_is_left_alone(desk, crowd, sessions):
    me = replace(ROOT, login_id=LoginId(crowd["bob"][0]))
    impact = await desk.operations.preview(me, Doing.EXPIRE, Selection(matching=Filter()))
    assert (impact.sessions, impact.own) == (4, 1)
    started = await desk.operations.start(me, Doing.EXPIRE, Selection(matching=Filter()), reason="maintenance")
    assert (await desk.operations.finished(me, started.id)).progress.done == 4
    assert await states(sessions, crowd["bob"]) == {"active"}


async def test_what_was_made_after_the_preview_is_left_alone(desk, crowd, sessions, clock):
    impact = await desk.operations.preview(ROOT, Doing.EXPIRE, Selection(matching=Filter()))
    clock.advance(timedelta(seconds=5))
    later = await some(sessions, clock, 1, kind="guest")
    started = await desk.operations.start(
        ROOT, Doing.EXPIRE, Selection(matching=Filter()), reason="old", counted_at=impact.counted_at
    )
    assert (await desk.operations.finished(ROOT, started.id)).progress.done == impact.sessions
    assert await states(sessions, later) == {"active"}


async def test_revoking_ends_everything_a_person_has(desk, crowd, sessions):
    over = await done(desk, Doing.REVOKE, Selection(handles=(crowd["ada"][0],)))
    assert over.state == "done"
    assert await states(sessions, crowd["ada"] + crowd["memory"]) == {"expired"}
    assert await states(sessions, crowd["bob"]) == {"active"}


async def test_extending_prolongs_what_may_be_prolonged_and_is_no_use_of_it(desk, crowd, sessions, clock):
    before = await sessions.find(crowd["bob"][0])
    clock.advance(timedelta(minutes=10))
    over = await done(desk, Doing.EXTEND, Selection(handles=(crowd["bob"][0], crowd["guest"][0], new_id())))
    assert (over.progress.done, over.progress.spared) == (1, 1)
    after = await sessions.find(crowd["bob"][0])
    assert after.expires_at > before.expires_at
    assert after.last_accessed_at == before.last_accessed_at


async def test_many_are_done_in_pieces_and_can_be_stopped(desk, sessions, clock):
    await some(sessions, clock, 450, kind="guest")
    steps = [
        step.progress.done
        async for step in desk.operations._actions.run(
            ROOT, Doing.EXPIRE, Selection(matching=Filter(kinds=("guest",))), reason="old"
        )
    ]
    assert steps == [200, 400, 450]
    assert (await sessions.stats()).now.by_kind == {}


async def test_a_reason_is_needed_and_only_admins_act(desk, crowd):
    for doing, reason in product((Doing.EXTEND, Doing.SIGN_OUT), ("", "   ")):
        with pytest.raises(InvalidInput):
            await desk.operations.start(ROOT, doing, Selection(matching=Filter()), reason=reason)
    user = replace(ROOT, role=Role.USER)
    with pytest.raises(Forbidden):
        await desk.operations.start(user, Doing.EXTEND, Selection(), reason="x")
    with pytest.raises(Forbidden):
        await desk.operations.preview(user, Doing.EXTEND, Selection())
    with pytest.raises(InvalidInput):
        await desk.operations.preview(ROOT, Doing.EXTEND, Selection(handles=tuple(new_id() for _ in range(1_001))))
    with pytest.raises(NotFound):
        desk.operations.find(ROOT, new_id())

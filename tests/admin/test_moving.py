"""Moving sessions to another store from the dashboard: what arrives, what stays, what fails and why."""

from __future__ import annotations

import traceback
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from jambot.access import Role
from jambot.admin.doing import Doing, Moving, Selection
from jambot.admin.session_rows import Filter
from jambot.admin.targets import Targets
from jambot.db.repositories import audit
from jambot.errors import Forbidden, InvalidInput, Unavailable, WrongState
from jambot.events import listening
from jambot.events.types import LOGINS_TOPIC, LoginEnded
from jambot.ids import LoginId
from jambot.sessions import SessionManager
from jambot.settings import Settings
from tests.admin.conftest import ROOT, person, some

ALL = Selection(matching=Filter())
COPY, AWAY = Moving(target="archive"), Moving(target="archive", deletes=True)


@pytest.fixture
async def logged_in(sessions: SessionManager, work: Any, clock: Any) -> list[str]:
    """Two logins of Ada's and a memory of hers."""
    ada = await person(work, clock, "Ada")
    kinds = ("login", "login", "memory")
    return [(await some(sessions, clock, 1, kind=kind, user_id=ada))[0] for kind in kinds]


async def done(desk: Any, moving: Moving, selection: Selection = ALL) -> Any:
    begun = await desk.operations.start(ROOT, Doing.MOVE, selection, reason="new machine", moving=moving)
    return await desk.operations.finished(ROOT, begun.id)


async def test_a_copy_arrives_with_its_remaining_life_and_nobody_is_signed_out(
    desk, logged_in, sessions, work, clock, bus
):
    before = {handle: await sessions.find(handle) for handle in logged_in}
    impact = await desk.operations.preview(ROOT, Doing.MOVE, ALL, COPY)
    assert (impact.sessions, impact.devices, impact.moving, impact.trouble) == (3, 2, COPY, "")
    clock.advance(timedelta(minutes=3))
    async with listening(bus, LOGINS_TOPIC) as heard:
        over = await done(desk, COPY)
        assert heard.take_waiting() == []
    assert (over.state, over.progress.done, over.progress.failed) == ("done", 3, 0)
    async with desk.targets.opened("archive") as there:
        for handle, session in before.items():
            moved = await there.find(handle)
            assert (moved.expires_at, moved.user_id, moved.kind) == (session.expires_at, session.user_id, session.kind)
            assert await sessions.exists(handle)
    entries = await work.read(lambda db: audit.page(db, action="sessions.copied"))
    assert [(entry.details["count"], entry.details["target"], entry.reason) for entry in entries] == [
        (3, "archive", "new machine")
    ]


async def test_a_moved_login_is_ended_here_and_its_pages_are_told(desk, logged_in, sessions, bus, work):
    async with listening(bus, LOGINS_TOPIC) as heard:
        assert (await done(desk, AWAY)).progress.done == 3
        assert {event.login_id for event in heard.take_waiting() if isinstance(event, LoginEnded)} == set(logged_in[:2])
    assert not [handle for handle in logged_in if await sessions.exists(handle)]
    assert len(await work.read(lambda db: audit.page(db, action="sessions.moved"))) == 1
    # Doing it again finds nothing more to do, and what arrived is still there.
    assert (await done(desk, AWAY, Selection(handles=tuple(logged_in)))).progress.done == 0
    async with desk.targets.opened("archive") as there:
        assert await there.exists(logged_in[0])


async def test_what_cannot_be_moved_says_why_and_stays(desk, logged_in, sessions):
    await done(desk, COPY)
    await sessions.update(logged_in[2], {"written": "meanwhile"})
    over = await done(desk, AWAY)
    assert (over.progress.done, over.progress.failed) == (2, 1)
    results = desk.operations.results(ROOT, over.id).rows
    assert (results[0].handle, results[0].success) == (logged_in[2], False)
    assert "different version" in results[0].failed
    assert await sessions.exists(logged_in[2])


async def test_the_callers_own_session_is_never_moved(desk, logged_in, sessions):
    me = replace(ROOT, login_id=LoginId(logged_in[0]))
    begun = await desk.operations.start(me, Doing.MOVE, ALL, reason="x", moving=AWAY)
    assert (await desk.operations.finished(me, begun.id)).progress.done == 2
    assert await sessions.exists(logged_in[0])


async def test_a_store_that_is_away_the_one_in_use_and_one_nobody_named_are_refused(desk, logged_in, sessions):
    gone = Moving(target="gone", deletes=True)
    assert "cannot be reached" in (await desk.operations.preview(ROOT, Doing.MOVE, ALL, gone)).trouble
    with pytest.raises(WrongState, match="reached"):
        await done(desk, gone)
    # Another address of the database in use: deleting what was copied would have deleted the copy.
    with pytest.raises(WrongState, match="in use"):
        await done(desk, Moving(target="here", deletes=True))
    for moving in (Moving(target="sqlite:///elsewhere.db"), None):
        with pytest.raises(InvalidInput):
            await desk.operations.preview(ROOT, Doing.MOVE, ALL, moving)
    with pytest.raises(InvalidInput):
        await desk.operations.preview(ROOT, Doing.EXPIRE, ALL, COPY)
    with pytest.raises(Forbidden):
        await desk.operations.preview(replace(ROOT, role=Role.USER), Doing.MOVE, ALL, COPY)
    assert len([handle for handle in logged_in if await sessions.exists(handle)]) == 3


@pytest.mark.parametrize(
    "targets", ["archive", "=redis://x", "A=redis://x", "a=memory", "a=http://x", "a=redis://x a=redis://y"]
)
def test_a_setting_that_names_no_store_is_refused_without_telling_it(targets: str):
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, session_targets=targets + "?canary")  # type: ignore[call-arg]
    assert "canary" not in str(refused.value)
    assert "canary" not in str([problem["msg"] for problem in refused.value.errors()])


@pytest.mark.parametrize("address", ["redis://:canary/rest@host:6379", "postgresql://u:p@canary:p@host/db"])
async def test_an_address_nobody_can_read_is_told_without_what_is_in_it(sessions, clock, address: str):
    targets = Targets({"odd": address}, sessions=sessions, keys=(), clock=clock)
    with capture_logs() as logs, pytest.raises(Unavailable, match="odd cannot be used as it is set up") as refused:
        async with targets.opened("odd"):
            pass
    assert "canary" not in "".join(traceback.format_exception(refused.value)) + repr(logs)


@pytest.mark.parametrize(
    "older", ["short", "x" * 40 + " changeme", "one key of before, that has spaces in it and is long"]
)
def test_a_key_of_before_is_as_strong_as_the_present_one(older: str):
    with pytest.raises(ValidationError, match="JAMBOT_OLDER_SECRET_KEYS"):
        Settings(_env_file=None, older_secret_keys=older)  # type: ignore[call-arg]


def test_stores_are_named_in_the_settings():
    found = Settings(_env_file=None, session_targets=" a=redis://u:p@h/1  b-2=sqlite:////x.db ").session_stores  # type: ignore[call-arg]
    assert found == {"a": "redis://u:p@h/1", "b-2": "sqlite:////x.db"}
    assert Settings(_env_file=None).session_stores == {}  # type: ignore[call-arg]

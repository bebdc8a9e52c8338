"""What the dashboard remembers: samples over restarts and processes, the log of sessions, the schedule."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from jambot.access import Role
from jambot.admin.figures import Figures, Resolution, from_json, merged, start_of
from jambot.admin.sampler import Sampler
from jambot.admin.schedule import Job, Schedule
from jambot.db.repositories import samples
from jambot.errors import Forbidden, InProgress, NotFound, StaleVersion, Unavailable
from jambot.events import listening
from jambot.events.types import ADMIN_TOPIC
from jambot.meter import Meter, percentile_ms, since
from tests.admin.conftest import ROOT, person, some


@pytest.mark.parametrize(
    ("took_ms", "share", "expected"),
    [
        ([], 0.5, None),
        ([0.9] * 100, 0.95, 0.985),  # in the class from 0.7 to 1
        ([1.2] * 90 + [40.0] * 10, 0.5, 1.278),
        ([1.2] * 90 + [40.0] * 10, 0.99, 48.0),
        ([60_000.0], 0.5, 10_000),
    ],
)
def test_percentiles_are_right_to_their_class(took_ms, share, expected):
    meter = Meter()
    for each in took_ms:
        meter.took("store", each / 1_000)
    found = percentile_ms(meter.read().spans.get("store", []), share)
    assert found == expected or abs(found - expected) < 0.01


def test_what_was_counted_between_two_readings():
    meter = Meter()
    meter.count("turns")
    earlier = meter.read()
    meter.count("turns", 2)
    meter.took("store", 0.001)
    counted = since(meter.read(), earlier)
    assert (counted.counts, sum(counted.spans["store"])) == ({"turns": 2}, 1)
    assert since(meter.read(), meter.read()).counts == {}


def test_stretches_become_one():
    one = Figures(n=1, gauges={"active": 10}, counts={"turns": 1}, spans={"store": [1, 2]})
    two = Figures(n=3, gauges={"active": 2}, counts={"turns": 4, "errors": 1}, spans={"store": [0, 1, 5]})
    whole = merged(one, two)
    assert (whole.n, whole.gauges, whole.counts) == (4, {"active": 4.0}, {"errors": 1, "turns": 5})
    assert whole.spans == {"store": [1, 3, 5]}
    assert merged(Figures(counts={"turns": 1}), one).gauges == {"active": 10}
    assert from_json(whole.to_json()) == whole
    assert from_json({"n": "?", "gauges": []}) == Figures()


def sampler(desk, work, clock, sessions, meter) -> Sampler:
    return Sampler(work=work, clock=clock, sessions=sessions, meter=meter, online=desk.table.online)


async def test_every_process_adds_what_it_counted_and_one_looks(desk, work, clock, sessions):
    ada = await person(work, clock, "Ada")
    await some(sessions, clock, 3, kind="login", user_id=ada)
    meters = [Meter(), Meter()]
    both = [sampler(desk, work, clock, sessions, meter) for meter in meters]
    for meter, each in zip(meters, both, strict=True):
        meter.count("turns", 5)
        meter.took("autosave", 0.02)
        await each.run_once()
    await both[0].run_once()
    at = start_of(clock.now(), timedelta(days=1))
    for resolution in Resolution:
        rows = await work.read(
            lambda db, r=resolution: samples.between(db, resolution=r, since=at, until=at + timedelta(days=2))
        )
        figures = from_json(rows[-1].figures)
        assert figures.counts["turns"] == 10
        assert sum(figures.spans["autosave"]) == 2
        assert (figures.n, figures.gauges["active"], figures.gauges["kind.login"]) == (2, 3, 3)
        assert figures.gauges["online"] == 1


async def test_samples_outlive_their_time_no_longer_than_they_are_kept(desk, work, clock, sessions):
    meter = Meter()
    each = sampler(desk, work, clock, sessions, meter)
    await each.run_once()
    clock.advance(timedelta(days=2))
    await each.run_once()
    start = clock.now() - timedelta(days=3)

    async def kept(resolution: str) -> int:
        return len(
            await work.read(
                lambda db: samples.between(db, resolution=resolution, since=start, until=clock.now() + timedelta(1))
            )
        )

    assert [await kept(each) for each in ("raw", "minute", "hour", "day")] == [1, 2, 2, 2]


async def test_the_course_of_a_range_is_drawn_from_samples_and_compared(desk, work, clock, sessions):
    meter = Meter()
    each = sampler(desk, work, clock, sessions, meter)
    for n in range(3):
        meter.count("turns", n + 1)
        await each.run_once()
        clock.advance(timedelta(hours=1))
    course = await desk.dashboard.course(ROOT, "1h")
    assert len(course.points) == 60
    assert (course.whole.counts.get("turns", 0), course.before.counts.get("turns", 0)) in {(3, 2), (0, 3)}
    assert len((await desk.dashboard.heat(ROOT))[0]) == 24


async def test_what_happens_to_sessions_is_in_the_log_and_followers_are_told(desk, work, clock, sessions, bus):
    ada = await person(work, clock, "Ada")
    made = await sessions.create(ada, kind="login")
    await sessions.refresh(made.handle)
    clock.advance(timedelta(seconds=1))
    await sessions.delete(made.handle, reason="lost laptop")
    await sessions.events_settled()
    async with listening(bus, ADMIN_TOPIC) as heard:
        assert await desk.log.write() == 3
        assert [event.kind for event in heard.take_waiting()] == ["sessions.logged"]
    entries = await desk.log.newest(ROOT, handle=made.handle)
    assert {entry.event for entry in entries} == {"created", "refreshed", "deleted"}
    assert (entries[0].event, entries[0].reason, entries[0].user_id) == ("deleted", "lost laptop", ada)
    assert await desk.log.newest(ROOT, after=entries[0].id) == []
    assert len(await desk.log.newest(ROOT, user_ids=[ada], event="created", kind="login")) == 1
    assert await desk.log.newest(ROOT, kind="guest") == []
    assert made.id not in str(entries)
    with pytest.raises(Forbidden):
        await desk.log.newest(replace(ROOT, role=Role.USER))
    detail = await desk.inspector.inspect(ROOT, made.handle)
    assert (detail.state, detail.email, len(detail.events)) == ("expired", "ada@example.org", 3)
    clock.advance(timedelta(days=8))
    assert await desk.log.trim() == 3
    with pytest.raises(NotFound):
        await desk.inspector.inspect(ROOT, made.handle)


async def test_the_inspector_shows_terms_and_names_and_no_contents(desk, work, clock, sessions):
    ada = await person(work, clock, "Ada")
    made = await sessions.create(ada, {"secret": "private text"}, kind="memory", scopes=("finance",))
    await sessions.pin(made.id, "project", {"name": "private value"})
    async with sessions.lock(made.id), sessions.track_request(made.id):
        detail = await desk.inspector.inspect(ROOT, made.handle)
    assert (detail.kind, detail.email, detail.scopes, detail.pins) == (
        "memory",
        "ada@example.org",
        ["finance"],
        ["project"],
    )
    assert detail.locked_until is not None
    assert (detail.active_requests, detail.lease_until is not None) == (1, True)
    assert "private" not in repr(detail)
    assert made.id not in repr(detail)


@pytest.mark.xdist_group("postgres")
async def test_a_job_is_done_by_one_process_at_a_time_and_its_outcome_is_kept(shared_work, clock):
    ran: list[str] = []
    going, may_end = asyncio.Event(), asyncio.Event()

    async def slow() -> dict[str, int]:
        ran.append("slow")
        going.set()
        await may_end.wait()
        return {"removed": 3}

    async def broken() -> dict[str, int]:
        raise Unavailable

    jobs = [
        Job(name="slow", every=timedelta(hours=1), run=slow),
        Job(name="broken", every=timedelta(hours=1), run=broken),
    ]
    here, there = (Schedule(work=shared_work, clock=clock, jobs=jobs) for _ in range(2))
    first = asyncio.create_task(here.run_now(ROOT, "slow"))
    await going.wait()
    assert next(row for row in await there.rows(ROOT) if row.name == "slow").is_running
    with pytest.raises(InProgress):
        await there.run_now(ROOT, "slow")
    may_end.set()
    done = await first
    assert (ran, done.outcome, done.result, done.runs, done.is_running) == (["slow"], "done", {"removed": 3}, 1, False)
    assert done.next_at == clock.now() + timedelta(hours=1)
    failed = await there.run_now(ROOT, "broken")
    assert (failed.outcome, failed.result, failed.failures) == ("failed", {"error": "unavailable"}, 1)
    with pytest.raises(NotFound):
        await here.run_now(ROOT, "nothing")


async def test_only_admins_look(desk, clock):

    user = replace(ROOT, role=Role.USER)
    for asking in (
        desk.dashboard.now(user),
        desk.dashboard.course(user, "1h"),
        desk.dashboard.heat(user),
        desk.inspector.inspect(user, ROOT.login_id),
        desk.schedule.rows(user),
    ):
        with pytest.raises(Forbidden):
            await asking


async def test_a_refused_write_stands_in_the_timeline(desk, sessions):
    made = await sessions.create(None, kind="memory")
    await sessions.update(made.id, {"n": 1})
    with pytest.raises(StaleVersion):
        await sessions.update(made.id, {"n": 2}, expected_version=1)
    await sessions.events_settled()
    await desk.log.write()
    events = (await desk.inspector.inspect(ROOT, made.handle)).events
    assert [(e.event, e.reason) for e in events if e.event == "conflict"] == [
        ("conflict", "version 1 expected, 2 is there")
    ]

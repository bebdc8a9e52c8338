"""The table of sessions: every filter alone and together, both directions, and from which index each is answered."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from jambot.access import Principal, Role
from jambot.admin.session_rows import Filter, SessionRows
from jambot.admin.session_table import SessionTable, TooManyPeople
from jambot.clock import ManualClock
from jambot.db import UnitOfWork
from jambot.errors import BadCursor, Forbidden, InvalidInput
from jambot.events import LocalBus
from jambot.ids import LoginId, UserId
from jambot.sessions import SessionConfig, SessionManager
from jambot.sessions.search import Effort, Order
from jambot.sessions.stores.sql import SqlStore
from jambot.workspaces.cursors import Cursors
from tests.admin.conftest import ROOT, person, some
from tests.conftest import postgres_database

pytestmark = pytest.mark.xdist_group("postgres")

DESK = "Firefox on Linux"


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """A database that holds Ada's sessions as of `now`; the tests here only look at it."""

    url: str
    ada: str
    now: datetime


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def seeded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            path = tmp_path_factory.mktemp("table") / "jambot.db"
            shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
            url = f"sqlite:///{path}"
        else:
            server, template = (request.getfixturevalue(f"postgres_{name}") for name in ("server", "template"))
            url = stack.enter_context(postgres_database(server, template=template))
        yield asyncio.run(seed(url))


async def seed(url: str) -> Seeded:
    """Ada has three logins of a desk and a phone, a memory and a grant; nobody has a guest; one session has ended."""
    work, clock = UnitOfWork(url, LocalBus()), ManualClock()
    async with SessionManager(SqlStore(work), SessionConfig(auto_cleanup=False), clock=clock) as sessions:
        ada = await person(work, clock, "Ada")
        desk = {"metadata": {"device": DESK}, "ip_address": "203.0.113.0/24"}
        await some(sessions, clock, 1, kind="memory", user_id="old", ttl=timedelta(minutes=2))
        for facts in (
            {"kind": "login", **desk},
            {"kind": "login", **desk},
            {"kind": "login", "metadata": {"device": "Safari on iPhone"}, "ip_address": "198.51.100.0/24"},
            {"kind": "memory", "ttl": timedelta(hours=9)},
            {"kind": "grant", "ttl": timedelta(hours=4), "scopes": ("finance",)},
        ):
            await some(sessions, clock, 1, user_id=ada, **facts)
        await some(sessions, clock, 1, kind="guest")
    work.close()
    return Seeded(url=url, ada=ada, now=clock.now())


@pytest.fixture
async def work(seeded: Seeded, bus: LocalBus) -> AsyncIterator[UnitOfWork]:
    unit = UnitOfWork(seeded.url, bus)
    yield unit
    unit.close()


@pytest.fixture
def clock(seeded: Seeded) -> ManualClock:
    return ManualClock(seeded.now)


@pytest.fixture
def stores() -> dict[str, str]:
    return {}


@pytest.fixture
def ada(seeded: Seeded) -> str:
    return seeded.ada


def kinds(page: SessionRows) -> list[str]:
    return [row.kind for row in page.rows]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), ["guest", "grant", "memory", "login", "login", "login"]),
        (Filter(state="any"), ["guest", "grant", "memory", "login", "login", "login", "memory"]),
        (Filter(kinds=("grant", "guest")), ["guest", "grant"]),
        (Filter(state="expired"), ["memory"]),
        (Filter(state="expiring"), []),
        (Filter(person="ADA"), ["grant", "memory", "login", "login", "login"]),
        (Filter(person="nobody-like-this"), []),
        (Filter(address="203.0.113.0/24"), ["login", "login"]),
        (Filter(device="Safari on iPhone"), ["login"]),
        (Filter(device=DESK, kinds=("memory",)), []),
        (Filter(person="ada", device=DESK, address="203.0.113.0/24", state="active"), ["login"]),
    ],
)
async def test_a_filter_finds_what_it_says(desk, ada, wanted, found):
    page = await desk.table.page(ROOT, wanted)
    assert kinds(page) == found
    assert (await desk.table.estimate(ROOT, wanted)).count == len(found)


async def test_spans_of_time_are_half_open(desk, ada, clock):
    now = clock.now()
    since = now - timedelta(minutes=2)
    assert kinds(await desk.table.page(ROOT, Filter(created_since=since))) == ["guest", "grant", "memory"]
    assert kinds(await desk.table.page(ROOT, Filter(created_since=since, created_until=now))) == ["grant", "memory"]
    assert len((await desk.table.page(ROOT, Filter(used_until=since))).rows) == 3


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("descending", [True, False])
async def test_pages_lead_through_everything_and_back(desk, ada, order, descending):
    everything = await desk.table.page(ROOT, Filter(state="any"), order=order, descending=descending)
    first = page = await desk.table.page(ROOT, Filter(state="any"), order=order, descending=descending, limit=3)
    seen = list(page.rows)
    while page.older:
        page = await desk.table.page(
            ROOT, Filter(state="any"), order=order, descending=descending, cursor=page.older, limit=3
        )
        seen += page.rows
    assert seen == list(everything.rows)
    while page.newer:
        page = await desk.table.page(
            ROOT, Filter(state="any"), order=order, descending=descending, cursor=page.newer, limit=3
        )
    assert list(page.rows) == list(first.rows)
    assert page.older is not None


async def test_a_page_shows_who_where_and_when_and_nothing_secret(desk, ada, sessions):
    row = (await desk.table.page(ROOT, Filter(device="Safari on iPhone"))).rows[0]
    assert (row.email, row.name, row.ip_address, row.state) == ("ada@example.org", "Ada", "198.51.100.0/24", "active")
    assert row.ends_at > row.last_used_at >= row.created_at


async def test_cursors_are_for_one_person_and_one_order(desk, ada):
    older = (await desk.table.page(ROOT, Filter(), limit=2)).older
    other = Principal(
        user_id=UserId("x"), login_id=LoginId("y"), role=Role.ADMIN, email="other@example.org", name="Other"
    )
    for asking in (
        desk.table.page(other, Filter(), cursor=older),
        desk.table.page(ROOT, Filter(), order=Order.USED, cursor=older),
        desk.table.page(ROOT, Filter(), cursor="forged"),
    ):
        with pytest.raises(BadCursor):
            await asking
    user = Principal(user_id=UserId("x"), login_id=LoginId("y"), role=Role.USER, email="u@example.org", name="U")
    for asking in (desk.table.page(user, Filter()), desk.table.estimate(user, Filter()), desk.table.devices(user)):
        with pytest.raises(Forbidden):
            await asking
    with pytest.raises(InvalidInput):
        await desk.table.page(ROOT, Filter(state="odd"))


def table(work, clock, sessions, *, most_people: int = 1_000, **effort: int) -> SessionTable:
    return SessionTable(
        work=work,
        clock=clock,
        sessions=sessions,
        cursors=Cursors(b"c" * 32),
        effort=Effort(**effort),
        most_people=most_people,
    )


async def test_a_walk_that_finds_little_rests_and_goes_on(ada, work, clock, sessions):
    lazy = table(work, clock, sessions, few=0, sort=0, walk=2)
    page = await lazy.page(ROOT, Filter(kinds=("login",)), order=Order.ENDS)
    assert 0 < len(page.rows) < 3
    seen = list(page.rows)
    while page.older:
        page = await lazy.page(ROOT, Filter(kinds=("login",)), order=Order.ENDS, cursor=page.older)
        seen += page.rows
    assert kinds(SessionRows(rows=seen, older=None, newer=None)) == ["login"] * 3
    estimate = await lazy.estimate(ROOT, Filter(state="active", kinds=("login",)))
    assert not estimate.is_exact


async def test_a_page_whose_first_stretches_hold_nothing_goes_on_to_one_that_does(ada, work, clock, sessions):
    lazy = table(work, clock, sessions, few=0, sort=0, walk=1)
    page = await lazy.page(ROOT, Filter(device="Safari on iPhone", state="active"), order=Order.ENDS, descending=False)
    assert kinds(page) == ["login"]


async def test_where_one_condition_leaves_little_all_of_it_is_looked_through_at_once(ada, work, clock, sessions):
    lazy = table(work, clock, sessions, few=0, sort=3, walk=1)
    page = await lazy.page(ROOT, Filter(device="Safari on iPhone", kinds=("login",)), order=Order.ENDS, limit=1)
    assert (kinds(page), page.older) == (["login"], None)


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Filter(state="active"), 5),
        (Filter(state="idle"), 1),
        (Filter(state="expiring"), 0),
        (Filter(state="expired"), 1),
        (Filter(kinds=("login",)), 3),
        (Filter(kinds=("login", "grant")), 4),
    ],
)
async def test_of_a_state_or_a_kind_it_is_known_how_many_there_are(ada, work, clock, sessions, wanted, count):
    estimate = await table(work, clock, sessions, few=0, sort=0, walk=1).estimate(ROOT, wanted)
    assert (estimate.count, estimate.is_exact) == (count, True)


async def test_nobody_is_left_out_of_those_who_match(sqlite_url, bus, clock, sessions):
    unit = UnitOfWork(sqlite_url, bus)
    for n in range(60):
        await person(unit, clock, f"Member{n}")
    assert len(await table(unit, clock, sessions).people("member") or ()) == 60
    with pytest.raises(TooManyPeople):
        await table(unit, clock, sessions, most_people=59).page(ROOT, Filter(person="member"))
    unit.close()


async def test_the_devices_to_choose_from_are_those_there_are(desk, ada):
    assert await desk.table.devices(ROOT) == [DESK, "Safari on iPhone"]


@pytest.mark.parametrize(
    ("wanted", "order", "index"),
    [
        (Filter(), Order.CREATED, "listing"),
        (Filter(), Order.USED, "used"),
        (Filter(), Order.ENDS, "ends"),
        (Filter(kinds=("login",)), Order.CREATED, "kind"),
        (Filter(kinds=("login", "guest")), Order.USED, "used"),
        (Filter(person="ada"), Order.CREATED, "user"),
        (Filter(person="ada", state="idle"), Order.ENDS, "user"),
        (Filter(address="203.0.113.0/24"), Order.CREATED, "address"),
        (Filter(device=DESK), Order.CREATED, "device"),
        (Filter(state="expired"), Order.ENDS, "ends"),
        (Filter(state="active"), Order.USED, "used"),
    ],
)
@pytest.mark.parametrize("few", [2_000, 0])
@pytest.mark.parametrize("seeded", ["sqlite"], indirect=True)
async def test_every_question_is_answered_from_an_index(ada, work, clock, sessions, wanted, order, index, few):
    looked_at = table(work, clock, sessions, few=few, sort=few)
    asked: list[tuple[str, tuple]] = []

    @event.listens_for(work.reader, "before_cursor_execute")
    def note(connection, cursor, statement, parameters, context, executemany):
        asked.append((statement, parameters))

    await looked_at.page(ROOT, wanted, order=order)
    await looked_at.estimate(ROOT, wanted)
    await looked_at.online()
    await looked_at.devices(ROOT)
    ours = [each for each in asked if "FROM engine_sessions" in each[0]]
    plans = await work.read(
        lambda db: [
            " | ".join(str(row[-1]) for row in db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values))
            for text, values in ours
        ]
    )
    assert all("SCAN engine_sessions" not in plan for plan in plans)
    shown = next(plan for (text, _), plan in zip(ours, plans, strict=True) if "engine_sessions.version" in text)
    if few == 0 and index != "user":
        assert f"ix_engine_sessions_{index}" in shown
        assert "TEMP B-TREE" not in shown


async def test_a_count_is_reckoned_from_a_fair_part_of_all(sqlite_url, bus, clock):
    """Thirty of four hundred are active, the newest: by the newest alone it would be four times as many."""
    unit = UnitOfWork(sqlite_url, bus)
    async with SessionManager(SqlStore(unit), SessionConfig(auto_cleanup=False), clock=clock) as sessions:
        for _ in range(400):
            clock.advance(timedelta(seconds=10))
            await sessions.create("ada", kind="login", ttl=timedelta(days=9))
        reckoning = table(unit, clock, sessions, few=0, sort=0, walk=100)
        found = await reckoning.estimate(ROOT, Filter(state="active", kinds=("login",)))
    unit.close()
    assert not found.is_exact
    assert found.count < 80

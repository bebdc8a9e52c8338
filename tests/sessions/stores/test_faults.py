"""A bad link between a store and its server: slow, cut, half-open, deaf. What was acknowledged is there, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic

import pytest
from msgspec.structs import replace
from sqlalchemy.engine import make_url

from jambot.sessions import SessionStore, StaleVersion, StoreUnavailable
from jambot.sessions.conformance import BEHAVIOURS, HOUR, NOW, a_record, add, keeping, limits, page
from jambot.sessions.stores.redis import RedisStore
from jambot.sessions.stores.sql import SqlStore
from tests.fault_proxy import FaultProxy
from tests.sessions.each_store import zerodb_store

# A time limit that a busy machine keeps, and how much later its caller may hear of it.
PATIENT_S, SHORT_S, LATE_S = 20.0, 1.5, 6.0
LINKED = ["redis", "postgresql", "zerodb"]

SLOW_LINK = (
    keeping.of_parallel_writes_of_one_version_one_wins,
    limits.parallel_creates_stay_within_the_limit,
    limits.a_lookup_has_one_living_session,
)
THE_REST = [pytest.param(each, marks=pytest.mark.bench) for each in BEHAVIOURS if each not in SLOW_LINK]


@dataclass
class Linked:
    """A store behind a proxy, and one with a straight way to the same server."""

    proxy: FaultProxy
    kind: str
    request: pytest.FixtureRequest

    @asynccontextmanager
    async def store(self, timeout_s: float, *, straight: bool = False) -> AsyncIterator[SessionStore]:
        port = None if straight else self.proxy.port
        if self.kind == "redis":
            url = make_url(self.request.getfixturevalue("redis_url"))
            made = RedisStore(str(url.set(port=port or url.port)), timeout_s=timeout_s)
        elif self.kind == "zerodb":
            server = self.request.getfixturevalue("running_zerodb")
            made = zerodb_store(server, url=f"http://127.0.0.1:{port or server.port}/v1", timeout_s=timeout_s)
        else:
            url = make_url(self.request.getfixturevalue("postgres_url"))
            if port is not None:
                url = url.set(host="127.0.0.1", port=port, query={})
            made = SqlStore(url.render_as_string(hide_password=False), timeout_s=timeout_s)
        await made.start()
        yield made
        await made.close()


@pytest.fixture(params=LINKED)
async def linked(request):
    if request.param == "redis":
        proxy = FaultProxy(make_url(request.getfixturevalue("redis_url")).port or 6379)
    elif request.param == "zerodb":
        proxy = FaultProxy(request.getfixturevalue("zerodb_server").port)
    else:
        url = make_url(request.getfixturevalue("postgres_url"))
        folder = url.query.get("host")
        path = f"{folder}/.s.PGSQL.{url.port or 5432}" if folder else None
        proxy = FaultProxy(url.port or 5432, url.host or "127.0.0.1", socket_path=path)
    with proxy:
        yield Linked(proxy, request.param, request)


async def unavailable(operation, within_s: float) -> float:
    """How long it took to hear that the store does not answer."""
    began = monotonic()
    with pytest.raises(StoreUnavailable):
        await asyncio.wait_for(operation, within_s)
    return monotonic() - began


async def works_again(store: SessionStore) -> None:
    """The store keeps a new session, if need be after a few tries: connections that broke are found one by one."""
    async with asyncio.timeout(PATIENT_S):
        while True:
            try:
                record = await add(store, user_id="after")
            except StoreUnavailable:
                continue
            assert await store.get(record.handle, now_us=NOW) == record
            return


@pytest.mark.parametrize("behaviour", [*SLOW_LINK, *THE_REST], ids=lambda behaviour: behaviour.__name__)
async def test_a_slow_link_changes_nothing(linked, behaviour):
    async with linked.store(PATIENT_S) as store:
        linked.proxy.delay(0.003)
        await behaviour(store)
        linked.proxy.heal()


async def test_a_cut_is_an_error_at_once_and_over_when_the_link_is_back(linked):
    async with linked.store(PATIENT_S) as store:
        record = await add(store)
        linked.proxy.cut()
        for operation in (store.get(record.handle, now_us=NOW), add(store), page(store)):
            await unavailable(operation, PATIENT_S + LATE_S)
        linked.proxy.heal()
        await works_again(store)
        assert await store.get(record.handle, now_us=NOW) == record


async def test_a_half_open_link_holds_nobody_beyond_the_time_limit(linked):
    async with linked.store(PATIENT_S, straight=True) as near:
        record = await add(near)
        async with linked.store(SHORT_S) as store:
            assert await store.get(record.handle, now_us=NOW) == record
            linked.proxy.freeze()
            waits = [
                unavailable(operation, SHORT_S + LATE_S)
                for operation in (
                    store.get(record.handle, now_us=NOW),
                    store.count(record.handle, requests=1, lease_us=NOW + HOUR, now_us=NOW),
                    add(store),
                    page(store),
                )
            ]
            assert max(await asyncio.gather(*waits)) < SHORT_S + LATE_S
            linked.proxy.heal()
            await works_again(store)
            assert await near.get(record.handle, now_us=NOW) is not None


async def test_when_answers_are_lost_nothing_is_done_twice(linked):
    async with linked.store(PATIENT_S, straight=True) as near:
        record = await add(near)
        async with linked.store(SHORT_S) as store:
            assert await store.get(record.handle, now_us=NOW) == record
            linked.proxy.lose_answers()
            changed = replace(record, body=b"v0.changed")
            await unavailable(store.set(changed, expected_version=1, fence=None, now_us=NOW), SHORT_S + LATE_S)
            await unavailable(store.count(record.handle, connections=1, now_us=NOW), SHORT_S + LATE_S)
            linked.proxy.heal()
            await works_again(store)
            found = await near.get(record.handle, now_us=NOW)
            assert found is not None
            assert (found.version, found.body) in ((1, record.body), (2, b"v0.changed"))
            assert found.connections in (0, 1)


async def test_what_was_acknowledged_under_cuts_is_there_and_once(linked):
    """Writers create and count while the link is cut again and again; each knows what it was told."""
    told: dict[str, int] = {}
    tried: dict[str, int] = {}
    failed: list[str] = []
    over = asyncio.Event()

    async def write(store: SessionStore, name: str) -> None:
        record = a_record(user_id=name)
        while not over.is_set():
            try:
                await store.create(record, limit=0, refuse=False, now_us=NOW)
                break
            except StoreUnavailable:
                failed.append(name)
                record = a_record(user_id=name)
            except StaleVersion:
                break
        told[record.handle], tried[record.handle] = 0, 0
        while not over.is_set():
            tried[record.handle] += 1
            try:
                counted = await store.count(record.handle, connections=1, now_us=NOW)
            except StoreUnavailable:
                failed.append(name)
                await asyncio.sleep(0)
                continue
            assert counted is not None, "an acknowledged session is gone"
            told[record.handle] += 1

    async def more(count: Callable[[], int], *, than: int) -> None:
        async with asyncio.timeout(4 * PATIENT_S):
            while count() <= than:  # noqa: ASYNC110 - every writer may be the one
                await asyncio.sleep(0.01)

    def acknowledged() -> int:
        return sum(told.values())

    def failures() -> int:
        return len(failed)

    async with linked.store(PATIENT_S, straight=True) as near, linked.store(SHORT_S) as store:
        writers = [asyncio.create_task(write(store, f"w{n}")) for n in range(4)]
        await more(acknowledged, than=0)
        for _ in range(3):
            before = failures()
            linked.proxy.cut()
            await more(failures, than=before)
            linked.proxy.heal()
            await more(acknowledged, than=acknowledged())
        over.set()
        await asyncio.wait_for(asyncio.gather(*writers), 6 * PATIENT_S)
        for handle, least in told.items():
            found = await near.get(handle, now_us=NOW)
            if found is None:
                assert least == 0
                continue
            assert least <= found.connections <= tried[handle]

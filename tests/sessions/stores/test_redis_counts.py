"""The counts that Redis' scripts keep are what reading every session finds, at any moment, whatever was done before."""

from __future__ import annotations

import asyncio
from dataclasses import replace as with_changes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from redis.asyncio import Redis

from jambot.sessions.conformance import HOUR, MINUTE, NOW, SECOND, a_record, add
from jambot.sessions.errors import StaleVersion, TooManySessions
from jambot.sessions.stores.redis import RedisStore
from jambot.sessions.stores.redis_record import place
from jambot.sessions.tickets import handle_of
from tests.sessions.agreeing import IDLE_US, agree, found_in, same
from tests.sessions.each_store import Stores

DAY = 24 * HOUR
SPANS = st.sampled_from([1, 400_000, SECOND, 8 * SECOND, MINUTE, 5 * MINUTE, 5 * MINUTE - 1, HOUR, DAY, 30 * DAY])
ENDS = st.sampled_from([SECOND, 10 * SECOND, 6 * MINUTE, 7 * MINUTE + 3, HOUR, 30 * DAY])
USERS = st.sampled_from(["ada", "bob", None])
KINDS = st.sampled_from(["login", "memory"])
ONE = st.integers(0, 40)
STEPS = st.one_of(
    st.tuples(st.just("wait"), SPANS),
    st.tuples(st.just("create"), USERS, KINDS, ENDS, st.sampled_from([0, 0, 1, 3])),
    st.tuples(st.just("keyed"), USERS, st.sampled_from(["ab", "cd"]), ENDS),
    st.tuples(st.just("bring"), USERS, KINDS, ENDS, SPANS),
    st.tuples(st.just("together"), st.integers(1, 30), ENDS),
    st.tuples(st.just("use"), ONE, ENDS),
    st.tuples(st.just("read"), ONE, ENDS),
    st.tuples(st.just("write"), ONE, ENDS),
    st.tuples(st.just("late write"), ONE, ENDS),
    st.tuples(st.just("enter"), ONE, ENDS),
    st.tuples(st.just("leave"), ONE),
    st.tuples(st.just("lock"), ONE),
    st.tuples(st.just("delete"), ONE),
    st.tuples(st.just("sign out"), st.sampled_from(["ada", "bob"]), st.sampled_from([None, "login"])),
    st.tuples(st.just("sweep"), st.sampled_from([1, 3, 100])),
    st.tuples(st.just("drop")),
    st.tuples(st.just("start")),
)


class Walk:
    """Operations on one store, one after the other, at a moment that only goes on."""

    def __init__(self, store: RedisStore, raw: Redis) -> None:
        self.store = store
        self.raw = raw
        self.now = NOW + 123_456
        self.handles: list[str] = []
        self.dropped: set[str] = set()

    async def step(self, does: str, *what) -> None:
        await getattr(self, does.replace(" ", "_"))(*what)

    async def wait(self, span: int) -> None:
        self.now += span

    async def make(self, limit: int = 0, refuse: bool = False, **fields) -> None:
        times = {"created_us": self.now, "accessed_us": self.now, "extended_us": self.now}
        record = a_record(**{**times, **fields})
        try:
            await self.store.create(record, limit=limit, refuse=refuse, now_us=self.now)
        except TooManySessions:
            return
        self.handles.append(record.handle)

    async def create(self, user, kind, ends, limit) -> None:
        await self.make(limit, limit == 3, user_id=user, kind=kind, expires_us=self.now + ends)

    async def keyed(self, user, lookup, ends) -> None:
        await self.make(user_id=user, lookup=lookup * 32, kind="memory", expires_us=self.now + ends)

    async def bring(self, user, kind, ends, age) -> None:
        used = self.now - age // 2
        times = {
            "created_us": self.now - age,
            "accessed_us": used,
            "extended_us": used,
            "expires_us": used + age + ends,
        }
        await self.make(user_id=user, kind=kind, **times)

    async def together(self, many, ends) -> None:
        await asyncio.gather(*(self.make(user_id=f"u{n % 7}", expires_us=self.now + ends + n) for n in range(many)))

    async def there(self, one):
        if not self.handles:
            return None
        return await self.store.get(self.handles[one % len(self.handles)], now_us=self.now)

    async def use(self, one, ends) -> None:
        if record := await self.there(one):
            moved = replace(record, accessed_us=self.now, extended_us=self.now, expires_us=self.now + ends)
            await self.store.touch(moved, now_us=self.now)

    async def read(self, one, ends) -> None:
        if record := await self.there(one):
            await self.store.touch(replace(record, accessed_us=self.now), now_us=self.now)

    async def write(self, one, ends) -> None:
        if record := await self.there(one):
            moved = replace(record, accessed_us=self.now, extended_us=self.now, expires_us=self.now + ends, body=b"new")
            await self.store.set(moved, expected_version=record.version, fence=None, now_us=self.now)
            with pytest.raises(StaleVersion):
                await self.store.set(moved, expected_version=record.version, fence=None, now_us=self.now)

    async def late_write(self, one, ends) -> None:
        if record := await self.there(one):
            early = replace(record, accessed_us=record.accessed_us - 1, expires_us=self.now + ends, body=b"late")
            await self.store.set(early, expected_version=record.version, fence=None, now_us=self.now)

    async def enter(self, one, lease) -> None:
        if self.handles:
            handle = self.handles[one % len(self.handles)]
            await self.store.count(handle, requests=1, connections=1, lease_us=self.now + lease, now_us=self.now)

    async def leave(self, one) -> None:
        if self.handles:
            await self.store.count(self.handles[one % len(self.handles)], requests=-1, connections=-1, now_us=self.now)

    async def lock(self, one) -> None:
        if record := await self.there(one):
            await self.store.acquire_lock(record.handle, "me", lease_us=self.now + MINUTE, now_us=self.now)

    async def delete(self, one) -> None:
        if self.handles:
            await self.store.delete(self.handles[one % len(self.handles)], now_us=self.now)

    async def sign_out(self, user, kind) -> None:
        spared = self.handles[-1] if self.handles else None
        await self.store.delete_by_user(user, kind=kind, except_handle=spared, now_us=self.now)

    async def sweep(self, limit) -> None:
        self.dropped -= {record.handle for record in await self.store.cleanup(limit, now_us=self.now)}

    async def drop(self) -> None:
        """Let what ended five minutes ago go, as Redis does by itself."""
        for member in await self.raw.zrangebyscore(f"{self.store._prefix}e", "-inf", self.now - 5 * MINUTE):
            await self.raw.delete(self.store._sessions + member[:16])
            self.dropped.add(handle_of(member[:16]))

    async def start(self) -> None:
        await self.store.start()

    async def check(self) -> None:
        said = await self.store._counting.kept(self.now)
        found = await found_in(self.store, self.now)
        assert said is not None
        same(said, with_changes(found, expired=found.expired + len(self.dropped)))


async def spells_of(store: RedisStore, raw: Redis) -> bytes | None:
    """Which spells the counts mean: others, when all sessions were counted again."""
    return await raw.hget(f"{store._prefix}q", "spells")


async def walk(store: RedisStore, steps: list[tuple]) -> None:
    raw = Redis.from_url(store._given[0])
    began = await spells_of(store, raw)
    assert began is not None
    walker = Walk(store, raw)
    for step in steps:
        await walker.step(*step)
        await walker.check()
    assert await spells_of(store, raw) == began
    await raw.aclose()


def test_kept_counts_are_what_is_there_after_any_change(request):
    with asyncio.Runner() as runner:
        stores = Stores("redis", request)

        @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
        @given(steps=st.lists(STEPS, max_size=40))
        def changed(steps):
            runner.run(walk(runner.run(stores.new()), steps))

        changed()
        runner.run(stores.close())


@pytest.fixture
async def raw(redis_url):
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def store(redis_url):
    made = RedisStore(redis_url, timeout_s=20)
    await made.start()
    yield made
    await made.close()


async def test_counting_reads_no_session(store, raw):
    for n in range(300):
        await add(store, user_id=f"user{n % 90}", created_us=NOW - n, expires_us=NOW + DAY + n * SECOND)
    await agree(store, NOW)
    await raw.config_resetstat()
    await store.stats(idle_after_us=IDLE_US, now_us=NOW + MINUTE)
    calls = {name.removeprefix("cmdstat_"): of["calls"] for name, of in (await raw.info("commandstats")).items()}
    assert calls["evalsha"] == 1
    assert not {"get", "getrange", "mget"} & set(calls)
    assert sum(calls.values()) < 40


async def test_sessions_that_nobody_counted_are_counted_by_whoever_starts_first(redis_url, raw, store):
    await raw.delete(f"{store._prefix}q", f"{store._prefix}r")
    for n in range(600):
        await add(store, user_id=f"user{n % 9}", kind="memory", created_us=NOW - n // 3, expires_us=NOW + n * SECOND)
    assert await raw.hgetall(f"{store._prefix}q") == {}
    others = [RedisStore(redis_url, timeout_s=20) for _ in range(2)]
    await asyncio.gather(*(other.start() for other in others))
    began = await spells_of(store, raw)
    for now in (NOW, NOW + 100 * SECOND, NOW + 599 * SECOND, NOW + HOUR):
        same(await store._counting.kept(now), await found_in(store, now))
    assert await spells_of(store, raw) == began is not None
    for other in others:
        await other.close()


async def test_sessions_change_while_they_are_counted_for_the_first_time(redis_url, raw, store):
    await raw.delete(f"{store._prefix}q", f"{store._prefix}r")
    records = [await add(store, user_id=f"user{n % 9}", created_us=NOW - n) for n in range(900)]

    async def change() -> None:
        for n, record in enumerate(records[::2]):
            if n % 3 == 0:
                await store.delete(record.handle, now_us=NOW)
            else:
                moved = replace(record, accessed_us=NOW + n, extended_us=NOW + n, expires_us=NOW + HOUR + n * SECOND)
                await store.touch(moved, now_us=NOW + n)
            await add(store, created_us=NOW - n * 5)

    await asyncio.gather(change(), store.start())
    began = await spells_of(store, raw)
    for now in (NOW + 1000, NOW + HOUR, NOW + 2 * HOUR):
        same(await store._counting.kept(now), await found_in(store, now))
    assert await spells_of(store, raw) == began is not None


@pytest.mark.parametrize("lost", ["q", "h*"])
async def test_counts_that_a_stray_hand_took_are_made_anew(store, raw, lost):
    for n in range(20):
        await add(store, user_id=f"user{n}", expires_us=NOW + n * MINUTE)
    for key in await raw.keys(f"{store._prefix}{lost}"):
        await raw.delete(key)
    for now in (NOW, NOW + MINUTE, NOW + 10 * MINUTE, NOW + HOUR):
        await agree(store, now)


async def test_a_session_that_was_changed_behind_the_counts_is_noticed(store, raw):
    record = await add(store)
    await add(store, user_id="bob")
    await raw.zrem(f"{store._prefix}e", place(record.handle) + b"login\0ada")
    await raw.delete(store._sessions + place(record.handle))
    assert await store._counting.kept(NOW) is None
    await agree(store, NOW)


async def test_what_redis_lost_before_its_end_is_told_by_the_next_sweep_once_it_was_noticed(store, raw):
    lost, there = await add(store), await add(store, user_id="bob")
    await raw.delete(store._sessions + place(lost.handle))
    await raw.delete(f"{store._prefix}q")
    for _ in range(2):
        said = await store.stats(idle_after_us=IDLE_US, now_us=NOW)
        assert (said.total, said.expired, said.by_user) == (1, 1, {"bob": 1})
    assert await store._counting.kept(NOW) == said
    assert [record.handle for record in await store.cleanup(9, now_us=NOW)] == [lost.handle]
    assert (await store.stats(idle_after_us=IDLE_US, now_us=NOW)).expired == 0
    assert await store.get(there.handle, now_us=NOW) == there


async def test_a_moment_before_the_last_sweep_is_counted_too(store):
    for n in range(10):
        await add(store, expires_us=NOW + n * MINUTE, user_id=f"user{n}")
    await agree(store, NOW + 5 * MINUTE)
    await store.cleanup(2, now_us=NOW + 9 * MINUTE)
    for now in (NOW + 5 * MINUTE - 10 * SECOND, NOW + 5 * MINUTE, NOW + 9 * MINUTE - 1, NOW + 9 * MINUTE):
        await agree(store, now)


async def test_a_clock_that_jumps_ahead_and_back_leaves_the_counts_right(store, raw):
    began = await spells_of(store, raw)
    for now in (NOW, NOW + 2 * DAY, NOW - DAY, NOW + 3 * DAY):
        for n in range(5):
            times = {"created_us": now, "accessed_us": now, "extended_us": now, "expires_us": now + n * HOUR + SECOND}
            await add(store, now=now, user_id=f"user{n}", **times)
        await agree(store, now)
    await agree(store, NOW + 3 * DAY + HOUR)
    assert await spells_of(store, raw) == began


async def test_the_busiest_users_are_found_below_many_whose_sessions_ended(store):
    await asyncio.gather(
        *(
            add(store, user_id=f"user{n}", expires_us=NOW + (1 if n < 1100 and m else DAY))
            for n in range(1204)
            for m in range(3 if n < 1202 else 2)
        )
    )
    said = (await store.stats(idle_after_us=IDLE_US, now_us=NOW + 1)).by_user
    assert len(said) == 100
    assert sorted(said.values(), reverse=True) == [3] * 100
    same(await store.stats(idle_after_us=IDLE_US, now_us=NOW + 2 * DAY), await found_in(store, NOW + 2 * DAY))


async def test_counts_leave_by_themselves_when_nobody_asks(store, raw):
    record = await add(store)
    await store.delete(record.handle, now_us=NOW)
    await add(store, expires_us=NOW + HOUR)
    await store.stats(idle_after_us=IDLE_US, now_us=NOW)
    kept = [key for key in await raw.keys("*") if key.removeprefix(store._prefix.encode())[:1] in (b"q", b"h", b"r")]
    assert len(kept) >= 4
    for key in kept:
        assert 0 < await raw.pttl(key) <= (2 * DAY + 2 * HOUR) // 1000

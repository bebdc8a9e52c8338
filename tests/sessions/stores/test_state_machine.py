"""Any order of operations, against a model small enough to be believed."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from jambot.clock import ManualClock
from jambot.sessions import (
    AtCapacity,
    SessionConfig,
    SessionLocked,
    SessionManager,
    SessionNotFound,
    StaleFence,
    StaleVersion,
)
from jambot.sessions.locks import Lock
from tests.sessions.each_store import Stores
from tests.sessions.stores.model import CAPACITY, LIMIT, LOCK_LEASE, LONG_AGO, MAX_AGE, REQUEST_LEASE, TTL, Kept, Model

USERS = st.sampled_from(["ada", "bob"])
STRATEGIES = st.sampled_from(["fixed", "sliding", "hybrid"])
VALUES = st.integers(0, 9)
REPLICAS = st.integers(0, 1)
SECONDS = st.sampled_from([1, 60, 120, 299, 300, 480, 600, 1200, 2 * 86400])
BACK = st.sampled_from([1, 60, 600, 86400])
CONFIG = SessionConfig(
    ttl=TTL,
    max_sessions_per_user=LIMIT,
    max_concurrent_requests=CAPACITY,
    request_lease=REQUEST_LEASE,
    touch_interval=timedelta(0),
    auto_cleanup=False,
)
some_exist = precondition(lambda self: self.model.kept)
many_exist = precondition(lambda self: len(self.model.kept) > LIMIT)


class Sessions(RuleBasedStateMachine):
    """Two replicas on one store, which crash, and a clock that jumps; each rule says what the model expects of it."""

    def __init__(self, runner: asyncio.Runner, make_store) -> None:
        super().__init__()
        self.run = runner.run
        self.clock = ManualClock()
        self.store = self.run(make_store())
        self.model = Model(self.clock)
        self.replicas = [self.replica(), self.replica()]
        self.requests: list[tuple[int, Kept, AbstractAsyncContextManager]] = []
        self.locks: list[tuple[int, Kept, AbstractAsyncContextManager, Lock]] = []
        self.left_behind: list[AbstractAsyncContextManager] = []
        self.dead: list[str] = []

    def replica(self) -> SessionManager:
        return SessionManager(self.store, CONFIG, clock=self.clock)

    def lives(self, one: Kept) -> bool:
        return one in self.model.living()

    def forget(self, gone: list[Kept]) -> None:
        self.dead += [one.id for one in gone]
        self.model.kept = [one for one in self.model.kept if one not in gone]

    @initialize(strategies=st.lists(STRATEGIES, min_size=2, max_size=4))
    def begin(self, strategies):
        for n, strategy in enumerate(strategies):
            self.create(n % 2, ("ada", "bob")[n % 2], n, strategy)

    @rule(at=REPLICAS, user=USERS, value=VALUES, strategy=STRATEGIES)
    def create(self, at, user, value, strategy):
        while any(one.created == self.clock.now() for one in self.model.kept):
            self.clock.advance(timedelta(microseconds=1))  # of two made in one moment, chance says which is the older
        terms = {"strategy": strategy, "max_age": MAX_AGE if strategy == "hybrid" else None}
        made = self.run(self.replicas[at].create(user, {"v": value}, **terms))
        before = list(self.model.kept)
        self.model.create(made.id, user, value, strategy)
        self.dead += [one.id for one in before if one not in self.model.kept]
        assert len(self.run(self.replicas[1 - at].get_user_sessions(user))) <= LIMIT

    @some_exist
    @rule(at=REPLICAS, data=st.data(), value=VALUES, touch=st.booleans(), stale=st.booleans())
    def update(self, at, data, value, touch, stale):
        one = data.draw(st.sampled_from(self.model.kept))
        expected = one.version - (1 if stale else 0)
        change = self.replicas[at].update(one.id, {"v": value}, touch=touch, expected_version=expected)
        if stale and self.lives(one):
            with pytest.raises(StaleVersion):
                self.run(change)
            return
        done = self.run(change)
        assert (done is not None) == self.lives(one)
        if done is not None:
            self.model.write(one, value, touch=touch)
            assert (done.data, done.version, done.expires_at) == ({"v": value}, one.version, one.ends)

    @some_exist
    @rule(at=REPLICAS, data=st.data(), touch=st.booleans())
    def get(self, at, data, touch):
        one = data.draw(st.sampled_from(self.model.kept))
        found = self.run(self.replicas[at].get(one.id, touch=touch))
        assert (found is not None) == self.lives(one)
        if found is not None:
            if touch:
                self.model.use(one)
            assert (found.data["v"], found.version, found.expires_at) == (one.value, one.version, one.ends)
            assert (found.last_accessed_at, found.active_requests) == (one.accessed, self.model.at_work(one))

    @some_exist
    @rule(at=REPLICAS, data=st.data(), ttl=st.sampled_from([None, timedelta(minutes=3), timedelta(minutes=20)]))
    def refresh(self, at, data, ttl):
        one = data.draw(st.sampled_from(self.model.kept))
        done = self.run(self.replicas[at].refresh(one.id, ttl))
        assert (done is not None) == self.lives(one)
        if done is not None:
            self.model.refresh(one, ttl)
            assert (done.expires_at, done.ttl, done.version) == (one.ends, one.ttl, one.version)

    @many_exist
    @rule(at=REPLICAS, data=st.data())
    def delete(self, at, data):
        one = data.draw(st.sampled_from(self.model.kept))
        assert self.run(self.replicas[at].delete(one.id)) == self.lives(one)
        if self.lives(one):
            self.forget([one])

    @some_exist
    @rule(at=REPLICAS, data=st.data())
    def rotate(self, at, data):
        one = data.draw(st.sampled_from(self.model.kept))
        rotated = self.run(self.replicas[at].rotate(one.id))
        assert (rotated is not None) == self.lives(one)
        if rotated is not None:
            self.dead.append(one.id)
            one.id, one.version = rotated.id, one.version + 1

    @many_exist
    @rule(at=REPLICAS, user=USERS)
    def sign_out_everywhere(self, at, user):
        gone = self.model.living(user)
        assert self.run(self.replicas[at].delete_user_sessions(user)) == len(gone)
        self.forget(gone)

    @precondition(lambda self: self.dead)
    @rule(at=REPLICAS, data=st.data())
    def use_what_is_dead(self, at, data):
        dead = data.draw(st.sampled_from(self.dead))
        here = self.replicas[at]
        assert self.run(here.get(dead)) is None
        assert self.run(here.update(dead, {"v": -1})) is None
        assert self.run(here.refresh(dead)) is None
        assert self.run(here.delete(dead)) is False

    @rule(seconds=SECONDS)
    def wait(self, seconds):
        self.clock.advance(timedelta(seconds=seconds))

    @some_exist
    @rule(data=st.data(), moment=st.sampled_from(["ends", "ends", "lease", "locked_until"]))
    def wait_exactly_until(self, data, moment):
        one = data.draw(st.sampled_from(self.model.kept))
        self.clock.advance(max(timedelta(0), getattr(one, moment) - self.clock.now()))

    @rule(seconds=BACK)
    def set_the_clock_back(self, seconds):
        self.clock.advance(-timedelta(seconds=seconds))

    @some_exist
    @rule(at=REPLICAS, data=st.data())
    def lock(self, at, data):
        one, now = data.draw(st.sampled_from(self.model.kept)), self.clock.now()
        held = self.replicas[at].lock(one.id, wait=timedelta(0), lease=LOCK_LEASE)
        refusal = SessionNotFound if not self.lives(one) else SessionLocked if one.locked_until > now else None
        if refusal is not None:
            with pytest.raises(refusal):
                self.run(held.__aenter__())
            return
        lock = self.run(held.__aenter__())
        assert lock.fence > one.fence
        one.fence, one.locked_until = lock.fence, now + LOCK_LEASE
        self.locks.append((at, one, held, lock))

    @precondition(lambda self: self.locks)
    @rule(data=st.data(), value=VALUES)
    def write_under_a_lock(self, data, value):
        at, one, _, lock = data.draw(st.sampled_from(self.locks))
        change = self.replicas[at].update(one.id, {"v": value}, touch=False, lock=lock)
        if one in self.model.living() and lock.fence != one.fence:
            with pytest.raises(StaleFence):
                self.run(change)
        elif self.run(change) is not None:
            assert one in self.model.living()
            self.model.write(one, value, touch=False)

    @precondition(lambda self: self.locks)
    @rule(data=st.data())
    def unlock(self, data):
        mine = data.draw(st.sampled_from(self.locks))
        self.locks.remove(mine)
        _, one, held, lock = mine
        self.run(held.__aexit__(None, None, None))
        if lock.fence == one.fence:
            one.locked_until = LONG_AGO

    @some_exist
    @rule(at=REPLICAS, data=st.data())
    def begin_a_request(self, at, data):
        self.enter(at, data.draw(st.sampled_from(self.model.kept)))

    def enter(self, at: int, one: Kept) -> None:
        request = self.replicas[at].track_request(one.id)
        is_full = sum(where == at for where, _, _ in self.requests) >= CAPACITY
        if is_full or not self.lives(one):
            with pytest.raises(AtCapacity if is_full else SessionNotFound):
                self.run(request.__aenter__())
            return
        self.model.enter(one)
        assert self.run(request.__aenter__()).active_requests == one.requests
        self.requests.append((at, one, request))

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def end_a_request(self, data):
        mine = data.draw(st.sampled_from(self.requests))
        self.requests.remove(mine)
        _, one, request = mine
        self.run(request.__aexit__(None, None, None))
        self.model.leave(one)

    @precondition(lambda self: self.model.living())
    @rule(at=REPLICAS, data=st.data())
    def concurrent_request_handling(self, at, data):
        """Property 12: as many as fit are let in and counted in their own sessions; all leave, however they end."""
        living = self.model.living()
        wanted = data.draw(st.lists(st.tuples(st.sampled_from(living), st.booleans()), min_size=1, max_size=6))
        room = CAPACITY - sum(where == at for where, _, _ in self.requests)
        before = {id(one): self.model.at_work(one) for one in living}

        async def all_at_once() -> None:
            come, go = asyncio.Semaphore(0), asyncio.Event()

            async def request(one: Kept, fails: bool) -> str:
                try:
                    async with self.replicas[at].track_request(one.id):
                        come.release()
                        await go.wait()
                        if fails:
                            raise RuntimeError
                except AtCapacity:
                    come.release()
                    return "turned away"
                except RuntimeError:
                    return "failed"
                return "done"

            running = [asyncio.create_task(request(*each)) for each in wanted]
            for _ in running:
                await come.acquire()
            let_in = [one for one, _ in wanted[:room]]
            for one in living:
                found = await self.replicas[1 - at].find(one.id.split(".")[0])
                assert found.active_requests == before[id(one)] + let_in.count(one)
            go.set()
            answers = await asyncio.gather(*running)
            assert answers == [("failed" if fails else "done") for _, fails in wanted[:room]] + ["turned away"] * (
                len(wanted) - len(let_in)
            )

        self.run(all_at_once())
        for one, _ in wanted[:room]:
            self.model.enter(one)
        for one, _ in wanted[:room]:
            self.model.leave(one)

    @rule(at=REPLICAS)
    def crash(self, at):
        """A process is gone with its requests and locks: nobody takes back what it has counted, and nobody unlocks."""
        self.left_behind += [request for where, _, request in self.requests if where == at]
        self.left_behind += [held for where, _, held, _ in self.locks if where == at]
        self.requests = [each for each in self.requests if each[0] != at]
        self.locks = [each for each in self.locks if each[0] != at]
        self.replicas[at] = self.replica()

    @some_exist
    @rule(at=REPLICAS, data=st.data(), is_busy=st.booleans(), limit=st.sampled_from([1, 2, None]))
    def clean_up_isolation(self, at, data, is_busy, limit):
        """Property 14: a sweep takes what has ended and has nobody at work in it, and touches nothing else."""
        one = data.draw(st.none() | st.sampled_from(self.model.kept))
        if one is not None:
            if is_busy:
                self.enter(at, one)
            self.clock.advance(max(timedelta(0), one.ends - self.clock.now()))
        may_go = self.model.sweepable()
        swept = self.run(self.replicas[at].cleanup(limit))
        assert swept == (len(may_go) if limit is None else min(limit, len(may_go)))
        left = {each.handle for each in self.run(self.replicas[1 - at].list(include_expired=True))}
        gone = [one for one in self.model.kept if one.id.split(".")[0] not in left]
        assert len(gone) == swept
        assert all(one in may_go for one in gone)
        self.forget(gone)

    @invariant()
    def lists_and_counts_agree(self):
        living, states = self.model.living(), self.model.states()
        found = self.run(self.replicas[0].list(include_expired=True)).sessions
        assert [
            (each.handle, each.data["v"], each.version, each.expires_at, each.active_requests) for each in found
        ] == [
            (one.id.split(".")[0], one.value, one.version, one.ends, self.model.at_work(one))
            for one in reversed(self.model.kept)
        ]
        stats = self.run(self.replicas[1].stats()).now
        assert (stats.total, stats.active, stats.idle, stats.expiring, stats.expired) == (
            len(living),
            *(states[name] for name in ("active", "idle", "expiring", "expired")),
        )
        for user in ("ada", "bob"):
            assert stats.by_user.get(user, 0) == len(self.model.living(user))

    def teardown(self):
        held = [*(each[2] for each in self.requests), *(each[2] for each in self.locks), *self.left_behind]
        for context in held:
            self.run(context.__aexit__(None, None, None))
        for replica in self.replicas:
            self.run(replica.close())


def agree(kind: str, examples: int, steps: int, request: pytest.FixtureRequest) -> None:
    with asyncio.Runner() as runner:
        stores = Stores(kind, request)
        chosen = settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        )
        run_state_machine_as_test(lambda: Sessions(runner, stores.new), settings=chosen)
        runner.run(stores.close())


FEW = {"memory": 60, "redis": 15, "sqlite": 12, "postgresql": 4, "zerodb": 3}
MANY = [pytest.param(kind, 200, 50, marks=[pytest.mark.bench, pytest.mark.timeout(3600)]) for kind in FEW]


@pytest.mark.parametrize(("kind", "examples", "steps"), [*((kind, few, 25) for kind, few in FEW.items()), *MANY])
def test_any_order_of_operations_agrees_with_the_model(kind, examples, steps, request):
    agree(kind, examples, steps, request)

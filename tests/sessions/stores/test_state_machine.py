"""Any order of operations, against a model small enough to be believed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from jambot.clock import ManualClock
from jambot.sessions import SessionConfig, SessionManager
from tests.sessions.each_store import Stores

LIMIT = 3
TTL = timedelta(minutes=10)
USERS = st.sampled_from(["ada", "bob"])
SECONDS = st.sampled_from([0, 1, 59, 60, 299, 300, 599, 600])


class Sessions(RuleBasedStateMachine):
    """Sliding sessions of two users, at most three each; the model is a list of dicts in creation order."""

    def __init__(self, runner: asyncio.Runner, make_store) -> None:
        super().__init__()
        self.run = runner.run
        self.clock = ManualClock()
        config = SessionConfig(ttl=TTL, max_sessions_per_user=LIMIT, touch_interval=timedelta(0), auto_cleanup=False)
        self.manager = SessionManager(self.run(make_store()), config, clock=self.clock)
        self.model: list[dict] = []

    def living(self, user: str | None = None) -> list[dict]:
        now = self.clock.now()
        return [m for m in self.model if m["ends"] > now and (user is None or m["user"] == user)]

    @rule(user=USERS, value=st.integers(0, 9))
    def create(self, user, value):
        self.clock.advance(timedelta(microseconds=1))
        mine = self.living(user)
        for oldest in mine[: max(0, len(mine) - LIMIT + 1)]:
            self.model.remove(oldest)
        made = self.run(self.manager.create(user, {"v": value}))
        self.model.append({"id": made.id, "user": user, "v": value, "version": 1, "ends": self.clock.now() + TTL})

    @precondition(lambda self: self.model)
    @rule(data=st.data(), value=st.integers(0, 9), stale=st.booleans())
    def update(self, data, value, stale):
        one = data.draw(st.sampled_from(self.model))
        expected = one["version"] - (1 if stale else 0)
        try:
            done = self.run(self.manager.update(one["id"], {"v": value}, expected_version=expected))
        except Exception as exc:
            assert stale
            assert one in self.living()
            assert type(exc).__name__ == "StaleVersion"
            return
        assert (done is not None) == (one in self.living())
        if done is not None:
            assert not stale
            one.update(v=value, version=one["version"] + 1, ends=self.clock.now() + TTL)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), touch=st.booleans())
    def get(self, data, touch):
        one = data.draw(st.sampled_from(self.model))
        found = self.run(self.manager.get(one["id"], touch=touch))
        assert (found is not None) == (one in self.living())
        if found is not None:
            if touch:
                one["ends"] = self.clock.now() + TTL
            assert (found.data["v"], found.version, found.expires_at) == (one["v"], one["version"], one["ends"])

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def delete(self, data):
        one = data.draw(st.sampled_from(self.model))
        assert self.run(self.manager.delete(one["id"])) == (one in self.living())
        if one in self.living():
            self.model.remove(one)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def rotate(self, data):
        one = data.draw(st.sampled_from(self.model))
        rotated = self.run(self.manager.rotate(one["id"]))
        assert (rotated is not None) == (one in self.living())
        if rotated is not None:
            assert self.run(self.manager.get(one["id"])) is None
            one.update(id=rotated.id, version=one["version"] + 1)

    @rule(user=USERS)
    def sign_out_everywhere(self, user):
        gone = self.living(user)
        assert self.run(self.manager.delete_user_sessions(user)) == len(gone)
        self.model = [m for m in self.model if m not in gone]

    @rule(seconds=SECONDS)
    def wait(self, seconds):
        self.clock.advance(timedelta(seconds=seconds))

    @rule()
    def sweep(self):
        gone = [m for m in self.model if m not in self.living()]
        assert self.run(self.manager.cleanup()) == len(gone)
        self.model = self.living()

    @invariant()
    def lists_and_counts_agree(self):
        living = self.living()
        expected = [m["id"].split(".")[0] for m in reversed(living)]
        assert [s.handle for s in self.run(self.manager.list())] == expected
        stats = self.run(self.manager.stats()).now
        assert (stats.total, stats.expired) == (len(living), len(self.model) - len(living))
        for user in ("ada", "bob"):
            assert len(self.living(user)) <= LIMIT
            assert stats.by_user.get(user, 0) == len(self.living(user))

    def teardown(self):
        self.run(self.manager.close())


@pytest.mark.parametrize(
    ("kind", "examples"), [("memory", 60), ("redis", 15), ("sqlite", 12), ("postgresql", 4), ("zerodb", 3)]
)
def test_any_order_of_operations_agrees_with_the_model(kind, examples, request):
    with asyncio.Runner() as runner:
        stores = Stores(kind, request)
        quick = settings(
            max_examples=examples, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        )
        run_state_machine_as_test(lambda: Sessions(runner, stores.new), settings=quick)
        runner.run(stores.close())

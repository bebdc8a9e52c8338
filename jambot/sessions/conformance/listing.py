"""Finding and counting many sessions."""

from __future__ import annotations

from jambot.sessions.conformance.ground import IDLE_AFTER, MINUTE, NOW, SECOND, add, page
from jambot.sessions.expiration import SessionState
from jambot.sessions.record import Records
from jambot.sessions.stores.protocol import SessionStore


async def a_users_sessions_come_newest_first(store: SessionStore) -> None:
    old = await add(store, created_us=NOW - 2)
    new = await add(store, created_us=NOW)
    middle = await add(store, created_us=NOW - 1, kind="guest")
    await add(store, user_id="bob")
    assert await store.by_user("ada", kind=None, now_us=NOW) == [new, middle, old]
    assert await store.by_user("ada", kind="guest", now_us=NOW) == [middle]
    assert await store.by_user("nobody", kind=None, now_us=NOW) == []


async def a_users_sessions_end_together(store: SessionStore) -> None:
    mine = [await add(store) for _ in range(3)]
    guest = await add(store, kind="guest")
    bob = await add(store, user_id="bob")
    gone = await store.delete_by_user("ada", kind="login", except_handle=mine[0].handle, now_us=NOW)
    assert {r.handle for r in gone} == {r.handle for r in mine[1:]}
    assert {r.handle for r in await page(store)} == {mine[0].handle, guest.handle, bob.handle}
    gone = await store.delete_by_user("ada", kind=None, except_handle=None, now_us=NOW)
    assert {r.handle for r in gone} == {mine[0].handle, guest.handle}


async def pages_reach_every_session_once(store: SessionStore) -> None:
    made = [await add(store, created_us=NOW + n // 3, user_id=f"u{n % 2}") for n in range(20)]
    expected = sorted(made, key=lambda r: (r.created_us, r.handle), reverse=True)
    seen: Records = []
    while more := await page(store, limit=7, after=(seen[-1].created_us, seen[-1].handle) if seen else None):
        seen += more
    assert seen == expected
    assert await page(store, limit=4, offset=3) == expected[3:7]
    mine = [r for r in expected if r.user_id == "u1"]
    assert await page(store, user_id="u1", limit=5) == mine[:5]
    assert await page(store, user_id="u1", after=(mine[4].created_us, mine[4].handle)) == mine[5:]


async def lists_and_counts_agree_on_states(store: SessionStore) -> None:
    now = NOW + 10 * MINUTE
    active = await add(store, accessed_us=now - IDLE_AFTER + 1)
    idle = await add(store, accessed_us=now - IDLE_AFTER, kind="memory", user_id="bob")
    nearly = await add(store, accessed_us=now, expires_us=NOW + 12 * MINUTE + 1, user_id=None)
    expiring = await add(store, accessed_us=now, expires_us=NOW + 12 * MINUTE)
    ended = await add(store, expires_us=now)
    for state, expected in (
        (SessionState.ACTIVE, {active.handle}),
        (SessionState.IDLE, {idle.handle}),
        (SessionState.EXPIRING, {expiring.handle, nearly.handle}),
        (SessionState.EXPIRED, {ended.handle}),
    ):
        assert {r.handle for r in await page(store, now, state=state)} == expected, state
    assert len(await page(store, now)) == 4
    assert len(await page(store, now, include_expired=True)) == 5
    assert [r.handle for r in await page(store, now, kind="memory")] == [idle.handle]
    stats = await store.stats(idle_after_us=IDLE_AFTER, now_us=now)
    assert (stats.total, stats.active, stats.idle, stats.expiring, stats.expired) == (4, 1, 1, 2, 1)
    assert stats.by_user == {"ada": 2, "bob": 1}
    assert stats.by_kind == {"login": 3, "memory": 1}
    used_us = sum(r.accessed_us - r.created_us for r in (active, idle, nearly, expiring))
    assert abs(stats.mean_duration_s - used_us / 4 / SECOND) < 0.001


BEHAVIOURS = (
    a_users_sessions_come_newest_first,
    a_users_sessions_end_together,
    pages_reach_every_session_once,
    lists_and_counts_agree_on_states,
)

"""What a caller of the session manager may rely on."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from jambot.errors import BadCursor, Forbidden
from jambot.sessions import (
    InvalidSession,
    KindPolicy,
    LimitPolicy,
    NotRefreshable,
    SessionState,
    StaleVersion,
    Strategy,
    TooManySessions,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


async def test_a_created_session_is_found_by_its_id(manager):
    made = await manager.create("ada", {"theme": "dark"}, metadata={"device": "laptop"}, scopes=["finance"])
    found = await manager.get(made.id)
    assert found == made
    assert (found.data, found.metadata, found.scopes) == ({"theme": "dark"}, {"device": "laptop"}, ("finance",))


async def test_ids_are_long_random_and_not_printed(manager):
    sessions = [await manager.create("ms.lovelace") for _ in range(20)]
    assert len({s.id for s in sessions}) == 20
    assert all(len(s.id) >= 80 for s in sessions)
    assert all(s.id not in repr(s) and "lovelace" not in s.id for s in sessions)


@pytest.mark.parametrize("wrong", ["", "x", "a" * 5000, "\ud800", "../../etc", None, 7, "0" * 36, b"id"])
async def test_what_is_no_id_finds_nothing(manager, wrong):
    assert await manager.get(wrong) is None
    assert await manager.exists(wrong) is False
    assert await manager.delete(wrong) is False
    assert await manager.rotate(wrong) is None
    assert await manager.update(wrong, {}) is None


async def test_a_handle_does_not_sign_anybody_in(manager):
    login = await manager.create("ada", kind="login")
    assert await manager.get(login.handle) is None
    assert await manager.validate(login.handle) is False
    assert await manager.rotate(login.handle) is None
    assert (await manager.find(login.handle)).user_id == "ada"
    assert await manager.exists(login.handle)


async def test_a_right_handle_with_a_wrong_secret_does_nothing(manager):
    login, other = await manager.create("ada"), await manager.create("ada")
    forged = f"{login.handle}.{other.id.split('.')[1]}"
    assert await manager.get(forged) is None
    assert await manager.delete(forged) is False
    assert await manager.update(forged, {"x": 1}) is None
    assert await manager.get(login.id) == login


async def test_what_is_no_credential_may_be_read_by_its_handle(manager):
    context = await manager.create("ada", {"stm": []}, kind="memory")
    assert (await manager.get(context.handle)).data == {"stm": []}


async def test_changing_the_data_one_got_changes_nothing_kept(manager):
    made = await manager.create("ada", {"list": [1]})
    (await manager.get(made.id)).data["list"].append(2)
    assert (await manager.get(made.id)).data == {"list": [1]}


async def test_update_replaces_and_merge_adds(manager):
    made = await manager.create("ada", {"a": 1, "b": {"c": 1}})
    merged = await manager.update(made.id, {"b": {"d": 2}}, merge=True)
    assert (merged.data, merged.version) == ({"a": 1, "b": {"d": 2}}, 2)
    assert (await manager.update(made.id, {"z": 0})).data == {"z": 0}


async def test_an_update_of_an_older_version_is_refused(manager):
    made = await manager.create("ada", {"n": 0})
    await manager.update(made.id, {"n": 1}, expected_version=made.version)
    with pytest.raises(StaleVersion):
        await manager.update(made.id, {"n": 2}, expected_version=made.version)
    assert (await manager.get(made.id)).data == {"n": 1}


async def test_parallel_merges_lose_nothing(manager):
    made = await manager.create("ada")
    await asyncio.gather(*(manager.update(made.id, {str(n): n}, merge=True) for n in range(30)))
    found = await manager.get(made.id)
    assert found.data == {str(n): n for n in range(30)}
    assert found.version == 31


async def test_a_deleted_session_is_gone_and_stays_gone(manager):
    made = await manager.create("ada")
    assert await manager.delete(made.id) is True
    assert await manager.delete(made.id) is False
    assert await manager.get(made.id) is None
    assert await manager.update(made.id, {"late": "save"}) is None
    assert await manager.refresh(made.id) is None
    assert await manager.get(made.id) is None


async def test_a_session_can_be_ended_by_its_handle(manager):
    made = await manager.create("ada")
    assert await manager.invalidate(made.handle) is True
    assert await manager.get(made.id) is None


async def test_rotation_gives_a_new_id_and_kills_the_old_one(manager):
    made = await manager.create("ada", {"cart": [1]})
    rotated = await manager.rotate(made.id)
    assert rotated.id != made.id
    assert (rotated.handle, rotated.data, rotated.expires_at) == (made.handle, made.data, made.expires_at)
    assert await manager.get(made.id) is None
    assert (await manager.get(rotated.id)).data == {"cart": [1]}


async def test_sign_out_everywhere_spares_the_one_in_use(manager):
    here = await manager.create("ada")
    for _ in range(3):
        await manager.create("ada")
    other = await manager.create("bob")
    assert await manager.delete_user_sessions("ada", except_id=here.id) == 3
    assert [s.handle for s in await manager.get_user_sessions("ada")] == [here.handle]
    assert await manager.get(other.id) is not None
    assert await manager.delete_user_sessions("ada") == 1


async def test_the_latest_session_of_a_user_is_found(manager, clock):
    assert await manager.get_by_user("ada") is None
    await manager.create("ada", {"n": 1})
    clock.advance(MINUTE)
    await manager.create("ada", {"n": 2})
    assert (await manager.get_by_user("ada")).data == {"n": 2}


async def test_one_session_per_key_however_many_ask(manager):
    found = await asyncio.gather(*(manager.get_or_create("chat-7", user_id="ada", data={"n": 1}) for _ in range(20)))
    assert len({s.handle for s in found}) == 1
    assert found[0].key == "chat-7"
    assert (await manager.get(found[-1].id)).data == {"n": 1}


async def test_the_same_key_of_another_user_is_another_session(manager):
    mine = await manager.get_or_create("chat-7", user_id="ada")
    theirs = await manager.get_or_create("chat-7", user_id="bob")
    assert mine.handle != theirs.handle


async def test_a_key_is_free_again_when_its_session_ended(manager, clock):
    first = await manager.get_or_create("k", ttl=MINUTE)
    clock.advance(MINUTE)
    second = await manager.get_or_create("k", ttl=MINUTE)
    assert second.handle != first.handle
    assert (await manager.get_or_create("k")).handle == second.handle


async def test_twenty_parallel_creates_never_leave_more_than_the_limit(make_manager):
    manager = await make_manager(max_sessions_per_user=5)
    await asyncio.gather(*(manager.create("ada") for _ in range(20)))
    assert len(await manager.get_user_sessions("ada")) == 5


async def test_the_oldest_makes_room_at_the_limit(make_manager, clock):
    manager = await make_manager(max_sessions_per_user=2)
    made = []
    for _ in range(3):
        made.append(await manager.create("ada"))
        clock.advance(MINUTE)
    assert await manager.get(made[0].id) is None
    assert await manager.get(made[1].id) is not None


async def test_at_the_limit_a_new_one_can_be_refused_instead(make_manager):
    manager = await make_manager(max_sessions_per_user=1, limit_policy=LimitPolicy.REFUSE)
    first = await manager.create("ada")
    with pytest.raises(TooManySessions):
        await manager.create("ada")
    assert await manager.create("bob")
    assert await manager.get(first.id) == first


async def test_the_limit_counts_each_kind_by_itself(make_manager):
    manager = await make_manager(max_sessions_per_user=1)
    login = await manager.create("ada", kind="login")
    await manager.create("ada", kind="guest")
    await manager.grant("ada", ["finance"], HOUR, "bob")
    assert await manager.get(login.id) is not None


async def test_guests_and_grants_cannot_be_refreshed(manager):
    guest = await manager.create(None, kind="guest")
    grant = await manager.grant("ada", ["finance"], HOUR, "bob")
    for session in (guest, grant):
        with pytest.raises(NotRefreshable):
            await manager.refresh(session.id)
    assert guest.expires_at - guest.created_at == timedelta(hours=24)


async def test_a_grant_says_who_gave_it_and_ends_at_its_time(manager, clock):
    grant = await manager.grant("ada", ["finance"], 4 * HOUR, "bob", reason="quarter end")
    assert grant.metadata == {"granted_by": "bob", "reason": "quarter end"}
    assert manager.has_scope(grant, "finance")
    assert not manager.has_scope(grant, "people")
    clock.advance(4 * HOUR)
    assert not manager.has_scope(grant, "finance")
    assert await manager.get_user_sessions("ada", kind="grant") == []


async def test_a_grant_cannot_grant_nor_last_long(manager):
    grant = await manager.grant("ada", ["finance"], HOUR, "bob")
    with pytest.raises(Forbidden):
        await manager.grant("eve", ["finance"], HOUR, grant)
    with pytest.raises(InvalidSession) as refused:
        await manager.grant("ada", ["finance"], 9 * HOUR, "bob")
    assert refused.value.field == "ttl"


async def test_pins_are_kept_beside_the_data(manager):
    made = await manager.create("ada", {"n": 1})
    await manager.pin(made.id, "project", {"id": 7})
    assert await manager.pinned(made.id, "project") == {"id": 7}
    assert (await manager.update(made.id, {"n": 2})).pins == {"project": {"id": 7}}
    assert await manager.unpin(made.id, "project") is True
    assert await manager.unpin(made.id, "project") is False
    assert await manager.pinned(made.id, "project", "none") == "none"


async def test_pages_walk_all_sessions_newest_first(manager, clock):
    made = []
    for n in range(25):
        made.append((await manager.create(f"user-{n % 3}")).handle)
        clock.advance(timedelta(seconds=n % 2))
    seen, cursor = [], None
    while True:
        page = await manager.list(limit=10, cursor=cursor)
        seen += [s.handle for s in page]
        cursor = page.cursor
        if cursor is None:
            break
    assert len(seen) == 25
    assert set(seen) == set(made)
    whole = await manager.list()
    assert [s.created_at for s in whole] == sorted((s.created_at for s in whole), reverse=True)
    assert [s.handle for s in await manager.list(limit=5, offset=20)] == seen[20:]


@pytest.mark.parametrize("cursor", ["", "!!!", "AAAA", "é", "A" * 500])
async def test_a_cursor_that_is_none_of_ours_is_refused(manager, cursor):
    with pytest.raises(BadCursor):
        await manager.list(cursor=cursor)


async def test_lists_filter_by_user_kind_and_state(manager, clock):
    await manager.create("ada", ttl=HOUR)
    await manager.create("bob", kind="memory", ttl=10 * MINUTE, strategy=Strategy.FIXED)
    clock.advance(6 * MINUTE)
    await manager.create("ada", ttl=HOUR)
    assert len(await manager.list(user_id="ada")) == 2
    assert len(await manager.list(kind="memory")) == 1
    assert len(await manager.list(state=SessionState.IDLE)) == 2
    assert len(await manager.list(state="active")) == 1
    clock.advance(4 * MINUTE)
    assert len(await manager.list()) == 2
    assert len(await manager.list(include_expired=True)) == 3
    assert [s.user_id for s in await manager.list(state="expired")] == ["bob"]


async def test_stats_count_what_is_there(manager, clock):
    await manager.create("ada", ttl=HOUR)
    await manager.create("ada", ttl=HOUR)
    gone = await manager.create("bob", ttl=MINUTE)
    clock.advance(6 * MINUTE)
    fresh = await manager.create("cyd", kind="memory", ttl=HOUR)
    stats = await manager.stats()
    assert (stats.now.total, stats.now.active, stats.now.idle, stats.now.expired) == (3, 1, 2, 1)
    assert stats.now.by_user == {"ada": 2, "cyd": 1}
    assert stats.now.by_kind == {"login": 2, "memory": 1}
    assert (stats.created, stats.expired) == (4, 0)
    assert await manager.cleanup() == 1
    assert (await manager.stats()).cleaned == 1
    assert await manager.state(gone.id) is SessionState.EXPIRED
    assert await manager.state(fresh.id) is SessionState.ACTIVE
    assert (await manager.get_metrics())["active_sessions"] == 3


@pytest.mark.parametrize(
    ("field", "kwargs"),
    [
        ("ttl", {"ttl": timedelta(milliseconds=999)}),
        ("ttl", {"ttl": timedelta(0)}),
        ("ttl", {"ttl": timedelta(days=401)}),
        ("max_age", {"strategy": "hybrid"}),
        ("max_age", {"strategy": "sliding", "max_age": HOUR}),
        ("ttl", {"ttl": 3600}),
        ("max_age", {"max_age": timedelta(0)}),
        ("max_age", {"strategy": "hybrid", "max_age": 3600}),
        ("strategy", {"strategy": "eternal"}),
        ("kind", {"kind": "nonsense"}),
        ("kind", {"kind": ["login"]}),
        ("scopes", {"scopes": [""]}),
        ("scopes", {"scopes": "finance"}),
        ("scopes", {"scopes": 7}),
        ("scopes", {"scopes": [["finance"]]}),
        ("data", {"data": [1]}),
        ("data", {"data": "text"}),
        ("metadata", {"metadata": [1]}),
        ("user_agent", {"user_agent": 7}),
        ("data", {"data": {"x": float("nan")}}),
        ("data", {"data": {"x": "\ud800"}}),
        ("data", {"data": {1: 2}}),
        ("data", {"data": {"x": {1, 2}}}),
        ("data", {"data": {"x": "y" * 1_000_001}}),
        ("metadata", {"metadata": {"x": "y" * 20_000}}),
        ("user_agent", None),
    ],
)
async def test_what_cannot_be_kept_is_refused_by_the_name_of_its_field(manager, field, kwargs):
    if kwargs is None:
        made = await manager.create("ada", user_agent="Mozilla\r\nX-Evil: 1\ud800" + "a" * 5000)
        assert "\n" not in made.user_agent
        return
    with pytest.raises(InvalidSession) as refused:
        await manager.create("ada", **kwargs)
    assert refused.value.field == field


async def test_what_a_call_cannot_mean_is_refused_by_the_name_of_its_field(manager):
    made = await manager.create("ada")
    for field, call in (
        ("data", manager.update(made.id, [1])),
        ("ttl", manager.refresh(made.id, 60)),
        ("ttl", manager.refresh(made.id, timedelta(0))),
        ("ttl", manager.grant("ada", ["finance"], 3600, "bob")),
        ("limit", manager.list(limit="ten")),
        ("offset", manager.list(offset="ten")),
        ("lease", manager.lock(made.id, lease=timedelta(0)).__aenter__()),
        ("lease", manager.lock(made.id, lease=60).__aenter__()),
        ("wait", manager.lock(made.id, wait=5).__aenter__()),
    ):
        with pytest.raises(InvalidSession) as refused:
            await call
        assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("limit", {"limit": 0}),
        ("limit", {"limit": 1001}),
        ("offset", {"offset": -1}),
        ("state", {"state": "sleepy"}),
    ],
)
async def test_a_list_that_cannot_be_made_is_refused_by_field(manager, field, wanted):
    with pytest.raises(InvalidSession) as refused:
        await manager.list(**wanted)
    assert refused.value.field == field


@pytest.mark.parametrize("user_id", ["", "a\nb", "a" * 256, "\ud800", 7])
async def test_a_user_id_that_cannot_be_kept_is_refused(manager, user_id):
    with pytest.raises(InvalidSession) as refused:
        await manager.create(user_id)
    assert refused.value.field == "user_id"


@pytest.mark.parametrize("value", [{1, 2}, float("inf"), 2**70, "\udfff", [[[b""]]], {"a": {3: 4}}])
async def test_a_pin_must_be_json_too(manager, value):
    made = await manager.create("ada")
    with pytest.raises(InvalidSession) as refused:
        await manager.pin(made.id, "x", value)
    assert refused.value.field == "pins"


async def test_json_may_be_deep_but_not_bottomless(manager):
    deep: dict = {}
    for _ in range(60):
        deep = {"d": deep}
    made = await manager.create("ada", deep)
    assert (await manager.get(made.id)).data == deep
    for _ in range(10):
        deep = {"d": [deep]}
    with pytest.raises(InvalidSession):
        await manager.update(made.id, deep)
    endless: dict = {}
    endless["self"] = endless
    with pytest.raises(InvalidSession):
        await manager.update(made.id, endless)


async def test_there_are_so_many_pins_and_no_more(manager):
    made = await manager.create("ada")
    for n in range(64):
        await manager.pin(made.id, str(n), n)
    with pytest.raises(InvalidSession):
        await manager.pin(made.id, "one more", 1)
    assert await manager.pin(made.id, "0", "replaced")


async def test_a_grant_needs_a_scope_and_a_key_needs_a_name(manager):
    with pytest.raises(InvalidSession) as refused:
        await manager.grant("ada", [], HOUR, "bob")
    assert refused.value.field == "scopes"
    with pytest.raises(InvalidSession) as refused:
        await manager.get_or_create("")
    assert refused.value.field == "key"


async def test_a_session_of_a_kind_nobody_knows_any_more_is_the_strictest(make_manager):
    badge = KindPolicy(name="badge")
    before = await make_manager(kinds=(badge,))
    made = await before.create("ada", kind="badge")
    after = await make_manager(store=before.store)
    assert await after.get(made.handle) is None
    assert await after.get(made.id) is not None
    with pytest.raises(NotRefreshable):
        await after.refresh(made.id)


async def test_a_registered_kind_has_its_own_terms(make_manager):
    badge = KindPolicy(name="badge", ttl=10 * MINUTE, strategy=Strategy.FIXED, max_per_user=1)
    manager = await make_manager(kinds=(badge,))
    first = await manager.create("ada", kind="badge")
    assert first.expires_at - first.created_at == 10 * MINUTE
    await manager.create("ada", kind="badge")
    assert await manager.get(first.id) is None

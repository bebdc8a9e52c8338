"""Moving sessions between stores, files and keys, without signing anybody out."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from jambot.sessions import InvalidSession, MemoryStore
from jambot.sessions.dumps import export_sessions, import_sessions
from jambot.sessions.rotation import rotate_keys
from jambot.sessions.stores.sql import SqlStore
from jambot.sessions.transfer import migrate

OLD, NEW = b"o" * 32, b"n" * 32
MINUTE = timedelta(minutes=1)


async def moved(*args, **kwargs):
    return [result async for result in migrate(*args, **kwargs)]


async def test_everybody_stays_signed_in_when_the_store_changes(make_manager, work, clock):
    source = await make_manager(encryption_keys=(OLD,))
    target = await make_manager(store=SqlStore(work), encryption_keys=(NEW,))
    made = []
    for n in range(5):
        made.append(await source.create(f"u{n}", {"n": n}, ttl=10 * MINUTE))
        clock.advance(MINUTE)
    await source.pin(made[0].id, "project", 7)
    results = await moved(source, target)
    assert all(r.success and r.new_id == r.handle for r in results)
    assert len(results) == 5
    for session in made:
        here, there = await source.get(session.id, touch=False), await target.get(session.id, touch=False)
        assert here == there
    assert (await target.get(made[0].id)).pins == {"project": 7}


async def test_a_transfer_may_be_run_again(make_manager):
    source, target = await make_manager(), await make_manager()
    made = await source.create("ada", {"n": 1})
    for _ in range(2):
        assert [r.success for r in await moved(source, target)] == [True]
    assert len(await target.list()) == 1
    await target.update(made.id, {"n": 2})
    (again,) = await moved(source, target)
    assert not again.success
    assert "different version" in again.failed
    assert (await target.get(made.id)).data == {"n": 2}


async def test_originals_go_only_when_asked(make_manager):
    source, target = await make_manager(), await make_manager()
    made = [await source.create("ada") for _ in range(3)]
    await moved(source, target, handle=made[0].handle)
    assert len(await source.list()) == 3
    assert len(await target.list()) == 1
    await moved(source, target, delete_source=True)
    assert len(await source.list()) == 0
    assert len(await target.list()) == 3


async def test_catching_up_brings_over_what_changed_was_used_and_ended_meanwhile(make_manager, clock):
    source, target = await make_manager(), await make_manager(encryption_keys=(NEW,))
    changed, used, ended, same = [await source.create(name, {"n": 1}) for name in ("ada", "bob", "eve", "kim")]
    await moved(source, target)
    clock.advance(10 * MINUTE)
    await source.update(changed.id, {"n": 2})
    rotated = await source.rotate(changed.id)
    await source.get(used.id)
    await source.delete(ended.id)
    results = await moved(source, target, catch_up=True)
    assert all(r.success for r in results)
    assert [r.handle for r in results if r.new_id is None] == [ended.handle]
    assert await target.get(changed.id, touch=False) is None
    for id_ in (rotated.id, used.id, same.id):
        assert await target.get(id_, touch=False) == await source.get(id_, touch=False)
    assert await target.get(ended.id) is None


async def test_what_does_not_open_is_reported_and_stays(make_manager):
    store = MemoryStore()
    sealed = await make_manager(store=store, encryption_keys=(OLD,))
    made = await sealed.create("ada")
    other = await make_manager(store=store, encryption_keys=(NEW,))
    (result,) = await moved(other, await make_manager(), delete_source=True)
    assert not result.success
    assert await sealed.get(made.id) is not None


async def test_an_export_comes_back_with_the_life_it_had_left(make_manager, clock):
    source = await make_manager(encryption_keys=(OLD,))
    made = await source.create("ada", {"n": 1}, ttl=60 * MINUTE, strategy="fixed")
    clock.advance(20 * MINUTE)
    exported = await export_sessions(source)
    assert json.loads(exported)["format"] == "jambot.sessions"
    assert made.id.encode() not in exported
    clock.advance(timedelta(days=2))
    target = await make_manager()
    (result,) = await import_sessions(target, exported)
    assert result.success
    found = await target.get(made.id)
    assert (found.data, found.expires_at - clock.now()) == ({"n": 1}, 40 * MINUTE)


@pytest.mark.parametrize("wrong", [b"", b"{}", b"[1]", b'{"format":"x","version":1,"exported_us":0,"sessions":[]}'])
async def test_what_is_no_export_is_refused(manager, wrong):
    with pytest.raises(InvalidSession):
        await import_sessions(manager, wrong)


async def test_an_export_of_a_newer_version_is_refused(manager):
    newer = json.loads(await export_sessions(manager)) | {"version": 2}
    with pytest.raises(InvalidSession):
        await import_sessions(manager, json.dumps(newer).encode())


async def test_an_older_key_may_go_after_the_rotation(make_manager):
    store = MemoryStore()
    before = await make_manager(store=store, encryption_keys=(OLD,))
    made = [await before.create("ada", {"n": n}) for n in range(3)]
    both = await make_manager(store=store, encryption_keys=(NEW, OLD))
    done = await rotate_keys(both)
    assert (done.resealed, done.current, done.unreadable) == (3, 0, 0)
    again = await rotate_keys(both)
    assert (again.resealed, again.current, again.unreadable) == (0, 3, 0)
    after = await make_manager(store=store, encryption_keys=(NEW,))
    assert [(await after.get(s.id)).data["n"] for s in made] == [0, 1, 2]


async def test_a_session_under_a_lost_key_is_counted_and_kept(make_manager):
    store = MemoryStore()
    lost = await make_manager(store=store, encryption_keys=(OLD,))
    made = await lost.create("ada", {"n": 1})
    done = await rotate_keys(await make_manager(store=store, encryption_keys=(NEW,)))
    assert (done.resealed, done.unreadable) == (0, 1)
    assert (await lost.get(made.id)).data == {"n": 1}


async def test_what_changed_while_it_was_copied_stays_where_it_was(make_manager):
    source = await make_manager()
    made = await source.create("ada", {"n": 1})

    class ChangesMeanwhile(MemoryStore):
        async def create(self, record, **terms):
            created = await super().create(record, **terms)
            await source.update(made.id, {"n": 2})
            return created

    transfer = migrate(source, await make_manager(store=ChangesMeanwhile()), delete_source=True)
    (result,) = [r async for r in transfer]
    assert not result.success
    assert (await source.get(made.id)).data == {"n": 2}


async def test_a_key_that_is_taken_there_is_reported(make_manager):
    source, target = await make_manager(), await make_manager()
    await source.get_or_create("chat", user_id="ada")
    theirs = await target.get_or_create("chat", user_id="ada")
    (result,) = await moved(source, target)
    assert "key" in result.failed
    (again,) = await import_sessions(target, await export_sessions(source))
    assert "key" in again.failed
    assert [s.handle for s in await target.list()] == [theirs.handle]

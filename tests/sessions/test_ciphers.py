"""Sealed data: readable with the right key in the right place, and kept as it is otherwise."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from jambot.sessions import BadConfiguration, MemoryStore, SessionConfig, SessionManager, SessionUnreadable
from jambot.sessions.ciphers import KeyRing, NoCipher, open_cbc, parse_key
from jambot.sessions.codec import Codec
from jambot.sessions.contents import Body

OLD, NEW = b"o" * 32, b"n" * 32
VECTORS = json.loads((Path(__file__).parents[1] / "data" / "aikit_encryption.json").read_text())


def test_what_is_sealed_opens_with_its_key_and_context():
    ring = KeyRing([NEW], purpose="sessions")
    sealed = ring.seal(b"secret", b"row 1")
    assert b"secret" not in sealed
    assert sealed.startswith(b"v1." + ring.newest_key_id.encode() + b".")
    assert ring.open(sealed, b"row 1") == b"secret"


def test_no_two_seals_are_alike():
    ring = KeyRing([NEW], purpose="sessions")
    assert len({ring.seal(b"same", b"") for _ in range(100)}) == 100


@pytest.mark.parametrize("place", [0, 3, 11, 12, 24, -1])
def test_a_flipped_bit_anywhere_makes_it_unreadable(place):
    ring = KeyRing([NEW], purpose="sessions")
    damaged = bytearray(ring.seal(b"secret", b"row 1"))
    damaged[place] ^= 1
    with pytest.raises(SessionUnreadable):
        ring.open(bytes(damaged), b"row 1")


@pytest.mark.parametrize("damaged", [b"", b"v1.", b"v1.abc", b"v9.x", b"\0" * 60, b"v1.12345678.short"])
def test_what_is_no_envelope_is_unreadable(damaged):
    for cipher in (KeyRing([NEW], purpose="sessions"), NoCipher()):
        with pytest.raises(SessionUnreadable):
            cipher.open(damaged, b"")


def test_bytes_moved_to_another_row_do_not_open():
    ring = KeyRing([NEW], purpose="sessions")
    with pytest.raises(SessionUnreadable):
        ring.open(ring.seal(b"secret", b"row 1"), b"row 2")


def test_another_purpose_is_another_key():
    sealed = KeyRing([NEW], purpose="sessions").seal(b"secret", b"")
    with pytest.raises(SessionUnreadable):
        KeyRing([NEW], purpose="metadata").open(sealed, b"")


def test_the_newest_key_seals_and_all_of_them_open():
    old, both = KeyRing([OLD], purpose="sessions"), KeyRing([NEW, OLD], purpose="sessions")
    before = old.seal(b"secret", b"")
    assert both.open(before, b"") == b"secret"
    assert not both.is_current(before)
    after = both.seal(b"secret", b"")
    assert both.is_current(after)
    with pytest.raises(SessionUnreadable):
        old.open(after, b"")


def test_clear_bytes_written_before_there_was_a_key_still_open():
    ring = KeyRing([NEW], purpose="sessions")
    clear = NoCipher().seal(b"plain", b"")
    assert ring.open(clear, b"") == b"plain"
    assert not ring.is_current(clear)


def test_clear_bytes_do_not_open_where_only_sealed_ones_are_taken():
    ring = KeyRing([NEW], purpose="sessions", opens_clear=False)
    with pytest.raises(SessionUnreadable):
        ring.open(NoCipher().seal(b"planted", b""), b"")
    assert ring.open(ring.seal(b"ours", b""), b"") == b"ours"


async def test_a_body_planted_in_clear_is_no_session_where_encryption_is_demanded():
    for encryption, opens in ((None, True), (True, False)):
        store = MemoryStore()
        config = SessionConfig(encryption=encryption, encryption_keys=(NEW,), auto_cleanup=False)
        async with SessionManager(store, config) as manager:
            made = await manager.create("ada", {"role": "user"})
            record = await store.get(made.handle, now_us=0)
            assert record is not None
            forger = Codec(cipher=NoCipher(), namespace="session", max_bytes=1_000)
            _, planted = forger.body(Body(data={"role": "admin"}), handle=record.handle, user_id=record.user_id)
            await store.set(replace(record, body=planted), expected_version=1, fence=None, now_us=0)
            if opens:
                found = await manager.get(made.id)
                assert found is not None and found.data == {"role": "admin"}
            else:
                with pytest.raises(SessionUnreadable):
                    await manager.get(made.id)


def test_a_key_is_32_bytes_as_hex_or_base64_and_never_a_passphrase():
    assert parse_key(NEW.hex()) == NEW
    assert parse_key(base64.b64encode(NEW).decode()) == NEW
    assert parse_key(base64.urlsafe_b64encode(b"\xff" * 32).decode().rstrip("=")) == b"\xff" * 32
    for weak in ("", "correct horse battery staple", "ab" * 31, "test-encryption-key-32-characters"):
        with pytest.raises(BadConfiguration):
            parse_key(weak)
    with pytest.raises(BadConfiguration):
        KeyRing([b"short"], purpose="sessions")
    with pytest.raises(BadConfiguration):
        KeyRing([], purpose="sessions")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["encryptionKey"])
def test_records_of_the_older_format_are_read(vector):
    assert open_cbc(vector["stored"], vector["encryptionKey"]) == json.loads(vector["plaintextJson"])


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"encrypted": False, "iv": "00" * 16, "data": "00" * 16},
        {"encrypted": True, "iv": "zz", "data": "00" * 16},
        {"encrypted": True, "iv": "00" * 16, "data": "00" * 15},
        {"encrypted": True, "iv": 7, "data": None},
        VECTORS[0]["stored"],
    ],
)
def test_an_older_record_that_does_not_open_is_unreadable(broken):
    with pytest.raises(SessionUnreadable):
        open_cbc(broken, "wrong passphrase")


async def test_a_session_under_a_lost_key_is_an_error_and_stays_as_it_is(make_manager, clock):
    manager = await make_manager(encryption_keys=(OLD,))
    made = await manager.create("ada", {"secret": "plan"})
    other = SessionManager(manager.store, SessionConfig(encryption_keys=(NEW,), auto_cleanup=False), clock=clock)
    before = await manager.store.get(made.handle, now_us=0)
    for use in (other.get(made.id), other.update(made.id, {"over": "written"}), other.pin(made.id, "a", 1)):
        with pytest.raises(SessionUnreadable):
            await use
    assert await manager.store.get(made.handle, now_us=0) == before
    assert (await manager.get(made.id)).data == {"secret": "plan"}
    listed = await other.find(made.handle)
    assert (listed.readable, listed.data, listed.user_id) == (False, {}, "ada")
    assert await other.delete(made.id) is True


async def test_nothing_of_the_data_is_in_the_store_when_a_key_is_set(make_manager):
    manager = await make_manager(encryption_keys=(NEW.hex(),))
    made = await manager.create("ada", {"note": "CANARY-DATA"})
    await manager.pin(made.id, "project", "CANARY-PIN")
    record = await manager.store.get(made.handle, now_us=0)
    assert b"CANARY" not in record.body + record.facts
    assert made.id.encode() not in record.body + record.facts + record.secret_hash
    assert (await manager.get(made.id)).pins == {"project": "CANARY-PIN"}


async def test_a_body_swapped_between_two_sessions_does_not_open(make_manager):
    manager = await make_manager(encryption_keys=(NEW,))
    mine, theirs = await manager.create("ada", {"n": 1}), await manager.create("bob", {"n": 2})
    ours = [await manager.store.get(s.handle, now_us=0) for s in (mine, theirs)]
    swapped = replace(ours[0], body=ours[1].body)
    await manager.store.set(swapped, expected_version=1, fence=None, now_us=ours[0].created_us)
    with pytest.raises(SessionUnreadable):
        await manager.get(mine.id)

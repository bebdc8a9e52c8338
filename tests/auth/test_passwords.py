from __future__ import annotations

import asyncio
import unicodedata

import pytest

from jambot.auth import passwords
from jambot.auth.passwords import MOST_WAITING, THREADS, PasswordHasher, check_new
from jambot.auth.strength import bits, is_weak
from jambot.errors import Unavailable, WeakPassword


@pytest.fixture
def hasher():
    made = PasswordHasher()
    yield made
    made.close()


async def test_a_hash_is_argon2id_at_the_cost_asked_for(hasher: PasswordHasher):
    stored = await hasher.hash("violet otter paints")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await hasher.verify("violet otter paints", stored)).is_right
    assert not (await hasher.verify("violet otter paint", stored)).is_right


async def test_two_ways_to_type_an_umlaut_are_one_password(hasher: PasswordHasher):
    composed = unicodedata.normalize("NFC", "größere Bäume überall")
    stored = await hasher.hash(composed)
    assert (await hasher.verify(unicodedata.normalize("NFD", composed), stored)).is_right


@pytest.mark.parametrize("password", ["x" * 1025, "half \ud800 emoji ok", "nul \x00 inside it", "x" * 100_000])
async def test_odd_passwords_are_wrong_and_nothing_worse(hasher: PasswordHasher, password: str):
    stored = await hasher.hash("violet otter paints")
    assert not (await hasher.verify(password, stored)).is_right


async def test_nothing_is_cut_off_a_long_password(hasher: PasswordHasher):
    stored = await hasher.hash("é" * 1023 + "a")
    assert (await hasher.verify("é" * 1023 + "a", stored)).is_right
    assert not (await hasher.verify("é" * 1023 + "b", stored)).is_right


async def test_no_account_costs_as_much_as_a_wrong_password(hasher: PasswordHasher):
    """The same work is done, which is what makes the time the same; the work is counted instead of the time."""
    done: list[str] = []
    context = hasher._context
    real_verify, real_dummy = context.verify, context.dummy_verify
    stored = await hasher.hash("violet otter paints")
    context.dummy_verify()

    class Counting:
        def __getattr__(self, name):
            return getattr(context, name)

        def verify(self, *args):
            done.append("argon2")
            return real_verify(*args)

        def dummy_verify(self):
            done.append("argon2")
            return real_dummy()

    hasher._context = Counting()  # type: ignore[assignment]
    for account in (stored, None, "damaged", ""):
        done.clear()
        await hasher.verify("wrong password", account)
        assert done.count("argon2") in (1, 2) and done[-1] == "argon2"


async def test_beyond_the_queue_people_are_asked_to_come_back(hasher: PasswordHasher):
    waiting = [asyncio.ensure_future(hasher.verify("x", None)) for _ in range(THREADS + MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refused:
        await hasher.verify("x", None)
    assert refused.value.retry_after_s == 2
    await asyncio.gather(*waiting)
    await hasher.verify("x", None)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "password1234",
        "Password2024!",
        "passwordpassword",
        "p@ssw0rd1234",
        "qwertyuiop12",
        "qwertyuiopasdfgh",
        "123456789012",
        "210987654321",
        "111111111111",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "abcdefghijkl",
        "iloveyou2024",
        "Summer2025!!",
        "letmein12345",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "welcome12345",
        "michelle1985",
        "changeme1234",
        "administrator",
        "x" * 1025,
    ],
)
def test_common_and_short_passwords_are_refused(password: str):
    with pytest.raises(WeakPassword):
        check_new(password)


@pytest.mark.parametrize(
    "password",
    [
        "violet otter paints 47 barns",
        "kX9#mQ2$vL7p",
        "tr0ub4dor&3xyzzy",
        "日本語のパスワードです。長い",
        "x7" + "é" * 3 + "ßøłđħŧ€¶",
    ],
)
def test_uncommon_passwords_are_taken(password: str):
    check_new(password)


def test_ones_own_name_and_address_make_a_password_weak():
    personal = ("ada.lovelace@example.org", "Ada Lovelace")
    for password in ("adalovelace1815", "ada.lovelace@example.org", "LovelaceAda!!"):
        with pytest.raises(WeakPassword):
            check_new(password, personal=personal)
    assert is_weak("lovelace1815ada", personal=personal)


def test_judging_the_longest_password_takes_no_time():
    assert bits("ab" * 512) < bits("kX9#mQ2$vL7pz")


def test_only_one_module_imports_passlib():
    from pathlib import Path

    package = Path(passwords.__file__).parents[1]
    importers = {path.name for path in package.rglob("*.py") if "from passlib" in path.read_text("utf-8")}
    assert importers == {"passwords.py"}

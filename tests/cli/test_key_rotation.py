"""The app's own key is replaced while people stay signed in: killed half way, gone on with, and the old one goes."""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from jambot.auth.devices import Device
from jambot.cli.preparing import ensure_migrated
from jambot.cli.session_stores import APP
from jambot.cli.sessions import seal_anew
from jambot.errors import NotSignedIn
from jambot.services import Services, build
from jambot.sessions import SessionConfig, SessionManager
from jambot.sessions.stores.sql import SqlStore
from jambot.settings import Registration, Settings
from jambot.workspaces.sealing import BATCH, UnderOlder
from tests.servers import REPOSITORY

OLD, NEW = "o" * 40, "n" * 40
COUNT = 2 * BATCH + 5
DEVICE = Device(ip_address="203.0.113.7", user_agent="Firefox")
# Seals one batch, says so, and waits to be killed.
HALF = """
import asyncio, sys
from jambot.services import build
from jambot.settings import Settings
from jambot.workspaces.sealing import reseal_metadata

def show(done):
    print(done.resealed, flush=True)
    sys.stdin.read()

parts = build(Settings())
asyncio.run(reseal_metadata(parts.work, parts.metadata_keys, progress=show))
"""


def with_keys(folder: Path, newest: str, *older: str) -> Settings:
    return Settings(
        data_dir=folder,
        secret_key=SecretStr(newest),
        older_secret_keys=SecretStr(" ".join(older)) if older else None,
        registration=Registration.OPEN,
    )


def command(folder: Path, *words: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JAMBOT_")}
    own = {"JAMBOT_DATA_DIR": str(folder), "JAMBOT_SECRET_KEY": NEW, "JAMBOT_OLDER_SECRET_KEYS": OLD}
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=folder,
        env={**kept, **own, "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


class Opened:
    """The app on a data folder with some keys."""

    def __init__(self, folder: Path, newest: str, *older: str) -> None:
        self._settings = with_keys(folder, newest, *older)

    def __enter__(self) -> Services:
        self._parts = build(self._settings)
        return self._parts

    def __exit__(self, *_: object) -> None:
        self._parts.auth.close()
        self._parts.work.close()


@pytest.mark.timeout(60)
async def test_the_key_is_replaced_under_the_feet_of_the_people_signed_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ensure_migrated(with_keys(tmp_path, OLD))
    with Opened(tmp_path, OLD) as before:
        joined = await before.auth.register(
            email="ada@example.org", password="violet otter paints 47 barns", name="Ada", device=DEVICE
        )
        cookie, refresh = f"jam_sid={joined.opened.cookie}", joined.opened.refresh_token
        me = await before.auth.principal_of_cookie_header(cookie)
        assert me is not None
        make = before.workspaces.create_user_session
        ids = [(await make(me, session_metadata={"n": n})).row.id for n in range(COUNT)]

    with Opened(tmp_path, NEW) as without:
        # Without the key of before nothing opens, and nothing is lost.
        assert await without.auth.principal_of_cookie_header(cookie) is None
        assert not await without.key_check.is_right()

    with Opened(tmp_path, NEW, OLD) as both:
        # What a program of theirs keeps in the same database has keys of its own.
        theirs = SessionManager(SqlStore(both.work, namespace="theirs"), SessionConfig(auto_cleanup=False))
        await theirs.connect((await theirs.create("ada")).id)
        assert await both.key_check.under_older() == UnderOlder(workspaces=COUNT, sessions=1)
        me = await both.auth.principal_of_cookie_header(cookie)
        assert me is not None and (await both.workspaces.get(me, ids[0])).metadata == {"n": 0}
        assert (await both.auth.principal_of_bearer(joined.access_token)).user_id == me.user_id
        refreshed = await both.auth.refresh(refresh)

    half = await asyncio.to_thread(_killed_half_way, tmp_path)
    assert half == BATCH
    with Opened(tmp_path, NEW, OLD) as between:
        left = await between.key_check.count()
        assert left.workspaces == COUNT - BATCH
        assert (await between.workspaces.get(me, ids[-1])).metadata == {"n": COUNT - 1}

    chosen = argparse.Namespace(store=APP, namespace="session")
    assert await asyncio.to_thread(seal_anew, with_keys(tmp_path, NEW, OLD), chosen) == 0
    said = capsys.readouterr().out
    assert f"{COUNT - BATCH} workspaces sealed anew" in said, said
    assert OLD not in said and NEW not in said

    with Opened(tmp_path, NEW) as after:
        assert await after.key_check.count() == UnderOlder(workspaces=0, sessions=0)
        again = await after.auth.principal_of_cookie_header(cookie)
        assert again is not None and again.login_id == me.login_id
        assert {(await after.workspaces.get(me, each)).metadata["n"] for each in ids} == set(range(COUNT))
        # What the newest key made goes on; what only the old one had made is over.
        assert (await after.auth.refresh(refreshed.refresh_token or "")).access_token
        with pytest.raises(NotSignedIn):
            await after.auth.principal_of_bearer(joined.access_token)


def _killed_half_way(folder: Path) -> int:
    """Begin to seal anew, and kill it after the first batch; how many were done."""
    half = command(folder, "-c", HALF)
    try:
        assert half.stdout is not None
        return int(half.stdout.readline())
    finally:
        half.kill()
        half.wait()


def test_no_key_is_ever_shown(tmp_path: Path) -> None:
    settings = with_keys(tmp_path, NEW, OLD)
    assert settings.master_keys() == (NEW.encode(), OLD.encode())
    assert OLD not in repr(settings) and NEW not in repr(settings)
    # The present key named among those of before is one key.
    assert with_keys(tmp_path, NEW, NEW, OLD).master_keys() == (NEW.encode(), OLD.encode())

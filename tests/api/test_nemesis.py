"""Killed at random moments while many people write: what was acknowledged is there, once, and in order.

Each writer notes what the server acknowledged only after the answer came; at the end the notes are held against the
database itself. `JAMBOT_TEST_SEED` repeats a run, `JAMBOT_TEST_KILLS` makes it longer.
"""

from __future__ import annotations

import os
import random
import socket
import sqlite3
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.app_server import AppServer

pytestmark = [pytest.mark.xdist_group("app"), pytest.mark.timeout(300)]
WRITERS = 4
PASSWORD = "a long enough phrase 42"
SOCKET = "/_event/?EIO=4&transport=websocket"
UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AppServer]:
    with AppServer(tmp_path / "data", JAMBOT_REGISTRATION="open") as running:
        yield running


class Writer(threading.Thread):
    """One person who writes message after message, sending each again until it is acknowledged."""

    def __init__(self, url: str, number: int) -> None:
        super().__init__(daemon=True)
        who = {"email": f"writer{number}@example.org", "password": PASSWORD, "name": "W"}
        # One call each, so that no cookie takes the place of the token.
        httpx.post(f"{url}/api/auth/register", json=who, timeout=60).raise_for_status()
        sign_in = {"email": who["email"], "password": PASSWORD}
        token = httpx.post(f"{url}/api/auth/login", json=sign_in, timeout=60).json()["access_token"]
        self.client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        made = self.client.post("/api/sessions/", json={"name": "Nemesis"}).json()
        self.chat_id = (made.get("user_session") or made)["chat_id"]
        # From here on a server that died is to be noticed soon.
        self.client.timeout = httpx.Timeout(5)
        self.acknowledged: dict[str, str] = {}
        self.refused: list[str] = []
        self.enough = threading.Event()

    def run(self) -> None:
        while not self.enough.is_set():
            self.write_one()

    def write_one(self) -> None:
        client_id = str(uuid.uuid4())
        body = {"content": f"message {client_id}", "client_id": client_id}
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                answer = self.client.post(f"/api/chats/{self.chat_id}/messages", json=body)
            except httpx.HTTPError:
                time.sleep(0.05)
                continue
            if answer.status_code in {200, 201}:
                self.acknowledged[client_id] = answer.json()["id"]
                return
            if answer.status_code < 500:
                self.refused.append(answer.text)
                return
            time.sleep(0.05)


def test_nothing_acknowledged_is_lost_or_done_twice_whenever_the_server_dies(server: AppServer):
    seed = int(os.environ.get("JAMBOT_TEST_SEED", time.time_ns() % 1_000_000))
    chance = random.Random(seed)
    writers = [Writer(server.url, number) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for _ in range(int(os.environ.get("JAMBOT_TEST_KILLS", "1"))):
        time.sleep(chance.uniform(0.05, 0.6))
        if chance.random() < 0.25:
            assert server.stop() == 0
        else:
            server.kill()
        server.start()
    for writer in writers:
        writer.enough.set()
        writer.join(timeout=70)

    with closing(sqlite3.connect(server.data_dir / "jambot.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        for writer in writers:
            rows = db.execute(
                "SELECT client_id, id, sequence FROM chat_messages WHERE chat_id = ? ORDER BY sequence",
                (writer.chat_id,),
            ).fetchall()
            told = f"seed {seed}"
            assert writer.refused == [], told
            assert writer.acknowledged.items() <= {(client_id, row_id) for client_id, row_id, _ in rows}, told
            assert max(Counter(client_id for client_id, _, _ in rows).values()) == 1, told
            assert [sequence for _, _, sequence in rows] == list(range(1, len(rows) + 1)), told
    assert sum(len(writer.acknowledged) for writer in writers) > WRITERS


def test_browsers_that_died_do_not_keep_the_server_from_ending(server: AppServer):
    opened = [_half_closed(server, f"GET {SOCKET} HTTP/1.1\r\n{UPGRADE}\r\n") for _ in range(2)]
    opened += [_half_closed(server, "GET /livez HTTP/1.1\r\n") for _ in range(3)]
    assert server.is_live()
    try:
        assert server.stop() == 0
    finally:
        for each in opened:
            each.close()
    assert "server.ended" in server.log()
    assert "Traceback" not in server.log()


def _half_closed(server: AppServer, head: str) -> socket.socket:
    """A connection that asked, and whose other end says no more; a socket is open by then."""
    first, _, rest = head.partition("\r\n")
    opened = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    opened.sendall(f"{first}\r\nHost: localhost:{server.port}\r\nOrigin: {server.url}\r\n{rest}".encode())
    if rest:
        assert b" 101 " in opened.recv(2000)
    else:
        opened.shutdown(socket.SHUT_WR)
    return opened

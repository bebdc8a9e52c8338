"""The floor: the least a chat page can do. One page, one WebSocket, windows of 50 messages and threads, plain text.

python -m tests.benchmarks.floor PORT DATABASE
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys

from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

WINDOW = 50
PAGE = """<!doctype html><meta charset=utf-8><title>floor</title><nav></nav><main></main><script>
const socket = new WebSocket("ws://" + location.host + "/socket"), nav = document.querySelector("nav"),
  main = document.querySelector("main");
const open = id => socket.send(JSON.stringify({open: id}));
socket.onopen = () => open(location.pathname.slice(3));
socket.onmessage = event => {
  const data = JSON.parse(event.data);
  if (data.threads.length) nav.replaceChildren(...data.threads.map(([id, name]) => {
    const link = document.createElement("a"); link.href = "#"; link.dataset.workspaceId = id; link.textContent = name;
    link.onclick = click => { click.preventDefault(); open(id); }; return link; }));
  main.replaceChildren(...data.messages.map(([id, text]) => {
    const row = document.createElement("p"); row.dataset.messageId = id; row.textContent = text; return row; }));
};
</script>"""


def app(database: str) -> Starlette:
    """The floor on a database that the benchmarks filled."""
    connection = sqlite3.connect(database, check_same_thread=False)

    async def page(_: Request) -> HTMLResponse:
        return HTMLResponse(PAGE)

    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        threads = connection.execute(
            "SELECT id, name FROM user_sessions ORDER BY last_activity_at DESC LIMIT ?", (WINDOW,)
        ).fetchall()
        async for text in socket.iter_text():
            rows = connection.execute(
                "SELECT m.id, m.content FROM chat_messages m JOIN chats c ON c.id = m.chat_id"
                " WHERE c.workspace_id = ? ORDER BY m.sequence DESC LIMIT ?",
                (json.loads(text)["open"], WINDOW),
            ).fetchall()
            await socket.send_text(json.dumps({"threads": threads, "messages": rows[::-1]}))
            threads = []

    return Starlette(routes=[Route("/w/{id}", page), WebSocketRoute("/socket", talk)])


if __name__ == "__main__":
    asyncio.run(Server(app(sys.argv[2]), port=int(sys.argv[1]), interface=Interfaces.ASGINL).serve())

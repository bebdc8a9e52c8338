"""A server of ZeroDB's contract: tables over REST, unconditional upserts, nothing promised about the order of rows.

It is stricter than kind: what the contract does not say is refused, and rows come back shuffled.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.servers import free_port, wait_until

MOST_ROWS = 10_000
API_KEY = "zk-planted-canary-of-the-tests"
PROJECT = "project-1"

Row = dict[str, Any]


class Refused(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, problem: str) -> None:
        self.status = status
        super().__init__(problem)


class Table:
    """Rows by their id, of the columns it was made with."""

    def __init__(self, columns: dict[str, str]) -> None:
        self.columns = columns
        self.rows: dict[str, Row] = {}

    def upsert(self, rows: Any) -> dict[str, Any]:
        if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_ROWS:
            raise Refused(422, "rows")
        for row in rows:
            if set(row) != set(self.columns):
                raise Refused(422, f"columns: {set(row) ^ set(self.columns)}")
            for name, value in row.items():
                self._check(name, value)
        self.rows.update({row["id"]: row for row in rows})
        return {"upsertedCount": len(rows)}

    def query(self, wanted: Any, limit: Any, select: Any) -> dict[str, Any]:
        if not isinstance(limit, int) or not 1 <= limit <= MOST_ROWS:
            raise Refused(422, "limit")
        if select is not None and not set(select) <= set(self.columns):
            raise Refused(422, "select")
        found = self._found(wanted)
        random.shuffle(found)
        return {"rows": [{name: row[name] for name in select or self.columns} for row in found[:limit]]}

    def delete(self, wanted: Any) -> dict[str, Any]:
        if not wanted:
            raise Refused(422, "filter")
        found = self._found(wanted)
        for row in found:
            del self.rows[row["id"]]
        return {"deletedCount": len(found)}

    def _found(self, wanted: Any) -> list[Row]:
        if not isinstance(wanted, dict):
            raise Refused(422, "filter")
        most: dict[str, int] = {}
        same: dict[str, Any] = {}
        for name, value in wanted.items():
            if isinstance(value, dict):
                if set(value) != {"$lte"} or self.columns.get(name) != "integer":
                    raise Refused(422, f"filter on {name}")
                most[name] = value["$lte"]
            else:
                same[name] = value
        for name, value in {**same, **most}.items():
            self._check(name, value)
        if set(same) >= {"id"}:
            rows = [self.rows[same["id"]]] if same["id"] in self.rows else []
        else:
            rows = list(self.rows.values())
        return [
            row
            for row in rows
            if all(row[name] == value for name, value in same.items())
            and all(row[name] <= value for name, value in most.items())
        ]

    def _check(self, name: str, value: Any) -> None:
        expected = {"text": str, "integer": int}.get(self.columns.get(name, ""))
        if expected is None or type(value) is not expected or (expected is int and abs(value) >= 2**53):
            raise Refused(422, f"{name} is not of its type")


class ZeroDBServer:
    """One server in a thread. `seen` holds every request body as it came; `answers` are given before any work is done.

    A number in `answers` is a status to answer with; "after" does the work and then answers 500.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self.tables: dict[tuple[str, str], Table] = {}
        self.seen: list[bytes] = []
        self.answers: list[int | str] = []
        self._thread = threading.Thread(target=self._run, daemon=True, name="zerodb")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: Server | None = None
        self._up = threading.Event()

    def __enter__(self) -> ZeroDBServer:
        self._thread.start()
        assert self._up.wait(15)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._loop is not None
        assert self._server is not None
        self._loop.call_soon_threadsafe(self._server.stop)
        self._thread.join(15)

    def empty(self) -> None:
        """As before the first request."""
        self.tables.clear()
        self.seen.clear()
        self.answers.clear()

    def rows(self) -> list[Row]:
        """Every row of every table."""
        return [row for table in self.tables.values() for row in table.rows.values()]

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        routes = [
            Route("/v1/tables", self._answering(self._create), methods=["POST"]),
            Route("/v1/tables/{table}/{verb}", self._answering(self._work), methods=["POST"]),
        ]
        self._server = Server(
            Starlette(routes=routes),
            port=self.port,
            interface=Interfaces.ASGI,
            websockets=False,
            log_access=False,
            log_level=LogLevels.error,
        )
        serving = asyncio.create_task(self._server.serve())
        await asyncio.to_thread(wait_until, self._listens)
        self._up.set()
        await serving

    def _listens(self) -> bool:
        """The server listens."""
        import socket

        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _answering(self, act: Callable[[Request, Any], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            body = await request.body()
            self.seen.append(body)
            planned = self.answers.pop(0) if self.answers else None
            if isinstance(planned, int):
                return JSONResponse({"error": "planned"}, planned)
            try:
                if request.headers.get("authorization") != f"Bearer {API_KEY}":
                    raise Refused(401, "key")
                if request.headers.get("x-project-id") != PROJECT:
                    raise Refused(403, "project")
                done = await act(request, json.loads(body))
            except Refused as refused:
                return JSONResponse({"error": str(refused)}, refused.status)
            return JSONResponse(done, 500 if planned else 200)

        return answer

    async def _create(self, request: Request, body: Any) -> Any:
        place = (PROJECT, body["name"])
        if place in self.tables:
            raise Refused(409, "exists")
        if body["primary_key"] != "id" or set(body["columns"].values()) - {"text", "integer"}:
            raise Refused(422, "columns")
        if not set(body["indexes"]) <= set(body["columns"]):
            raise Refused(422, "indexes")
        self.tables[place] = Table(body["columns"])
        return {"name": body["name"]}

    async def _work(self, request: Request, body: Any) -> Any:
        table = self.tables.get((PROJECT, request.path_params["table"]))
        if table is None:
            raise Refused(404, "no such table")
        verb = request.path_params["verb"]
        if verb == "upsert" and set(body) == {"rows"}:
            return table.upsert(body["rows"])
        if verb == "query" and set(body) <= {"filter", "limit", "select"}:
            return table.query(body["filter"], body["limit"], body.get("select"))
        if verb == "delete" and set(body) == {"filter"}:
            return table.delete(body["filter"])
        raise Refused(422, "body")

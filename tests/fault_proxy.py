"""A TCP proxy that harms what passes through it: slower, cut, half-open, or deaf in one direction."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from types import TracebackType

_CHUNK = 65_536


class FaultProxy:
    """Between clients and `host:port`, in a thread of its own. Everything passes until a test says otherwise."""

    def __init__(self, port: int, host: str = "127.0.0.1", *, socket_path: str | None = None) -> None:
        self._target = (host, port, socket_path)
        self.port = 0
        self._delay_s = 0.0
        self._cut = False
        self._open_up = threading.Event()
        self._open_down = threading.Event()
        self._open_up.set()
        self._open_down.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="fault-proxy")

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def delay(self, seconds: float) -> None:
        """Hold back whatever comes, in both directions, for so long."""
        self._delay_s = seconds

    def cut(self) -> None:
        """Break every connection, and every new one, at once."""
        self._cut = True
        self._loop.call_soon_threadsafe(self._abort_all)

    def freeze(self) -> None:
        """Half-open: connections stand and are accepted, and nothing passes."""
        self._open_up.clear()
        self._open_down.clear()

    def lose_answers(self) -> None:
        """One-way: the server hears and does, and nobody hears the server."""
        self._open_down.clear()

    def heal(self) -> None:
        """Let everything pass again. What was held back while the link was half-open is lost with its connections."""
        broken = not (self._open_up.is_set() and self._open_down.is_set())
        self._cut, self._delay_s = False, 0.0
        if broken:
            self._loop.call_soon_threadsafe(self._abort_all)
        self._open_up.set()
        self._open_down.set()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopping.wait()
        server.close()
        self._abort_all()
        for task in list(self._tasks):
            task.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        if self._cut:
            writer.transport.abort()
            return
        host, port, path = self._target
        try:
            up = await (asyncio.open_unix_connection(path) if path else asyncio.open_connection(host, port))
        except OSError:
            writer.transport.abort()
            return
        self._writers.add(up[1])
        for source, target, gate in ((reader, up[1], self._open_up), (up[0], writer, self._open_down)):
            task = asyncio.ensure_future(self._pass(source, target, gate))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, gate: threading.Event) -> None:
        with suppress(OSError):
            while data := await source.read(_CHUNK):
                if self._delay_s:
                    await asyncio.sleep(self._delay_s)
                while not gate.is_set():  # noqa: ASYNC110 - set by a test in another thread
                    await asyncio.sleep(0.01)
                target.write(data)
                await target.drain()
        with suppress(OSError):
            target.close()

    def _abort_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        for task in list(self._tasks):
            task.cancel()

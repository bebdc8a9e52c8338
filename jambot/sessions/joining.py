"""Changes of one session by several callers of this process, made as if one after the other, but written together.

The first caller writes at once. Who comes while a write of the session is under way waits for it, and all who waited
then share one read and one compare-and-set: eight callers need two writes and no attempt in vain.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from jambot.sessions.events import SessionEventName
from jambot.sessions.session import Session
from jambot.sessions.tickets import Ticket


@dataclass(slots=True, kw_only=True)
class Asked:
    """A change that somebody waits for.

    Attributes:
        change: makes of the session as it is the session as it shall be; what it raises is the caller's alone.
        opening: the caller acts as its owner, so a credential must be shown whole.
        touch: a person's use, which may extend the session.
        turn: the caller's answer: what is stored, None for a session that is gone, or an error.
    """

    ticket: Ticket
    shown_id: str
    change: Callable[[Session], Session]
    event: SessionEventName
    reason: str | None = None
    opening: bool = False
    touch: bool = False
    turn: asyncio.Future[Session | None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def answer(self, session: Session | None) -> None:
        """Tell the caller, who may have gone away."""
        if not self.turn.done():
            self.turn.set_result(session)

    def fail(self, problem: BaseException) -> None:
        """The same with an error."""
        if not self.turn.done():
            self.turn.set_exception(problem)


Write = Callable[[list[Asked]], Awaitable[None]]


class Lines:
    """Who waits to change which session. A caller that is cancelled leaves the line; nobody else notices.

    Args:
        write: makes some changes of one session in their order with one write, and answers the first of them at least;
            it is asked again for those that it left.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._lines: dict[str, list[Asked]] = {}
        self._writing: set[asyncio.Task[None]] = set()

    async def join(self, asked: Asked) -> Session | None:
        """The answer to a change, made when it is its turn."""
        handle = asked.ticket.handle
        line = self._lines.get(handle)
        if line is not None:
            line.append(asked)
            return await asked.turn
        self._lines[handle] = []
        try:
            await self._write([asked])
            return asked.turn.result()
        finally:
            self._hand_on(handle)

    async def settled(self) -> None:
        """Wait until nobody's write is under way on another's behalf."""
        if self._writing:
            await asyncio.wait(self._writing)

    def _hand_on(self, handle: str) -> None:
        """Let those who waited write, in a task of its own: none of them may take the others along when it leaves."""
        if not self._lines[handle]:
            del self._lines[handle]
            return
        task = asyncio.get_running_loop().create_task(self._serve(handle), name="session-joint-write")
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _serve(self, handle: str) -> None:
        together: list[Asked] = []
        try:
            while together or self._lines[handle]:
                line, self._lines[handle] = [*together, *self._lines[handle]], []
                together = [asked for asked in line if not asked.turn.done()]
                try:
                    if together:
                        await self._write(together)
                except Exception as problem:
                    for asked in together:
                        asked.fail(problem)
                together = [asked for asked in together if not asked.turn.done()]
                await asyncio.sleep(0)  # who was answered may ask again at once, and then goes with the next
        finally:
            for asked in (*together, *self._lines.pop(handle)):
                asked.turn.cancel()  # only where this task was cancelled: the rest is answered

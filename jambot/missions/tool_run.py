"""One tool call, from a claimed step to its recorded end. Failures become the step's own, never the runner's."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlmodel import Session

from jambot.db import BlobStore, Tx, UnitOfWork
from jambot.errors import JamBotError, Unavailable
from jambot.failpoint import failpoint
from jambot.ids import BlobId
from jambot.missions import claims, results
from jambot.missions.claims import Claim
from jambot.missions.results import Stored
from jambot.missions.tool_rights import ToolRights
from jambot.missions.validation import FindTool
from jambot.tools.registry import Tool, ToolContext, ToolResult

log = structlog.get_logger(__name__)
T = TypeVar("T")

RECORD_AGAIN_AFTER_S = (0.2, 0.5, 1.0, 2.0, 5.0)


class ToolRun:
    """Runs claimed steps on one database."""

    def __init__(
        self,
        *,
        work: UnitOfWork,
        blobs: BlobStore,
        now: Callable[[Session], datetime],
        find_tool: FindTool,
        rights: ToolRights | None = None,
    ) -> None:
        """`now` tells the time leases are measured by."""
        self._work, self._blobs, self._now, self._find_tool = work, blobs, now, find_tool
        self._rights = rights or ToolRights(find=find_tool)

    async def run(self, claim: Claim) -> None:
        """Run the step's tool and record how it ended, unless another runner took the step over meanwhile."""
        heart = asyncio.create_task(self._beat(claim))
        try:
            await self._run(claim)
        finally:
            heart.cancel()

    async def _run(self, claim: Claim) -> None:
        began = time.monotonic()
        try:
            failpoint("step.before_run")
            result = await self._call(claim)
            failpoint("step.after_run")
            stored = await asyncio.to_thread(self._store, claim, result)
        except Exception as error:
            message = _sentence(error, claim)
            took_s = time.monotonic() - began
            await self._record(lambda tx: claims.record_failure(tx, claim, message, took_s=took_s, now=self._now(tx)))
            return
        took_s = time.monotonic() - began
        failpoint("step.before_record")
        replaced = await self._record(
            lambda tx: claims.record_result(
                tx, claim, stored, summary=result.summary, log=result.log, took_s=took_s, now=self._now(tx)
            )
        )
        failpoint("step.after_record")
        if replaced is None:
            log.warning("step.superseded", step=claim.step_id, attempt=claim.attempt)
            replaced = _blobs_of(stored)
        await asyncio.to_thread(self._delete, replaced)

    async def _record(self, change: Callable[[Tx], T]) -> T:
        """Write what the tool's work came to. It is too dear to lose, so a database that is away is waited for."""
        for wait_s in RECORD_AGAIN_AFTER_S:
            try:
                return await self._work.write(change)
            except Unavailable:
                log.warning("step.record_again", after_s=wait_s)
                await asyncio.sleep(wait_s)
        return await self._work.write(change)

    async def _call(self, claim: Claim) -> ToolResult:
        tool = self._find_tool(claim.tool_id)
        if tool is None:
            raise JamBotError(f'The tool "{claim.tool_id}" is not there any more.')
        if not self._rights.is_everybodys(tool):
            await self._work.read(lambda s: self._rights.require(s, tool, claim.user_id, self._now(s)))
        size = sum(asset.size_bytes for asset in claim.assets.values())
        if size > tool.max_input_bytes:
            raise JamBotError(f"{tool.title} takes at most {tool.max_input_bytes:,} bytes; its inputs have {size:,}.")
        inputs = {**claim.literals, **await asyncio.to_thread(self._load, claim)}
        context = ToolContext(
            timeout_s=tool.timeout_s,
            max_output_bytes=tool.max_output_bytes,
            input_names={parameter: asset.name for parameter, asset in claim.assets.items()},
        )
        try:
            # A little later than the tool's own limit, so that a tool that keeps it can say so itself.
            async with asyncio.timeout(tool.timeout_s + 1):
                return await asyncio.wrap_future(_in_thread(tool, inputs, context))
        except TimeoutError:
            raise JamBotError(f"{tool.title} took longer than {tool.timeout_s:g} s and was given up.") from None

    def _load(self, claim: Claim) -> dict[str, Any]:
        return {parameter: results.load(asset, self._blobs) for parameter, asset in claim.assets.items()}

    def _store(self, claim: Claim, result: ToolResult) -> dict[str, Stored]:
        tool = self._find_tool(claim.tool_id)
        assert tool is not None, "it has just run"
        stored: dict[str, Stored] = {}
        try:
            for name in claim.wanted:
                if name not in result.outputs:
                    raise JamBotError(f'{tool.title} gave no result "{name}".')
                stored[name] = results.store(result.outputs[name], self._blobs, max_bytes=tool.max_output_bytes)
        except BaseException:
            self._delete(_blobs_of(stored))
            raise
        return stored

    def _delete(self, blob_ids: Iterable[BlobId]) -> None:
        for blob_id in blob_ids:
            self._blobs.delete(blob_id)

    async def _beat(self, claim: Claim) -> None:
        while True:
            await asyncio.sleep(claims.BEAT_S)
            # A database that is away for a moment must not end the run: the lease outlives several beats.
            with suppress(JamBotError):
                if not await self._work.write(lambda tx: claims.beat(tx, claim, self._now(tx))):
                    return


def _in_thread(tool: Tool, inputs: Mapping[str, Any], context: ToolContext) -> Future[ToolResult]:
    """Run a tool on a thread of its own: one that outlives its limit must not take a place in a pool from others."""
    done: Future[ToolResult] = Future()

    def work() -> None:
        try:
            answer = tool.run(inputs, context)
        except BaseException as error:
            with suppress(Exception):
                done.set_exception(error)
        else:
            with suppress(Exception):
                done.set_result(answer)

    threading.Thread(target=work, name=f"tool-{tool.id}", daemon=True).start()
    return done


def _blobs_of(stored: Mapping[str, Stored]) -> tuple[BlobId, ...]:
    return tuple(each.blob_id for each in stored.values() if each.blob_id is not None)


def _sentence(error: Exception, claim: Claim) -> str:
    if isinstance(error, JamBotError):
        return error.detail
    log.error("tool.failed", tool=claim.tool_id, step=claim.step_id, error=type(error).__name__, exc_info=error)
    return f"The tool failed unexpectedly ({type(error).__name__})."

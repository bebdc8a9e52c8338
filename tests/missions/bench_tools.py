"""Tools for tests of the runner: each call leaves a line in a file, so that a second call cannot hide."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jambot.errors import JamBotError
from jambot.tools.registry import Tool, ToolContext, ToolOutput, ToolResult

CALLS = "JAMBOT_TEST_CALLS"


def count(name: str) -> int:
    """How often the tool step of that name was called."""
    path = Path(os.environ[CALLS])
    return path.read_text().splitlines().count(name) if path.exists() else 0


def _run(inputs: Mapping[str, Any], ctx: ToolContext) -> ToolResult:
    line = f"{inputs['name']}\n"
    descriptor = os.open(os.environ[CALLS], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, line.encode())
    os.close(descriptor)
    gate = inputs.get("gate")
    until = time.monotonic() + 30
    while gate and not Path(gate).exists() and time.monotonic() < until:
        time.sleep(0.01)
    broken = inputs.get("broken_while")
    if broken and Path(broken).exists():
        raise JamBotError("It does not work yet.")
    if inputs.get("crash"):
        raise ZeroDivisionError
    given = inputs.get("table")
    text = given.decode() if isinstance(given, bytes) else str(given or "")
    value = {"name": inputs["name"], "of": text[:1000], "pad": "x" * int(inputs.get("pad") or 0)}
    return ToolResult(
        outputs={
            "result": ToolOutput(
                kind="json", media_type="application/json", name="Result", summary=f"{inputs['name']} done", value=value
            )
        },
        summary=f"{inputs['name']} done",
        log=("began", "ended"),
    )


NOTE = Tool(
    id="note",
    title="Note",
    description="Writes a line.",
    input_schema={
        "type": "object",
        "properties": {name: {} for name in ("name", "gate", "broken_while", "table", "pad", "crash")},
        "required": ["name"],
    },
    outputs={"result": "json"},
    run=_run,
    timeout_s=40,
)
SEND = replace(NOTE, id="send", title="Send", side_effect="unsafe")
SLOW = replace(NOTE, id="slow", title="Slow", timeout_s=0.2)
SHY = replace(NOTE, id="shy", title="Shy", run=lambda inputs, ctx: ToolResult(outputs={}, summary=""))
TINY = replace(NOTE, id="tiny", title="Tiny", max_input_bytes=1)
NARROW = replace(NOTE, id="narrow", title="Narrow", max_output_bytes=50)
# Known when a mission is accepted, and no longer when it runs.
GONE = replace(NOTE, id="gone")
TOOLS = {tool.id: tool for tool in (NOTE, SEND, SLOW, SHY, TINY, NARROW)}
ACCEPTED = {**TOOLS, GONE.id: GONE}

"""What a tool is, and where all of them are found.

A tool is one module in this package with a `TOOL` constant. It is a plain synchronous function of its inputs: the
caller runs it off the event loop, gives it bytes, strings and JSON values, and keeps whatever it returns. Equal inputs
give equal results, so a finished step never has to run again.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from jambot.errors import InvalidInput

SideEffect = Literal["none", "idempotent", "unsafe"]
OutputKind = Literal["table", "chart", "text", "file", "json"]


class ToolError(InvalidInput):
    """This tool could not do its work with these inputs."""

    code = "tool_failed"

    def __init__(self, reason: str, message: str) -> None:
        """`reason` is a stable word for programs, `message` a sentence the user can act on."""
        super().__init__(message, reason=reason)
        self.reason = reason
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolContext:
    """What a tool may know besides its inputs.

    `input_names` tells the asset name behind a parameter, for titles and sources; a literal has none.
    """

    timeout_s: float = 30.0
    max_output_bytes: int = 10_000_000
    input_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutput:
    """One named result: a JSON `value` or raw `content`, never both; `summary` is one line for people."""

    kind: OutputKind
    media_type: str
    name: str
    summary: str
    value: Any = None
    content: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    outputs: Mapping[str, ToolOutput]
    summary: str
    log: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A registered tool.

    `input_schema` is the JSON schema of the whole input object; `outputs` names each result and its kind. Sizes are
    bytes. `needs` lists the keys or services it cannot work without, as words for the user; empty means none.
    `domain` names the domain without which nobody may use it; empty means everybody may, unless the settings say so.
    """

    id: str
    title: str
    description: str
    input_schema: Mapping[str, Any]
    outputs: Mapping[str, OutputKind]
    run: Callable[[Mapping[str, Any], ToolContext], ToolResult]
    side_effect: SideEffect = "none"
    timeout_s: float = 30.0
    max_input_bytes: int = 50_000_000
    max_output_bytes: int = 10_000_000
    needs: tuple[str, ...] = ()
    domain: str = ""

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(self.input_schema["properties"])

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(self.input_schema.get("required", ()))


def get_tool(tool_id: str) -> Tool:
    """The tool of that id. Raises `ToolError` naming the ones there are."""
    tools = _tools()
    if tool_id not in tools:
        raise ToolError("unknown_tool", f"There is no tool '{tool_id}'. There are: {', '.join(sorted(tools))}.")
    return tools[tool_id]


def find_tool(tool_id: str) -> Tool | None:
    return _tools().get(tool_id)


def all_tools() -> tuple[Tool, ...]:
    """Every tool, by id."""
    tools = _tools()
    return tuple(tools[tool_id] for tool_id in sorted(tools))


@cache
def _tools() -> dict[str, Tool]:
    package = importlib.import_module("jambot.tools")
    modules = (importlib.import_module(f"jambot.tools.{m.name}") for m in pkgutil.iter_modules(package.__path__))
    return {module.TOOL.id: module.TOOL for module in modules if hasattr(module, "TOOL")}

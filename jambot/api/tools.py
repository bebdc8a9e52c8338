"""/api/tools: what missions can be made of."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from jambot.api.deps import Me, Parts
from jambot.errors import NotFound
from jambot.tools.registry import OutputKind, SideEffect, Tool

router = APIRouter(prefix="/tools", tags=["tools"])


class ToolOut(BaseModel):
    """`needs` are keys or services it cannot work without; sizes in bytes, times in seconds."""

    id: str
    title: str
    description: str
    input_schema: dict[str, Any]
    outputs: dict[str, OutputKind]
    side_effect: SideEffect
    timeout_s: float
    max_input_bytes: int
    max_output_bytes: int
    needs: tuple[str, ...]

    @classmethod
    def of(cls, tool: Tool) -> ToolOut:
        return cls(
            id=tool.id,
            title=tool.title,
            description=tool.description,
            input_schema=dict(tool.input_schema),
            outputs=dict(tool.outputs),
            side_effect=tool.side_effect,
            timeout_s=tool.timeout_s,
            max_input_bytes=tool.max_input_bytes,
            max_output_bytes=tool.max_output_bytes,
            needs=tool.needs,
        )


class ToolsOut(BaseModel):
    tools: tuple[ToolOut, ...]


@router.get("/")
async def list_tools(parts: Parts, me: Me) -> ToolsOut:
    """Every tool the caller may use, by id."""
    return ToolsOut(tools=tuple(map(ToolOut.of, await parts.missions.tools(me))))


@router.get("/{tool_id}")
async def read_tool(tool_id: str, parts: Parts, me: Me) -> ToolOut:
    """One of them."""
    tool = next((each for each in await parts.missions.tools(me) if each.id == tool_id), None)
    if tool is None:
        raise NotFound
    return ToolOut.of(tool)

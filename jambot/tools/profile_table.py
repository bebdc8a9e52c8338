"""`profile_table`: what is in a table, and every doubt there was in reading it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jambot.tools.profile import Profile
from jambot.tools.registry import Tool, ToolContext, ToolOutput, ToolResult
from jambot.tools.strings import counted
from jambot.tools.tables import profile_of, read_table


def run(inputs: Mapping[str, Any], ctx: ToolContext) -> ToolResult:
    profile = profile_of(read_table(inputs["table"]))
    name = ctx.input_names.get("table", "table")
    summary = describe(profile)
    return ToolResult(
        outputs={
            "profile": ToolOutput(
                kind="json",
                media_type="application/json",
                name=f"Profile of {name}",
                summary=summary,
                value=profile.to_json(),
            )
        },
        summary=summary,
        log=profile.notes,
    )


def describe(profile: Profile) -> str:
    """One line: rows, columns, and how many notes there are."""
    parts = [counted("en", "row", profile.row_count), counted("en", "column", len(profile.columns))]
    if profile.notes:
        parts.append(counted("en", "note_count", len(profile.notes)))
    return ", ".join(parts)


TOOL = Tool(
    id="profile_table",
    title="Profile a table",
    description="Reads a CSV table and says what its columns hold: types, units, gaps, extremes, samples, doubts.",
    input_schema={
        "type": "object",
        "properties": {"table": {"description": "A CSV file or a table.", "x-asset": ["table", "file"]}},
        "required": ["table"],
        "additionalProperties": False,
    },
    outputs={"profile": "json"},
    run=run,
)

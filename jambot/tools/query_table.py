"""`query_table`: one SELECT over a table asset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jambot.tools.engine import select
from jambot.tools.registry import Tool, ToolContext, ToolError, ToolOutput, ToolResult
from jambot.tools.tables import Table, read_table, table_to_json

MAX_ROWS = 50_000


def run(inputs: Mapping[str, Any], ctx: ToolContext) -> ToolResult:
    sql = inputs["sql"]
    if not isinstance(sql, str) or not sql.strip():
        raise ToolError("invalid_sql", "Say which query to run.")
    source = read_table(inputs["table"])
    result = select({"data": source}, sql, timeout_s=ctx.timeout_s, max_rows=inputs.get("max_rows") or MAX_ROWS)
    result = _titled(result, source, inputs.get("labels") or {}, inputs.get("units") or {})
    summary = f"{result.row_count:,} {'row' if result.row_count == 1 else 'rows'} from {source.row_count:,}"
    return ToolResult(
        outputs={
            "result": ToolOutput(
                kind="table", media_type="application/json", name="Result", summary=summary, value=table_to_json(result)
            )
        },
        summary=summary,
        log=(f"Read {source.row_count:,} rows.", f"Query: {sql.strip()}", f"Result: {summary}."),
    )


def _titled(result: Table, source: Table, labels: Mapping[str, str], units: Mapping[str, str]) -> Table:
    """Result columns keep the label and unit of the source column they are named after, unless told otherwise."""
    known = {c.name: c for c in source.columns}
    columns = tuple(
        replace(
            column,
            label=labels.get(column.name) or (known[column.name].label if column.name in known else column.label),
            unit=units.get(column.name) or (known[column.name].unit if column.name in known else None),
        )
        for column in result.columns
    )
    return replace(result, columns=columns)


TOOL = Tool(
    id="query_table",
    title="Query a table",
    description="Runs one SQL SELECT (DuckDB) over a table, which is called `data` in it. Reads nothing else.",
    input_schema={
        "type": "object",
        "properties": {
            "table": {"description": "A CSV file or a table.", "x-asset": ["table", "file"]},
            "sql": {"type": "string", "maxLength": 20_000, "description": "One SELECT; the table is called data."},
            "labels": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "Title per column.",
            },
            "units": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Unit per column."},
            "max_rows": {"type": "integer", "minimum": 1, "maximum": MAX_ROWS},
        },
        "required": ["table", "sql"],
        "additionalProperties": False,
    },
    outputs={"result": "table"},
    run=run,
)

"""`chart`: a table as bars, stacked bars or lines; its facts as JSON, its picture as SVG and PNG."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jambot.tools.drawing import draw
from jambot.tools.periods import GRANULARITIES
from jambot.tools.registry import Tool, ToolContext, ToolOutput, ToolResult
from jambot.tools.spec import KINDS, chart_spec
from jambot.tools.strings import LANGUAGES, counted, language_of, say
from jambot.tools.tables import read_table


def run(inputs: Mapping[str, Any], ctx: ToolContext) -> ToolResult:
    spec = chart_spec(read_table(inputs["table"]), inputs)
    title = spec["title"]
    language = language_of(inputs)
    summary = say(
        language,
        "chart.summary",
        title=title,
        categories=counted(language, "category", len(spec["categories"])),
        series=counted(language, "series", len(spec["series"])),
    )
    return ToolResult(
        outputs={
            "chart": ToolOutput(
                kind="chart", media_type="application/vnd.jambot.chart+json", name=title, summary=summary, value=spec
            ),
            "svg": ToolOutput(
                kind="file", media_type="image/svg+xml", name=f"{title}.svg", summary=title, content=draw(spec, "svg")
            ),
            "png": ToolOutput(
                kind="file", media_type="image/png", name=f"{title}.png", summary=title, content=draw(spec, "png")
            ),
        },
        summary=summary,
        log=tuple(spec["notes"]),
    )


_COLUMN = {"type": "string", "maxLength": 200}

TOOL = Tool(
    id="chart",
    title="Draw a chart",
    description="Draws a table with one row per category (and per split) as a bar, stacked bar or line chart.",
    input_schema={
        "type": "object",
        "properties": {
            "table": {"description": "A table, one row per category and split.", "x-asset": ["table", "file"]},
            "x": {**_COLUMN, "description": "Column along the axis."},
            "y": {**_COLUMN, "description": "Column with the values."},
            "split": {**_COLUMN, "type": ["string", "null"], "description": "Column that makes the series."},
            "kind": {"enum": list(KINDS)},
            "granularity": {"enum": [*GRANULARITIES, None], "description": "What one step of x is, to show gaps."},
            "additive": {"type": "boolean", "description": "False for averages, which must not be added or stacked."},
            "title": {"type": "string", "maxLength": 200},
            "x_label": {"type": "string", "maxLength": 200},
            "y_label": {"type": "string", "maxLength": 200},
            "unit": {"type": ["string", "null"], "maxLength": 20},
            "source_columns": {"type": "object", "description": "The columns of the source: x, y, split."},
            "notes": {"type": "array", "items": {"type": "string"}},
            "language": {"enum": list(LANGUAGES), "description": "What its words and numbers are written in."},
        },
        "required": ["table", "x", "y"],
        "additionalProperties": False,
    },
    outputs={"chart": "chart", "svg": "file", "png": "file"},
    run=run,
    timeout_s=60.0,
)

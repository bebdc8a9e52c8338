"""`write_report`: findings, chart and figures as one self-contained HTML page, and as markdown."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape as html_escape
from typing import Any

from jambot.tools.figures import figure
from jambot.tools.markdown import escape, table, to_html
from jambot.tools.registry import Tool, ToolContext, ToolError, ToolOutput, ToolResult
from jambot.tools.tables import plain, read_table

_MAX_ROWS = 100
# No script, no network: whatever the figures came from, the page can only show them.
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.6 system-ui, sans-serif; color: #1c2024; background: #fff;
       max-width: 760px; margin: 48px auto; padding: 0 20px }}
h1 {{ font-size: 28px; line-height: 1.25 }} h2 {{ font-size: 20px; margin-top: 36px }}
img {{ max-width: 100%; height: auto }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }}
th, td {{ text-align: left; padding: 6px 10px; border-bottom: 1px solid #e8e8ec; overflow-wrap: anywhere }}
th {{ color: #60646c; font-weight: 500 }}
li::marker {{ color: #5b5bd6 }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def run(inputs: Mapping[str, Any], ctx: ToolContext) -> ToolResult:
    title = " ".join(str(inputs["title"]).split())[:200] or "Report"
    head, figures = _parts(title, inputs, ctx)
    markdown = "\n\n".join([*head, *figures]) + "\n"
    pictures = [_picture(inputs["chart_svg"], title)] if inputs.get("chart_svg") else []
    body = "\n".join([to_html("\n\n".join(head)), *pictures, to_html("\n\n".join(figures))])
    page = _PAGE.format(title=html_escape(title), body=body)
    summary = f"Report '{title}'"
    return ToolResult(
        outputs={
            "html": ToolOutput(
                kind="file", media_type="text/html", name=f"{title}.html", summary=summary, content=page.encode()
            ),
            "markdown": ToolOutput(
                kind="file", media_type="text/markdown", name=f"{title}.md", summary=summary, content=markdown.encode()
            ),
        },
        summary=summary,
    )


def _parts(title: str, inputs: Mapping[str, Any], ctx: ToolContext) -> tuple[list[str], list[str]]:
    head = [f"# {escape(title)}"]
    if goal := inputs.get("goal"):
        head.append(escape(str(goal)))
    if summary := _as_text(inputs.get("summary")):
        head += ["## Findings", summary.strip()]
    figures: list[str] = []
    if inputs.get("table") is not None:
        figures += ["## Figures", *_figures(inputs["table"])]
    notes = [*inputs.get("notes", ()), *_chart_notes(inputs.get("chart"))]
    if notes:
        figures += ["## To know when reading this", "\n".join(f"- {escape(str(n))}" for n in dict.fromkeys(notes))]
    if sources := inputs.get("sources"):
        figures += ["## Sources", "\n".join(f"- {escape(str(s))}" for s in sources)]
    return head, figures


def _as_text(value: Any) -> str:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value or "")


def _chart_notes(chart: Any) -> Sequence[str]:
    return chart.get("notes", ()) if isinstance(chart, Mapping) else ()


def _figures(source: Any) -> list[str]:
    data = read_table(source)
    if not data.columns:
        return ["There are no figures."]
    rows = [
        [figure(plain(c.values[i]), c.unit if c.type in ("integer", "decimal") else None) for c in data.columns]
        for i in range(min(data.row_count, _MAX_ROWS))
    ]
    parts = [table([c.label for c in data.columns], rows)]
    if data.row_count > _MAX_ROWS:
        parts.append(f"The first {_MAX_ROWS} of {data.row_count:,} rows.")
    return parts


def _picture(svg: Any, title: str) -> str:
    """As an image, never inline: scripts inside an SVG image do not run."""
    content = svg.encode() if isinstance(svg, str) else svg
    if not isinstance(content, bytes):
        raise ToolError("not_a_picture", "The chart of a report must be an SVG picture.")
    data = base64.b64encode(content).decode()
    return f'<p><img alt="{html_escape(title)}" src="data:image/svg+xml;base64,{data}"></p>'


TOOL = Tool(
    id="write_report",
    title="Write a report",
    description="Writes findings, a chart and its figures as a self-contained HTML page and as markdown.",
    input_schema={
        "type": "object",
        "properties": {
            "title": {"type": "string", "maxLength": 200},
            "goal": {"type": "string", "maxLength": 2000, "description": "One sentence under the title."},
            "summary": {"description": "The findings, as markdown.", "x-asset": ["text"]},
            "chart": {"description": "The chart, for its notes.", "x-asset": ["chart"]},
            "chart_svg": {"description": "The chart's picture.", "x-asset": ["file"]},
            "table": {"description": "The figures.", "x-asset": ["table"]},
            "notes": {"type": "array", "items": {"type": "string"}},
            "sources": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["title"],
        "additionalProperties": False,
    },
    outputs={"html": "file", "markdown": "file"},
    run=run,
)

"""`write_report`: findings, chart and figures as one self-contained HTML page, and as markdown."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from html import escape as html_escape
from typing import Any

from jambot.tools.figures import figure
from jambot.tools.markdown import escape, table, to_html
from jambot.tools.registry import Tool, ToolContext, ToolError, ToolOutput, ToolResult
from jambot.tools.strings import LANGUAGES, Language, in_language, language_of, say
from jambot.tools.tables import plain, read_table

_MAX_ROWS = 100
_UNIT_GAP = re.compile(r"(?<=\d) (?=[€$£%])")
# No script, no network: whatever the figures came from, the page can only show them.
_PAGE = """<!doctype html>
<html lang="{language}">
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
.n {{ text-align: right; white-space: nowrap }}
th {{ color: #60646c; font-weight: 500 }}
li::marker {{ color: #5b5bd6 }}
.print {{ color: #60646c; font-size: 13px; margin-top: 48px }}
@page {{ size: A4; margin: 18mm 16mm }}
@media print {{
  body {{ font-size: 11pt; max-width: none; margin: 0; padding: 0 }}
  h1 {{ font-size: 20pt }} h2 {{ font-size: 14pt; break-after: avoid }}
  img, tr, li {{ break-inside: avoid }} thead {{ display: table-header-group }}
  .print {{ display: none }}
}}
</style>
</head>
<body>
{body}
<p class="print">{hint}</p>
</body>
</html>
"""


def run(inputs: Mapping[str, Any], ctx: ToolContext) -> ToolResult:
    language = language_of(inputs)
    inputs = {**inputs, "chart": _spec(inputs.get("chart"))}
    title = " ".join(str(inputs["title"]).split())[:200] or say(language, "report.title")
    head, figures = _parts(title, inputs, language)
    markdown = "\n\n".join([*head, *figures]) + "\n"
    pictures = [_picture(inputs["chart_svg"], title)] if inputs.get("chart_svg") else []
    body = "\n".join([to_html("\n\n".join(head)), *pictures, to_html("\n\n".join(figures))])
    hint = html_escape(say(language, "report.print"))
    # A figure and its unit stay on one line.
    body = _UNIT_GAP.sub("\u00a0", body)
    page = _PAGE.format(title=html_escape(title), body=body, language=language, hint=hint)
    summary = say(language, "report.file", title=title)
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


def _parts(title: str, inputs: Mapping[str, Any], language: Language) -> tuple[list[str], list[str]]:
    head = [f"# {escape(title)}"]
    if goal := inputs.get("goal"):
        head.append(escape(str(goal)))
    if summary := _as_text(inputs.get("summary")):
        head += [f"## {say(language, 'report.findings')}", summary.strip()]
    figures: list[str] = []
    if inputs.get("table") is not None:
        figures += [f"## {say(language, 'report.figures')}", *_figures(inputs["table"], inputs["chart"], language)]
    notes = [*inputs.get("notes", ()), *inputs["chart"].get("notes", ())]
    if notes:
        told = dict.fromkeys(in_language(str(n), language) for n in notes)
        figures += [f"## {say(language, 'report.notes')}", "\n".join(f"- {escape(n)}" for n in told)]
    if sources := inputs.get("sources"):
        figures += [f"## {say(language, 'report.sources')}", "\n".join(f"- {escape(str(s))}" for s in sources)]
    return head, figures


def _as_text(value: Any) -> str:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value or "")


def _spec(chart: Any) -> Mapping[str, Any]:
    """The facts of a chart, given as they are or as the JSON an asset keeps; none when it is neither."""
    if isinstance(chart, bytes | str):
        try:
            chart = json.loads(chart)
        except ValueError:
            chart = None
    return chart if isinstance(chart, Mapping) else {}


def _figures(source: Any, chart: Mapping[str, Any], language: Language) -> list[str]:
    data = read_table(source)
    if not data.columns:
        return [say(language, "report.no_figures")]
    # Periods stand in the table by their short names; the chart knows how they are said.
    said = dict(zip(chart.get("categories", ()), chart.get("labels", ()), strict=False))
    rows = [
        [
            said.get(str(plain(c.values[i])), "")
            or figure(plain(c.values[i]), c.unit if c.type in ("integer", "decimal") else None, language=language)
            for c in data.columns
        ]
        for i in range(min(data.row_count, _MAX_ROWS))
    ]
    parts = [table([c.label for c in data.columns], rows)]
    if data.row_count > _MAX_ROWS:
        parts.append(say(language, "report.first_rows", n=_MAX_ROWS, rows=data.row_count))
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
            "language": {"enum": list(LANGUAGES), "description": "What it is written in."},
        },
        "required": ["title"],
        "additionalProperties": False,
    },
    outputs={"html": "file", "markdown": "file"},
    run=run,
)

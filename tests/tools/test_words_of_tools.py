"""Summaries and reports: true figures, and nothing from a file that is more than text."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from jambot.tools import ToolContext, ToolError, get_tool
from jambot.tools.figures import figure
from jambot.tools.markdown import escape, to_html

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    '"><svg onload=alert(1)>',
    "**bold** _it_ `code` # head | cell",
    "\\<b>\\",
    "- item",
    "![x](http://elsewhere/x.png)",
]


def summarize(table: Any, **options: Any) -> str:
    return get_tool("summarize").run({"table": table, **options}, ToolContext()).outputs["text"].value


def report(**inputs: Any) -> tuple[str, str]:
    outputs = get_tool("write_report").run(inputs, ToolContext()).outputs
    return (outputs["html"].content or b"").decode(), (outputs["markdown"].content or b"").decode()


def test_a_summary_of_a_chart_names_total_extremes_change_and_shares() -> None:
    rows = [["2026-01", "Web", 60], ["2026-01", "Shop", 40], ["2026-02", "Web", 150]]
    columns = [
        {"name": "x", "label": "Month", "type": "text"},
        {"name": "s", "label": "Channel", "type": "text"},
        {"name": "y", "label": "Revenue", "type": "integer", "unit": "€"},
    ]
    text = summarize(
        {"columns": columns, "rows": rows}, x="x", y="y", split="s", granularity="month", split_label="Channel"
    )
    assert text.splitlines() == [
        "**Revenue: 250.00 €** in total, over 2 months.",
        "- Highest: February 2026 with 150.00 €. Lowest: January 2026 with 100.00 €.",
        "- From 100.00 € in January 2026 to 150.00 € in February 2026: +50.0 %.",
        "- By Channel: Web 210.00 € (84 %), Shop 40.00 € (16 %).",
    ]


def test_a_summary_of_one_figure_is_that_figure() -> None:
    table = {"columns": [{"name": "value", "label": "Revenue", "type": "decimal", "unit": "€"}], "rows": [[12.5]]}
    assert summarize(table, y="value") == "**Revenue: 12.50 €**\n"


def test_a_summary_of_a_file_describes_every_column_and_every_doubt() -> None:
    text = summarize(b"d,n\n03/04/2026,1\n05/06/2026,\n")
    assert "**2 rows and 2 columns.**" in text
    assert "- n (whole numbers): 1 to 1; 1 empty" in text
    assert "is ambiguous" in text


def test_an_empty_file_is_called_empty() -> None:
    assert summarize(b"").startswith("**The table is empty.**")


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [(1234.5, "€", "1,234.50 €"), (7, None, "7"), (0.123456, None, "0.1235"), (None, "€", "–"), (5, "kg", "5 kg")],
)
def test_figures_read_well(value: Any, unit: str | None, expected: str) -> None:
    assert figure(value, unit) == expected


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_from_a_file_stays_text(payload: str) -> None:
    html = to_html(f"Before {escape(payload)} after")
    shown = re.sub(r"<[^>]+>", "", html)
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x27;", "'"), ("&amp;", "&")):
        shown = shown.replace(entity, char)
    assert set(re.findall(r"<(\w+)", html)) == {"p"}
    assert shown == f"Before {payload} after"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_report_holds_no_markup_that_came_from_a_file(payload: str) -> None:
    table = {"columns": [{"name": "x", "label": payload, "type": "text"}], "rows": [[payload]]}
    html, _ = report(
        title=payload, goal=payload, table=table, notes=[payload], sources=[payload], summary=escape(payload)
    )
    body = html[html.index("<body>") :]
    allowed = {"body", "h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"}
    assert set(re.findall(r"<(\w+)", body)) <= allowed
    assert "default-src 'none'" in html


def test_the_chart_is_embedded_as_an_image_so_that_it_cannot_run() -> None:
    html, _ = report(title="T", chart_svg=b"<svg><script>alert(1)</script></svg>")
    assert "<script" not in html
    assert 'src="data:image/svg+xml;base64,' in html


def test_a_report_shows_findings_figures_and_the_notes_of_the_chart() -> None:
    table = {"columns": [{"name": "x", "label": "X", "type": "text"}], "rows": [["a"]]}
    html, markdown = report(
        title="T", summary="**Total: 5**\n- one", table=table, chart={"notes": ["doubt"]}, sources=["o.csv"]
    )
    assert "<strong>Total: 5</strong>" in html
    for part in ("# T", "## Findings", "## Figures", "| a |", "- doubt", "- o.csv"):
        assert part in markdown


def test_a_chart_that_is_no_picture_is_refused() -> None:
    with pytest.raises(ToolError, match="SVG"):
        report(title="T", chart_svg={"not": "bytes"})


def test_a_german_report_has_german_words_months_and_numbers_and_the_notes_of_its_chart() -> None:
    columns = [
        {"name": "x", "label": "Monat", "type": "text"},
        {"name": "value", "label": "Umsatz", "type": "decimal", "unit": "€"},
    ]
    figures = {"columns": columns, "rows": [["2025-05", 1234.5], ["2025-07", 2]]}
    given = {"x": "x", "y": "value", "granularity": "month", "title": "Umsatz", "language": "de"}
    drawn = get_tool("chart").run({"table": figures, **given}, ToolContext()).outputs
    # As a mission hands it over: the JSON of the asset, as text.
    spec = json.dumps(drawn["chart"].value)
    page, markdown = report(title="Umsatz", table=figures, chart=spec, language="de", summary="So ist es.")
    assert '<html lang="de">' in page
    assert '<td>Mai 2025</td><td class="n">1.234,50\u00a0€</td>' in page
    assert "@media print" in page
    assert "## Zahlen" in markdown
    assert "- Keine Zeilen in 1 Monat; leer gezeigt." in markdown
    assert summarize(figures, x="x", y="value", granularity="month", unit="€", language="de").splitlines() == [
        "**Umsatz: 1.236,50 €** insgesamt, über 2 Monate.",
        "- Am höchsten: Mai 2025 mit 1.234,50 €. Am niedrigsten: Juli 2025 mit 2,00 €.",
        "- Von 1.234,50 € (Mai 2025) auf 2,00 € (Juli 2025): \u221299,8 %.",
    ]

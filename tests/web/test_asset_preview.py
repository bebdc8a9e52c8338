"""What is drawn of a file."""

from __future__ import annotations

import json
from dataclasses import replace

from jambot.web.asset_preview import MOST_ROWS, MOST_TEXT, is_text, preview_from
from jambot.workspaces.view import AssetView

FILE = AssetView(
    id="a",
    name="orders",
    type="table",
    subtype="application/json",
    role="output",
    status="ready",
    size_bytes=10,
    summary="in short",
    created_at="2026-11-20T12:00:00.000000Z",
)
TABLE = {
    "columns": [{"name": "month", "label": "Month"}, {"name": "sum", "label": "Sum"}],
    "rows": [["Jan", 48214], ["Feb", 45930.5], ["Mar", None]],
}
SPEC = {
    "title": "Revenue per month",
    "kind": "stacked_bar",
    "x_label": "Month",
    "unit": "EUR",
    "categories": ["Jan", "Feb"],
    "series": [{"name": "Web", "values": [1, 2]}, {"name": "Stores", "values": [3, None]}],
    "total_per_category": [4, 2],
}


def test_a_table_is_shown_with_readable_numbers() -> None:
    shown = preview_from(FILE, json.dumps(TABLE))
    assert (shown.kind, shown.columns) == ("table", ["Month", "Sum"])
    assert shown.rows == [["Jan", "48,214"], ["Feb", "45,930.5"], ["Mar", ""]]


def test_only_columns_that_are_all_numbers_are_summed() -> None:
    whole = {**TABLE, "rows": [["Jan", 1], ["Feb", 2]]}
    assert preview_from(FILE, json.dumps(whole)).sums == ["Sum", "3"]
    assert preview_from(FILE, json.dumps(TABLE)).sums == []


def test_a_chart_has_a_point_per_category_and_a_table_twin() -> None:
    shown = preview_from(replace(FILE, type="chart"), json.dumps(SPEC))
    assert (shown.kind, shown.drawing, shown.name) == ("chart", "stacked", "Revenue per month")
    assert shown.points == [
        {"label": "Jan", "name": "Jan", "s0": 1, "s1": 3},
        {"label": "Feb", "name": "Feb", "s0": 2, "s1": None},
    ]
    assert [series.name for series in shown.series] == ["Web", "Stores"]
    assert (shown.columns, shown.rows) == (["Month", "Web", "Stores"], [["Jan", "1", "3"], ["Feb", "2", ""]])


def test_a_chart_of_averages_is_not_summed() -> None:
    averages = {**SPEC, "total_per_category": [None, None], "series": [{"name": "Mean", "values": [1, 2]}]}
    assert preview_from(replace(FILE, type="chart"), json.dumps(averages)).sums == []


def test_what_cannot_be_read_as_a_table_is_shown_as_text() -> None:
    assert preview_from(FILE, "a,b\n1,2").text == "a,b\n1,2"
    assert preview_from(FILE, "[1]").kind == "text"


def test_a_file_without_text_shows_its_summary_and_a_picture_itself() -> None:
    assert preview_from(replace(FILE, type="file"), None).text == "in short"
    assert preview_from(replace(FILE, type="file", subtype="image/png"), None).kind == "picture"


def test_a_preview_stays_small_whatever_the_file_is() -> None:
    long = {**TABLE, "rows": [["x", number] for number in range(10 * MOST_ROWS)]}
    assert len(preview_from(FILE, json.dumps(long)).rows) == MOST_ROWS
    assert len(preview_from(replace(FILE, type="text"), "x" * (2 * MOST_TEXT)).text) == MOST_TEXT


def test_pictures_and_documents_are_not_read_as_text() -> None:
    assert is_text(FILE)
    assert is_text(replace(FILE, type="file", subtype="text/csv"))
    assert not is_text(replace(FILE, type="report", subtype="application/pdf"))


def test_a_chart_asked_for_in_german_names_months_and_numbers_in_german() -> None:
    spec = {**SPEC, "language": "de", "categories": ["2025-05"], "series": [{"name": "Umsatz", "values": [1234.5]}]}
    chart = preview_from(replace(FILE, type="chart"), json.dumps(spec))
    assert chart.rows == [["Mai 2025", "1.234,5"]]
    assert chart.points[0]["name"] == "Mai 2025"

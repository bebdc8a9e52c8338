"""Charts: true figures in the spec, the same picture every time, nothing left out in silence."""

from __future__ import annotations

from typing import Any

import pytest

from jambot.tools import ToolContext, ToolError, ToolResult, get_tool
from jambot.tools.periods import filled, spoken

PNG = b"\x89PNG\r\n\x1a\n"


def table(rows: list[list[Any]], *, split: bool = False) -> dict[str, Any]:
    columns = [{"name": "x", "label": "Month", "type": "text"}]
    if split:
        columns.append({"name": "s", "label": "Channel", "type": "text"})
    columns.append({"name": "y", "label": "Revenue", "type": "decimal", "unit": "€"})  # pyright: ignore[reportArgumentType]
    return {"columns": columns, "rows": rows}


def draw(rows: list[list[Any]], **options: Any) -> ToolResult:
    split = bool(options.get("split"))
    return get_tool("chart").run({"table": table(rows, split=split), "x": "x", "y": "y", **options}, ToolContext())


def spec(rows: list[list[Any]], **options: Any) -> dict[str, Any]:
    return draw(rows, **options).outputs["chart"].value


def test_a_split_chart_has_a_series_per_value_and_totals_per_category() -> None:
    found = spec([["2026-01", "Web", 5], ["2026-01", "Shop", 2.5], ["2026-02", "Web", 1]], split="s")
    assert found["kind"] == "stacked_bar"
    assert found["categories"] == ["2026-01", "2026-02"]
    assert found["series"] == [{"name": "Web", "values": [5, 1]}, {"name": "Shop", "values": [2.5, None]}]
    assert found["total_per_category"] == [7.5, 1]
    assert found["unit"] == "€"


def test_months_without_rows_are_shown_empty_and_noted() -> None:
    found = spec([["2025-12", 1], ["2026-02", 2]], granularity="month")
    assert found["categories"] == ["2025-12", "2026-01", "2026-02"]
    assert found["series"][0]["values"] == [1, None, 2]
    assert found["notes"] == ["No rows in 1 month; shown empty."]


def test_rows_without_a_value_are_counted() -> None:
    assert "1 row has no value and is not drawn." in spec([["a", 1], ["b", None]])["notes"]


def test_many_series_are_added_up_where_adding_makes_sense() -> None:
    rows = [["a", f"s{i:02d}", i + 1] for i in range(12)]
    found = spec(rows, split="s")
    assert len(found["series"]) == 8
    assert found["series"][-1] == {"name": "5 others", "values": [1 + 2 + 3 + 4 + 5]}
    assert found["total_per_category"] == [78]


def test_averages_are_neither_stacked_nor_added() -> None:
    rows = [["a", f"s{i:02d}", i + 1] for i in range(12)]
    found = spec(rows, split="s", additive=False, kind="stacked_bar")
    assert found["kind"] == "line"
    assert found["total_per_category"] == [None]
    assert len(found["series"]) == 8
    assert any("averages cannot be added up" in note for note in found["notes"])


def test_too_many_bars_are_cut_and_noted() -> None:
    found = spec([[f"k{i:03d}", i] for i in range(100)])
    assert len(found["categories"]) == 60
    assert any("60 first of 100" in note for note in found["notes"])


@pytest.mark.parametrize("kind", ["bar", "stacked_bar", "line"])
def test_pictures_are_the_same_every_time(kind: str) -> None:
    rows = [["2026-01", "Web", 5], ["2026-01", "Shop", -2.5], ["2026-02", "Web", None]]
    first, second = draw(rows, split="s", kind=kind), draw(rows, split="s", kind=kind)
    assert first == second
    assert (first.outputs["png"].content or b"").startswith(PNG)
    assert b"<svg" in (first.outputs["svg"].content or b"")


def test_titles_are_drawn_as_they_are_and_never_as_markup() -> None:
    title = "<script>alert(1)</script> $x^2$ _a & 中文"
    svg = draw([["_x", 1]], title=title).outputs["svg"].content or b""
    assert b"<script" not in svg


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"x": "nope"}, "unknown_column"), ({"y": "x"}, "not_a_number"), ({"rows": []}, "nothing_to_draw")],
)
def test_what_cannot_be_drawn_is_refused_with_a_reason(options: dict[str, Any], reason: str) -> None:
    rows = options.pop("rows", [["a", 1]])
    with pytest.raises(ToolError) as refused:
        draw(rows, **options)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("granularity", "periods", "expected"),
    [
        ("month", ["2026-02", "2025-12"], ["2025-12", "2026-01", "2026-02"]),
        ("quarter", ["2025-Q4", "2026-Q2"], ["2025-Q4", "2026-Q1", "2026-Q2"]),
        ("week", ["2020-W52", "2021-W01"], ["2020-W52", "2020-W53", "2021-W01"]),
        ("year", ["2024", "2026"], ["2024", "2025", "2026"]),
        ("day", ["2024-02-28", "2024-03-01"], ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ("month", ["later", "2026-01"], ["2026-01", "later"]),
    ],
)
def test_periods_are_filled_without_gaps(granularity: Any, periods: list[str], expected: list[str]) -> None:
    assert filled(periods, granularity) == expected


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("2026-01", "January 2026"),
        ("2025-12", "December 2025"),
        ("2026-Q3", "Q3 2026"),
        ("2026", "2026"),
        ("2026-W05", "week 5, 2026"),
        ("2026-01-31", "31 Jan 2026"),
        ("2026-13", "2026-13"),
        ("Web shop", "Web shop"),
    ],
)
def test_a_period_is_said_as_people_say_it(period: str, said: str):
    assert spoken(period) == said

"""What is in an asset, small enough to draw: a table, a chart, or text."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from jambot.tools.periods import spoken
from jambot.tools.strings import Language, language_of
from jambot.web.asset_items import asset_item
from jambot.web.period_names import axis_names
from jambot.web.strings import t
from jambot.workspaces.view import AssetView

MOST_ROWS = 100
MOST_COLUMNS = 12
MOST_TEXT = 20_000
_GERMAN = str.maketrans(",.", ".,")
LARGEST_PREVIEW = 2_000_000

# Accent, lighter accent, gray, then further steps of the two: neighbours must be told apart in light and dark.
INKS = tuple(f"var(--{name})" for name in ("s1", "s2", "s3", "accent-12", "accent-6", "gray-7", "gray-12", "accent-8"))


@dataclass(frozen=True, kw_only=True)
class ChartSeries:
    """`key` is where its numbers are in every point."""

    key: str = ""
    name: str = ""
    ink: str = ""


@dataclass(frozen=True, kw_only=True)
class AssetPreview:
    """`kind` is empty, `table`, `chart`, `picture` or `text`; `drawing` is `bar`, `stacked` or `line`. `after`
    is the message a figure stands below."""

    id: str = ""
    name: str = ""
    kind: str = ""
    download: str = ""
    picture: str = ""
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    sums: list[str] = field(default_factory=list)
    drawing: str = "bar"
    unit: str = ""
    series: list[ChartSeries] = field(default_factory=list)
    points: list[dict[str, Any]] = field(default_factory=list)
    text: str = ""
    after: str = ""


def is_text(asset: AssetView) -> bool:
    """Whether the content of `asset` is text that can be shown."""
    return asset.type in {"table", "chart", "text", "json"} or asset.subtype.startswith("text/")


def preview_from(asset: AssetView, content: str | None) -> AssetPreview:
    """What `asset` looks like inside, from its text (None: it has none that can be shown)."""
    item = asset_item(asset)
    plain = AssetPreview(id=item.id, name=item.name, download=item.download, picture=item.picture)
    value = _json(content) if asset.type in {"table", "chart"} else None
    if asset.type == "table" and value:
        columns = [str(each.get("label") or each.get("name")) for each in value.get("columns", [])][:MOST_COLUMNS]
        rows, sums = table_cells(columns, value.get("rows", []))
        return replace(plain, kind="table", columns=columns, rows=rows, sums=sums)
    if asset.type == "chart" and value:
        return _chart(plain, value)
    if item.picture:
        return replace(plain, kind="picture")
    return replace(plain, kind="text", text=(content if content is not None else asset.summary)[:MOST_TEXT])


def _chart(plain: AssetPreview, spec: dict[str, Any]) -> AssetPreview:
    """A chart as one point per category, and the same as a table with its sums."""
    series = [str(each.get("name", "")) for each in spec.get("series", [])][: len(INKS)]
    columns_of = [each.get("values", []) for each in spec.get("series", [])][: len(INKS)]
    categories = [str(each) for each in spec.get("categories", [])]
    values = [
        [column[index] if index < len(column) else None for column in columns_of] for index in range(len(categories))
    ]
    language = language_of(spec)
    said = [spoken(category, language) for category in categories]
    points = [
        {"label": name, "name": whole, **{f"s{position}": value for position, value in enumerate(row)}}
        for name, whole, row in zip(axis_names(categories, language), said, values, strict=True)
    ]
    columns = [str(spec.get("x_label") or ""), *series]
    table: list[list[Any]] = [[whole, *row] for whole, row in zip(said, values, strict=True)]
    rows, sums = table_cells(columns, table, language)
    is_additive = any(value is not None for value in spec.get("total_per_category", []))
    return replace(
        plain,
        kind="chart",
        name=str(spec.get("title") or plain.name),
        columns=columns,
        rows=rows,
        sums=sums if is_additive else [],
        series=[ChartSeries(key=f"s{position}", name=name, ink=INKS[position]) for position, name in enumerate(series)],
        points=points,
        drawing="line" if spec.get("kind") == "line" else "stacked" if spec.get("kind") == "stacked_bar" else "bar",
        unit=str(spec.get("unit") or ""),
    )


def table_cells(
    columns: list[str], rows: list[list[Any]], language: Language = "en"
) -> tuple[list[list[str]], list[str]]:
    """The cells as text, and a row of sums; a column that is not all numbers has no sum."""
    shown = [[_cell(value, language) for value in row[:MOST_COLUMNS]] for row in rows[:MOST_ROWS]]
    sums = []
    for index in range(min(len(columns), MOST_COLUMNS)):
        values = [row[index] for row in rows if index < len(row)]
        numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
        sums.append(_cell(sum(numbers), language) if values and len(numbers) == len(values) else "")
    if not any(sums):
        return shown, []
    return shown, [sums[0] or t("chart.sum"), *sums[1:]]


def _cell(value: Any, language: Language) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        text = f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".rstrip("0").rstrip(".")
        return text.translate(_GERMAN) if language == "de" else text
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _json(content: str | None) -> dict[str, Any] | None:
    try:
        value = json.loads(content or "")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None

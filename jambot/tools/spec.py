"""From a long table (x, value, maybe a split) to the facts of a chart. Pure.

A spec is JSON: `{"title", "kind": bar|stacked_bar|line, "x_label", "y_label", "unit", "categories": [...],
"series": [{"name", "values": [number|null, ...]}], "total_per_category": [number|null, ...],
"source_columns": {"x", "y", "split"}, "notes": [...], "labels": [...], "language": "en"}`. Every series is as long as
`categories`; `labels` are the categories as people say them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from jambot.tools.periods import GRANULARITIES, filled, spoken
from jambot.tools.registry import ToolError
from jambot.tools.strings import Language, counted, in_language, language_of, note, say
from jambot.tools.tables import Column, Table, plain

KINDS = ("bar", "stacked_bar", "line")
MAX_SERIES = 8
MAX_BARS = 60

_Cells = dict[tuple[str, str], Decimal]


def chart_spec(table: Table, options: Mapping[str, Any]) -> dict[str, Any]:
    """The spec of a chart over columns `options["x"]`, `options["y"]` and maybe `options["split"]`.

    Raises ToolError: a column that is not there, values that are not numbers, or nothing to draw.
    """
    x, y = table.column(options["x"]), table.column(options["y"])
    split = table.column(options["split"]) if options.get("split") else None
    if y.type not in ("integer", "decimal") and any(v is not None for v in y.values):
        raise ToolError("not_a_number", f"'{y.label}' holds no numbers, so it cannot be the height of a chart.")
    language = language_of(options)
    cells, gaps = _cells(x, y, split, say(language, "none"))
    if not cells:
        raise ToolError("nothing_to_draw", "There is nothing to draw: no row has both a category and a value.")
    notes = [*options.get("notes", ())]
    if gaps:
        notes.append(note("gap_row") if gaps == 1 else note("gap_rows", n=gaps))
    additive = bool(options.get("additive", True))
    granularity = options.get("granularity")
    categories = list(dict.fromkeys(c for c, _ in cells))
    if granularity in GRANULARITIES:
        categories = filled(categories, granularity)
        if missing := len(set(categories) - {c for c, _ in cells}):
            notes.append(note("no_rows_in", periods=counted(language, granularity, missing)))
    elif len(categories) > MAX_BARS:
        notes.append(note("first_categories", n=MAX_BARS, all=len(categories)))
        categories = categories[:MAX_BARS]
    names, cells = _fewer_series(cells, additive=additive, language=language, notes=notes)
    series = [{"name": n, "values": [plain(cells.get((c, n))) for c in categories]} for n in names]
    return {
        "title": options.get("title") or say(language, "chart.by", y=y.label, x=x.label),
        "kind": _kind(options.get("kind"), len(series), len(categories), additive=additive, notes=notes),
        "x_label": options.get("x_label") or x.label,
        "y_label": options.get("y_label") or y.label,
        "unit": options.get("unit") or y.unit,
        "categories": categories,
        "labels": [spoken(c, language) if granularity in GRANULARITIES else c for c in categories],
        "language": language,
        "series": series,
        "total_per_category": _totals(cells, categories, names, additive=additive),
        "source_columns": dict(
            options.get("source_columns") or {"x": x.label, "y": y.label, "split": split and split.label}
        ),
        "notes": [in_language(each, language) for each in notes],
    }


def _cells(x: Column, y: Column, split: Column | None, empty: str) -> tuple[_Cells, int]:
    cells: _Cells = defaultdict(Decimal)
    gaps = 0
    for row, value in enumerate(y.values):
        if value is None:
            gaps += 1
            continue
        name = y.label if split is None else _text(split.values[row], empty)
        cells[_text(x.values[row], empty), name] += value
    return dict(cells), gaps


def _text(value: Any, empty: str) -> str:
    text = str(plain(value)).strip() if value is not None else ""
    return text[:80] or empty


def _fewer_series(cells: _Cells, *, additive: bool, language: Language, notes: list[str]) -> tuple[list[str], _Cells]:
    """At most eight series: the rest becomes one where adding makes sense, and is left out where it does not."""
    weight: dict[str, Decimal] = defaultdict(Decimal)
    for (_, name), value in cells.items():
        weight[name] += abs(value)
    names = sorted(weight, key=lambda n: (-weight[n], n))
    if len(names) <= MAX_SERIES:
        return (list(dict.fromkeys(name for _, name in cells)) if not additive else names), cells
    kept = names[: MAX_SERIES - 1] if additive else names[:MAX_SERIES]
    if not additive:
        notes.append(note("largest_series", n=len(kept), all=len(names)))
        return kept, {key: value for key, value in cells.items() if key[1] in kept}
    rest = say(language, "others", n=len(names) - len(kept))
    notes.append(note("series_added", n=len(kept), all=len(names), rest=rest))
    merged: _Cells = defaultdict(Decimal)
    for (category, name), value in cells.items():
        merged[category, name if name in kept else rest] += value
    return [*kept, rest], dict(merged)


def _kind(wanted: Any, series: int, categories: int, *, additive: bool, notes: list[str]) -> str:
    kind = wanted if wanted in KINDS else "bar"
    if kind == "bar" and series > 1 and additive:
        kind = "stacked_bar"
    if kind == "stacked_bar" and (series == 1 or not additive):
        kind = "bar" if series == 1 else "line"
        if series > 1:
            notes.append(note("not_stacked"))
    if kind != "line" and categories > MAX_BARS:
        kind = "line"
        notes.append(note("too_many_bars", n=categories))
    return kind


def _totals(cells: _Cells, categories: Sequence[str], names: Sequence[str], *, additive: bool) -> list[Any]:
    if not additive and len(names) > 1:
        return [None] * len(categories)
    totals = []
    for category in categories:
        parts = [cells[category, name] for name in names if (category, name) in cells]
        totals.append(plain(sum(parts, Decimal())) if parts else None)
    return totals

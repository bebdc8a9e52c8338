"""`summarize`: a table in a few true sentences, every figure computed, none made up."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from jambot.tools.figures import counted, figure, share
from jambot.tools.markdown import escape
from jambot.tools.periods import spoken
from jambot.tools.profile import ColumnProfile
from jambot.tools.profile_table import describe
from jambot.tools.registry import Tool, ToolContext, ToolOutput, ToolResult
from jambot.tools.spec import chart_spec
from jambot.tools.tables import Table, plain, profile_of, read_table

_MAX_COLUMNS = 12


def run(inputs: Mapping[str, Any], ctx: ToolContext) -> ToolResult:
    table = read_table(inputs["table"])
    if inputs.get("x") and inputs.get("y") and table.row_count:
        lines = _series_lines(table, inputs)
    elif inputs.get("y") and table.row_count:
        lines = _answer_lines(table, inputs)
    else:
        lines = _profile_lines(table)
    text = "\n".join(lines) + "\n"
    first = lines[0].replace("**", "")
    return ToolResult(
        outputs={
            "text": ToolOutput(kind="text", media_type="text/markdown", name="Summary", summary=first, value=text)
        },
        summary=first,
        log=(),
    )


def _series_lines(table: Table, inputs: Mapping[str, Any]) -> list[str]:
    """What a chart of the same columns shows: total, extremes, first to last, shares."""
    spec = chart_spec(table, {**inputs, "notes": []})
    unit, what = spec["unit"], escape(inputs.get("y_label") or spec["y_label"])
    additive = inputs.get("additive", True)
    known = [
        (spoken(c), Decimal(str(t)))
        for c, t in zip(spec["categories"], spec["total_per_category"], strict=True)
        if t is not None
    ]
    lines = []
    if len(known) == 1:
        lines.append(f"**{what}: {figure(known[0][1], unit)}** for {escape(known[0][0])}.")
    elif additive:
        total = sum((t for _, t in known), Decimal())
        lines.append(f"**{what}: {figure(total, unit)}** in total, over {_over(len(known), inputs, spec['x_label'])}.")
    else:
        lines.append(f"**{what}** over {_over(len(spec['categories']), inputs, spec['x_label'])}.")
    if len(known) > 1:
        lines.append(f"- {_extremes(known, unit)}")
    if inputs.get("granularity") and len(known) > 1:
        lines.append(f"- {_change(known[0], known[-1], unit)}")
    if len(spec["series"]) > 1 and additive:
        sums = [(s["name"], float(sum(v for v in s["values"] if v is not None))) for s in spec["series"]]
        whole = sum(value for _, value in sums)
        positive = all(value >= 0 for _, value in sums)
        parts = [
            f"{escape(n)} {figure(v, unit)}" + (f" ({share(v, whole)})" if positive and whole else "") for n, v in sums
        ]
        lines.append(f"- By {escape(inputs.get('split_label') or inputs['split'])}: {', '.join(parts)}.")
    return lines


def _extremes(known: list[tuple[str, Decimal]], unit: str | None) -> str:
    high, low = max(known, key=lambda k: k[1]), min(known, key=lambda k: k[1])
    if high[1] == low[1]:
        return f"All are the same: {figure(high[1], unit)}."
    highest = f"Highest: {escape(high[0])} with {figure(high[1], unit)}."
    return f"{highest} Lowest: {escape(low[0])} with {figure(low[1], unit)}."


def _change(first: tuple[str, Decimal], last: tuple[str, Decimal], unit: str | None) -> str:
    text = f"From {figure(first[1], unit)} in {first[0]} to {figure(last[1], unit)} in {last[0]}"
    if first[1] > 0:
        change = 100 * (last[1] - first[1]) / first[1]
        sign = "+" if change >= 0 else "\u2212"
        return f"{text}: {sign}{abs(change):.1f} %."
    return f"{text}."


def _answer_lines(table: Table, inputs: Mapping[str, Any]) -> list[str]:
    column = table.column(inputs["y"])
    unit, what = inputs.get("unit") or column.unit, escape(inputs.get("y_label") or column.label)
    if table.row_count == 1:
        return [f"**{what}: {escape(figure(plain(column.values[0]), unit))}**"]
    values = [escape(figure(plain(v), unit)) for v in column.values[:10]]
    return [f"**{what}**: {', '.join(values)}{' ...' if table.row_count > 10 else ''}"]


def _profile_lines(table: Table) -> list[str]:
    profile = profile_of(table)
    lines = [f"**{describe(profile).split(', ')[0]} and {counted(len(profile.columns), 'column', 'columns')}.**"]
    if not profile.row_count:
        lines[0] = "**The table is empty.**"
    lines += [f"- {_column_line(c, profile.row_count)}" for c in profile.columns[:_MAX_COLUMNS]]
    if len(profile.columns) > _MAX_COLUMNS:
        lines.append(f"- and {len(profile.columns) - _MAX_COLUMNS} more columns.")
    if profile.notes:
        lines += ["", "To know when reading it:", *(f"- {escape(note)}" for note in profile.notes[:8])]
    return lines


def _column_line(column: ColumnProfile, rows: int) -> str:
    head = f"{escape(column.label)} ({column.type})"
    gaps = f"; {column.null_count:,} empty" if column.null_count else ""
    if column.distinct_count == 0:
        return f"{head}: {'no values' if rows else 'no rows'}"
    if column.is_numeric:
        return f"{head}: {figure(column.min, column.unit)} to {figure(column.max, column.unit)}{gaps}"
    if column.is_temporal:
        return f"{head}: {column.min} to {column.max}{gaps}"
    shown = ", ".join(escape(str(v)) for v in (column.values or column.samples)[:3])
    more = " ..." if column.distinct_count > 3 else ""
    return f"{head}: {counted(column.distinct_count, 'value', 'different values')} ({shown}{more}){gaps}"


def _over(number: int, inputs: Mapping[str, Any], label: str) -> str:
    if granularity := inputs.get("granularity"):
        return counted(number, granularity, f"{granularity}s")
    return f"{counted(number, 'value', 'values')} of {escape(label)}"


TOOL = Tool(
    id="summarize",
    title="Summarise a table",
    description="Says what a table holds in a few sentences, with true figures.",
    input_schema={
        "type": "object",
        "properties": {
            "table": {"description": "A CSV file or a table.", "x-asset": ["table", "file"]},
            "x": {"type": ["string", "null"], "description": "Column of the categories."},
            "y": {"type": ["string", "null"], "description": "Column of the values."},
            "split": {"type": ["string", "null"], "description": "Column of the series."},
            "granularity": {"type": ["string", "null"]},
            "additive": {"type": "boolean"},
            "x_label": {"type": "string"},
            "y_label": {"type": "string"},
            "split_label": {"type": ["string", "null"]},
            "unit": {"type": ["string", "null"]},
        },
        "required": ["table"],
        "additionalProperties": False,
    },
    outputs={"text": "text"},
    run=run,
)

"""`summarize`: a table in a few true sentences, every figure computed, none made up."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from jambot.tools.figures import figure, share
from jambot.tools.markdown import escape
from jambot.tools.markdown import table as markdown_table
from jambot.tools.periods import spoken
from jambot.tools.profile import ColumnProfile
from jambot.tools.registry import Tool, ToolContext, ToolOutput, ToolResult
from jambot.tools.spec import chart_spec
from jambot.tools.strings import LANGUAGES, Language, counted, in_language, language_of, say
from jambot.tools.tables import Table, plain, profile_of, read_table

_MAX_COLUMNS = 12
_MAX_SHARES = 12
_MAX_LISTED_ROWS, _MAX_LISTED_COLUMNS = 10, 12


def run(inputs: Mapping[str, Any], ctx: ToolContext) -> ToolResult:
    table = read_table(inputs["table"])
    if inputs.get("rows"):
        lines = _row_lines(table, language_of(inputs))
    elif inputs.get("x") and inputs.get("y") and table.row_count:
        lines = _series_lines(table, inputs)
    elif inputs.get("y"):
        lines = _answer_lines(table, inputs)
    else:
        lines = _profile_lines(table, language_of(inputs))
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
    language = language_of(inputs)
    spec = chart_spec(table, {**inputs, "notes": []})
    unit, what = spec["unit"], escape(inputs.get("y_label") or spec["y_label"])
    additive = inputs.get("additive", True)
    known = [
        (c, Decimal(str(t))) for c, t in zip(spec["labels"], spec["total_per_category"], strict=True) if t is not None
    ]
    over = _over(len(known or spec["categories"]), inputs, spec["x_label"])
    lines = []
    if len(known) == 1:
        value = figure(known[0][1], unit, language=language)
        lines.append(say(language, "sum.one", what=what, value=value, group=escape(known[0][0])))
    elif additive and not inputs.get("whole"):
        total = figure(sum((t for _, t in known), Decimal()), unit, language=language)
        lines.append(say(language, "sum.total", what=what, value=total, over=over))
    else:
        lines.append(say(language, "sum.over", what=what, over=over))
    if inputs.get("whole") and len(spec["series"]) == 1 and 1 < len(known) <= _MAX_SHARES:
        parts = [f"{escape(name)} {figure(value, unit, language=language)}" for name, value in known]
        lines.append(f"- {say(language, 'sum.by', split=escape(spec['x_label']), parts=', '.join(parts))}")
    elif len(known) > 1:
        lines.append(f"- {_extremes(known, unit, language)}")
    if inputs.get("granularity") and len(known) > 1:
        lines.append(f"- {_change(known[0], known[-1], unit, language)}")
    if len(spec["series"]) > 1 and additive:
        lines.append(f"- {_parts(spec['series'], unit, inputs, language)}")
    return lines


def _parts(series: list[dict[str, Any]], unit: str | None, inputs: Mapping[str, Any], language: Language) -> str:
    sums = [(s["name"], float(sum(v for v in s["values"] if v is not None))) for s in series]
    whole = sum(value for _, value in sums)
    positive = all(value >= 0 for _, value in sums)
    parts = [
        f"{escape(n)} {figure(v, unit, language=language)}" + (f" ({share(v, whole)})" if positive and whole else "")
        for n, v in sums
    ]
    return say(language, "sum.by", split=escape(inputs.get("split_label") or inputs["split"]), parts=", ".join(parts))


def _extremes(known: list[tuple[str, Decimal]], unit: str | None, language: Language) -> str:
    high, low = max(known, key=lambda k: k[1]), min(known, key=lambda k: k[1])
    if high[1] == low[1]:
        return say(language, "sum.same", value=figure(high[1], unit, language=language))
    return say(
        language,
        "sum.extremes",
        high=escape(high[0]),
        high_value=figure(high[1], unit, language=language),
        low=escape(low[0]),
        low_value=figure(low[1], unit, language=language),
    )


def _change(first: tuple[str, Decimal], last: tuple[str, Decimal], unit: str | None, language: Language) -> str:
    text = say(
        language,
        "sum.change",
        first=first[0],
        first_value=figure(first[1], unit, language=language),
        last=last[0],
        last_value=figure(last[1], unit, language=language),
    )
    if first[1] > 0:
        change = 100 * (last[1] - first[1]) / first[1]
        sign = "+" if change >= 0 else "\u2212"
        percent = f"{abs(change):.1f}".replace(".", "," if language == "de" else ".")
        return f"{text}: {sign}{percent} %."
    return f"{text}."


def _answer_lines(table: Table, inputs: Mapping[str, Any]) -> list[str]:
    language = language_of(inputs)
    column = table.column(inputs["y"])
    unit, what = inputs.get("unit") or column.unit, escape(inputs.get("y_label") or column.label)
    if all(value is None for value in column.values):
        return [say(language, "sum.nothing", what=what)]
    values = [escape(figure(plain(v), unit, language=language)) for v in column.values[:10]]
    if table.row_count == 1:
        return [say(language, "sum.answer", what=what, value=values[0])]
    return [say(language, "sum.answers", what=what, values=", ".join(values) + (" ..." if len(values) > 9 else ""))]


def _row_lines(table: Table, language: Language) -> list[str]:
    """Rows as they are: how many, and the first of them."""
    rows = counted(language, "row", table.row_count)
    shown = min(table.row_count, _MAX_LISTED_ROWS)
    lines = [say(language, "sum.listed_all" if shown == table.row_count else "sum.listed", rows=rows)]
    if table.row_count:
        columns = table.columns[:_MAX_LISTED_COLUMNS]
        cells = [[_cell(plain(c.values[i]), c.unit, c.type, language) for c in columns] for i in range(shown)]
        lines += ["", markdown_table([c.label for c in columns], cells)]
    return lines


def _cell(value: Any, unit: str | None, kind: str, language: Language) -> str:
    if isinstance(value, bool):
        return say(language, "true" if value else "false")
    if kind == "date" and value is not None:
        return spoken(str(value), language)
    return figure(value, unit, language=language)


def _profile_lines(table: Table, language: Language) -> list[str]:
    profile = profile_of(table)
    size = [counted(language, "row", profile.row_count), counted(language, "column", len(profile.columns))]
    lines = [say(language, "sum.size", rows=size[0], columns=size[1])]
    if not profile.row_count:
        lines[0] = say(language, "sum.empty")
    lines += [f"- {_column_line(c, profile.row_count, language)}" for c in profile.columns[:_MAX_COLUMNS]]
    if len(profile.columns) > _MAX_COLUMNS:
        lines.append(f"- {say(language, 'sum.more_columns', n=len(profile.columns) - _MAX_COLUMNS)}")
    if profile.notes:
        notes = [escape(in_language(note, language)) for note in profile.notes[:8]]
        lines += ["", say(language, "sum.to_know"), *(f"- {note}" for note in notes)]
    return lines


def _column_line(column: ColumnProfile, rows: int, language: Language) -> str:
    head = f"{escape(column.label)} ({say(language, f'type.{column.type}')})"
    gaps = say(language, "sum.gaps", n=column.null_count) if column.null_count else ""
    if column.distinct_count == 0:
        return say(language, "sum.no_values" if rows else "sum.no_rows", head=head)
    if column.is_numeric:
        low, high = (figure(v, column.unit, language=language) for v in (column.min, column.max))
        return say(language, "sum.range", head=head, low=low, high=high, gaps=gaps)
    if column.is_temporal:
        low, high = (_moment(v, language) for v in (column.min, column.max))
        return say(language, "sum.range", head=head, low=low, high=high, gaps=gaps)
    values = counted(language, "different", column.distinct_count)
    known = [_cell(v == "True", None, "boolean", language) if column.type == "boolean" else v for v in _shown(column)]
    shown = ", ".join(escape(str(v)) for v in known) + (" ..." if column.distinct_count > 3 else "")
    return say(language, "sum.values", head=head, values=values, shown=shown, gaps=gaps)


def _shown(column: ColumnProfile) -> tuple[Any, ...]:
    return (column.values or tuple(str(v) for v in column.samples))[:3]


def _moment(value: Any, language: Language) -> str:
    day, mark, clock = str(value).partition("T")
    return spoken(day, language) + (f" {clock[:5]}" if mark else "")


def _over(number: int, inputs: Mapping[str, Any], label: str) -> str:
    language = language_of(inputs)
    if granularity := inputs.get("granularity"):
        return counted(language, granularity, number)
    return say(language, "sum.values_of", values=counted(language, "value", number), label=escape(label))


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
            "whole": {"type": "boolean", "description": "True when the values are shares, whose total says nothing."},
            "rows": {"type": "boolean", "description": "True to list the rows as they are."},
            "x_label": {"type": "string"},
            "y_label": {"type": "string"},
            "split_label": {"type": ["string", "null"]},
            "unit": {"type": ["string", "null"]},
            "language": {"enum": list(LANGUAGES), "description": "What it is written in."},
        },
        "required": ["table"],
        "additionalProperties": False,
    },
    outputs={"text": "text"},
    run=run,
)

"""Reading a table asset: the bytes of a CSV file, or the JSON a tool made. Pure.

The JSON of a table is `{"columns": [{"name", "label", "type", "unit"}], "rows": [[...]], "row_count": n, "notes": []}`
with ISO strings for dates and plain numbers for decimals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from jambot.tools.decoding import delimiter_name, read_rows
from jambot.tools.formats import Records, read_records, records_of
from jambot.tools.infer import habits_of, type_column
from jambot.tools.profile import ColumnProfile, ColumnType, Profile, type_of
from jambot.tools.registry import ToolError
from jambot.tools.strings import note
from jambot.tools.words import safe_names, split_unit

_SAMPLES = 3
_MAX_VALUES = 60
_MAX_NOTES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Typed values, None where a cell is empty: int, Decimal, date, datetime (UTC, unmarked), bool or str."""

    original: str
    label: str
    name: str
    type: ColumnType
    unit: str | None
    values: list[Any]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    columns: tuple[Column, ...]
    row_count: int
    notes: tuple[str, ...] = ()
    encoding: str = "utf-8"
    delimiter: str = ","

    def column(self, name: str) -> Column:
        """The column of that SQL name. Raises ToolError naming the ones there are."""
        for column in self.columns:
            if column.name == name:
                return column
        raise ToolError("unknown_column", f"There is no column '{name}'. There are: {column_list(self)}.")


def column_list(table: Table) -> str:
    names = [c.name for c in table.columns]
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")


def read_table(source: bytes | str | Mapping[str, Any] | list[Any]) -> Table:
    """The table in the bytes or text of a CSV, JSON, JSON Lines or Parquet file, or in the JSON of a table asset.

    Raises ToolError: too large, not text, or not a table.
    """
    if isinstance(source, Mapping):
        return _from_json(source)
    if isinstance(source, list):
        if (found := records_of(source)) is None:
            raise ToolError("not_a_table", "This asset is not a table.")
        return _from_records(found)
    data = source.encode() if isinstance(source, str) else source
    if (records := read_records(data)) is not None:
        return _from_records(records)
    raw = read_rows(data)
    cells = [[row[position] for row in raw.rows] for position in range(len(raw.headers))]
    habits = habits_of(cells, raw.delimiter)
    labels, header_notes = _labels(raw.headers)
    columns = []
    for original, label, name, column_cells in zip(raw.headers, labels, safe_names(labels), cells, strict=True):
        typed = type_column(label, column_cells, habits)
        unit = typed.unit or (split_unit(original)[1] if typed.type in ("integer", "decimal") else None)
        columns.append(
            Column(
                original=original,
                label=label,
                name=name,
                type=typed.type,
                unit=unit,
                values=typed.values,
                notes=typed.notes,
            )
        )
    notes = [*raw.notes, *header_notes]
    if raw.headers and not raw.rows:
        notes.append(note("no_rows"))
    return Table(
        columns=tuple(columns),
        row_count=len(raw.rows),
        notes=tuple(notes),
        encoding=raw.encoding,
        delimiter=raw.delimiter,
    )


def _from_records(records: Records) -> Table:
    """Columns keep the types their values have; texts are read as the cells of a CSV file are, so dates are dates."""
    names = list(records.columns)
    labels, header_notes = _labels(names)
    texts = {name: [v for v in values if isinstance(v, str)] for name, values in records.columns.items()}
    habits = habits_of(list(texts.values()), ",")
    columns = []
    for original, label, name in zip(names, labels, safe_names(labels), strict=True):
        values = records.columns[original]
        kind = _kind_of(values)
        typed = None
        if kind == "text":
            cells = ["" if v is None else str(plain(v)) for v in values]
            typed = type_column(label, cells, habits)
            kind, values = typed.type, typed.values
        unit = (typed.unit if typed else None) or (split_unit(original)[1] if kind in ("integer", "decimal") else None)
        if kind == "decimal":
            values = [None if v is None else Decimal(v) for v in values]
        columns.append(
            Column(
                original=original,
                label=label,
                name=name,
                type=kind,
                unit=unit,
                values=values,
                notes=typed.notes if typed else (),
            )
        )
    return Table(columns=tuple(columns), row_count=records.row_count, notes=(*records.notes, *header_notes))


def _kind_of(values: Sequence[Any]) -> ColumnType:
    kind = type_of(values)
    # What no 64 bits hold is a decimal.
    fits = kind != "integer" or all(v is None or -(2**63) <= v < 2**63 for v in values)
    return kind if fits else "decimal"


def profile_of(table: Table) -> Profile:
    """What to know about a table without its rows."""
    notes = [*table.notes]
    for column in table.columns:
        notes += column.notes
    if len(notes) > _MAX_NOTES:
        notes = [*notes[:_MAX_NOTES], note("more_notes", n=len(notes) - _MAX_NOTES)]
    return Profile(
        row_count=table.row_count,
        columns=tuple(_column_profile(i, c) for i, c in enumerate(table.columns, start=1)),
        notes=tuple(notes),
        encoding=table.encoding,
        delimiter=delimiter_name(table.delimiter),
    )


def plain(value: Any) -> Any:
    """A cell as JSON: ISO strings for dates, int or float for numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and value.as_tuple().exponent == 0 else float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def table_to_json(table: Table) -> dict[str, Any]:
    return {
        "columns": [{"name": c.name, "label": c.label, "type": c.type, "unit": c.unit} for c in table.columns],
        "rows": [[plain(c.values[i]) for c in table.columns] for i in range(table.row_count)],
        "row_count": table.row_count,
        "notes": list(table.notes),
    }


def _column_profile(position: int, column: Column) -> ColumnProfile:
    counts = Counter(v for v in column.values if v is not None)
    listed = column.type in ("text", "boolean") and len(counts) <= _MAX_VALUES
    return ColumnProfile(
        position=position,
        original=column.original[:200],
        label=column.label,
        name=column.name,
        type=column.type,
        unit=column.unit,
        null_count=len(column.values) - counts.total(),
        distinct_count=len(counts),
        min=_short(min(counts)) if counts else None,
        max=_short(max(counts)) if counts else None,
        samples=tuple(_short(v) for v in list(counts)[:_SAMPLES]),
        values=tuple(str(_short(v)) for v, _ in counts.most_common()) if listed else (),
        notes=column.notes,
    )


def _short(value: Any) -> Any:
    value = plain(value)
    return value[:80] if isinstance(value, str) else value


def _labels(headers: Sequence[str]) -> tuple[list[str], list[str]]:
    """One line per header, unique, never blank; and what had to be changed."""
    lines = [" ".join(header.split())[:100] for header in headers]
    repeated = {line for line, count in Counter(lines).items() if count > 1 and line}
    labels = [
        f"column {i}" if not line else f"{line} (column {i})" if line in repeated else line
        for i, line in enumerate(lines, start=1)
    ]
    notes = []
    blank = [str(i) for i, line in enumerate(lines, start=1) if not line]
    if 0 < len(blank) < len(lines):
        notes.append(note("unnamed", places=f"{', '.join(blank[:5])}{' ...' if len(blank) > 5 else ''}"))
    for line in sorted(repeated):
        places = [str(i) for i, other in enumerate(lines, start=1) if other == line]
        notes.append(note("repeated", name=line, n=len(places), places=", ".join(places)))
    return labels, notes


def _from_json(source: Mapping[str, Any]) -> Table:
    try:
        rows = list(source["rows"])
        columns = tuple(
            Column(
                original=c.get("label", c["name"]),
                label=c.get("label", c["name"]),
                name=c["name"],
                type=c["type"],
                unit=c.get("unit"),
                values=[_typed(row[i], c["type"]) for row in rows],
            )
            for i, c in enumerate(source["columns"])
        )
    except (KeyError, TypeError, IndexError, ValueError, ArithmeticError, AttributeError) as exc:
        raise ToolError("not_a_table", "This asset is not a table.") from exc
    return Table(columns=columns, row_count=len(rows), notes=tuple(source.get("notes", ())))


def _typed(value: Any, kind: str) -> Any:
    if value is None:
        return None
    match kind:
        case "decimal":
            return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        case "integer":
            return int(value)
        case "date":
            return date.fromisoformat(value)
        case "datetime":
            return datetime.fromisoformat(value)
        case _:
            return value

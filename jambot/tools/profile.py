"""What is known about a table without its rows. Pure; survives JSON unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

ColumnType = Literal["integer", "decimal", "date", "datetime", "text", "boolean"]
NUMERIC: frozenset[str] = frozenset({"integer", "decimal"})
TEMPORAL: frozenset[str] = frozenset({"date", "datetime"})


def type_of(values: Iterable[Any]) -> ColumnType:
    """The type of a column with these values, None among them being no value; text unless all are of one kind."""
    kinds = {type(v) for v in values if v is not None}
    if kinds == {bool}:
        return "boolean"
    if kinds == {int}:
        return "integer"
    if kinds and kinds <= {int, Decimal}:
        return "decimal"
    if kinds == {date}:
        return "date"
    if kinds == {datetime}:
        return "datetime"
    return "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """One column.

    `original` is the header as it stood, `label` what to show (unique, one line), `name` what SQL calls it. `values`
    are all distinct values of a text or boolean column when there are at most 60, the commonest first, else empty.
    Dates are ISO strings, `position` counts from 1.
    """

    position: int
    original: str
    label: str
    name: str
    type: ColumnType
    unit: str | None = None
    null_count: int = 0
    distinct_count: int = 0
    min: Any = None
    max: Any = None
    samples: tuple[Any, ...] = ()
    values: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_numeric(self) -> bool:
        return self.type in NUMERIC

    @property
    def is_temporal(self) -> bool:
        return self.type in TEMPORAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A whole table; `notes` say every doubt there was in reading it, the columns' own notes included."""

    row_count: int
    columns: tuple[ColumnProfile, ...]
    notes: tuple[str, ...] = ()
    encoding: str = "utf-8"
    delimiter: str = ","

    def column(self, name: str) -> ColumnProfile | None:
        """The column of that SQL name."""
        return next((c for c in self.columns if c.name == name), None)

    def to_json(self) -> dict[str, Any]:
        return {
            "row_count": self.row_count,
            "column_count": len(self.columns),
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "columns": [
                {
                    "position": c.position,
                    "original": c.original,
                    "label": c.label,
                    "name": c.name,
                    "type": c.type,
                    "unit": c.unit,
                    "null_count": c.null_count,
                    "distinct_count": c.distinct_count,
                    "min": c.min,
                    "max": c.max,
                    "samples": list(c.samples),
                    "values": list(c.values),
                    "notes": list(c.notes),
                }
                for c in self.columns
            ],
            "notes": list(self.notes),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Profile:
        """The inverse of `to_json`. Raises KeyError or TypeError when `data` is not a profile."""
        return Profile(
            row_count=data["row_count"],
            encoding=data.get("encoding", "utf-8"),
            delimiter=data.get("delimiter", ","),
            notes=tuple(data.get("notes", ())),
            columns=tuple(
                ColumnProfile(
                    **{
                        **column,
                        "samples": tuple(column["samples"]),
                        "values": tuple(column["values"]),
                        "notes": tuple(column["notes"]),
                    }
                )
                for column in data["columns"]
            ),
        )

"""One filter as an SQL condition. Pure; names and values are quoted, nothing of a phrase gets in as it is."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from jambot.llm.intent import Filter
from jambot.tools.profile import Profile

_ESCAPED = str.maketrans({"%": "!%", "_": "!_", "!": "!!"})


def condition(limit: Filter, profile: Profile) -> str:
    """True for the rows that stay; a row without a value stays only where something is ruled out.

    Raises KeyError: a column the profile does not have, or a value that is no number.
    """
    column = quoted(limit.column)
    found = profile.column(limit.column)
    if found is None:
        raise KeyError(limit.column)
    match limit.op:
        case "in":
            return f"CAST({column} AS VARCHAR) IN ({', '.join(text(v) for v in limit.values)})"
        case "not in":
            return (
                f"(CAST({column} AS VARCHAR) NOT IN ({', '.join(text(v) for v in limit.values)}) OR {column} IS NULL)"
            )
        case "contains" | "starts":
            return f"{column} ILIKE {text(_pattern(limit))} ESCAPE '!'"
        case "not contains":
            return f"({column} NOT ILIKE {text(_pattern(limit))} ESCAPE '!' OR {column} IS NULL)"
        case "within":
            spans = zip(limit.values[::2], limit.values[1::2], strict=True)
            inside = " OR ".join(
                f"({column} >= CAST({text(a)} AS TIMESTAMP) AND {column} < CAST({text(b)} AS TIMESTAMP))"
                for a, b in spans
            )
            return f"({inside})"
        case "!=":
            return f"({column} <> {_literal(limit.values[0], is_number=found.is_numeric)} OR {column} IS NULL)"
        case _:
            return f"{column} {limit.op} {_literal(limit.values[0], is_number=found.is_numeric)}"


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A value as an SQL string."""
    return "'" + value.replace("'", "''") + "'"


def _literal(value: str, *, is_number: bool) -> str:
    if not is_number:
        return f"CAST({text(value)} AS TIMESTAMP)"
    try:
        number = Decimal(value)
    except InvalidOperation as exc:
        raise KeyError(value) from exc
    if not number.is_finite():
        raise KeyError(value)
    return f"{number:f}"


def _pattern(limit: Filter) -> str:
    said = limit.values[0].translate(_ESCAPED)
    return f"{said}%" if limit.op == "starts" else f"%{said}%"

"""A query as one SELECT for `query_table`. Pure.

The result always has the columns `x` (when there is one), `series` (when split) and `value`, so whatever comes after
needs to know nothing else. Names come from a profile and are quoted, values are quoted; nothing of a phrase gets in.
"""

# ruff: noqa: S608 - building SQL is what this module is for; names and values are quoted

from __future__ import annotations

from jambot.llm.intent import Filter, Query
from jambot.tools.periods import period_sql
from jambot.tools.profile import ColumnProfile, Profile

_NOTHING = "(none)"


def select_for(query: Query, profile: Profile) -> str:
    """The SELECT over `data`. Raises KeyError when a column of the query is not in the profile."""
    value = f"{_value(query)} AS value"
    where = _where(query, profile)
    if query.x is None:
        if query.split is None:
            return f"SELECT {value} FROM data{where}"
        return (
            f"SELECT {_group(query.split, None, profile)} AS x, {value} FROM data{where} GROUP BY 1 ORDER BY 2 DESC, 1"
        )
    x = column_of(query.x, profile)
    series = f", {_group(query.split, None, profile)} AS series" if query.split else ""
    x_value = f"{_group(query.x, query.granularity, profile)} AS x"
    first = f"min({_quoted(x.name)}) AS first_seen"
    grouped = f"SELECT {x_value}{series}, {value}, {first} FROM data{where} GROUP BY ALL"
    total = "sum(value)" if is_additive_query(query) else "max(value)"
    direction = "DESC" if query.descending else "ASC"
    place = f"rank() OVER (ORDER BY {total} {direction} NULLS LAST) AS place"
    ranked = f"SELECT x, {place}, {total} AS total FROM grouped GROUP BY x"
    by_value = query.top_n is not None or not (x.is_temporal or x.is_numeric or x.type == "boolean")
    order = f"total {direction} NULLS LAST, x" if by_value else "min(first_seen) OVER (PARTITION BY x), x"
    limit = f" WHERE place <= {query.top_n}" if query.top_n else ""
    columns = "x, series, value" if query.split else "x, value"
    tail = ", series" if query.split else ""
    return (
        f"WITH grouped AS ({grouped}), ranked AS ({ranked}) "
        f"SELECT {columns} FROM grouped JOIN ranked USING (x){limit} ORDER BY {order}{tail}"
    )


def is_additive_query(query: Query) -> bool:
    """True when the parts of this query add up to its whole."""
    return query.aggregation in ("sum", "count")


def column_of(name: str, profile: Profile) -> ColumnProfile:
    """The column of that SQL name. Raises KeyError."""
    column = profile.column(name)
    if column is None:
        raise KeyError(name)
    return column


def _value(query: Query) -> str:
    if query.measure is None:
        return "count(*)"
    column = _quoted(query.measure)
    match query.aggregation:
        case "count_distinct":
            return f"count(DISTINCT {column})"
        case "avg" | "median":
            return f"round({query.aggregation}({column}), 4)"
        case _:
            return f"{query.aggregation}({column})"


def _group(name: str, granularity: str | None, profile: Profile) -> str:
    column = column_of(name, profile)
    if column.is_temporal:
        return period_sql(_quoted(name), granularity or "day")  # pyright: ignore[reportArgumentType]
    return f"coalesce(CAST({_quoted(name)} AS VARCHAR), '{_NOTHING}')"


def _where(query: Query, profile: Profile) -> str:
    parts = []
    for axis in (query.x, query.split):
        if axis and column_of(axis, profile).is_temporal:
            parts.append(f"{_quoted(axis)} IS NOT NULL")
    parts += [_condition(f) for f in query.filters]
    return f" WHERE {' AND '.join(parts)}" if parts else ""


def _condition(filter_: Filter) -> str:
    column = _quoted(filter_.column)
    values = [_text(v) for v in filter_.values]
    if filter_.op in ("in", "not in"):
        condition = f"CAST({column} AS VARCHAR) {filter_.op.upper()} ({', '.join(values)})"
        return f"({condition} OR {column} IS NULL)" if filter_.op == "not in" else condition
    return f"{column} {filter_.op} CAST({values[0]} AS TIMESTAMP)"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

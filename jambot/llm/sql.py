"""A query as one SELECT for `query_table`. Pure.

The result always has the columns `x` (when there is one), `series` (when split) and `value`, so whatever comes after
needs to know nothing else. Names come from a profile and are quoted, values are quoted; nothing of a phrase gets in.
"""

# ruff: noqa: S608 - building SQL is what this module is for; names and values are quoted

from __future__ import annotations

from dataclasses import replace

from jambot.llm.bins import edges
from jambot.llm.conditions import condition, quoted, text
from jambot.llm.intent import Listing, Query, Step
from jambot.llm.strings import say
from jambot.tools.periods import period_sql
from jambot.tools.profile import ColumnProfile, Profile
from jambot.tools.strings import Language
from jambot.tools.words import split_unit

MOST_LISTED_COLUMNS = 40


def select_for(query: Query, profile: Profile, language: Language = "en") -> str:
    """The SELECT over `data`. Raises KeyError when a column of the query is not in the profile."""
    if query.bins:
        return _bins(query, profile, language)
    if query.second is not None:
        return _side_by_side(query, profile, language)
    if query.x is None:
        if query.split is None:
            return f"SELECT {_value(query)} AS value FROM data{_where(query, profile)}"
        query = _turned(query)
    return _grouped(query, profile, language)


def select_rows(listing: Listing) -> str:
    """The SELECT of a listing over `data`, whole rows."""
    profile = listing.table.profile
    columns = ", ".join(quoted(c.name) for c in profile.columns[:MOST_LISTED_COLUMNS]) or "*"
    limits = " AND ".join(condition(f, profile) for f in listing.filters)
    where = f" WHERE {limits}" if limits else ""
    order = ""
    if listing.order:
        order = f" ORDER BY {quoted(listing.order)} {'DESC' if listing.descending else 'ASC'} NULLS LAST"
    skip = f" OFFSET {listing.skip}" if listing.skip else ""
    return f"SELECT {columns} FROM data{where}{order} LIMIT {listing.limit}{skip}"


def is_additive_query(query: Query) -> bool:
    """True when the parts of this query add up to its whole."""
    return query.aggregation in ("sum", "count") and query.second is None


def column_of(name: str, profile: Profile) -> ColumnProfile:
    """The column of that SQL name. Raises KeyError."""
    column = profile.column(name)
    if column is None:
        raise KeyError(name)
    return column


def _grouped(query: Query, profile: Profile, language: Language) -> str:
    assert query.x is not None
    x = column_of(query.x, profile)
    series = f", {_group(query.split, None, profile, language)} AS series" if query.split else ""
    x_value = f"{_group(query.x, query.granularity, profile, language)} AS x"
    first = f"min({_place(query, x)}) AS first_seen"
    grouped = (
        f"SELECT {x_value}{series}, {_value(query)} AS value, {first} FROM data{_where(query, profile)} GROUP BY ALL"
    )
    total = "sum(value)" if is_additive_query(query) else "max(value)"
    direction = "DESC" if query.descending else "ASC"
    place = f"rank() OVER (ORDER BY {total} {direction} NULLS LAST) AS place"
    ranked = f"SELECT x, {place}, {total} AS total FROM grouped GROUP BY x"
    value = "round(100.0 * value / nullif(sum(value) OVER (), 0), 2) AS value" if query.share else "value"
    keys = "x, series" if query.split else "x"
    by_value = query.top_n is not None or not _has_order(query, x)
    order = f"total {direction} NULLS LAST, x" if by_value else "min(first_seen) OVER (PARTITION BY x), x"
    tail = ", series" if query.split else ""
    whole = f"WITH grouped AS ({grouped}), ranked AS ({ranked})"
    if query.top_n and query.others and is_additive_query(query):
        rest = text(say(language, "others"))
        merged = (
            f"SELECT CASE WHEN place <= {query.top_n} THEN x ELSE {rest} END AS x{tail}, sum(value) AS value, "
            f"min(least(place, {query.top_n + 1})) AS place FROM grouped JOIN ranked USING (x) GROUP BY ALL"
        )
        return f"{whole}, merged AS ({merged}) SELECT {keys}, {value} FROM merged ORDER BY place, x{tail}"
    shown = f"SELECT {keys}, {value}, place, total, first_seen FROM grouped JOIN ranked USING (x)"
    limit = f" WHERE place <= {query.top_n}" if query.top_n else ""
    return f"{whole}, shown AS ({shown}) SELECT {keys}, value FROM shown{limit} ORDER BY {order}{tail}"


def _side_by_side(query: Query, profile: Profile, language: Language) -> str:
    """Two figures as two series, in the order they were named; without groups, as two groups."""
    assert query.measure is not None and query.second is not None
    where = _where(query, profile)
    labels = [column_of(name, profile).label for name in (query.measure, query.second)]
    short = [split_unit(label)[0] for label in labels]
    names = short if short[0] != short[1] else labels
    parts = []
    for place, (name, column) in enumerate(zip(names, (query.measure, query.second), strict=True)):
        value = f"{_value(query, column)} AS value"
        if query.x is None:
            parts.append(f"SELECT {text(name)} AS x, {value}, {place} AS place FROM data{where}")
        else:
            x = column_of(query.x, profile)
            key = f"{_group(query.x, query.granularity, profile, language)} AS x"
            first = f"min({_place(query, x)}) AS first_seen"
            columns = f"{key}, {text(name)} AS series, {value}, {first}, {place} AS place"
            parts.append(f"SELECT {columns} FROM data{where} GROUP BY ALL")
    union = " UNION ALL ".join(parts)
    if query.x is None:
        return f"WITH parts AS ({union}) SELECT x, value FROM parts ORDER BY place"
    x = column_of(query.x, profile)
    direction = "DESC" if query.descending else "ASC"
    by_value = query.top_n is not None or not _has_order(query, x)
    # The first figure says which groups stand first.
    total = "max(CASE WHEN place = 0 THEN value END)"
    nth = f"rank() OVER (ORDER BY {total} {direction} NULLS LAST) AS nth"
    ranked = f"SELECT x, {total} AS total, {nth} FROM parts GROUP BY x"
    order = f"total {direction} NULLS LAST, x" if by_value else "min(first_seen) OVER (PARTITION BY x), x"
    limit = f" WHERE nth <= {query.top_n}" if query.top_n else ""
    return (
        f"WITH parts AS ({union}), ranked AS ({ranked}) "
        f"SELECT x, series, value FROM parts JOIN ranked USING (x){limit} ORDER BY {order}, place"
    )


def _bins(query: Query, profile: Profile, language: Language) -> str:
    """Rows per range of a figure: every range is there, also the empty ones."""
    assert query.measure is not None
    column = quoted(query.measure)
    ranges = ", ".join(
        f"({place}, {low}, {high}, {text(label)})"
        for place, (low, high, label) in enumerate(edges(column_of(query.measure, profile), language))
    )
    return (
        f"WITH ranges(place, low, high, x) AS (VALUES {ranges}), kept AS (SELECT * FROM data{_where(query, profile)}) "
        f"SELECT x, count({column}) AS value FROM ranges LEFT JOIN kept ON {column} >= low AND {column} < high "
        f"GROUP BY place, x ORDER BY place"
    )


def _turned(query: Query) -> Query:
    return replace(query, x=query.split, split=None)


def _has_order(query: Query, x: ColumnProfile) -> bool:
    return query.granularity is not None or x.is_temporal or x.is_numeric or x.type == "boolean"


def _place(query: Query, x: ColumnProfile) -> str:
    return f"isodow({quoted(x.name)})" if query.granularity == "weekday" else quoted(x.name)


def _value(query: Query, measure: str | None = None) -> str:
    measure = measure or query.measure
    if measure is None:
        return "count(*)"
    column = quoted(measure)
    match query.aggregation:
        case "count_distinct":
            return f"count(DISTINCT {column})"
        case "percentile":
            return f"round(quantile_cont(CAST({column} AS DOUBLE), {query.percent / 100}), 4)"
        case "median":
            return f"round(median(CAST({column} AS DOUBLE)), 4)"
        case "avg":
            return f"round(avg({column}), 4)"
        case _:
            return f"{query.aggregation}({column})"


def _group(name: str, granularity: Step | None, profile: Profile, language: Language) -> str:
    column = column_of(name, profile)
    if column.is_temporal:
        if granularity == "weekday":
            days = say(language, "weekdays").split()
            cases = " ".join(f"WHEN {place} THEN {text(day)}" for place, day in enumerate(days, start=1))
            return f"CASE isodow({quoted(name)}) {cases} END"
        return period_sql(quoted(name), granularity or "day")
    nothing = text(say(language, "none"))
    if column.type == "boolean":
        yes, no = text(say(language, "true")), text(say(language, "false"))
        return f"CASE WHEN {quoted(name)} THEN {yes} WHEN NOT {quoted(name)} THEN {no} ELSE {nothing} END"
    return f"coalesce(CAST({quoted(name)} AS VARCHAR), {nothing})"


def _where(query: Query, profile: Profile) -> str:
    parts = []
    for axis in (query.x, query.split):
        if axis and column_of(axis, profile).is_temporal:
            parts.append(f"{quoted(axis)} IS NOT NULL")
    parts += [condition(f, profile) for f in query.filters]
    return f" WHERE {' AND '.join(parts)}" if parts else ""

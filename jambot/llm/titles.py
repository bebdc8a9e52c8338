"""A query in words, for titles and labels. Pure."""

from __future__ import annotations

from jambot.llm.intent import Filter, Query
from jambot.llm.sql import column_of
from jambot.tools.profile import ColumnProfile, Profile
from jambot.tools.words import split_unit

_WORDS = {
    "sum": "{}",
    "avg": "Average {}",
    "median": "Median {}",
    "min": "Lowest {}",
    "max": "Highest {}",
    "count_distinct": "Different values of {}",
}


def measure_words(query: Query, profile: Profile) -> str:
    """`Average price`, `Revenue`, `Number of rows`."""
    if query.measure is None:
        return "Number of rows"
    return _WORDS[query.aggregation].format(short_label(column_of(query.measure, profile)))


def axis_words(query: Query, profile: Profile) -> str:
    """`month`, or the name of the column along the axis."""
    if query.x is None:
        return ""
    return query.granularity or short_label(column_of(query.x, profile))


def query_words(query: Query, profile: Profile) -> str:
    """`Revenue by month and channel, only Web`, a title for everything made from it."""
    text = measure_words(query, profile)
    if query.x:
        text += f" by {axis_words(query, profile)}"
    if query.split:
        text += f"{' and' if query.x else ' by'} {short_label(column_of(query.split, profile))}"
    if query.top_n:
        end = "highest" if query.descending else "lowest"
        text += f", {end}" if query.top_n == 1 else f", the {query.top_n} {end}"
    limits = [words for f in query.filters if (words := _filter_words(f))]
    return ", ".join([text, *limits])


def short_label(column: ColumnProfile) -> str:
    return split_unit(column.label)[0][:60]


def _filter_words(filter_: Filter) -> str:
    match filter_.op:
        case "in":
            return f"only {' or '.join(filter_.values)}"
        case "not in":
            return f"without {' and '.join(filter_.values)}"
        case ">=":
            return f"from {filter_.values[0]}"
        case "<":
            return f"before {filter_.values[0]}"

"""A query in words, for titles and labels. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from jambot.llm.intent import Filter, Listing, Query
from jambot.llm.sql import column_of
from jambot.llm.strings import say
from jambot.tools.figures import figure
from jambot.tools.periods import spoken
from jambot.tools.profile import ColumnProfile, Profile
from jambot.tools.strings import Language
from jambot.tools.words import split_unit

_MOST_VALUES = 4
_ONE_DAY = timedelta(days=1)


def measure_words(query: Query, profile: Profile, language: Language) -> str:
    """`Average price`, `Revenue`, `Number of rows`."""
    if query.bins or query.measure is None:
        words = say(language, "rows")
    else:
        label = short_label(column_of(query.measure, profile))
        if query.second:
            label = say(language, "and", one=label, other=short_label(column_of(query.second, profile)))
        words = say(language, f"of.{query.aggregation}", what=label, percent=query.percent)
    return say(language, "share", what=words) if query.share else words


def axis_words(query: Query, profile: Profile, language: Language) -> str:
    """`month`, or the name of the column along the axis."""
    if query.bins and query.measure:
        return short_label(column_of(query.measure, profile))
    if query.x is None:
        return ""
    return say(language, f"step.{query.granularity}") if query.granularity else short_label(column_of(query.x, profile))


def query_words(query: Query, profile: Profile, language: Language) -> str:
    """`Revenue by month and channel, only Web`, a title for everything made from it."""
    if query.bins and query.measure:
        text = say(language, "spread", what=short_label(column_of(query.measure, profile)))
    else:
        text = measure_words(query, profile, language)
    if query.x:
        text = say(language, "by", what=text, group=axis_words(query, profile, language))
    if query.split:
        split = short_label(column_of(query.split, profile))
        text = say(language, "and", one=text, other=split) if query.x else say(language, "by", what=text, group=split)
    if query.top_n:
        end = "highest" if query.descending else "lowest"
        text += ", " + say(language, f"top.{end}.{'one' if query.top_n == 1 else 'many'}", n=query.top_n)
        if query.others:
            text += " " + say(language, "top.others")
    return ", ".join([text, *filter_words(query.filters, profile, language)])


def listing_words(listing: Listing) -> str:
    """`Rows of orders.csv, Revenue over 100`."""
    language, profile = listing.language, listing.table.profile
    if listing.skip or listing.limit == 1:
        return say(language, "row", n=listing.skip + 1, table=listing.table.name)
    text = say(language, "rows_of", table=listing.table.name)
    if listing.order:
        end = "highest" if listing.descending else "lowest"
        by = short_label(column_of(listing.order, profile))
        text += ", " + say(language, f"listed.{end}", n=listing.limit, by=by)
    return ", ".join([text, *filter_words(listing.filters, profile, language)])


def filter_words(filters: Sequence[Filter], profile: Profile, language: Language) -> list[str]:
    """Every limit in words; the two ends of a time as one."""
    words: list[str] = []
    times: dict[str, dict[str, str]] = {}
    for limit in filters:
        column = profile.column(limit.column)
        if column is not None and column.is_temporal and limit.op in (">=", "<"):
            times.setdefault(limit.column, {})[limit.op] = limit.values[0]
        else:
            words.append(_filter_words(limit, column, language))
    return [*words, *(span_words(ends.get(">="), ends.get("<"), language) for ends in times.values())]


def span_words(start: str | None, end: str | None, language: Language) -> str:
    """`May 2026`, `March 2026 to May 2026`, `from 1 Mar 2026`; `end` is the first day that is out."""
    if start is None or end is None:
        return (
            say(language, "from", start=spoken(start, language))
            if start
            else say(language, "before", end=spoken(end or "", language))
        )
    first, last = date.fromisoformat(start), date.fromisoformat(end) - _ONE_DAY
    for names in (_year, _quarter, _month):
        if names(first)[1] == first and names(last)[2] == last:
            one, other = (spoken(names(day)[0], language) for day in (first, last))
            return one if one == other else say(language, "to", start=one, end=other)
    one, other = spoken(first.isoformat(), language), spoken(last.isoformat(), language)
    return one if one == other else say(language, "to", start=one, end=other)


def short_label(column: ColumnProfile) -> str:
    return split_unit(column.label)[0][:60]


def _filter_words(limit: Filter, column: ColumnProfile | None, language: Language) -> str:
    label = short_label(column) if column else limit.column
    if limit.op == "within":
        spans = [span_words(a, b, language) for a, b in zip(limit.values[::2], limit.values[1::2], strict=True)]
        return _listed(spans, "and", language)
    if limit.op in ("in", "not in"):
        if column is not None and column.type == "boolean":
            yes = (limit.values == ("true",)) == (limit.op == "in")
            return say(language, "flag.yes" if yes else "flag.no", what=label)
        shown = [*limit.values[:_MOST_VALUES], *(["…"] if len(limit.values) > _MOST_VALUES else [])]
        return say(language, "only" if limit.op == "in" else "without", values=_listed(shown, "or", language))
    value = limit.values[0]
    if column is not None and column.is_numeric:
        value = figure(Decimal(value), column.unit, language=language)
    return say(language, f"limit.{limit.op}", what=label, value=value)


def _listed(parts: Sequence[str], how: str, language: Language) -> str:
    text = parts[0]
    for part in parts[1:]:
        text = say(language, how, one=text, other=part)
    return text


def _year(day: date) -> tuple[str, date, date]:
    return str(day.year), date(day.year, 1, 1), date(day.year, 12, 31)


def _quarter(day: date) -> tuple[str, date, date]:
    quarter = (day.month + 2) // 3
    start = date(day.year, 3 * quarter - 2, 1)
    return f"{day.year:04d}-Q{quarter}", start, _month(date(day.year, 3 * quarter, 1))[2]


def _month(day: date) -> tuple[str, date, date]:
    start = day.replace(day=1)
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return day.isoformat()[:7], start, following - _ONE_DAY

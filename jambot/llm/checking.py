"""Whether a query a model asks for can be carried out; the fault in words it can mend. Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from jambot.llm.intent import Filter, Listing, Query
from jambot.llm.matching import is_measure
from jambot.tools.profile import Profile

_SIGNS = (">=", "<", ">", "<=", "=", "!=")
_TEXTS = ("contains", "not contains", "starts")


def check_query(query: Query, profile: Profile, table: str) -> str | None:
    """What is wrong with `query`; None when nothing is."""
    named = [query.measure, query.second, query.x, query.split]
    if fault := _unknown(named, profile, table):
        return fault
    if query.measure is None and query.aggregation != "count":
        return f"'{query.aggregation}' needs a `measure`."
    counted = query.aggregation in ("count", "count_distinct") and not query.bins
    for name in (query.measure, query.second):
        column = profile.column(name) if name else None
        if column and not counted and not column.is_numeric:
            numbers = ", ".join(c.name for c in profile.columns if is_measure(c)) or "none"
            return f"'{column.name}' holds no numbers. Columns with numbers: {numbers}."
        if column and query.bins and column.min is None:
            return f"'{column.name}' is empty."
    if query.measure and query.aggregation == "count" and not query.bins:
        return "`count` counts rows: leave `measure` out, or use `count_distinct`."
    if query.bins and query.measure is None:
        return "A distribution needs a `measure`."
    if query.second and (query.measure is None or query.split):
        return "`second_measure` needs a `measure` and stands in the place of `split`."
    if query.share and (query.aggregation not in ("sum", "count") or query.second or query.bins):
        return "`share` needs `sum` or `count`, of one figure."
    return _faulty_filters(query.filters, profile, table)


def check_rows(listing: Listing) -> str | None:
    """What is wrong with a listing; None when nothing is."""
    profile, table = listing.table.profile, listing.table.name
    return _unknown([listing.order], profile, table) or _faulty_filters(listing.filters, profile, table)


def _unknown(named: list[str | None], profile: Profile, table: str) -> str | None:
    missing = [name for name in named if name is not None and profile.column(name) is None]
    if not missing:
        return None
    names = ", ".join(c.name for c in profile.columns[:200])
    return f"There is no column {', '.join(missing)} in '{table}'. Columns: {names}."


def _faulty_filters(filters: tuple[Filter, ...], profile: Profile, table: str) -> str | None:
    for limit in filters:
        if fault := _unknown([limit.column], profile, table) or _faulty(limit, profile):
            return fault
    return None


def _faulty(limit: Filter, profile: Profile) -> str | None:
    column = profile.column(limit.column)
    assert column is not None
    if limit.op in _TEXTS and column.type != "text":
        return f"'{column.name}' is no text, so it cannot be limited with {limit.op}."
    if limit.op == "within" and (len(limit.values) % 2 or not column.is_temporal):
        return f"`within` takes ISO dates in pairs, on a date column; '{column.name}' is a {column.type}."
    if limit.op not in (*_SIGNS, "within"):
        return None
    if not (column.is_temporal or column.is_numeric):
        return f"'{column.name}' is no date and no number, so it cannot be limited with {limit.op}."
    bad = [value for value in limit.values if not _fits(value, is_number=column.is_numeric)]
    return f"'{bad[0]}' is not a {'number' if column.is_numeric else 'date'} as '{column.name}' is." if bad else None


def _fits(value: str, *, is_number: bool) -> bool:
    try:
        return Decimal(value).is_finite() if is_number else bool(datetime.fromisoformat(value))
    except (InvalidOperation, ValueError):
        return False

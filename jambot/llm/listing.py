"""Requests for rows as they are: `show all orders over 100 €`, `the 10 largest orders`, `row 3`. Pure."""

from __future__ import annotations

from jambot.llm.asking import Reading, options_of
from jambot.llm.intent import Clarify, Listing
from jambot.llm.limits import filters_of
from jambot.llm.matching import is_identifier, is_measure
from jambot.llm.request import Request
from jambot.llm.resolve import open_words

_MOST_ROWS = 1_000
_SHOWN = 100
_LAST = frozenset(
    "last latest newest letzte letzten letzter letztes letztem neueste neuesten recent".split()  # noqa: SIM905
)
_FIRST = frozenset("first erste ersten erster".split())  # noqa: SIM905


def asks_for_rows(request: Request) -> bool:
    """True when rows themselves are wanted, not figures made from them."""
    if request.row is not None:
        return True
    rows = request.counts_rows or bool(request.transactions) or request.names_rows
    if request.extreme and rows and not request.measures and not request.splits and _ranked_by(request):
        request.measures, request.groups = request.groups, []
    lists = (
        request.lists
        or _is_largest(request)
        or request.number is not None
        or (request.asks_which and bool(request.limits))
    )
    reckons = (
        request.groups or request.splits or request.granularity or request.aggregation or request.counts
        or request.share or request.spread or request.wants_chart or request.over_time or request.tasks
    )  # fmt: skip
    wanted = request.extreme or request.limits or request.values or request.flags or request.number or request.periods
    return bool(rows and lists and wanted and not reckons)


def _ranked_by(request: Request) -> bool:
    """`the 5 largest orders by revenue` names a figure where groups stand."""
    return all(item.candidates and all(is_measure(c) for c in item.candidates.columns) for item in request.groups)


def _is_largest(request: Request) -> bool:
    """`the most expensive order` is a row."""
    things = [
        item for item in request.subjects if item.candidates and not all(map(is_identifier, item.candidates.columns))
    ]
    return bool(request.extreme) and not things and not request.asks_which


def listed(reading: Reading, phrase: str) -> Listing | Clarify:
    """The rows a request asks for, or the questions that are open."""
    request, out = reading.request, reading.out
    if request.row is not None:
        reading.note("note.row", n=request.row)
        return Listing(
            table=reading.table,
            limit=1,
            skip=request.row - 1,
            notes=tuple(out.notes),
            language=reading.language,
        )
    ends = {item.text for item in request.relative}
    request.relative = [item for item in request.relative if item.text not in _LAST | _FIRST]
    open_words(reading)
    order = _order(reading, ends)
    filters = filters_of(reading, None)
    if out.questions:
        return Clarify(
            questions=tuple(out.questions),
            choices=out.choices,
            phrase=phrase,
            answers=dict(reading.answers),
            language=reading.language,
        )
    wished = request.top_n or request.number or (1 if request.extreme else None)
    return Listing(
        table=reading.table,
        filters=filters,
        order=order,
        descending=request.extreme != "low",
        limit=min(wished or _SHOWN, _MOST_ROWS),
        notes=tuple(out.notes),
        language=reading.language,
    )


def _order(reading: Reading, ends: set[str]) -> str | None:
    """The column that says which rows are the largest, or the latest."""
    request = reading.request
    if request.extreme:
        if told := reading.told("measure"):
            return told.name
        columns = reading.measures()
        if request.measures:
            column = reading.one_of(request.measures[0], columns, "measure")
            return column.name if column else None
        if len(columns) == 1:
            return columns[0].name
        reading.ask("measure", "q.largest_by", options_of(columns) or [reading.leave_out()])
        return None
    if ends & _LAST and reading.times():
        if told := reading.told("x"):
            return told.name
        times = reading.times()
        if len(times) == 1:
            return times[0].name
        reading.ask("x", "q.which_date", options_of(times), labels=", ".join(c.label for c in times[:6]))
    return None

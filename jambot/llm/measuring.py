"""Which figure a request is about, and how it is reckoned; or the question that decides it. Pure."""

from __future__ import annotations

from jambot.llm.asking import MAX_OPTIONS, ROWS, Reading, options_of
from jambot.llm.intent import Aggregation
from jambot.llm.items import Item
from jambot.llm.lexicon import COUNT_WORDS
from jambot.llm.matching import is_additive, is_identifier
from jambot.llm.wordforms import concepts
from jambot.tools.profile import ColumnProfile
from jambot.tools.words import fold

_DISTINCT = "#distinct"
Measure = tuple[ColumnProfile | None, Aggregation | None]
_OPEN: Measure = (None, None)


def measure_of(reading: Reading, *, is_grouped: bool) -> Measure:
    """The column and how it is reckoned; no way to reckon while a question is open. Sets `reading.second` when two
    figures stand side by side."""
    request = reading.request
    several = len(request.measures) + len(request.subjects) + request.also_counts > 1 and request.measures
    if several and "measure" not in reading.answers and (decided := _several(reading)) is not None:
        return decided
    if told := reading.told("measure"):
        return _reckoned(reading, told, is_grouped=is_grouped)
    if reading.answers.get("measure") == ROWS:
        return None, "count"
    if request.measures:
        column = reading.one_of(request.measures[0], reading.measures(), "measure")
        if column is None:
            return _OPEN
        item = request.measures[0]
        if item.text in COUNT_WORDS or (request.counts and (request.counts_rows or not _is_quantity(item, column))):
            return _count_or_sum(reading, column, is_grouped=is_grouped)
        return _reckoned(reading, column, is_grouped=is_grouped)
    # `average order value` is about a figure of the orders, `total orders` about their number.
    reckons = request.aggregation not in (None, "sum") and not request.counts and not request.subjects
    if not reckons and (request.counts or request.subjects or request.counts_rows or request.transactions):
        return _counted(reading)
    if reading.previous is not None:
        return _from_previous(reading)
    if not reading.measures():
        reading.note("note.no_figures")
        return None, "count"
    if reading.out.questions and not request.transactions:
        # The word nobody knows is probably the figure; its answer comes first.
        return _OPEN
    options = options_of(reading.measures())
    if request.aggregation is None:
        options = [*options[: MAX_OPTIONS - 1], reading.rows_option()]
    reading.ask("measure", "q.measure", options, table=reading.table.name)
    return _OPEN


def _several(reading: Reading) -> Measure | None:
    """Two figures of one kind stand side by side, anything else is asked; None when they are one after all."""
    request = reading.request
    found = [reading.one_of(item, reading.measures(), "measure") for item in request.measures]
    if None in found:
        return _OPEN
    different = list({c.name: c for c in found if c is not None}.values())
    others = bool(request.subjects and not request.counts) or request.also_counts
    if len(different) < 2 and not others:
        return None
    comparable = len({c.unit for c in different}) == 1 and len({is_additive(c) for c in different}) == 1
    if len(different) == 2 and not others and comparable and not (request.counts or request.spread or request.share):
        reading.second = different[1]
        return _reckoned(reading, different[0], is_grouped=True)
    rows = [reading.rows_option()] if others else []
    key = "q.units" if len(different) == 2 and not comparable and not others else "q.one_figure"
    reading.ask("measure", key, [*options_of(different), *rows])
    return _OPEN


def _from_previous(reading: Reading) -> Measure:
    before = reading.previous
    assert before is not None
    column = reading.profile.column(before.measure) if before.measure else None
    reading.second = reading.profile.column(before.second) if before.second else None
    said = reading.request.aggregation
    if column is None:
        if said not in (None, "sum"):
            reading.ask("measure", "q.measure", options_of(reading.measures()), table=reading.table.name)
            return _OPEN
        return None, "count"
    if said is not None and said != before.aggregation:
        return _reckoned(reading, column, is_grouped=True)
    return column, before.aggregation


def _reckoned(reading: Reading, column: ColumnProfile, *, is_grouped: bool) -> tuple[ColumnProfile, Aggregation]:
    request = reading.request
    _note_rows(reading)
    if request.aggregation in ("sum", "avg", "median", "min", "max", "percentile"):
        return column, request.aggregation
    kept = reading.previous.aggregation if reading.previous else None
    if kept in ("avg", "median", "min", "max", "percentile"):
        return column, kept
    picks = is_grouped or request.granularity or request.asks_which or request.top_n
    if request.extreme and not picks:
        return column, "max" if request.extreme == "high" else "min"
    if request.per_row:
        reading.note("note.per_row", word=request.per_row[0].text)
        return column, "avg"
    if is_additive(column):
        return column, "sum"
    if not request.spread:
        reading.note("note.average", label=column.label)
    return column, "avg"


def _note_rows(reading: Reading) -> None:
    """`average per order` is per row: so it is said where an order has several."""
    for item in reading.request.per_row:
        columns = item.candidates.columns if item.candidates else ()
        repeated = [c for c in columns if c.distinct_count < reading.profile.row_count - c.null_count]
        if repeated:
            reading.note("note.rows_repeat", label=repeated[0].label)


def _count_or_sum(reading: Reading, column: ColumnProfile, *, is_grouped: bool) -> Measure:
    answer = reading.answers.get(f"count:{column.name}")
    if answer == ROWS:
        return None, "count"
    if answer == column.name:
        return _reckoned(reading, column, is_grouped=is_grouped)
    options = [reading.rows_option(), (reading.say("o.total", label=column.label), column.name)]
    reading.ask(f"count:{column.name}", "q.count_or_sum", options, label=column.label)
    return _OPEN


def _counted(reading: Reading) -> Measure:
    """Rows; or different values of a thing that comes up more than once, which is asked."""
    request = reading.request
    if not request.subjects:
        if request.transactions and not request.counts_rows:
            reading.note("note.row_is_one", word=request.transactions[0].text)
        return None, "count"
    if len(request.subjects) > 1:
        reading.ask("measure", "q.count_what", [reading.rows_option(), *options_of(reading.measures())])
        return _OPEN
    item = request.subjects[0]
    columns = list(item.candidates.columns) if item.candidates else []
    things = [c for c in columns if not c.is_temporal] or columns
    ids = [c for c in things if is_identifier(c)]
    things = ids if len(ids) == 1 else things
    if len(things) > 1:
        labels = ", ".join(c.label for c in things[:MAX_OPTIONS])
        reading.ask(f"column:{item.text}", "q.which", options_of(things), word=item.text, labels=labels)
        return _OPEN
    column = things[0]
    if request.distinct:
        return column, "count_distinct"
    if column.distinct_count == reading.profile.row_count or request.counts_rows:
        return None, "count"
    answer = reading.answers.get(f"count:{column.name}")
    if answer == ROWS:
        return None, "count"
    if answer == _DISTINCT:
        return column, "count_distinct"
    options = [reading.rows_option(), (reading.say("of.count_distinct", what=column.label, percent=0), _DISTINCT)]
    reading.ask(
        f"count:{column.name}",
        "q.count_or_different",
        options,
        label=column.label,
        n=column.distinct_count,
        rows=reading.profile.row_count,
    )
    return _OPEN


def _is_quantity(item: Item, column: ColumnProfile) -> bool:
    """`how many pieces` adds up the pieces, `how many sales` may be either."""
    ideas = frozenset().union(*(concepts(word) for word in item.text.split()))
    return column.type == "integer" and (ideas == {"quantity"} or fold(item.text) == fold(column.label))

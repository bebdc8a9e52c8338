"""Which figure a request is about, and how it is reckoned; or the question that decides it. Pure."""

from __future__ import annotations

from jambot.llm.asking import MAX_OPTIONS, ROWS, ROWS_LABEL, Reading, options_of
from jambot.llm.intent import Aggregation
from jambot.llm.lexicon import COUNT_WORDS
from jambot.llm.matching import is_additive, is_identifier
from jambot.llm.phrase import Item
from jambot.llm.wordforms import concepts
from jambot.tools.profile import ColumnProfile
from jambot.tools.words import fold

_DISTINCT = "#distinct"


def measure_of(reading: Reading, *, is_grouped: bool) -> tuple[ColumnProfile | None, Aggregation | None]:
    request = reading.request
    if len(request.measures) + len(request.subjects) > 1 and request.measures and "measure" not in reading.answers:
        found = [reading.one_of(item, reading.measures(), "measure") for item in request.measures]
        if None in found:
            return None, None
        different = list({c.name: c for c in found if c is not None}.values())
        if len(different) > 1 or (request.subjects and not request.counts):
            rows = [(ROWS_LABEL, ROWS)] if request.subjects else []
            reading.out.ask("measure", "One chart shows one figure. Which one first?", [*options_of(different), *rows])
            return None, None
    if told := reading.told("measure"):
        return _reckoned(reading, told, is_grouped=is_grouped)
    if reading.answers.get("measure") == ROWS:
        return None, "count"
    if request.measures:
        column = reading.one_of(request.measures[0], reading.measures(), "measure")
        if column is None:
            return None, None
        item = request.measures[0]
        if item.text in COUNT_WORDS or (request.counts and not _is_quantity(item, column)):
            return _count_or_sum(reading, column, is_grouped=is_grouped)
        return _reckoned(reading, column, is_grouped=is_grouped)
    if request.counts or request.subjects or request.counts_rows:
        return _counted(reading)
    if reading.previous is not None:
        return _from_previous(reading)
    if not reading.measures():
        reading.out.notes.append("The table holds no column to add up, so rows are counted.")
        return None, "count"
    if reading.out.questions:
        # The word nobody knows is probably the figure; its answer comes first.
        return None, None
    options = options_of(reading.measures())
    if request.aggregation is None:
        options = [*options[: MAX_OPTIONS - 1], (ROWS_LABEL, ROWS)]
    reading.out.ask("measure", f"Which figure of {reading.table.name} shall I use?", options)
    return None, None


def _from_previous(reading: Reading) -> tuple[ColumnProfile | None, Aggregation | None]:
    assert reading.previous is not None
    column = reading.profile.column(reading.previous.measure) if reading.previous.measure else None
    what = column.label if column else "the number of rows"
    reading.out.notes.append(f"As before, this is about {what}.")
    return column, reading.previous.aggregation


def _reckoned(reading: Reading, column: ColumnProfile, *, is_grouped: bool) -> tuple[ColumnProfile, Aggregation]:
    request = reading.request
    if request.aggregation in ("sum", "avg", "median", "min", "max"):
        return column, request.aggregation
    picks = is_grouped or request.granularity or request.asks_which or request.top_n
    if request.extreme and not picks:
        return column, "max" if request.extreme == "high" else "min"
    if is_additive(column):
        return column, "sum"
    reading.out.notes.append(f"'{column.label}' is not something to add up, so this shows its average.")
    return column, "avg"


def _count_or_sum(
    reading: Reading, column: ColumnProfile, *, is_grouped: bool
) -> tuple[ColumnProfile | None, Aggregation | None]:
    answer = reading.answers.get(f"count:{column.name}")
    if answer == ROWS:
        return None, "count"
    if answer == column.name:
        return _reckoned(reading, column, is_grouped=is_grouped)
    text = f"Shall I count rows, or add up '{column.label}'?"
    reading.out.ask(f"count:{column.name}", text, [(ROWS_LABEL, ROWS), (f"Total of {column.label}", column.name)])
    return None, None


def _counted(reading: Reading) -> tuple[ColumnProfile | None, Aggregation | None]:
    """Rows; or different values of a thing that comes up more than once, which is asked."""
    if not reading.request.subjects:
        return None, "count"
    if len(reading.request.subjects) > 1:
        options = [(ROWS_LABEL, ROWS), *options_of(reading.measures())]
        reading.out.ask("measure", "What shall I count or add up?", options)
        return None, None
    item = reading.request.subjects[0]
    columns = list(item.candidates.columns) if item.candidates else []
    things = [c for c in columns if not c.is_temporal] or columns
    ids = [c for c in things if is_identifier(c)]
    things = ids if len(ids) == 1 else things
    if len(things) > 1:
        reading.out.ask(
            f"column:{item.text}", f"'{item.text}' may mean several columns. Which one?", options_of(things)
        )
        return None, None
    column = things[0]
    if column.distinct_count == reading.profile.row_count or reading.request.counts_rows:
        return None, "count"
    answer = reading.answers.get(f"count:{column.name}")
    if answer == ROWS:
        return None, "count"
    if answer == _DISTINCT:
        return column, "count_distinct"
    text = (
        f"'{column.label}' holds {column.distinct_count:,} different values in {reading.profile.row_count:,} rows. "
        "Shall I count rows or different values?"
    )
    options = [(ROWS_LABEL, ROWS), (f"Different values of {column.label}", _DISTINCT)]
    reading.out.ask(f"count:{column.name}", text, options)
    return None, None


def _is_quantity(item: Item, column: ColumnProfile) -> bool:
    """`how many pieces` adds up the pieces, `how many sales` may be either."""
    ideas = frozenset().union(*(concepts(word) for word in item.text.split()))
    return column.type == "integer" and (ideas == {"quantity"} or fold(item.text) == fold(column.label))

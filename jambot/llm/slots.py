"""What the meanings in a phrase ask for, word by word: a measure, groups, a way to reckon, filters. Pure.

Nothing is decided here that more than one column could answer; `jambot.llm.resolve` does that, or asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jambot.llm.comparing import Comparison
from jambot.llm.items import Item
from jambot.llm.marks import Percentile, RowNumber
from jambot.llm.matching import is_flag, is_identifier, is_measure
from jambot.llm.request import Limit, Request

# `by month and channel`, `without web and phone`: the word before the first holds for the second too.
_KEPT = ("group", "split", "not")
_CONTEXTS = ("group", "split", "versus", "not", "only", "from", "since", "until", "after", "before")
_LIMITING = ("only", "not")


def read_request(items: Sequence[Item]) -> Request:
    """The slots `items` fill."""
    request = Request()
    context = ""
    numbers: list[Item] = []
    skipped: set[int] = set()
    for index, item in enumerate(items):
        before = items[index - 1] if index else None
        if item.kind in _CONTEXTS:
            # `split by`: the `by` does not undo the split; nor does the `in` of `not in` the `not`.
            stays = (context, item.kind) in (("split", "group"), ("not", "only"))
            context = context if stays else item.kind
            continue
        if item.kind == "join":
            context = context if context in _KEPT else ""
            continue
        if item.kind in ("limit", "containing"):
            column = _limited(items, index)
            if column is None and index + 1 < len(items) and _is_row(items[index + 1]):
                # `regions with more than 10 orders`: a limit on groups.
                request.unserved.append(replace(item, kind="unserved", name="having"))
                context = ""
                continue
            if column is not None:
                skipped.add(items.index(column))
                _take_back(request, column)
            request.limits.append(Limit(item=item, column=column))
        elif index in skipped:
            pass
        elif item.kind == "value":
            request.values.append((item, context == "not"))
            if context == "versus":
                request.tasks.append("compare")
        elif item.kind == "column":
            is_beside = (before is not None and before.kind == "join") or _joins(items, index)
            _place_column(request, item, context, before, is_beside=is_beside)
        elif item.kind == "granularity":
            request.granularity = item.name
        elif item.kind == "period":
            request.periods.append((context, item))
        elif item.kind == "number":
            numbers.append(item)
        else:
            is_beside = (before is not None and before.kind == "join") or _joins(items, index)
            _place_word(request, item, context, is_beside=is_beside)
        if context in _KEPT and item.kind in ("column", "value", "granularity") and _joins(items, index):
            continue
        context = ""
    if items and items[-1].kind in ("group", "split"):
        # `by` what?
        request.unknown.append(items[-1])
    _place_numbers(request, numbers)
    _settle(request)
    return request


def _limited(items: Sequence[Item], index: int) -> Item | None:
    """The column a limit is about: the word just before it (`revenue over 100`), or behind it (`over 5 pieces`)."""
    numeric = items[index].kind == "limit"

    def fits(item: Item) -> bool:
        columns = item.candidates.columns if item.candidates else ()
        return any(c.is_numeric and not is_identifier(c) if numeric else c.type == "text" for c in columns)

    # `quantity of at least 3`
    before = index - 2 if index > 1 and items[index - 1].kind == "only" else index - 1
    for place in (before, index + 1):
        if not 0 <= place < len(items) or items[place].kind != "column" or not fits(items[place]):
            continue
        grouped = place > 0 and items[place - 1].kind in ("group", "split")
        said_behind = place > index and items[index].kind == "limit"
        if place < index or (said_behind and not grouped):
            return items[place]
    return None


def _is_row(item: Item) -> bool:
    columns = item.candidates.columns if item.candidates else ()
    return item.kind in ("transaction", "entity") or (bool(columns) and all(is_identifier(c) for c in columns))


def _take_back(request: Request, column: Item) -> None:
    """A column that is limited is not what is asked for, unless nothing else is: `_settle` sees to that."""
    for slot in (request.measures, request.subjects):
        if slot and slot[-1] is column:
            slot.pop()


def _place_column(request: Request, item: Item, context: str, before: Item | None, *, is_beside: bool) -> None:
    columns = item.candidates.columns if item.candidates else ()
    if context in _LIMITING and columns and all(is_flag(c) for c in columns):
        request.flags.append((item, context == "not"))
    elif context == "split":
        request.splits.append(item)
    elif context == "versus" and any(is_measure(c) for c in columns):
        request.measures.append(item)
        request.tasks.append("compare")
    elif context in ("group", "versus"):
        request.groups.append(item)
    elif before and before.kind in ("aggregation", "percentile"):
        # `total amount` means a figure, even where the amounts turn out to be text.
        request.measures.append(item)
    elif any(is_measure(c) for c in columns) and not (before and before.kind == "which"):
        request.measures.append(item)
    elif columns and all(c.is_temporal for c in columns):
        request.groups.append(item)
    elif columns and all(is_identifier(c) for c in columns):
        request.numbered.append((item, is_beside))
    else:
        request.subjects.append(item)


def _place_word(request: Request, item: Item, context: str, *, is_beside: bool) -> None:
    match item.kind:
        case "aggregation":
            request.aggregation = item.name
        case "percentile":
            assert isinstance(item.meaning, Percentile)
            request.aggregation, request.percent = "percentile", item.meaning.of
        case "count":
            request.counts = True
        case "distinct":
            request.distinct = True
        case "entity" | "transaction" if context == "group":
            request.per_row.append(item)
        case "entity":
            request.counts_rows = True
        case "transaction":
            request.transactions.append(item)
            request.also_counts = request.also_counts or is_beside
        case "chart":
            request.wants_chart = True
            request.kind = item.name if item.name in ("line", "stacked_bar", "bar") else request.kind
        case "pie":
            request.wants_chart, request.share, request.pie = True, True, item.text
        case "no_chart":
            request.wants_chart, request.unsupported_kind = True, item.text
        case "tabular":
            request.wants_table = True
        case "row_number":
            assert isinstance(item.meaning, RowNumber)
            request.row = item.meaning.number
        case "share":
            request.share = True
        case "distribution":
            request.spread = True
        case "others":
            request.others = True
        case "list":
            request.lists = True
        case "task":
            request.tasks.append(item.name)
        case "time":
            request.over_time = True
        case "high" | "low":
            request.extreme = item.kind
        case "which":
            request.asks_which = True
        case "relative":
            request.relative.append(item)
        case "unserved":
            request.unserved.append(item)
        case _:
            request.unknown.append(item)


def _place_numbers(request: Request, numbers: Sequence[Item]) -> None:
    if numbers and request.extreme:
        request.top_n = max(1, min(100, int(numbers[0].name[:9])))
        numbers = numbers[1:]
    elif numbers and (request.lists or request.relative) and _means_rows(request):
        request.number = max(1, min(1_000, int(numbers[0].name[:9])))
        numbers = numbers[1:]
    request.unknown.extend(numbers)


def _means_rows(request: Request) -> bool:
    return bool(request.counts_rows or request.transactions or request.numbered)


def _settle(request: Request) -> None:
    """What only the whole phrase tells."""
    # `orders`, where a column numbers them: what is counted, or listed; beside a figure only another word for rows.
    request.names_rows = bool(request.numbered)
    request.subjects += [item for item, is_beside in request.numbered if is_beside or not request.measures]
    flags = [item for item in request.subjects if _is_flag(item)]
    others = [item for item in request.subjects if not _is_flag(item)]
    if flags and (others or request.transactions or request.counts_rows) and not request.share:
        # `how many orders were returned`
        request.subjects, request.flags = others, [*request.flags, *((item, False) for item in flags)]
    elif flags and request.share:
        request.subjects, request.groups = [], [*request.groups, *flags]
        request.counts_rows = not request.measures
    if request.percent is not None:
        request.aggregation = "percentile"
    if request.asks_which:
        request.lists = False
    numeric = [limit for limit in request.limits if isinstance(limit.item.meaning, Comparison) and limit.column]
    if numeric and not (request.names_figure or request.lists or request.share):
        request.measures.append(numeric[0].column)  # pyright: ignore[reportArgumentType] - has one, see above
    # A name that numbers rows, in `per order`, is a row.
    for item in list(request.groups):
        columns = item.candidates.columns if item.candidates else ()
        if request.aggregation == "avg" and columns and all(is_identifier(c) for c in columns):
            request.groups.remove(item)
            request.per_row.append(item)


def _is_flag(item: Item) -> bool:
    columns = item.candidates.columns if item.candidates else ()
    return bool(columns) and all(is_flag(c) for c in columns)


def _joins(items: Sequence[Item], index: int) -> bool:
    return index + 1 < len(items) and items[index + 1].kind == "join"

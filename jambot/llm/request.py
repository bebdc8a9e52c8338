"""What the meanings in a phrase ask for, word by word: a measure, groups, a way to reckon, filters. Pure.

Nothing is decided here that more than one column could answer; `jambot.llm.resolve` does that, or asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from jambot.llm.matching import is_measure
from jambot.llm.phrase import Item, Period


@dataclass(kw_only=True)
class Request:
    """The slots of one phrase, filled while it is read."""

    tasks: list[str] = field(default_factory=list)
    wants_chart: bool = False
    kind: str | None = None
    measures: list[Item] = field(default_factory=list)
    groups: list[Item] = field(default_factory=list)
    splits: list[Item] = field(default_factory=list)
    subjects: list[Item] = field(default_factory=list)
    aggregation: str | None = None
    counts: bool = False
    counts_rows: bool = False
    granularity: str | None = None
    over_time: bool = False
    values: list[tuple[Item, bool]] = field(default_factory=list)
    since: Period | None = None
    until: Period | None = None
    top_n: int | None = None
    extreme: str | None = None
    asks_which: bool = False
    unknown: list[Item] = field(default_factory=list)
    relative: list[Item] = field(default_factory=list)
    unsupported_kind: str | None = None

    @property
    def says_nothing(self) -> bool:
        named = (self.measures, self.groups, self.splits, self.subjects, self.values)
        reckoned = (self.aggregation, self.counts, self.counts_rows, self.top_n, self.extreme)
        shown = (self.tasks, self.wants_chart, self.kind, self.unsupported_kind)
        timed = (self.granularity, self.over_time, self.since)
        return not any((*named, *reckoned, *shown, *timed))

    @property
    def is_specific(self) -> bool:
        """True when it is about figures, not about the file as a whole."""
        named = (self.measures, self.groups, self.splits, self.subjects and self.wants_chart)
        reckoned = (self.aggregation, self.counts, self.counts_rows, self.extreme)
        return any((*named, *reckoned, self.granularity, self.over_time))


def read_request(items: Sequence[Item]) -> Request:
    """The slots `items` fill."""
    request = Request()
    context = ""
    numbers: list[Item] = []
    for index, item in enumerate(items):
        before = items[index - 1] if index else None
        match item.kind:
            case "group" | "split" | "not" | "since" | "until" | "only":
                # `split by`: the `by` does not undo the split.
                context = "split" if context == "split" and item.kind == "group" else item.kind
                continue
            case "join":
                context = context if context in ("group", "split") else ""
                continue
            case "column":
                _place_column(request, item, context, before)
                if context in ("group", "split") and _joins(items, index):
                    continue
            case "value":
                request.values.append((item, context == "not"))
            case "granularity":
                request.granularity = item.name
                if context in ("group", "split") and _joins(items, index):
                    continue
            case "aggregation":
                request.aggregation = item.name
            case "count":
                request.counts = True
            case "entity":
                request.counts_rows = True
            case "chart":
                request.wants_chart = True
                request.kind = item.name if item.name in ("line", "stacked_bar", "bar") else request.kind
            case "no_chart":
                request.wants_chart, request.unsupported_kind = True, item.text
            case "task":
                request.tasks.append(item.name)
            case "time":
                request.over_time = True
            case "high" | "low":
                request.extreme = item.kind
            case "which":
                request.asks_which = True
            case "number":
                numbers.append(item)
            case "period":
                _place_period(request, item, context)
            case "relative":
                request.relative.append(item)
            case "unknown":
                request.unknown.append(item)
        context = ""
    _place_numbers(request, numbers)
    return request


def _place_column(request: Request, item: Item, context: str, before: Item | None) -> None:
    columns = item.candidates.columns if item.candidates else ()
    if context == "split":
        request.splits.append(item)
    elif context == "group":
        request.groups.append(item)
    elif any(is_measure(c) for c in columns) and not (before and before.kind == "which"):
        request.measures.append(item)
    elif columns and all(c.is_temporal for c in columns):
        request.groups.append(item)
    else:
        request.subjects.append(item)


def _place_period(request: Request, item: Item, context: str) -> None:
    period = item.period
    if period is None:
        return
    if context == "since" and period.start:
        request.since = Period(start=period.start, end=None, label=f"from {period.label}")
        return
    if context in ("until", "only", "") and request.since and request.since.end is None and context == "until":
        request.until = period
        return
    if context == "until":
        request.until = period
        return
    if request.since and request.since.end is None and request.since.label.startswith("from "):
        request.until = period
        return
    request.since = period


def _place_numbers(request: Request, numbers: Sequence[Item]) -> None:
    if numbers and request.extreme:
        request.top_n = max(1, min(100, int(numbers[0].name)))
        numbers = numbers[1:]
    request.unknown.extend(numbers)


def _joins(items: Sequence[Item], index: int) -> bool:
    return index + 1 < len(items) and items[index + 1].kind == "join"

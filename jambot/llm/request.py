"""What the meanings in a phrase ask for, word by word: a measure, groups, a way to reckon, filters. Pure.

Nothing is decided here that more than one column could answer; `jambot.llm.resolve` does that, or asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from jambot.llm.matching import is_measure
from jambot.llm.phrase import Item

# `by month and channel`, `without web and phone`: the word before the first holds for the second too.
_KEPT = ("group", "split", "not")


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
    starts_at: str | None = None
    ends_before: str | None = None
    period_label: str = ""
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
        timed = (self.granularity, self.over_time, self.period_label)
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
            case "group" | "split" | "not" | "only" | "since" | "until" | "after" | "before":
                # `split by`: the `by` does not undo the split.
                context = "split" if context == "split" and item.kind == "group" else item.kind
                continue
            case "join":
                context = context if context in _KEPT else ""
                continue
            case "column":
                _place_column(request, item, context, before)
                if context in _KEPT and _joins(items, index):
                    continue
            case "value":
                request.values.append((item, context == "not"))
                if context in _KEPT and _joins(items, index):
                    continue
            case "granularity":
                request.granularity = item.name
                if context in _KEPT and _joins(items, index):
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
    elif before and before.kind == "aggregation":
        # `total amount` means a figure, even where the amounts turn out to be text.
        request.measures.append(item)
    elif any(is_measure(c) for c in columns) and not (before and before.kind == "which"):
        request.measures.append(item)
    elif columns and all(c.is_temporal for c in columns):
        request.groups.append(item)
    else:
        request.subjects.append(item)


def _place_period(request: Request, item: Item, context: str) -> None:
    """Bounds from a period: `since 2026-03`, `from 2026-01 to 2026-03`, `in 2026`; two that do not touch stay open."""
    period = item.period
    if period is None:
        return
    request.period_label = f"{request.period_label} {period.label}".strip()
    match context:
        case "since":
            request.starts_at = period.start
        case "after":
            request.starts_at = period.end
        case "until":
            request.ends_before = period.end
        case "before":
            request.ends_before = period.start
        case _ if request.ends_before is None:
            request.starts_at, request.ends_before = request.starts_at or period.start, period.end
        case _ if request.ends_before == period.start:
            request.ends_before = period.end
        case _:
            request.unknown.append(item)


def _place_numbers(request: Request, numbers: Sequence[Item]) -> None:
    if numbers and request.extreme:
        request.top_n = max(1, min(100, int(numbers[0].name)))
        numbers = numbers[1:]
    request.unknown.extend(numbers)


def _joins(items: Sequence[Item], index: int) -> bool:
    return index + 1 < len(items) and items[index + 1].kind == "join"

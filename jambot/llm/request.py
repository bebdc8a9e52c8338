"""What one phrase asks for: slots, filled by `jambot.llm.slots`, decided by `jambot.llm.resolve`. Pure facts."""

from __future__ import annotations

from dataclasses import dataclass, field

from jambot.llm.items import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A comparison or a text to contain, and the column said with it, if one was."""

    item: Item
    column: Item | None


@dataclass(kw_only=True)
class Request:
    """The slots of one phrase, filled while it is read."""

    tasks: list[str] = field(default_factory=list)
    wants_chart: bool = False
    wants_table: bool = False
    kind: str | None = None
    measures: list[Item] = field(default_factory=list)
    groups: list[Item] = field(default_factory=list)
    splits: list[Item] = field(default_factory=list)
    subjects: list[Item] = field(default_factory=list)
    numbered: list[tuple[Item, bool]] = field(default_factory=list)
    aggregation: str | None = None
    percent: int | None = None
    counts: bool = False
    counts_rows: bool = False
    distinct: bool = False
    per_row: list[Item] = field(default_factory=list)
    share: bool = False
    spread: bool = False
    others: bool = False
    lists: bool = False
    row: int | None = None
    granularity: str | None = None
    over_time: bool = False
    values: list[tuple[Item, bool]] = field(default_factory=list)
    flags: list[tuple[Item, bool]] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    periods: list[tuple[str, Item]] = field(default_factory=list)
    top_n: int | None = None
    number: int | None = None
    extreme: str | None = None
    asks_which: bool = False
    also_counts: bool = False
    names_rows: bool = False
    transactions: list[Item] = field(default_factory=list)
    unknown: list[Item] = field(default_factory=list)
    relative: list[Item] = field(default_factory=list)
    unserved: list[Item] = field(default_factory=list)
    pie: str | None = None
    unsupported_kind: str | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def says_nothing(self) -> bool:
        named = (self.measures, self.groups, self.splits, self.subjects, self.values, self.flags, self.limits)
        reckoned = (self.aggregation, self.counts, self.counts_rows, self.top_n, self.extreme, self.share, self.spread)
        shown = (self.tasks, self.wants_chart, self.kind, self.unsupported_kind, self.pie, self.wants_table, self.row)
        timed = (self.granularity, self.over_time, self.periods, self.transactions, self.unserved)
        return not any((*named, *reckoned, *shown, *timed))

    @property
    def is_specific(self) -> bool:
        """True when it is about figures, not about the file as a whole."""
        named = (self.measures, self.groups, self.splits, self.subjects and self.wants_chart, self.limits)
        reckoned = (self.aggregation, self.counts, self.counts_rows, self.extreme, self.share, self.spread)
        return any((*named, *reckoned, self.granularity, self.over_time, self.transactions, self.row))

    @property
    def names_figure(self) -> bool:
        """True when it says itself what is reckoned."""
        return bool(self.measures or self.subjects or self.counts or self.counts_rows or self.transactions)

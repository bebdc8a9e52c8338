"""What is true of a list of orders, reckoned in plain Python; and what the assistant makes of a phrase."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from jambot.llm.draft import Literal
from jambot.llm.intent import Clarify, Intent, TableInfo, Unsupported
from jambot.llm.plan import plan
from jambot.tools import engine
from jambot.tools.tables import profile_of, read_table
from tests.llm.unseen import PRODUCTS, Order

Groups = dict[tuple[str, ...], float]
_FIGURES: dict[str, Callable[[Order], Decimal | int]] = {
    "M": lambda o: o.amount,
    "C": lambda o: o.cost,
    "Q": lambda o: o.pieces,
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_KEYS: dict[str, Callable[[Order], str]] = {
    "R": lambda o: o.region,
    "P": lambda o: o.product,
    "L": lambda o: o.country,
    "day": lambda o: o.day.isoformat(),
    "week": lambda o: "{}-W{:02d}".format(*o.day.isocalendar()),
    "month": lambda o: o.day.isoformat()[:7],
    "quarter": lambda o: f"{o.day.year}-Q{(o.day.month + 2) // 3}",
    "year": lambda o: str(o.day.year),
    "weekday": lambda o: _WEEKDAYS[o.day.weekday()],
}


def _percentile(values: Sequence[float], of: float) -> float:
    ordered = sorted(values)
    place = (len(ordered) - 1) * of
    low = int(place)
    return ordered[low] + (ordered[min(low + 1, len(ordered) - 1)] - ordered[low]) * (place - low)


_RECKONED: dict[str, Callable[[Sequence[float]], float]] = {
    "sum": sum,
    "avg": statistics.fmean,
    "median": statistics.median,
    "min": min,
    "max": max,
    "count": len,
    "products": lambda _: len(PRODUCTS),
    "p90": lambda values: _percentile(values, 0.9),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """`by` names what groups, `where` which orders count; `top` keeps the most, negative the least."""

    how: str = "sum"
    of: str = "M"
    by: tuple[str, ...] = ()
    where: Callable[[Order], bool] = field(default=lambda _: True)
    top: int = 0
    share: bool = False
    others: bool = False

    def of_orders(self, orders: Sequence[Order]) -> Groups:
        found: defaultdict[tuple[str, ...], list[float]] = defaultdict(list)
        for order in orders:
            if self.where(order):
                found[tuple(_KEYS[key](order) for key in self.by)].append(float(_FIGURES[self.of](order)))
        groups = {key: float(_RECKONED[self.how](values)) for key, values in found.items()}
        if self.share:
            whole = sum(groups.values())
            groups = {key: 100 * value / whole for key, value in groups.items()}
        if not self.top:
            return groups
        ranked = sorted(groups, key=lambda key: -groups[key] if self.top > 0 else groups[key])
        kept = {key: groups[key] for key in ranked[: abs(self.top)]}
        if self.others:
            kept["others",] = sum(value for key, value in groups.items() if key not in kept)
        return kept


def both(first: Groups, second: Groups) -> Groups:
    """Two figures side by side, told apart by their place."""
    return {(*k, "1"): v for k, v in first.items()} | {(*k, "2"): v for k, v in second.items()}


class Asked:
    """A table that is asked over and over: opened once, queried as often as there are phrases."""

    def __init__(self, content: bytes, name: str) -> None:
        table = read_table(content)
        self.info = TableInfo(id="t", name=name, profile=profile_of(table))
        self._opened = engine._opened({"data": table})
        self._connection = self._opened.__enter__()

    def figures(self, intent: Intent) -> Groups:
        """The figures a proposed mission would compute, by group."""
        assert not isinstance(intent, Clarify | Unsupported)
        steps = [step for hop in plan(intent).hops for step in hop.steps if step.tool_id == "query_table"]
        source = steps[0].parameter_mapping["sql"]
        assert isinstance(source, Literal)
        cursor = self._connection.execute(source.value)
        names = [str(d[0]) for d in cursor.description or ()]
        keys = [names.index(name) for name in ("x", "series") if name in names]
        value = names.index("value")
        rows = cursor.fetchall()
        return {tuple(str(row[k]) for k in keys): float(row[value]) for row in rows if row[value] is not None}


def agree(found: Groups, expected: Groups) -> bool:
    """The same groups with the same figures, whatever the language or order of the groups' names."""

    def plain(groups: Groups) -> dict[tuple[str, ...], float]:
        return {tuple(_translated(part) for part in key): value for key, value in groups.items()}

    found, expected = plain(found), plain(expected)
    if not (found.keys() == expected.keys() or {k[::-1] for k in found} == expected.keys()):
        return False
    turned = found if found.keys() == expected.keys() else {k[::-1]: v for k, v in found.items()}
    return all(abs(turned[k] - v) <= 0.006 + 1e-9 * abs(v) for k, v in expected.items())


_GERMAN: dict[str, str] = dict(
    zip(("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"), _WEEKDAYS, strict=True)
)


def _translated(part: str) -> str:
    part = part.casefold()
    return _GERMAN.get(part, "others" if part in ("others", "sonstige", "übrige") else part)

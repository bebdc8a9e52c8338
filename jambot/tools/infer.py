"""From the strings of one column to typed values, with a note for every doubt. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, Literal, TypeVar

from jambot.tools.cells import NULL_MARKERS, TRUTH, NumberCell, read_date, read_number
from jambot.tools.profile import ColumnType
from jambot.tools.strings import note
from jambot.tools.words import fold, words

# A typed column may hold this share of cells that are not of its type; they become empty, and a note says so.
_TOLERATED = 0.05
_DATE_WORDS = frozenset({"date", "datum", "day", "tag", "zeit", "time", "zeitpunkt"})
# Dates that name more than a day, by the note that says so.
_WHOLE_PERIODS = {
    "months": {"name_year", "year_month", "month_year"},
    "weeks": {"year_week", "week_year"},
    "quarters": {"year_quarter", "quarter_year"},
}
# Day numbers of spreadsheets, 1982 to 2064: a column of dates whose cells were not formatted as such.
_DAY_NUMBERS = range(30_000, 60_000)
_DAY_ZERO = date(1899, 12, 30)
_CURRENCIES = frozenset({"€", "$", "£", "¥", "CHF", "Euro"})

DecimalMark = Literal[".", ","]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What the rest of the file suggests where a column proves nothing: None means no evidence."""

    decimal_mark: DecimalMark | None = None
    day_first: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedColumn:
    type: ColumnType
    values: list[Any]
    unit: str | None = None
    notes: tuple[str, ...] = ()


def habits_of(columns: Sequence[Sequence[str]], delimiter: str) -> Habits:
    """The decimal mark and date order this file proves somewhere, from a few hundred cells of each column."""
    marks: Counter[DecimalMark] = Counter()
    orders: Counter[bool] = Counter()
    for cells in columns:
        for cell in dict.fromkeys(cells[:300]):
            if (number := read_number(cell)) and number.style in ("dot", "comma"):
                marks["." if number.style == "dot" else ","] += 1
            elif found := read_date(cell):
                if found.form == "dotted":
                    marks[","] += 1
                    orders[True] += 1
                elif found.form == "slashed" and not found.ambiguous and found.day_first != found.month_first:
                    orders[found.day_first is not None] += 1
    if not marks and delimiter == ";":
        marks[","] += 1
    return Habits(decimal_mark=_only(marks), day_first=_only(orders))


def type_column(label: str, cells: Sequence[str], habits: Habits) -> TypedColumn:
    """The type most of the column has. `label` is for the notes; cells are already stripped."""
    present = Counter(c for c in cells if c and fold(c) not in NULL_MARKERS)
    if not present:
        return _text(cells)
    for attempt in (_booleans, _day_numbers, _dates, _numbers):
        if (typed := attempt(label, cells, present, habits)) is not None:
            return typed
    return _text(cells, _stays_text(label, present))


def _text(cells: Sequence[str], notes: tuple[str, ...] = ()) -> TypedColumn:
    return TypedColumn(type="text", values=[c or None for c in cells], notes=notes)


def _booleans(label: str, cells: Sequence[str], present: Counter[str], habits: Habits) -> TypedColumn | None:
    folded = {fold(c) for c in present}
    if len(folded) != 2 or not folded <= TRUTH.keys() or len({TRUTH[f] for f in folded}) != 2:
        return None
    return TypedColumn(type="boolean", values=[TRUTH.get(fold(c)) for c in cells])


def _numbers(label: str, cells: Sequence[str], present: Counter[str], habits: Habits) -> TypedColumn | None:
    if not _promising(present, read_number):
        return None
    read = {cell: read_number(cell) for cell in present}
    good = {cell: number for cell, number in read.items() if number is not None}
    if not good or not _tolerable(present, good):
        return None
    units = Counter({number.unit for number in good.values()} - {None})
    if any(u not in _CURRENCIES and u != "%" for u in units) and (
        len(units) > 1 or any(n.unit is None for n in good.values())
    ):
        return None
    notes = list(_left_out(label, present, good, "number"))
    styles = {number.style for number in good.values()}
    mark: DecimalMark = habits.decimal_mark or "."
    if {"dot", "comma"} <= styles:
        notes.append(note("mixed_marks", label=label))
    elif "comma" in styles:
        mark = ","
    elif "dot" in styles:
        mark = "."
    elif "open" in styles:
        example = next(cell for cell, number in good.items() if number.style == "open")
        reading = _plain(good[example].value(mark))
        key = "open_number_as" if habits.decimal_mark else "open_number"
        notes.append(note(key, label=label, example=example, reading=reading))
    if len(units) > 1:
        notes.append(note("mixed_units", label=label, units=", ".join(sorted(str(u) for u in units))))
    numbers = {cell: number.value(mark) for cell, number in good.items()}
    whole = all(value == value.to_integral_value() for value in numbers.values()) and not _written_with_fraction(
        good, mark
    )
    table: dict[str, Any] = {cell: int(value) for cell, value in numbers.items()} if whole else dict(numbers)
    unit = str(next(iter(units))) if len(units) == 1 else None
    return TypedColumn(
        type="integer" if whole else "decimal", values=[table.get(c) for c in cells], unit=unit, notes=tuple(notes)
    )


def _written_with_fraction(good: dict[str, NumberCell], mark: DecimalMark) -> bool:
    return any(n.style in ("dot", "comma") and n.value(mark).as_tuple().exponent != 0 for n in good.values())


def _dates(label: str, cells: Sequence[str], present: Counter[str], habits: Habits) -> TypedColumn | None:
    compact = bool(_DATE_WORDS & set(words(label))) and all(len(c) == 8 and c.isdigit() for c in present)
    if not compact and not _promising(present, read_date):
        return None
    read = {cell: read_date(cell) for cell in present}
    if compact and not any(read.values()):
        read = {cell: read_date(f"{cell[:4]}-{cell[4:6]}-{cell[6:]}") for cell in present}
    good = {cell: found for cell, found in read.items() if found is not None}
    if not good or not _tolerable(present, good):
        return None
    notes = list(_left_out(label, present, good, "date"))
    slashed = [found for found in good.values() if found.form == "slashed"]
    proven = {
        found.day_first is not None for found in slashed if not found.ambiguous and found.day_first != found.month_first
    }
    day_first = next(iter(proven)) if len(proven) == 1 else habits.day_first
    if len(proven) == 2:
        notes.append(note("mixed_orders", label=label))
    elif any(found.ambiguous for found in slashed) and not proven:
        example = next(cell for cell, found in good.items() if found.ambiguous)
        order = "month_first" if day_first is False else "day_first"
        notes.append(note(order, label=label, example=example))
    table = {
        cell: (found.month_first if day_first is False else found.day_first) or found.day_first or found.month_first
        for cell, found in good.items()
    }
    forms = {found.form for found in good.values()}
    notes += [note(key, label=label) for key, named in _WHOLE_PERIODS.items() if forms & named]
    with_time = any(found.has_time for found in good.values())
    values = [table.get(c) for c in cells]
    if not with_time:
        values = [v.date() if v is not None else None for v in values]
    return TypedColumn(type="datetime" if with_time else "date", values=values, notes=tuple(notes))


def _day_numbers(label: str, cells: Sequence[str], present: Counter[str], habits: Habits) -> TypedColumn | None:
    is_named_so = bool(_DATE_WORDS & set(words(label))) or label.lower().endswith(("datum", "date"))
    if not is_named_so or not all(len(c) == 5 and c.isdigit() and int(c) in _DAY_NUMBERS for c in present):
        return None
    days = {cell: _DAY_ZERO + timedelta(days=int(cell)) for cell in present}
    example = next(iter(present))
    told = note("day_numbers", label=label, example=example, reading=days[example].isoformat())
    return TypedColumn(type="date", values=[days.get(c) for c in cells], notes=(told,))


def _promising(present: Counter[str], reader: Callable[[str], Any]) -> bool:
    """Whether half of a first sample can be read; saves reading a long column of names as dates."""
    sample = list(islice(present, 200))
    return sum(reader(cell) is not None for cell in sample) >= len(sample) / 2


def _tolerable(present: Counter[str], good: dict[str, Any]) -> bool:
    bad = sum(count for cell, count in present.items() if cell not in good)
    return bad <= _TOLERATED * present.total()


def _left_out(label: str, present: Counter[str], good: dict[str, Any], what: str) -> tuple[str, ...]:
    bad = [cell for cell in present if cell not in good]
    if not bad:
        return ()
    count = sum(present[cell] for cell in bad)
    if count == 1:
        return (note(f"not_{what}", label=label, cells=_quoted(bad)),)
    return (note(f"not_{what}s", label=label, n=count, cells=_quoted(bad)),)


def _stays_text(label: str, present: Counter[str]) -> tuple[str, ...]:
    readers: tuple[tuple[str, Callable[[str], Any]], ...] = (("numbers", read_number), ("dates", read_date))
    for what, reader in readers:
        bad = [cell for cell in present if reader(cell) is None]
        count = sum(present[cell] for cell in bad)
        if bad and count <= present.total() / 2:
            return (note(f"text_{what}", label=label, n=count, all=present.total(), cells=_quoted(bad)),)
    return ()


def _quoted(cells: Sequence[str]) -> str:
    shown = ", ".join(f"'{cell[:30]}'" for cell in cells[:3])
    return shown + (", ..." if len(cells) > 3 else "")


def _plain(number: Decimal) -> str:
    return f"{number:f}"


def _only(counter: Counter[_T]) -> _T | None:
    """The value that clearly prevails: nine of ten witnesses or more."""
    if not counter:
        return None
    value, count = counter.most_common(1)[0]
    return value if count >= 0.9 * counter.total() else None

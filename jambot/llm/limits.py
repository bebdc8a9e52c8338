"""Which rows a request is about; or the question that decides it. Pure."""

from __future__ import annotations

from jambot.llm.asking import Reading, options_of
from jambot.llm.comparing import Comparison, Containing
from jambot.llm.intent import Filter
from jambot.llm.matching import is_flag, is_identifier
from jambot.llm.request import Limit
from jambot.llm.timing import period_filters
from jambot.tools.profile import ColumnProfile


def filters_of(reading: Reading, x: ColumnProfile | None) -> tuple[Filter, ...]:
    """Every filter, in the order: values, yes or no, limits, times; those said before where this one leans on them."""
    found = [*_value_filters(reading), *_flag_filters(reading), *_limit_filters(reading), *period_filters(reading, x)]
    return tuple(dict.fromkeys([*_kept(reading, found), *found]))


def _kept(reading: Reading, found: list[Filter]) -> list[Filter]:
    """What limited the request before, unless the same column is limited anew."""
    if reading.previous is None:
        return []
    anew = {limit.column for limit in found}
    known = {column.name for column in reading.profile.columns}
    return [limit for limit in reading.previous.filters if limit.column not in anew and limit.column in known]


def _value_filters(reading: Reading) -> list[Filter]:
    filters: dict[tuple[str, bool], list[str]] = {}
    for item, negated in reading.request.values:
        columns = {c.name: c for c, _ in item.values}
        column = reading.told(f"value:{item.text}") or (next(iter(columns.values())) if len(columns) == 1 else None)
        if column is None:
            labels = ", ".join(c.label for c in columns.values())
            options = options_of(list(columns.values()))
            reading.ask(f"value:{item.text}", "q.value_in", options, word=item.text, labels=labels)
            continue
        if column.name != reading.shown_whole:
            filters.setdefault((column.name, negated), []).extend(v for c, v in item.values if c.name == column.name)
    return [
        Filter(column=name, op="not in" if negated else "in", values=tuple(dict.fromkeys(values)))
        for (name, negated), values in filters.items()
    ]


def _flag_filters(reading: Reading) -> list[Filter]:
    found = []
    flags = [c for c in reading.profile.columns if is_flag(c)]
    for item, negated in reading.request.flags:
        column = reading.one_of(item, flags, "limit")
        if column is not None:
            yes = "true" if column.type == "boolean" else "1"
            found.append(Filter(column=column.name, op="not in" if negated else "in", values=(yes,)))
    return found


def _limit_filters(reading: Reading) -> list[Filter]:
    found: list[Filter] = []
    for limit in reading.request.limits:
        meaning = limit.item.meaning
        if isinstance(meaning, Comparison):
            column = _compared_column(reading, limit, meaning)
            if column is not None:
                found += [Filter(column=column.name, op=op, values=(f"{value:f}",)) for op, value in meaning.limits]
        elif isinstance(meaning, Containing):
            column = _text_column(reading, limit, meaning)
            if column is not None:
                found.append(Filter(column=column.name, op=meaning.op, values=(meaning.text,)))
    return found


def _compared_column(reading: Reading, limit: Limit, meaning: Comparison) -> ColumnProfile | None:
    """The column a number is compared with: the one named beside it, else the only one of its unit or the figure."""
    id_ = f"limit:{meaning.text}"
    if told := reading.told(id_):
        return told
    numeric = [c for c in reading.profile.columns if c.is_numeric and c.distinct_count]
    if limit.column is not None:
        column = reading.one_of(limit.column, numeric, "limit")
        if column is None or meaning.unit is None or column.unit in (None, meaning.unit):
            return column
    options = [c for c in numeric if not is_identifier(c)]
    if meaning.may_be_years and reading.times():
        reading.ask(id_, "q.year_or_number", options_of(options), said=meaning.text)
        return None
    same_unit = [c for c in options if c.unit == meaning.unit]
    if meaning.unit is not None and same_unit:
        options = same_unit
    # A currency that no column has may be any of them.
    is_open = meaning.unit is not None and not same_unit
    if reading.measure is not None and reading.measure in options and not (is_open and reading.measure.unit):
        return reading.measure
    if len(options) == 1 and not is_open:
        return options[0]
    reading.ask(id_, "q.limit", options_of(options) or [reading.leave_out()], said=meaning.text)
    return None


def _text_column(reading: Reading, limit: Limit, meaning: Containing) -> ColumnProfile | None:
    id_ = f"limit:{meaning.text}"
    if told := reading.told(id_):
        return told
    texts = [c for c in reading.profile.columns if c.type == "text" and c.distinct_count]
    if limit.column is not None:
        return reading.one_of(limit.column, texts, "limit")
    if len(texts) == 1:
        return texts[0]
    reading.ask(id_, "q.text_in", options_of(texts) or [reading.leave_out()], said=meaning.text)
    return None

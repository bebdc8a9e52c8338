"""From the slots of a phrase to one query, or to the questions that are still open. Pure.

The rule above all: where two columns are plausible, or none is, the user is asked and the candidates are named.
"""

from __future__ import annotations

from collections.abc import Mapping

from jambot.llm.asking import MAX_OPTIONS, ROWS_LABEL, Reading, Resolution, options_of
from jambot.llm.axes import axes_of, groups_of
from jambot.llm.intent import Query, TableInfo
from jambot.llm.limits import filters_of
from jambot.llm.measuring import measure_of
from jambot.llm.phrase import IGNORE
from jambot.llm.request import Request

_MOST_BARS, _FEW_BARS = 60, 20


def resolve(
    request: Request, table: TableInfo, answers: Mapping[str, str], *, wants_groups: bool, previous: Query | None = None
) -> Resolution:
    """The query `request` means on `table`.

    Args:
        answers: earlier answers by question id, the values being SQL names or the marks of this module.
        wants_groups: True for charts, which need something along the axis.
        previous: what the conversation was about, for "the same by week".
    """
    reading = Reading(request, table, answers, wants_groups=wants_groups, previous=previous)
    _unknown_words(reading)
    groups = groups_of(reading)
    measure, aggregation = measure_of(reading, is_grouped=bool(groups))
    x, granularity, split = axes_of(reading, groups)
    filters = filters_of(reading, x)
    out = reading.out
    if out.questions or aggregation is None:
        return out
    top_n = request.top_n
    if request.extreme and x is not None and top_n is None:
        top_n = 1
    if wants_groups and top_n is None and x is not None and not x.is_temporal and x.distinct_count > _MOST_BARS:
        top_n = _FEW_BARS
        out.notes.append(f"'{x.label}' holds {x.distinct_count:,} different values; the {top_n} highest are shown.")
    out.query = Query(
        measure=measure.name if measure else None,
        aggregation=aggregation,
        x=x.name if x else None,
        granularity=granularity,  # pyright: ignore[reportArgumentType]
        split=split.name if split else None,
        filters=filters,
        top_n=top_n,
        descending=request.extreme != "low",
    )
    return out


def _unknown_words(reading: Reading) -> None:
    for item in reading.request.relative:
        if reading.answers.get(f"word:{item.text}") != IGNORE:
            text = f"'{item.text}' depends on the day. Which period do you mean? Say it again with 2026-03 or 2026."
            reading.out.ask(f"word:{item.text}", text, [("The whole file", IGNORE)])
    for item in reading.request.unknown:
        if f"word:{item.text}" in reading.answers:
            continue
        options = [*options_of(reading.measures()), *options_of(reading.categories())]
        if reading.request.counts:
            options.insert(0, (ROWS_LABEL, IGNORE))
        else:
            # Last of those shown, so that nobody leaves out by accident what they asked for.
            options.insert(MAX_OPTIONS - 1, ("Leave it out", IGNORE))
        text = f"I find no '{item.text}' in {reading.table.name}. Which column is it, if any?"
        reading.out.ask(f"word:{item.text}", text, options)

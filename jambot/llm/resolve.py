"""From the slots of a phrase to one query, or to the questions that are still open. Pure.

The rule above all: where two columns are plausible, or none is, the user is asked and the candidates are named.
"""

from __future__ import annotations

from jambot.llm.asking import MAX_OPTIONS, Reading, Resolution, options_of
from jambot.llm.axes import axes_of, groups_of
from jambot.llm.intent import Filter, Query
from jambot.llm.items import IGNORE
from jambot.llm.limits import filters_of
from jambot.llm.matching import is_additive
from jambot.llm.measuring import measure_of
from jambot.llm.titles import filter_words, short_label
from jambot.tools.profile import ColumnProfile

_MOST_BARS, _FEW_BARS = 60, 20


def resolve(reading: Reading) -> Resolution:
    """The query a request means on its table, with the assumptions in it; or the questions that are open."""
    request, out = reading.request, reading.out
    open_words(reading)
    groups = groups_of(reading)
    measure, aggregation = measure_of(reading, is_grouped=bool(groups))
    reading.measure = measure
    bins = _is_spread(reading, measure, groups)
    x, granularity, split = (None, None, None) if bins else axes_of(reading, groups)
    filters = filters_of(reading, x)
    if out.questions or aggregation is None:
        return out
    share = _is_share(reading, measure, aggregation, has_groups=x is not None or split is not None)
    top_n = _top_n(reading, x)
    if top_n is not None and split is not None:
        reading.note("note.top_overall", n=top_n, label=split.label)
    before = reading.previous
    if bins:
        aggregation = "count"
    out.query = Query(
        measure=measure.name if measure else None,
        aggregation=aggregation,
        x=x.name if x else None,
        granularity=granularity,  # pyright: ignore[reportArgumentType]
        split=split.name if split else None,
        filters=filters,
        top_n=top_n,
        descending=before.descending if before and request.extreme is None else request.extreme != "low",
        others=bool(top_n) and (request.others or (share and top_n is not None)) and aggregation in ("sum", "count"),
        percent=request.percent or (before.percent if before else 50),
        share=share,
        second=reading.second.name if reading.second else None,
        bins=bins,
    )
    _note_kept(reading, out.query)
    return out


def open_words(reading: Reading) -> None:
    """Ask about every word nobody knows, and about what is not reckoned here."""
    for item in reading.request.relative:
        if reading.answers.get(f"word:{item.text}") != IGNORE:
            whole = (reading.say("o.whole_file"), IGNORE)
            reading.ask(f"word:{item.text}", "q.relative", [whole], word=item.text)
    for item in reading.request.unserved:
        if reading.answers.get(f"word:{item.text}") != IGNORE:
            what = reading.say(f"unserved.{item.name}")
            reading.ask(f"word:{item.text}", "q.unserved", [(reading.say("o.without"), IGNORE)], what=what)
    for item in reading.request.unknown:
        if f"word:{item.text}" in reading.answers:
            continue
        options = [*options_of(reading.measures()), *options_of(reading.categories())]
        if reading.request.counts:
            options.insert(0, reading.rows_option(IGNORE))
        else:
            # Last of those shown, so that nobody leaves out by accident what they asked for.
            options.insert(MAX_OPTIONS - 1, reading.leave_out())
        reading.ask(f"word:{item.text}", "q.unknown", options, word=item.text, table=reading.table.name)


def _is_spread(reading: Reading, measure: ColumnProfile | None, groups: list[ColumnProfile]) -> bool:
    """A distribution of one figure; with groups it means its split by them."""
    request = reading.request
    alone = not groups and not request.splits and not request.granularity
    if reading.previous is not None and reading.previous.bins and not request.names_figure and alone:
        return measure is not None
    return request.spread and measure is not None and alone


def _is_share(reading: Reading, measure: ColumnProfile | None, aggregation: str, *, has_groups: bool) -> bool:
    before = reading.previous
    wanted = reading.request.share or bool(before and before.share and not reading.request.aggregation)
    if not wanted or not has_groups:
        return False
    if aggregation not in ("sum", "count") or (measure is not None and not is_additive(measure)):
        reading.note("note.no_shares")
        return False
    if measure is not None and isinstance(measure.min, int | float) and measure.min < 0:
        reading.note("note.negative_shares", label=measure.label)
    return True


def _top_n(reading: Reading, x: ColumnProfile | None) -> int | None:
    request, before = reading.request, reading.previous
    if request.top_n is not None:
        return request.top_n
    if request.extreme and x is not None:
        return 1
    if before is not None and x is not None and before.x == x.name and before.top_n and before.top_n > 1:
        return before.top_n
    if reading.wants_groups and x is not None and not x.is_temporal and x.distinct_count > _MOST_BARS:
        reading.note("note.many_values", label=x.label, n=x.distinct_count, shown=_FEW_BARS)
        return _FEW_BARS
    return None


def _note_kept(reading: Reading, query: Query) -> None:
    """What was taken over from before, so that nothing is kept behind anybody's back."""
    before = reading.previous
    if before is None:
        return
    kept: list[str] = []
    if not reading.request.names_figure:
        column = reading.profile.column(query.measure) if query.measure else None
        kept.append(short_label(column) if column else reading.say("rows"))
    limits: tuple[Filter, ...] = tuple(f for f in query.filters if f in before.filters)
    kept += filter_words(limits, reading.profile, reading.language)
    if kept:
        reading.note("note.as_before", kept=", ".join(kept))

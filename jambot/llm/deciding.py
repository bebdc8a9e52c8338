"""From one request on one table to what is done about it: a chart, a figure, rows, a report, or a question. Pure."""

from __future__ import annotations

from jambot.llm.asking import Reading
from jambot.llm.following import Leaning
from jambot.llm.intent import (
    Chart,
    Clarify,
    Intent,
    ProfileTable,
    Query,
    Question,
    Report,
    Summarise,
    TableInfo,
    Unsupported,
)
from jambot.llm.listing import asks_for_rows, listed
from jambot.llm.request import Request
from jambot.llm.resolve import resolve
from jambot.tools.strings import Language


def decide(reading: Reading, phrase: str, leans: Leaning | None) -> Intent:
    """The intent of a request that says something; `leans` is what it goes on with."""
    request, table, language = reading.request, reading.table, reading.language
    if not table.profile.columns or not table.profile.row_count:
        return empty(table, language)
    reading.out.notes += request.notes
    if asks_for_rows(request):
        return listed(reading, phrase)
    if leans is None and (whole := _about_the_file(request, table, language)) is not None:
        return whole
    reading.wants_groups = _wants_groups(request, leans.query if leans else None)
    found = resolve(reading)
    if found.query is None:
        return Clarify(
            questions=tuple(found.questions),
            choices=found.choices,
            phrase=phrase,
            answers=dict(reading.answers),
            language=language,
        )
    return _finished(reading, found.query, leans)


def empty(table: TableInfo, language: Language) -> Unsupported:
    return Unsupported(reason="empty_table", table=table.name, language=language)


def _about_the_file(request: Request, table: TableInfo, language: Language) -> Intent | None:
    """What a request means that names no figure."""
    tasks = set(request.tasks)
    if request.is_specific or request.wants_chart or request.unserved:
        return None
    if "report" in tasks or "analyse" in tasks:
        return Report(table=table, language=language)
    if "summarise" in tasks:
        return Summarise(table=table, language=language)
    if "profile" in tasks or not (request.subjects or request.values or request.flags or request.periods):
        if tasks:
            return ProfileTable(table=table, language=language)
        return Unsupported(reason="no_request", language=language)
    return None


def _wants_groups(request: Request, before: Query | None) -> bool:
    grouped = bool(request.groups or request.splits or request.granularity or request.over_time)
    ranks = (request.top_n or 0) > 1
    picks_one = bool(request.extreme) and not request.wants_chart and "report" not in request.tasks and not ranks
    return (
        request.wants_chart
        or "compare" in request.tasks
        or ranks
        or (grouped and not picks_one)
        or "report" in request.tasks
        or request.wants_table
        # What was grouped before stays so: `only for Oslo`.
        or (before is not None and before.x is not None and before.top_n != 1 and not picks_one)
    )


def _finished(reading: Reading, query: Query, leans: Leaning | None) -> Intent:
    request, table, language = reading.request, reading.table, reading.language
    if request.unsupported_kind:
        reading.note("note.other_chart")
    if request.pie:
        reading.note("note.pie")
    x = table.profile.column(query.x) if query.x else None
    kind = request.kind or (leans.kind if leans and leans.kind else None)
    kind = kind or ("line" if request.over_time and query.split is None else "bar")
    if query.granularity == "weekday" and kind == "line" and request.kind is None:
        kind = "bar"
    if kind == "bar" and query.split and query.aggregation in ("sum", "count") and query.second is None:
        kind = "stacked_bar"
    if query.bins or (kind == "stacked_bar" and query.split is None):
        kind = "bar"
    notes = tuple(dict.fromkeys(reading.out.notes))
    is_chart = x is not None or query.bins or (query.second is not None and not request.wants_table)
    if "report" in request.tasks and is_chart:
        return Report(table=table, query=query, kind=kind, notes=notes, language=language)  # pyright: ignore[reportArgumentType]
    keeps_table = bool(leans and leans.is_table and not request.wants_chart and request.kind is None)
    grouped = reading.wants_groups or query.share or query.bins or query.second is not None
    if request.wants_table or keeps_table or not is_chart or not grouped:
        return Question(table=table, query=query, notes=notes, language=language)
    return Chart(table=table, query=query, kind=kind, notes=notes, language=language)  # pyright: ignore[reportArgumentType]

"""From what the user said, and the tables there are, to an intent. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from jambot.llm import lexicon
from jambot.llm.answers import read_answers
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
from jambot.llm.phrase import cut
from jambot.llm.replies import ClarifyQuestion
from jambot.llm.request import Request, read_request
from jambot.llm.resolve import Resolution, resolve
from jambot.tools.words import fold, words

_GREETINGS = frozenset(
    {"hi", "hello", "hey", "hallo", "moin", "servus", "guten tag", "guten morgen", "thanks", "danke", "good morning"}
)
_FILE_WORDS = frozenset(
    ["file", "datei", "table", "tabelle", "data", "daten", "csv", "dataset", "datensatz", "sheet", "spreadsheet"]
)
_WORK_WORDS = (
    _FILE_WORDS | lexicon.CHART_WORDS | lexicon.REPORT_WORDS | lexicon.SUMMARY_WORDS | lexicon.PROFILE_WORDS
    | lexicon.ANALYSE_WORDS | lexicon.COMPARE_WORDS | lexicon.COUNT_WORDS
    | lexicon.AGGREGATIONS.keys() | lexicon.GRANULARITY.keys()
)  # fmt: skip
_HELP = ("help", "hilfe", "what can you do", "was kannst du", "how does this work", "wie funktioniert")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    phrase: str
    answers: Mapping[str, str]


def understand(phrases: Sequence[str], tables: Sequence[TableInfo]) -> Intent:
    """The intent of the last phrase, with the earlier ones as its context, oldest first.

    A phrase after a question of ours is its answer when it names one of the options; otherwise it is a new request.
    """
    intent: Intent = Unsupported(reason="no_request")
    before: Query | None = None
    for phrase in phrases:
        said = _Said(phrase=phrase, answers={})
        asked_anew = isinstance(intent, Clarify) and _asks_anew(phrase, intent, tables)
        if isinstance(intent, Clarify) and not asked_anew and (answers := read_answers(phrase, intent, tables)):
            said = _Said(phrase=intent.phrase, answers={**intent.answers, **answers})
        intent = _interpret(said, tables, before)
        if isinstance(intent, Chart | Question | Report) and intent.query is not None:
            before = intent.query
    return intent


def _asks_anew(phrase: str, asked: Clarify, tables: Sequence[TableInfo]) -> bool:
    """Whether `phrase` is a whole request by itself, though it names one of the options: `visits by city`."""
    options = {fold(option) for question in asked.questions for option in question.options}
    if all(fold(line) in options for line in phrase.splitlines()):
        return False
    alone = _interpret(_Said(phrase=phrase, answers={}), tables, None)
    return isinstance(alone, Chart | Report) and alone.query is not None and alone.query.measure is not None


def _interpret(said: _Said, tables: Sequence[TableInfo], before: Query | None) -> Intent:
    folded = " ".join(words(said.phrase))
    if folded in _GREETINGS:
        return Unsupported(reason="greeting")
    if any(folded.startswith(h) for h in _HELP):
        return Unsupported(reason="help")
    if not tables:
        return Unsupported(reason="no_table" if _sounds_like_work(folded) else "no_request")
    named = [t for t in tables if _mentions(said.phrase, t, alone=len(tables) == 1)]
    candidates = named or list(tables)
    if "table" in said.answers:
        candidates = [t for t in tables if t.id == said.answers["table"]] or candidates
    readings = [(t, _read(said, t)) for t in candidates]
    if all(request.says_nothing for _, request in readings):
        if len(readings) == 1 and not readings[0][1].unknown and _asks_about_the_file(folded):
            table = readings[0][0]
            return ProfileTable(table=table) if table.profile.row_count else _empty(table)
        return Unsupported(reason="no_request")
    if len(readings) > 1:
        readings = _fewest_unknown(readings)
    if len(readings) > 1:
        return _which_table([t for t, _ in readings], said)
    table, request = readings[0]
    return _decide(request, table, said, _follows(folded, before, table))


def _read(said: _Said, table: TableInfo) -> Request:
    phrase = _without_name(said.phrase, table)
    row_names = [w for w in words(PurePath(table.name).stem) if len(w) > 3]
    return read_request(cut(phrase, table.profile, row_names=row_names, answers=said.answers))


def _decide(request: Request, table: TableInfo, said: _Said, before: Query | None) -> Intent:
    if not table.profile.columns or not table.profile.row_count:
        return _empty(table)
    tasks = set(request.tasks)
    if not request.is_specific and not request.wants_chart:
        if "report" in tasks or "analyse" in tasks:
            return Report(table=table)
        if "summarise" in tasks:
            return Summarise(table=table)
        if "profile" in tasks or not (request.subjects or request.values):
            return ProfileTable(table=table) if tasks else Unsupported(reason="no_request")
    grouped = bool(request.groups or request.splits or request.granularity or request.over_time)
    picks_one = bool(request.extreme) and not request.wants_chart and "report" not in tasks and not _is_ranking(request)
    wants_groups = (
        request.wants_chart
        or "compare" in tasks
        or _is_ranking(request)
        or (grouped and not picks_one)
        or "report" in tasks
        # What was grouped before stays so: `only for Oslo`.
        or (before is not None and before.x is not None and before.top_n != 1 and not picks_one)
    )
    found = resolve(request, table, said.answers, wants_groups=wants_groups, previous=before)
    if found.query is None:
        return Clarify(
            questions=tuple(found.questions), choices=found.choices, phrase=said.phrase, answers=dict(said.answers)
        )
    return _finished(request, table, found, found.query, wants_groups=wants_groups)


def _finished(request: Request, table: TableInfo, found: Resolution, query: Query, *, wants_groups: bool) -> Intent:
    notes = list(found.notes)
    if request.unsupported_kind:
        notes.append("I draw bars, stacked bars and lines, so this is not the kind of chart you named.")
    x = table.profile.column(query.x) if query.x else None
    kind = request.kind or ("line" if request.over_time and query.split is None else "bar")
    if kind == "bar" and query.split and query.aggregation in ("sum", "count"):
        kind = "stacked_bar"
    if "report" in request.tasks:
        return Report(table=table, query=query, kind=kind, notes=tuple(notes))  # pyright: ignore[reportArgumentType]
    if x is None or not wants_groups:
        return Question(table=table, query=query, notes=tuple(notes))
    return Chart(table=table, query=query, kind=kind, notes=tuple(notes))  # pyright: ignore[reportArgumentType]


def _empty(table: TableInfo) -> Unsupported:
    return Unsupported(reason="empty_table", table=table.name)


def _asks_about_the_file(folded: str) -> bool:
    """`what is in this file`: every word is a filler, and one of them means the file."""
    said = set(folded.split())
    return bool(said & _FILE_WORDS) or {"in", "it"} <= said


def _is_ranking(request: Request) -> bool:
    return (request.top_n or 0) > 1


def _fewest_unknown(readings: Sequence[tuple[TableInfo, Request]]) -> list[tuple[TableInfo, Request]]:
    """The tables in which most of the phrase means something."""
    least = min(len(r.unknown) for _, r in readings)
    return [(t, r) for t, r in readings if len(r.unknown) == least]


def _which_table(tables: Sequence[TableInfo], said: _Said) -> Clarify:
    question = ClarifyQuestion(id="table", text="Which file do you mean?", options=tuple(t.name for t in tables))
    return Clarify(
        questions=(question,),
        choices={"table": tuple(t.id for t in tables)},
        phrase=said.phrase,
        answers=dict(said.answers),
    )


def _mentions(phrase: str, table: TableInfo, *, alone: bool) -> bool:
    folded = fold(phrase)
    return fold(table.name) in folded or (not alone and fold(PurePath(table.name).stem) in folded)


def _without_name(phrase: str, table: TableInfo) -> str:
    place = fold(phrase).find(fold(table.name))
    folded = fold(phrase)
    return folded[:place] + " " + folded[place + len(fold(table.name)) :] if place >= 0 else phrase


def _follows(folded: str, before: Query | None, table: TableInfo) -> Query | None:
    """The earlier query when this phrase leans on it and it fits this table."""
    said = [word for word in folded.split() if word not in ("please", "bitte", "make", "mach")]
    leans = bool(said) and (said[0] in lexicon.LEANING or bool(lexicon.FOLLOW_UP & set(said)))
    if before is None or not leans:
        return None
    known = all(table.profile.column(name) for name in (before.measure, before.x) if name)
    return before if known else None


def _sounds_like_work(folded: str) -> bool:
    said = set(folded.split())
    return bool(said & _WORK_WORDS)

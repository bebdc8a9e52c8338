"""From what the user said, and the tables there are, to an intent. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from jambot.llm import lexicon
from jambot.llm.answers import read_answers
from jambot.llm.asking import Reading
from jambot.llm.deciding import decide, empty
from jambot.llm.following import Before, Leaning, leaning, leans_on_nothing
from jambot.llm.intent import Chart, Clarify, Intent, ProfileTable, Question, Report, TableInfo, Unsupported
from jambot.llm.language import spoken_in
from jambot.llm.phrase import cut
from jambot.llm.replies import ClarifyQuestion
from jambot.llm.request import Request
from jambot.llm.slots import read_request
from jambot.llm.spelling import meant
from jambot.llm.strings import say
from jambot.llm.suggesting import WISH, suggested
from jambot.tools.strings import Language
from jambot.tools.words import fold, words

_GREETINGS = frozenset(
    {"hi", "hello", "hey", "hallo", "moin", "servus", "guten tag", "guten morgen", "thanks", "danke", "good morning"}
)
_FILE_WORDS = frozenset(
    ["file", "datei", "table", "tabelle", "data", "daten", "csv", "dataset", "datensatz", "sheet", "spreadsheet"]
)
_WORK_WORDS = (
    _FILE_WORDS | lexicon.CHART_WORDS | lexicon.REPORT_WORDS | lexicon.SUMMARY_WORDS | lexicon.PROFILE_WORDS
    | lexicon.ANALYSE_WORDS | lexicon.COMPARE_WORDS | lexicon.COUNT_WORDS | lexicon.SHARE_WORDS
    | lexicon.AGGREGATIONS.keys() | lexicon.GRANULARITY.keys()
)  # fmt: skip
_HELP = ("help", "hilfe", "what can you do", "was kannst du", "how does this work", "wie funktioniert")
NO_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    phrase: str
    answers: Mapping[str, str]
    language: Language


def understand(phrases: Sequence[str], tables: Sequence[TableInfo], *, today: date = NO_DAY) -> Intent:
    """The intent of the last phrase, with the earlier ones as its context, oldest first.

    A phrase after a question of ours is its answer when it names one of the options; otherwise it is a new request.

    Args:
        today: what `last month` is counted from.
    """
    intent: Intent = Unsupported(reason="no_request")
    before: Before | None = None
    language: Language = "en"
    for phrase in phrases:
        said = _Said(phrase=phrase, answers={}, language=spoken_in(phrase) or language)
        asked_anew = isinstance(intent, Clarify) and _asks_anew(phrase, intent, tables, today)
        if isinstance(intent, Clarify) and not asked_anew and (answers := read_answers(phrase, intent, tables)):
            # The name of a column says nothing about the language of who chose it.
            said = _Said(phrase=intent.phrase, answers={**intent.answers, **answers}, language=intent.language)
            if wish := answers.get(WISH):
                said = _Said(phrase=wish, answers={}, language=intent.language)
        language = said.language
        if isinstance(intent, Clarify) and not said.answers and before is None and leans_on_nothing(phrase):
            # `the same for costs`, while it is still open what was meant: the question stays.
            continue
        intent = _interpret(said, tables, before, today)
        if isinstance(intent, Chart | Question | Report) and intent.query is not None:
            before = Before(intent=intent, query=intent.query)
    return intent


def _asks_anew(phrase: str, asked: Clarify, tables: Sequence[TableInfo], today: date) -> bool:
    """Whether `phrase` is a whole request by itself, though it names one of the options: `visits by city`."""
    options = {fold(option) for question in asked.questions for option in question.options}
    if all(fold(line) in options for line in phrase.splitlines()):
        return False
    alone = _interpret(_Said(phrase=phrase, answers={}, language=asked.language), tables, None, today)
    return isinstance(alone, Chart | Report) and alone.query is not None and alone.query.measure is not None


def _interpret(said: _Said, tables: Sequence[TableInfo], before: Before | None, today: date) -> Intent:
    folded = " ".join(words(said.phrase))
    language = said.language
    if folded in _GREETINGS:
        return Unsupported(reason="greeting", language=language)
    if any(folded.startswith(h) for h in _HELP):
        return Unsupported(reason="help", language=language)
    if not tables:
        return Unsupported(reason="no_table" if _sounds_like_work(folded) else "no_request", language=language)
    named = [t for t in tables if _mentions(said.phrase, t, alone=len(tables) == 1)]
    candidates = named or list(tables)
    if "table" in said.answers:
        candidates = [t for t in tables if t.id == said.answers["table"]] or candidates
    elif not named and before is not None and leaning(said.phrase, before.intent.table, before) is not None:
        candidates = [t for t in tables if t.id == before.intent.table.id] or candidates
    readings = [(t, _read(said, t)) for t in candidates]
    if len(candidates) == 1 and lexicon.VAGUE_WORDS & set(folded.split()) and _is_vague(readings[0][1]):
        return suggested(candidates[0], said.phrase, language) or Unsupported(reason="no_request", language=language)
    if all(request.says_nothing for _, request in readings):
        if len(readings) == 1 and not readings[0][1].unknown and _asks_about_the_file(folded):
            table = readings[0][0]
            return ProfileTable(table=table, language=language) if table.profile.row_count else empty(table, language)
        return Unsupported(reason="no_request", language=language)
    if len(readings) > 1:
        readings = _fewest_unknown(readings)
    if len(readings) > 1:
        return _which_table([t for t, _ in readings], said)
    table, request = readings[0]
    leans = leaning(said.phrase, table, before)
    intent = _decided(request, table, said, leans, today)
    if leans is None and isinstance(intent, Clarify) and _lacks_figure(intent, request):
        # Alone it says too little: it goes on with what was said before.
        leans = Leaning.on(before, table, adds=False) if before is not None else None
        intent = _decided(_read(said, table), table, said, leans, today) if leans is not None else intent
    return intent


def _is_vague(request: Request) -> bool:
    return not (request.is_specific or request.names_figure or request.values or request.wants_chart)


def _decided(request: Request, table: TableInfo, said: _Said, leans: Leaning | None, today: date) -> Intent:
    reading = Reading(
        request,
        table,
        said.answers,
        language=said.language,
        today=today,
        previous=leans.query if leans else None,
        adds=bool(leans and leans.adds),
    )
    return decide(reading, said.phrase, leans)


def _lacks_figure(intent: Clarify, request: Request) -> bool:
    return not request.names_figure and bool({"measure", "x"} & {question.id for question in intent.questions})


def _read(said: _Said, table: TableInfo) -> Request:
    """The request in a phrase; words that are nothing are tried again as they may have been meant."""
    phrase = _without_name(said.phrase, table)
    row_names = [w for w in words(PurePath(table.name).stem) if len(w) > 3]
    items = cut(phrase, table.profile, row_names=row_names, answers=said.answers)
    asked = {item.text for item in items if item.kind == "unknown" and f"word:{item.text}" not in said.answers}
    spelling = {word: right for word in sorted(asked)[:8] if (right := meant(word, table.profile))}
    if spelling:
        items = cut(phrase, table.profile, row_names=row_names, answers=said.answers, spelling=spelling)
    request = read_request(items)
    request.notes += [say(said.language, "note.spelling", word=w, meant=right) for w, right in spelling.items()]
    return request


def _asks_about_the_file(folded: str) -> bool:
    """`what is in this file`: every word is a filler, and one of them means the file."""
    said = set(folded.split())
    return bool(said & _FILE_WORDS) or {"in", "it"} <= said


def _fewest_unknown(readings: Sequence[tuple[TableInfo, Request]]) -> list[tuple[TableInfo, Request]]:
    """The tables in which most of the phrase means something."""
    least = min(len(r.unknown) + len(r.notes) for _, r in readings)
    return [(t, r) for t, r in readings if len(r.unknown) + len(r.notes) == least]


def _which_table(tables: Sequence[TableInfo], said: _Said) -> Clarify:
    text = say(said.language, "q.table")
    question = ClarifyQuestion(id="table", text=text, options=tuple(t.name for t in tables))
    return Clarify(
        questions=(question,),
        choices={"table": tuple(t.id for t in tables)},
        phrase=said.phrase,
        answers=dict(said.answers),
        language=said.language,
    )


def _mentions(phrase: str, table: TableInfo, *, alone: bool) -> bool:
    folded = fold(phrase)
    return fold(table.name) in folded or (not alone and fold(PurePath(table.name).stem) in folded)


def _without_name(phrase: str, table: TableInfo) -> str:
    place = fold(phrase).find(fold(table.name))
    folded = fold(phrase)
    return folded[:place] + " " + folded[place + len(fold(table.name)) :] if place >= 0 else phrase


def _sounds_like_work(folded: str) -> bool:
    said = set(folded.split())
    return bool(said & _WORK_WORDS)

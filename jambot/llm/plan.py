"""From an intent to the mission that serves it: hops, steps and the assets between them. Pure."""

from __future__ import annotations

from dataclasses import replace

from jambot.llm.charting import charted
from jambot.llm.draft import FromAsset, HopDraft, MissionDraft, ToolStepDraft
from jambot.llm.draft import Literal as Value
from jambot.llm.drafting import (
    MAX_NAME,
    Names,
    asset,
    hop,
    mission,
    notes_on,
    query_step,
    step,
    summarize_step,
    table_notes,
)
from jambot.llm.intent import Chart, Listing, Plannable, ProfileTable, Question, Report, Summarise
from jambot.llm.looking import profiled, reported, summarised, written_in
from jambot.llm.sql import MOST_LISTED_COLUMNS, select_rows
from jambot.llm.strings import say
from jambot.llm.titles import listing_words, query_words
from jambot.tools.strings import Language


def plan(intent: Plannable) -> MissionDraft:
    """The mission for an intent: every output is made by a step, the last hop is final.

    Raises KeyError when the intent names a column its table does not have.
    """
    match intent:
        case ProfileTable():
            return profiled(intent.table, intent.language)
        case Summarise():
            return summarised(intent.table, intent.language)
        case Question():
            return _answer(intent)
        case Listing():
            return _rows(intent)
        case Chart():
            return charted(intent)
        case Report() if intent.query is not None:
            return charted(intent)
        case Report():
            return reported(intent.table, intent.language)


def named(draft: MissionDraft, name: str) -> MissionDraft:
    """`draft` under the name its user would give it; what it makes keeps the names of its columns."""
    words = " ".join(name.split())[:MAX_NAME]
    return replace(draft, name=words) if words else draft


def _answer(intent: Question) -> MissionDraft:
    table, query, profile, language = intent.table, intent.query, intent.table.profile, intent.language
    title, names = query_words(query, profile, language), Names(table)
    figures = names.name(say(language, "file.figures", title=title))
    text = names.name(say(language, "file.answer", title=title))
    first = hop(
        say(language, "hop.reckon"),
        title,
        say(language, "hop.reckon.why", rows=profile.row_count),
        (say(language, "hop.reckon.other"),),
        (table.name,),
        figures,
        (query_step(table, query, title, figures, language),),
        language=language,
    )
    return mission(
        table,
        name=title,
        goal=say(language, "goal.answer", table=table.name, title=title),
        criteria=(say(language, "done.all_rows", table=table.name), say(language, "done.unit")),
        outputs=(
            asset(text, "text", "output", say(language, "gives.answer")),
            asset(figures, "table", "output", say(language, "gives.figures")),
        ),
        hops=(first, _said(figures, text, language, (summarize_step(query, profile, figures, text, language),))),
        notes=notes_on(intent.notes, query, profile, language),
        language=language,
    )


def _rows(intent: Listing) -> MissionDraft:
    table, language = intent.table, intent.language
    title, names = listing_words(intent), Names(table)
    rows = names.name(say(language, "file.figures", title=title))
    text = names.name(say(language, "file.answer", title=title))
    notes = [*intent.notes]
    if (columns := len(table.profile.columns)) > MOST_LISTED_COLUMNS:
        notes.append(say(language, "note.most_columns", n=MOST_LISTED_COLUMNS, all=columns))
    found = hop(
        say(language, "hop.find"),
        title,
        say(language, "hop.find.why", rows=table.profile.row_count),
        (say(language, "hop.find.other"),),
        (table.name,),
        rows,
        (
            step(
                "query_table",
                title,
                {"table": FromAsset(asset=table.name), "sql": Value(value=select_rows(intent))},
                {"result": rows},
            ),
        ),
        language=language,
    )
    listed = step(
        "summarize",
        say(language, "step.say"),
        {"table": FromAsset(asset=rows), "rows": Value(value=True), **written_in(language)},
        {"text": text},
    )
    return mission(
        table,
        name=title,
        goal=say(language, "goal.rows", table=table.name),
        criteria=(say(language, "done.listed", table=table.name),),
        outputs=(
            asset(text, "text", "output", say(language, "gives.answer")),
            asset(rows, "table", "output", say(language, "gives.rows")),
        ),
        hops=(found, _said(rows, text, language, (listed,))),
        notes=tuple(dict.fromkeys([*notes, *table_notes(table.profile, language)])),
        language=language,
    )


def _said(figures: str, text: str, language: Language, steps: tuple[ToolStepDraft, ...]) -> HopDraft:
    return hop(
        say(language, "hop.answer"),
        say(language, "hop.answer.goal"),
        say(language, "hop.answer.why"),
        (say(language, "hop.answer.other"),),
        (figures,),
        text,
        steps,
        language=language,
        is_final=True,
    )

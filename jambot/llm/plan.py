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
from jambot.llm.intent import Chart, Listing, Plannable, ProfileTable, Question, Report, Summarise, TableInfo
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
            return _profile(intent.table, intent.language)
        case Summarise():
            return _summary(intent.table, intent.language)
        case Question():
            return _answer(intent)
        case Listing():
            return _rows(intent)
        case Chart():
            return charted(intent)
        case Report() if intent.query is not None:
            return charted(intent)
        case Report():
            return _report(intent.table, intent.language)


def named(draft: MissionDraft, name: str) -> MissionDraft:
    """`draft` under the name its user would give it; what it makes keeps the names of its columns."""
    words = " ".join(name.split())[:MAX_NAME]
    return replace(draft, name=words) if words else draft


def _profile(table: TableInfo, language: Language) -> MissionDraft:
    names = Names(table)
    title = say(language, "file.profile", table=table.name)
    profile, text = names.name(title), names.name(say(language, "file.content", table=table.name))
    source = {"table": FromAsset(asset=table.name)}
    steps = (
        step("profile_table", say(language, "step.read_columns"), {**source}, {"profile": profile}),
        step("summarize", say(language, "step.say_content"), {**source, **_in(language)}, {"text": text}),
    )
    only = hop(
        say(language, "hop.look"),
        say(language, "hop.look.goal", table=table.name),
        say(language, "hop.look.why"),
        (say(language, "hop.look.other"),),
        (table.name,),
        text,
        steps,
        language=language,
        is_final=True,
    )
    return mission(
        table,
        name=title,
        goal=say(language, "goal.profile", table=table.name),
        criteria=(say(language, "done.columns"), say(language, "done.doubts")),
        outputs=(
            asset(text, "text", "output", say(language, "gives.content")),
            asset(profile, "json", "output", say(language, "gives.profile")),
        ),
        hops=(only,),
        notes=table_notes(table.profile, language),
        language=language,
    )


def _summary(table: TableInfo, language: Language) -> MissionDraft:
    title = say(language, "file.summary", table=table.name)
    text = Names(table).name(title)
    source: dict[str, Value | FromAsset] = {"table": FromAsset(asset=table.name), **_in(language)}
    only = hop(
        say(language, "hop.summarise"),
        say(language, "hop.summarise.goal", table=table.name),
        say(language, "hop.summarise.why"),
        (say(language, "hop.summarise.other"),),
        (table.name,),
        text,
        (step("summarize", say(language, "step.summarise"), source, {"text": text}),),
        language=language,
        is_final=True,
    )
    return mission(
        table,
        name=title,
        goal=say(language, "goal.summary", table=table.name),
        criteria=(say(language, "done.computed"), say(language, "done.doubts")),
        outputs=(asset(text, "text", "output", say(language, "gives.summary")),),
        hops=(only,),
        notes=table_notes(table.profile, language),
        language=language,
    )


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
        {"table": FromAsset(asset=rows), "rows": Value(value=True), **_in(language)},
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


def _in(language: Language) -> dict[str, Value | FromAsset]:
    return {"language": Value(value=language)}


def _report(table: TableInfo, language: Language) -> MissionDraft:
    names = Names(table)
    title = say(language, "file.report", table=table.name)
    read = names.name(say(language, "file.profile", table=table.name))
    text = names.name(say(language, "file.findings", title=table.name))
    html, markdown = names.name(title, ".html"), names.name(title, ".md")
    source = {"table": FromAsset(asset=table.name)}
    look = hop(
        say(language, "hop.look"),
        say(language, "hop.look.goal", table=table.name),
        say(language, "hop.look.report_why"),
        (say(language, "hop.look.report_other"),),
        (table.name,),
        text,
        (
            step("profile_table", say(language, "step.read_columns"), {**source}, {"profile": read}),
            step("summarize", say(language, "step.say_content"), {**source, **_in(language)}, {"text": text}),
        ),
        language=language,
    )
    write = hop(
        say(language, "hop.write"),
        say(language, "hop.write.only_goal"),
        say(language, "hop.write.only_why"),
        (say(language, "hop.write.only_other"),),
        (text,),
        html,
        (
            step(
                "write_report",
                say(language, "step.report"),
                {
                    "title": Value(value=title[:200]),
                    "goal": Value(value=say(language, "goal.from", table=table.name, rows=table.profile.row_count)),
                    "summary": FromAsset(asset=text),
                    "sources": Value(value=[table.name]),
                    **_in(language),
                },
                {"html": html, "markdown": markdown},
            ),
        ),
        language=language,
        is_final=True,
    )
    return mission(
        table,
        name=title[:MAX_NAME],
        goal=say(language, "goal.report", table=table.name),
        criteria=(say(language, "done.described"), say(language, "done.computed")),
        outputs=(
            asset(html, "file", "output", say(language, "gives.html")),
            asset(markdown, "file", "output", say(language, "gives.markdown")),
            asset(text, "text", "output", say(language, "gives.findings")),
        ),
        intermediates=(asset(read, "json", "intermediate", say(language, "gives.columns")),),
        hops=(look, write),
        notes=table_notes(table.profile, language),
        language=language,
    )

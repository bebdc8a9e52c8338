"""From an intent to the mission that serves it: hops, steps and the assets between them. Pure."""

from __future__ import annotations

from dataclasses import replace

from jambot.llm.charting import charted
from jambot.llm.draft import FromAsset, MissionDraft
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
from jambot.llm.intent import Chart, ProfileTable, Question, Report, Summarise, TableInfo
from jambot.llm.titles import query_words

Plannable = ProfileTable | Summarise | Question | Chart | Report


def plan(intent: Plannable) -> MissionDraft:
    """The mission for an intent: every output is made by a step, the last hop is final.

    Raises KeyError when the intent names a column its table does not have.
    """
    match intent:
        case ProfileTable():
            return _profile(intent.table)
        case Summarise():
            return _summary(intent.table)
        case Question():
            return _answer(intent)
        case Chart():
            return charted(intent.table, intent.query, intent.kind, intent.notes)
        case Report() if intent.query is not None:
            return charted(intent.table, intent.query, intent.kind, intent.notes)
        case Report():
            return _report(intent.table)


def named(draft: MissionDraft, name: str) -> MissionDraft:
    """`draft` under the name its user would give it; what it makes keeps the names of its columns."""
    words = " ".join(name.split())[:MAX_NAME]
    return replace(draft, name=words) if words else draft


def _profile(table: TableInfo) -> MissionDraft:
    names = Names(table)
    profile, text = names.name(f"Profile of {table.name}"), names.name(f"What is in {table.name}")
    steps = (
        step("profile_table", "Read every column", {"table": FromAsset(asset=table.name)}, {"profile": profile}),
        step("summarize", "Say what is in it", {"table": FromAsset(asset=table.name)}, {"text": text}),
    )
    only = hop(
        "Look through the table",
        f"Know what the columns of {table.name} hold",
        "Everything else depends on what the columns really hold, so the whole file is read, not a sample.",
        ("Read only the first rows: faster, but misses odd values further down.",),
        (table.name,),
        text,
        steps,
        is_final=True,
    )
    return mission(
        table,
        name=f"Profile of {table.name}",
        goal=f"Say what is in {table.name}: its columns, types, gaps and extremes.",
        criteria=("Every column is listed with its type.", "Every doubt in reading the file is named."),
        outputs=(
            asset(text, "text", "output", "What is in the file"),
            asset(profile, "json", "output", "The profile of every column"),
        ),
        hops=(only,),
        notes=table_notes(table.profile),
    )


def _summary(table: TableInfo) -> MissionDraft:
    text = Names(table).name(f"Summary of {table.name}")
    summarise = step("summarize", "Summarise the table", {"table": FromAsset(asset=table.name)}, {"text": text})
    only = hop(
        "Summarise",
        f"A few true sentences about {table.name}",
        "One reading of the file is enough for its main figures.",
        ("Write a whole report, with a table of figures.",),
        (table.name,),
        text,
        (summarise,),
        is_final=True,
    )
    return mission(
        table,
        name=f"Summary of {table.name}",
        goal=f"Summarise {table.name} in a few sentences.",
        criteria=("Every figure is computed from the file.", "Doubts in reading the file are named."),
        outputs=(asset(text, "text", "output", "The summary"),),
        hops=(only,),
        notes=table_notes(table.profile),
    )


def _answer(intent: Question) -> MissionDraft:
    table, query, profile = intent.table, intent.query, intent.table.profile
    title, names = query_words(query, profile), Names(table)
    figures, text = names.name(f"{title} (table)"), names.name(f"Answer: {title}")
    first = hop(
        "Reckon",
        title,
        f"One query over all {profile.row_count:,} rows gives the exact figure.",
        ("Read the figure off a chart.",),
        (table.name,),
        figures,
        (query_step(table, query, title, figures),),
    )
    second = hop(
        "Say the answer",
        "The answer in one or two sentences",
        "A sentence is easier to use than a table.",
        ("Show only the table.",),
        (figures,),
        text,
        (summarize_step(query, profile, figures, text),),
        is_final=True,
    )
    return mission(
        table,
        name=title,
        goal=f"Answer from {table.name}: {title}.",
        criteria=(f"The figure covers all matching rows of {table.name}.", "The answer names its unit and its filter."),
        outputs=(
            asset(text, "text", "output", "The answer"),
            asset(figures, "table", "output", "The figures behind it"),
        ),
        hops=(first, second),
        notes=notes_on(intent.notes, query, profile),
    )


def _report(table: TableInfo) -> MissionDraft:
    names = Names(table)
    read, text = names.name(f"Profile of {table.name}"), names.name(f"Findings: {table.name}")
    html, markdown = names.name(f"Report on {table.name}", ".html"), names.name(f"Report on {table.name}", ".md")
    look = hop(
        "Look through the table",
        f"Know what the columns of {table.name} hold",
        "A report without a stated question starts from what the file holds.",
        ("Ask for one figure and group it, which gives a chart too.",),
        (table.name,),
        text,
        (
            step("profile_table", "Read every column", {"table": FromAsset(asset=table.name)}, {"profile": read}),
            step("summarize", "Say what is in it", {"table": FromAsset(asset=table.name)}, {"text": text}),
        ),
    )
    write = hop(
        "Write it up",
        "A report to pass on",
        "One file that needs nothing else.",
        ("Stop at the summary.",),
        (text,),
        html,
        (
            step(
                "write_report",
                "Write the report",
                {
                    "title": Value(value=f"Report on {table.name}"[:200]),
                    "goal": Value(value=f"From {table.name}, {table.profile.row_count:,} rows."),
                    "summary": FromAsset(asset=text),
                    "sources": Value(value=[table.name]),
                },
                {"html": html, "markdown": markdown},
            ),
        ),
        is_final=True,
    )
    return mission(
        table,
        name=f"Report on {table.name}"[:MAX_NAME],
        goal=f"Write a report on what {table.name} holds.",
        criteria=("Every column is described.", "Every figure is computed from the file."),
        outputs=(
            asset(html, "file", "output", "The report, to open in any browser"),
            asset(markdown, "file", "output", "The report as text"),
            asset(text, "text", "output", "The findings in words"),
        ),
        intermediates=(asset(read, "json", "intermediate", "What the columns hold"),),
        hops=(look, write),
        notes=table_notes(table.profile),
    )

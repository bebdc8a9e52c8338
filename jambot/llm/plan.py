"""From an intent to the mission that serves it: hops, steps and the assets between them. Pure."""

from __future__ import annotations

from jambot.llm.draft import FromAsset, MissionDraft
from jambot.llm.draft import Literal as Value
from jambot.llm.drafting import MAX_NAME, asset, chart_options, hop, mission, query_step, step, summarize_step
from jambot.llm.intent import Chart, ProfileTable, Query, Question, Report, Summarise, TableInfo
from jambot.llm.sql import column_of
from jambot.llm.titles import query_words
from jambot.tools.profile import Profile

Plannable = ProfileTable | Summarise | Question | Chart | Report

_MAX_NOTES = 12


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
            return _charted(intent.table, intent.query, intent.kind, intent.notes)
        case Report() if intent.query is not None:
            return _charted(intent.table, intent.query, intent.kind, intent.notes)
        case Report():
            return _report(intent.table)


class _Names:
    """Asset names of one draft: short, and none twice."""

    def __init__(self, table: TableInfo) -> None:
        self._taken = {table.name}

    def name(self, wish: str, ending: str = "") -> str:
        base = " ".join(wish.split())[:MAX_NAME]
        name, count = f"{base}{ending}", 1
        while name in self._taken:
            count += 1
            name = f"{base} {count}{ending}"
        self._taken.add(name)
        return name


def _profile(table: TableInfo) -> MissionDraft:
    names = _Names(table)
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
        outputs=(asset(profile, "json", "output", "Columns, types, gaps, extremes"), asset(text, "text", "output")),
        hops=(only,),
        notes=_table_notes(table.profile),
    )


def _summary(table: TableInfo) -> MissionDraft:
    text = _Names(table).name(f"Summary of {table.name}")
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
        notes=_table_notes(table.profile),
    )


def _answer(intent: Question) -> MissionDraft:
    table, query, profile = intent.table, intent.query, intent.table.profile
    title, names = query_words(query, profile), _Names(table)
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
        outputs=(asset(figures, "table", "output", title), asset(text, "text", "output", "The answer")),
        hops=(first, second),
        notes=_notes(intent.notes, query, profile),
    )


def _charted(table: TableInfo, query: Query, kind: str, notes: tuple[str, ...]) -> MissionDraft:
    profile, names = table.profile, _Names(table)
    title = query_words(query, profile)
    read = names.name(f"Profile of {table.name}")
    figures, chart = names.name(f"{title} (table)"), names.name(title)
    svg, png = names.name(title, ".svg"), names.name(title, ".png")
    text = names.name(f"Findings: {title}")
    html, markdown = names.name(f"Report: {title}", ".html"), names.name(f"Report: {title}", ".md")
    said = _notes(notes, query, profile)
    group = hop(
        "Read and group",
        f"A small table: {title}",
        f"All {profile.row_count:,} rows are read and grouped once, so chart and report show the same figures.",
        ("Group inside the chart: shorter, but then the figures could not be checked.",),
        (table.name,),
        figures,
        (
            step("profile_table", "Read every column", {"table": FromAsset(asset=table.name)}, {"profile": read}),
            query_step(table, query, title, figures),
        ),
    )
    draw = hop(
        "Draw the chart",
        title,
        _why_this_kind(kind, query),
        _other_kinds(kind),
        (figures,),
        chart,
        (
            step(
                "chart",
                "Draw",
                {"table": FromAsset(asset=figures), **chart_options(query, profile, title, kind, said)},
                {"chart": chart, "svg": svg, "png": png},
            ),
        ),
    )
    write = hop(
        "Write it up",
        "The findings in words, and a report to pass on",
        "The report holds the findings, the chart, the figures and the doubts in one file that needs nothing else.",
        ("Stop at the chart.",),
        (figures, chart, svg),
        html,
        (
            summarize_step(query, profile, figures, text),
            step(
                "write_report",
                "Write the report",
                {
                    "title": Value(value=title[:200]),
                    "goal": Value(value=f"From {table.name}, {profile.row_count:,} rows."),
                    "summary": FromAsset(asset=text),
                    "chart": FromAsset(asset=chart),
                    "chart_svg": FromAsset(asset=svg),
                    "table": FromAsset(asset=figures),
                    "sources": Value(value=[table.name]),
                },
                {"html": html, "markdown": markdown},
            ),
        ),
        is_final=True,
    )
    return mission(
        table,
        name=title,
        goal=f"Show {title} from {table.name}, as a chart and a report.",
        criteria=_chart_criteria(table, query),
        outputs=(
            asset(chart, "chart", "output", "The chart"),
            asset(figures, "table", "output", "The figures behind the chart"),
            asset(text, "text", "output", "The findings in words"),
            asset(html, "file", "output", "The report, to open in any browser"),
            asset(markdown, "file", "output", "The report as text"),
            asset(png, "file", "output", "The chart as a picture"),
            asset(svg, "file", "output", "The chart as a drawing"),
        ),
        intermediates=(asset(read, "json", "intermediate", "What the columns hold"),),
        hops=(group, draw, write),
        notes=said,
    )


def _report(table: TableInfo) -> MissionDraft:
    names = _Names(table)
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
        notes=_table_notes(table.profile),
    )


def _why_this_kind(kind: str, query: Query) -> str:
    if kind == "line":
        return "A line shows best how something moves over time."
    if kind == "stacked_bar":
        return "Stacked bars show the total and its parts at once."
    return "Bars are easiest to compare." if not query.granularity else "Bars show each period by itself."


def _other_kinds(kind: str) -> tuple[str, ...]:
    others = {"bar": "Bars", "stacked_bar": "Stacked bars", "line": "A line"}
    return tuple(f"{name} instead." for other, name in others.items() if other != kind)


def _chart_criteria(table: TableInfo, query: Query) -> tuple[str, ...]:
    profile = table.profile
    used = [column_of(c, profile).label for c in (query.measure, query.x, query.split) if c]
    columns = " and ".join(f"'{label[:80]}'" for label in used) or "the rows themselves"
    return (
        f"The chart is made from {columns} of {table.name} and from nothing else.",
        f"Every row that counts is in it: {profile.row_count:,} rows are read.",
        "Doubts and left-out rows are named beside the chart.",
    )


def _notes(said: tuple[str, ...], query: Query, profile: Profile) -> tuple[str, ...]:
    notes = [*said]
    for name in dict.fromkeys(n for n in (query.x, query.measure, query.split) if n):
        column = column_of(name, profile)
        if column.null_count:
            left_out = column.is_temporal and name in (query.x, query.split)
            gap = f"{column.null_count:,} of {profile.row_count:,} rows have no '{column.label}'"
            notes.append(f"{gap} and are left out." if left_out else f"{gap}.")
        notes += column.notes
    return tuple(dict.fromkeys([*notes, *_table_notes(profile)]))[:_MAX_NOTES]


def _table_notes(profile: Profile) -> tuple[str, ...]:
    of_columns = {note for column in profile.columns for note in column.notes}
    return tuple(note for note in profile.notes if note not in of_columns)[:_MAX_NOTES]

"""The mission that draws a chart and writes it up: three hops over one small table of figures. Pure."""

from __future__ import annotations

from jambot.llm.draft import FromAsset, MissionDraft
from jambot.llm.draft import Literal as Value
from jambot.llm.drafting import Names, asset, chart_options, hop, mission, notes_on, query_step, step, summarize_step
from jambot.llm.intent import Query, TableInfo
from jambot.llm.sql import column_of
from jambot.llm.titles import query_words


def charted(table: TableInfo, query: Query, kind: str, notes: tuple[str, ...]) -> MissionDraft:
    profile, names = table.profile, Names(table)
    title = query_words(query, profile)
    read = names.name(f"Profile of {table.name}")
    figures, chart = names.name(f"{title} (table)"), names.name(title)
    svg, png = names.name(title, ".svg"), names.name(title, ".png")
    text = names.name(f"Findings: {title}")
    html, markdown = names.name(f"Report: {title}", ".html"), names.name(f"Report: {title}", ".md")
    said = notes_on(notes, query, profile)
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

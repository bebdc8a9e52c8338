"""The mission that draws a chart and writes it up: three hops over one small table of figures. Pure."""

from __future__ import annotations

from jambot.llm.draft import FromAsset, MissionDraft
from jambot.llm.draft import Literal as Value
from jambot.llm.drafting import Names, asset, chart_options, hop, mission, notes_on, query_step, step, summarize_step
from jambot.llm.intent import Chart, Query, Report, TableInfo
from jambot.llm.sql import column_of
from jambot.llm.strings import say
from jambot.llm.titles import query_words
from jambot.tools.strings import Language


def charted(intent: Chart | Report) -> MissionDraft:
    """The mission of a chart, or of a report with one. Raises ValueError when there is no query."""
    table, query, language = intent.table, intent.query, intent.language
    if query is None:
        raise ValueError("A chart needs a query.")
    profile, names = table.profile, Names(table)
    title = query_words(query, profile, language)
    titled_report = say(language, "file.titled_report", title=title)
    read = names.name(say(language, "file.profile", table=table.name))
    figures, chart = names.name(say(language, "file.figures", title=title)), names.name(title)
    svg, png = names.name(title, ".svg"), names.name(title, ".png")
    text = names.name(say(language, "file.findings", title=title))
    html, markdown = names.name(titled_report, ".html"), names.name(titled_report, ".md")
    said = notes_on(intent.notes, query, profile, language)
    rows = profile.row_count
    group = hop(
        say(language, "hop.group"),
        say(language, "hop.group.goal", title=title),
        say(language, "hop.group.why", rows=rows),
        (say(language, "hop.group.other"),),
        (table.name,),
        figures,
        (
            step(
                "profile_table",
                say(language, "step.read_columns"),
                {"table": FromAsset(asset=table.name)},
                {"profile": read},
            ),
            query_step(table, query, title, figures, language),
        ),
        language=language,
    )
    draw = hop(
        say(language, "hop.draw"),
        title,
        say(language, _why_this_kind(intent.kind, query)),
        _other_kinds(intent.kind, language),
        (figures,),
        chart,
        (
            step(
                "chart",
                say(language, "step.draw"),
                {
                    "table": FromAsset(asset=figures),
                    **chart_options(query, profile, title, intent.kind, said, language),
                },
                {"chart": chart, "svg": svg, "png": png},
            ),
        ),
        language=language,
    )
    write = hop(
        say(language, "hop.write"),
        say(language, "hop.write.goal"),
        say(language, "hop.write.why"),
        (say(language, "hop.write.other"),),
        (figures, chart, svg),
        html,
        (
            summarize_step(query, profile, figures, text, language),
            step(
                "write_report",
                say(language, "step.report"),
                {
                    "title": Value(value=title[:200]),
                    "goal": Value(value=say(language, "goal.from", table=table.name, rows=rows)),
                    "summary": FromAsset(asset=text),
                    "chart": FromAsset(asset=chart),
                    "chart_svg": FromAsset(asset=svg),
                    "table": FromAsset(asset=figures),
                    "sources": Value(value=[table.name]),
                    "language": Value(value=language),
                },
                {"html": html, "markdown": markdown},
            ),
        ),
        language=language,
        is_final=True,
    )
    return mission(
        table,
        name=title,
        goal=say(language, "goal.chart", title=title, table=table.name),
        criteria=_chart_criteria(table, query, language),
        outputs=(
            asset(chart, "chart", "output", say(language, "gives.chart")),
            asset(figures, "table", "output", say(language, "gives.chart_figures")),
            asset(text, "text", "output", say(language, "gives.findings")),
            asset(html, "file", "output", say(language, "gives.html")),
            asset(markdown, "file", "output", say(language, "gives.markdown")),
            asset(png, "file", "output", say(language, "gives.png")),
            asset(svg, "file", "output", say(language, "gives.svg")),
        ),
        intermediates=(asset(read, "json", "intermediate", say(language, "gives.columns")),),
        hops=(group, draw, write),
        notes=said,
        language=language,
    )


def _why_this_kind(kind: str, query: Query) -> str:
    if kind == "line":
        return "hop.draw.line"
    if query.share:
        return "hop.draw.share"
    if kind == "stacked_bar":
        return "hop.draw.stacked"
    return "hop.draw.period" if query.granularity else "hop.draw.bar"


def _other_kinds(kind: str, language: Language) -> tuple[str, ...]:
    return tuple(say(language, f"hop.draw.or_{other}") for other in ("bar", "stacked_bar", "line") if other != kind)


def _chart_criteria(table: TableInfo, query: Query, language: Language) -> tuple[str, ...]:
    profile = table.profile
    used = [
        say(language, "quoted", what=column_of(c, profile).label[:80])
        for c in (query.measure, query.second, query.x, query.split)
        if c
    ]
    columns = used[0] if used else say(language, "done.rows_themselves")
    for label in dict.fromkeys(used[1:]):
        columns = say(language, "and", one=columns, other=label)
    return (
        say(language, "done.chart", columns=columns, table=table.name),
        say(language, "done.every_row", rows=profile.row_count),
        say(language, "done.beside"),
    )

"""From an intent to the mission that serves it: hops, steps and the assets between them. Pure."""

from __future__ import annotations

from typing import Any

from jambot.llm.draft import AssetDraft, AssetKind, AssetRole, FromAsset, HopDraft, MissionDraft, ToAsset, ToolStepDraft
from jambot.llm.draft import Literal as Value
from jambot.llm.intent import Chart, ProfileTable, Query, Question, Report, Summarise, TableInfo
from jambot.llm.sql import (
    axis_words,
    column_of,
    is_additive_query,
    measure_words,
    query_words,
    select_for,
    short_label,
)
from jambot.tools.profile import Profile

Plannable = ProfileTable | Summarise | Question | Chart | Report

_MAX_NAME = 120
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
        base = " ".join(wish.split())[:_MAX_NAME]
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
        _step("profile_table", "Read every column", {"table": FromAsset(asset=table.name)}, {"profile": profile}),
        _step("summarize", "Say what is in it", {"table": FromAsset(asset=table.name)}, {"text": text}),
    )
    hop = _hop(
        "Look through the table",
        f"Know what the columns of {table.name} hold",
        "Everything else depends on what the columns really hold, so the whole file is read, not a sample.",
        ("Read only the first rows: faster, but misses odd values further down.",),
        (table.name,),
        text,
        steps,
        is_final=True,
    )
    return _mission(
        table,
        name=f"Profile of {table.name}",
        goal=f"Say what is in {table.name}: its columns, types, gaps and extremes.",
        criteria=("Every column is listed with its type.", "Every doubt in reading the file is named."),
        outputs=(_asset(profile, "json", "output", "Columns, types, gaps, extremes"), _asset(text, "text", "output")),
        hops=(hop,),
        notes=_table_notes(table.profile),
    )


def _summary(table: TableInfo) -> MissionDraft:
    text = _Names(table).name(f"Summary of {table.name}")
    step = _step("summarize", "Summarise the table", {"table": FromAsset(asset=table.name)}, {"text": text})
    hop = _hop(
        "Summarise",
        f"A few true sentences about {table.name}",
        "One reading of the file is enough for its main figures.",
        ("Write a whole report, with a table of figures.",),
        (table.name,),
        text,
        (step,),
        is_final=True,
    )
    return _mission(
        table,
        name=f"Summary of {table.name}",
        goal=f"Summarise {table.name} in a few sentences.",
        criteria=("Every figure is computed from the file.", "Doubts in reading the file are named."),
        outputs=(_asset(text, "text", "output", "The summary"),),
        hops=(hop,),
        notes=_table_notes(table.profile),
    )


def _answer(intent: Question) -> MissionDraft:
    table, query, profile = intent.table, intent.query, intent.table.profile
    title, names = query_words(query, profile), _Names(table)
    figures, text = names.name(f"{title} (table)"), names.name(f"Answer: {title}")
    first = _hop(
        "Reckon",
        title,
        f"One query over all {profile.row_count:,} rows gives the exact figure.",
        ("Read the figure off a chart.",),
        (table.name,),
        figures,
        (_query_step(table, query, title, figures),),
    )
    second = _hop(
        "Say the answer",
        "The answer in one or two sentences",
        "A sentence is easier to use than a table.",
        ("Show only the table.",),
        (figures,),
        text,
        (_summarize_step(query, profile, figures, text),),
        is_final=True,
    )
    return _mission(
        table,
        name=title,
        goal=f"Answer from {table.name}: {title}.",
        criteria=(f"The figure covers all matching rows of {table.name}.", "The answer names its unit and its filter."),
        outputs=(_asset(figures, "table", "output", title), _asset(text, "text", "output", "The answer")),
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
    group = _hop(
        "Read and group",
        f"A small table: {title}",
        f"All {profile.row_count:,} rows are read and grouped once, so chart and report show the same figures.",
        ("Group inside the chart: shorter, but then the figures could not be checked.",),
        (table.name,),
        figures,
        (
            _step("profile_table", "Read every column", {"table": FromAsset(asset=table.name)}, {"profile": read}),
            _query_step(table, query, title, figures),
        ),
    )
    draw = _hop(
        "Draw the chart",
        title,
        _why_this_kind(kind, query),
        _other_kinds(kind),
        (figures,),
        chart,
        (
            _step(
                "chart",
                "Draw",
                {"table": FromAsset(asset=figures), **_chart_options(query, profile, title, kind, said)},
                {"chart": chart, "svg": svg, "png": png},
            ),
        ),
    )
    write = _hop(
        "Write it up",
        "The findings in words, and a report to pass on",
        "The report holds the findings, the chart, the figures and the doubts in one file that needs nothing else.",
        ("Stop at the chart.",),
        (figures, chart, svg),
        html,
        (
            _summarize_step(query, profile, figures, text),
            _step(
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
    return _mission(
        table,
        name=title,
        goal=f"Show {title} from {table.name}, as a chart and a report.",
        criteria=_chart_criteria(table, query),
        outputs=(
            _asset(chart, "chart", "output", "The chart"),
            _asset(figures, "table", "output", "The figures behind the chart"),
            _asset(text, "text", "output", "The findings in words"),
            _asset(html, "file", "output", "The report, to open in any browser"),
            _asset(markdown, "file", "output", "The report as text"),
            _asset(png, "file", "output", "The chart as a picture"),
            _asset(svg, "file", "output", "The chart as a drawing"),
        ),
        intermediates=(_asset(read, "json", "intermediate", "What the columns hold"),),
        hops=(group, draw, write),
        notes=said,
    )


def _report(table: TableInfo) -> MissionDraft:
    names = _Names(table)
    read, text = names.name(f"Profile of {table.name}"), names.name(f"Findings: {table.name}")
    html, markdown = names.name(f"Report on {table.name}", ".html"), names.name(f"Report on {table.name}", ".md")
    look = _hop(
        "Look through the table",
        f"Know what the columns of {table.name} hold",
        "A report without a stated question starts from what the file holds.",
        ("Ask for one figure and group it, which gives a chart too.",),
        (table.name,),
        text,
        (
            _step("profile_table", "Read every column", {"table": FromAsset(asset=table.name)}, {"profile": read}),
            _step("summarize", "Say what is in it", {"table": FromAsset(asset=table.name)}, {"text": text}),
        ),
    )
    write = _hop(
        "Write it up",
        "A report to pass on",
        "One file that needs nothing else.",
        ("Stop at the summary.",),
        (text,),
        html,
        (
            _step(
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
    return _mission(
        table,
        name=f"Report on {table.name}"[:_MAX_NAME],
        goal=f"Write a report on what {table.name} holds.",
        criteria=("Every column is described.", "Every figure is computed from the file."),
        outputs=(
            _asset(html, "file", "output", "The report, to open in any browser"),
            _asset(markdown, "file", "output", "The report as text"),
            _asset(text, "text", "output", "The findings in words"),
        ),
        intermediates=(_asset(read, "json", "intermediate", "What the columns hold"),),
        hops=(look, write),
        notes=_table_notes(table.profile),
    )


def _query_step(table: TableInfo, query: Query, title: str, result: str) -> ToolStepDraft:
    profile = table.profile
    labels = {"value": measure_words(query, profile)}
    if query.x:
        labels["x"] = axis_words(query, profile).capitalize() if query.granularity else axis_words(query, profile)
    if query.split:
        labels["series" if query.x else "x"] = short_label(column_of(query.split, profile))
    unit = _unit(query, profile)
    parameters: dict[str, Any] = {
        "sql": select_for(query, profile),
        "labels": labels,
        "units": {"value": unit} if unit else {},
    }
    return _step(
        "query_table",
        title,
        {"table": FromAsset(asset=table.name), **{k: Value(value=v) for k, v in parameters.items()}},
        {"result": result},
    )


def _summarize_step(query: Query, profile: Profile, figures: str, text: str) -> ToolStepDraft:
    options: dict[str, Any] = {
        "y": "value",
        "y_label": measure_words(query, profile),
        "unit": _unit(query, profile),
        "additive": is_additive_query(query),
    }
    if query.x or query.split:
        options |= {
            "x": "x",
            "x_label": axis_words(query, profile) or short_label(column_of(query.split or "", profile)),
        }
    if query.granularity:
        options["granularity"] = query.granularity
    if query.x and query.split:
        options |= {"split": "series", "split_label": short_label(column_of(query.split, profile))}
    parameters = {k: Value(value=v) for k, v in options.items() if v is not None}
    return _step("summarize", "Say it in words", {"table": FromAsset(asset=figures), **parameters}, {"text": text})


def _chart_options(query: Query, profile: Profile, title: str, kind: str, notes: tuple[str, ...]) -> dict[str, Value]:
    split = column_of(query.split, profile) if query.split else None
    options: dict[str, Any] = {
        "x": "x",
        "y": "value",
        "kind": kind,
        "title": title[:200],
        "x_label": (query.granularity or "").capitalize()
        or axis_words(query, profile)
        or (short_label(split) if split else ""),
        "y_label": measure_words(query, profile),
        "additive": is_additive_query(query),
        "source_columns": {
            "x": column_of(query.x, profile).label if query.x else None,
            "y": column_of(query.measure, profile).label if query.measure else None,
            "split": split.label if split else None,
        },
        "notes": list(notes),
    }
    # Between the best few there are no gaps to fill.
    if query.granularity and not query.top_n:
        options["granularity"] = query.granularity
    if unit := _unit(query, profile):
        options["unit"] = unit
    if split and query.x:
        options["split"] = "series"
    return {k: Value(value=v) for k, v in options.items()}


def _unit(query: Query, profile: Profile) -> str | None:
    if query.measure is None or query.aggregation == "count_distinct":
        return None
    return column_of(query.measure, profile).unit


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


def _step(tool_id: str, name: str, sources: dict[str, Value | FromAsset], targets: dict[str, str]) -> ToolStepDraft:
    return ToolStepDraft(
        tool_id=tool_id,
        name=name[:_MAX_NAME],
        description="",
        parameter_mapping=sources,
        result_mapping={result: ToAsset(asset=asset) for result, asset in targets.items()},
    )


def _hop(
    name: str,
    goal: str,
    rationale: str,
    alternatives: tuple[str, ...],
    inputs: tuple[str, ...],
    output: str,
    steps: tuple[ToolStepDraft, ...],
    *,
    is_final: bool = False,
) -> HopDraft:
    return HopDraft(
        name=name,
        goal=goal,
        rationale=rationale,
        alternatives=alternatives,
        success_criteria=(f"'{output}' is there.",),
        inputs=inputs,
        output=output,
        steps=steps,
        is_final=is_final,
    )


def _asset(name: str, kind: AssetKind, role: AssetRole, description: str = "") -> AssetDraft:
    return AssetDraft(name=name, kind=kind, role=role, description=description)


def _mission(
    table: TableInfo,
    *,
    name: str,
    goal: str,
    criteria: tuple[str, ...],
    outputs: tuple[AssetDraft, ...],
    hops: tuple[HopDraft, ...],
    notes: tuple[str, ...],
    intermediates: tuple[AssetDraft, ...] = (),
) -> MissionDraft:
    source = AssetDraft(name=table.name, kind="table", role="input", description="The file you gave", asset_id=table.id)
    return MissionDraft(
        name=name[:_MAX_NAME],
        goal=goal,
        description=goal,
        success_criteria=criteria,
        inputs=(source,),
        outputs=outputs,
        intermediates=intermediates,
        hops=hops,
        notes=notes,
    )

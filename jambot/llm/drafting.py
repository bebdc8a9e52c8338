"""The parts a mission draft is put together from. Pure."""

from __future__ import annotations

from typing import Any

from jambot.llm.draft import AssetDraft, AssetKind, AssetRole, FromAsset, HopDraft, MissionDraft, ToAsset, ToolStepDraft
from jambot.llm.draft import Literal as Value
from jambot.llm.intent import Query, TableInfo
from jambot.llm.sql import column_of, is_additive_query, select_for
from jambot.llm.strings import say
from jambot.llm.titles import axis_words, filter_words, measure_words, short_label
from jambot.tools.periods import GRANULARITIES
from jambot.tools.profile import Profile
from jambot.tools.strings import Language, in_language

MAX_NAME = 120  # characters
_MAX_NOTES = 12


class Names:
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


def query_step(table: TableInfo, query: Query, title: str, result: str, language: Language) -> ToolStepDraft:
    profile = table.profile
    labels = {"value": measure_words(query, profile, language)}
    axis = axis_words(query, profile, language)
    if axis:
        labels["x"] = _capital(axis) if query.granularity else axis
    if query.split:
        labels["series" if query.x else "x"] = short_label(column_of(query.split, profile))
    elif query.second:
        labels["series" if query.x else "x"] = measure_words(query, profile, language)
    unit = unit_of(query, profile)
    parameters: dict[str, Any] = {
        "sql": select_for(query, profile, language),
        "labels": labels,
        "units": {"value": unit} if unit else {},
    }
    return step(
        "query_table",
        title,
        {"table": FromAsset(asset=table.name), **{k: Value(value=v) for k, v in parameters.items()}},
        {"result": result},
    )


def summarize_step(query: Query, profile: Profile, figures: str, text: str, language: Language) -> ToolStepDraft:
    # The words name what was left out, so that a figure is never read for more than it is.
    said = ", ".join([measure_words(query, profile, language), *filter_words(query.filters, profile, language)])
    options: dict[str, Any] = {
        "y": "value",
        "y_label": said,
        "unit": unit_of(query, profile),
        "additive": is_additive_query(query),
        "language": language,
    }
    if query.share:
        options["whole"] = True
    if query.x or query.split or query.bins or query.second:
        axis = axis_words(query, profile, language)
        if not axis:
            axis = short_label(column_of(query.split, profile)) if query.split else said
        options |= {"x": "x", "x_label": axis}
    if has_gaps(query):
        options["granularity"] = query.granularity
    if query.x and (query.split or query.second):
        label = short_label(column_of(query.split, profile)) if query.split else measure_words(query, profile, language)
        options |= {"split": "series", "split_label": label}
    parameters = {k: Value(value=v) for k, v in options.items() if v is not None}
    say_it = say(language, "step.say")
    return step("summarize", say_it, {"table": FromAsset(asset=figures), **parameters}, {"text": text})


def chart_options(
    query: Query, profile: Profile, title: str, kind: str, notes: tuple[str, ...], language: Language
) -> dict[str, Value]:
    split = column_of(query.split, profile) if query.split else None
    axis = axis_words(query, profile, language)
    options: dict[str, Any] = {
        "x": "x",
        "y": "value",
        "kind": kind,
        "title": title[:200],
        "x_label": _capital(axis) if query.granularity else axis or (short_label(split) if split else ""),
        "y_label": measure_words(query, profile, language),
        "additive": is_additive_query(query),
        "source_columns": {
            "x": column_of(query.x, profile).label if query.x else None,
            "y": column_of(query.measure, profile).label if query.measure else None,
            "split": split.label if split else None,
        },
        "notes": list(notes),
        "language": language,
    }
    if has_gaps(query):
        options["granularity"] = query.granularity
    if unit := unit_of(query, profile):
        options["unit"] = unit
    if query.x and (split or query.second):
        options["split"] = "series"
    return {k: Value(value=v) for k, v in options.items()}


def has_gaps(query: Query) -> bool:
    """Whether periods without rows are shown empty: not between the best few, and not for days of the week."""
    return query.granularity in GRANULARITIES and not query.top_n


def unit_of(query: Query, profile: Profile) -> str | None:
    if query.share:
        return "%"
    if query.measure is None or query.bins or query.aggregation == "count_distinct":
        return None
    return column_of(query.measure, profile).unit


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def step(tool_id: str, name: str, sources: dict[str, Value | FromAsset], targets: dict[str, str]) -> ToolStepDraft:
    return ToolStepDraft(
        tool_id=tool_id,
        name=name[:MAX_NAME],
        description="",
        parameter_mapping=sources,
        result_mapping={result: ToAsset(asset=asset) for result, asset in targets.items()},
    )


def hop(
    name: str,
    goal: str,
    rationale: str,
    alternatives: tuple[str, ...],
    inputs: tuple[str, ...],
    output: str,
    steps: tuple[ToolStepDraft, ...],
    *,
    language: Language,
    is_final: bool = False,
) -> HopDraft:
    return HopDraft(
        name=name,
        goal=goal,
        rationale=rationale,
        alternatives=alternatives,
        success_criteria=(say(language, "done.output", asset=output),),
        inputs=inputs,
        output=output,
        steps=steps,
        is_final=is_final,
    )


def asset(name: str, kind: AssetKind, role: AssetRole, description: str = "") -> AssetDraft:
    return AssetDraft(name=name, kind=kind, role=role, description=description)


def mission(
    table: TableInfo,
    *,
    name: str,
    goal: str,
    criteria: tuple[str, ...],
    outputs: tuple[AssetDraft, ...],
    hops: tuple[HopDraft, ...],
    notes: tuple[str, ...],
    language: Language,
    intermediates: tuple[AssetDraft, ...] = (),
) -> MissionDraft:
    given = say(language, "gives.input")
    source = AssetDraft(name=table.name, kind="table", role="input", description=given, asset_id=table.id)
    return MissionDraft(
        name=name[:MAX_NAME],
        goal=goal,
        description=goal,
        success_criteria=criteria,
        inputs=(source,),
        outputs=outputs,
        intermediates=intermediates,
        hops=hops,
        notes=notes,
    )


def notes_on(said: tuple[str, ...], query: Query, profile: Profile, language: Language) -> tuple[str, ...]:
    """What to know before accepting: what was assumed, the gaps and doubts of the columns used, those of the file."""
    notes = [*said]
    used = (query.x, query.measure, query.split, query.second, *(limit.column for limit in query.filters))
    for name in dict.fromkeys(n for n in used if n):
        column = column_of(name, profile)
        if column.null_count:
            key = "gaps_left_out" if column.is_temporal and name in (query.x, query.split) else "gaps"
            label, rows = column.label, profile.row_count
            notes.append(say(language, f"note.{key}", n=column.null_count, rows=rows, label=label))
        notes += [in_language(note, language) for note in column.notes]
    return tuple(dict.fromkeys([*notes, *table_notes(profile, language)]))[:_MAX_NOTES]


def table_notes(profile: Profile, language: Language) -> tuple[str, ...]:
    of_columns = {note for column in profile.columns for note in column.notes}
    return tuple(in_language(note, language) for note in profile.notes if note not in of_columns)[:_MAX_NOTES]

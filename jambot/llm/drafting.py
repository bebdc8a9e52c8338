"""The parts a mission draft is put together from. Pure."""

from __future__ import annotations

from typing import Any

from jambot.llm.draft import AssetDraft, AssetKind, AssetRole, FromAsset, HopDraft, MissionDraft, ToAsset, ToolStepDraft
from jambot.llm.draft import Literal as Value
from jambot.llm.intent import Query, TableInfo
from jambot.llm.sql import column_of, is_additive_query, select_for
from jambot.llm.titles import axis_words, measure_words, short_label
from jambot.tools.profile import Profile

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


def query_step(table: TableInfo, query: Query, title: str, result: str) -> ToolStepDraft:
    profile = table.profile
    labels = {"value": measure_words(query, profile)}
    if query.x:
        labels["x"] = axis_words(query, profile).capitalize() if query.granularity else axis_words(query, profile)
    if query.split:
        labels["series" if query.x else "x"] = short_label(column_of(query.split, profile))
    unit = unit_of(query, profile)
    parameters: dict[str, Any] = {
        "sql": select_for(query, profile),
        "labels": labels,
        "units": {"value": unit} if unit else {},
    }
    return step(
        "query_table",
        title,
        {"table": FromAsset(asset=table.name), **{k: Value(value=v) for k, v in parameters.items()}},
        {"result": result},
    )


def summarize_step(query: Query, profile: Profile, figures: str, text: str) -> ToolStepDraft:
    options: dict[str, Any] = {
        "y": "value",
        "y_label": measure_words(query, profile),
        "unit": unit_of(query, profile),
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
    return step("summarize", "Say it in words", {"table": FromAsset(asset=figures), **parameters}, {"text": text})


def chart_options(query: Query, profile: Profile, title: str, kind: str, notes: tuple[str, ...]) -> dict[str, Value]:
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
    if unit := unit_of(query, profile):
        options["unit"] = unit
    if split and query.x:
        options["split"] = "series"
    return {k: Value(value=v) for k, v in options.items()}


def unit_of(query: Query, profile: Profile) -> str | None:
    if query.measure is None or query.aggregation == "count_distinct":
        return None
    return column_of(query.measure, profile).unit


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
    intermediates: tuple[AssetDraft, ...] = (),
) -> MissionDraft:
    source = AssetDraft(name=table.name, kind="table", role="input", description="The file you gave", asset_id=table.id)
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


def notes_on(said: tuple[str, ...], query: Query, profile: Profile) -> tuple[str, ...]:
    notes = [*said]
    for name in dict.fromkeys(n for n in (query.x, query.measure, query.split) if n):
        column = column_of(name, profile)
        if column.null_count:
            left_out = column.is_temporal and name in (query.x, query.split)
            gap = f"{column.null_count:,} of {profile.row_count:,} rows have no '{column.label}'"
            notes.append(f"{gap} and are left out." if left_out else f"{gap}.")
        notes += column.notes
    return tuple(dict.fromkeys([*notes, *table_notes(profile)]))[:_MAX_NOTES]


def table_notes(profile: Profile) -> tuple[str, ...]:
    of_columns = {note for column in profile.columns for note in column.notes}
    return tuple(note for note in profile.notes if note not in of_columns)[:_MAX_NOTES]

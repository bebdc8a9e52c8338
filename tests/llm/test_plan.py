"""Every intent becomes a mission that can be accepted, run, and trusted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from jambot.ids import new_id
from jambot.llm.draft import MissionDraft, draft_from_json, draft_to_json
from jambot.llm.intent import Clarify, Filter, Query, Question, TableInfo, Unsupported
from jambot.llm.plan import plan
from jambot.llm.sql import select_for
from jambot.llm.understand import understand
from jambot.tools import ToolContext, ToolOutput, find_tool, get_tool
from jambot.tools.figures import figure
from jambot.tools.tables import profile_of, read_table
from tests.llm.drafts import carry_out
from tests.llm.tables import content, table
from tests.llm.test_understand import PHRASES

ALL = [(name, phrase) for name, cases in PHRASES.items() for phrase, _ in cases]


def draft_for(name: str, phrase: str) -> MissionDraft | None:
    intent = understand([phrase], [replace(table(name), id=new_id())])
    return None if isinstance(intent, Clarify | Unsupported) else plan(intent)


def made(name: str, phrase: str) -> dict[str, Any]:
    """What the mission for a phrase makes, by kind of asset: the last one of each."""
    draft = draft_for(name, phrase)
    assert draft is not None
    assets = carry_out(draft, {name: content(name)})
    return {a.kind: a.value for a in assets.values() if isinstance(a, ToolOutput) and a.value is not None}


def problems(draft: MissionDraft) -> list[str]:
    """What would stop a draft from being carried out."""
    known, ready, found = {a.name for a in draft.assets}, {a.name for a in draft.inputs}, []
    for hop in draft.hops:
        for step in hop.steps:
            sources = draft_to_json(draft)["hops"][draft.hops.index(hop)]["steps"][hop.steps.index(step)]
            tool = get_tool(step.tool_id)
            found += [p for p in step.parameter_mapping if p not in tool.parameters]
            found += [p for p in tool.required if p not in step.parameter_mapping]
            found += [r for r in step.result_mapping if r not in tool.outputs]
            used = {s["asset"] for s in sources["parameter_mapping"].values() if "asset" in s}
            found += sorted(used - ready)
            ready |= {t["asset"] for t in sources["result_mapping"].values() if "asset" in t}
        found += [] if hop.output in ready else [hop.output]
    found += [a.name for a in draft.outputs if a.name not in ready]
    return found + sorted(ready - known)


@pytest.mark.parametrize(("name", "phrase"), ALL)
def test_every_proposal_is_whole_and_survives_json(name: str, phrase: str) -> None:
    draft = draft_for(name, phrase)
    if draft is None:
        return
    assert problems(draft) == []
    assert draft.hops[-1].is_final
    assert 2 <= len(draft.success_criteria) <= 3
    assert len({a.name for a in draft.assets}) == len(draft.assets)
    assert all(hop.rationale and hop.alternatives for hop in draft.hops)
    assert draft_from_json(json.loads(json.dumps(draft_to_json(draft)))) == draft
    assert all(find_tool(step.tool_id) for hop in draft.hops for step in hop.steps)


def test_the_total_of_twelve_thousand_rows_is_exact() -> None:
    chart = made("umsatz.csv", "Umsatz pro Monat nach Kanal")["chart"]
    cents = sum(round(100 * total) for total in chart["total_per_category"])
    assert cents == 12_000 * 12_001 // 2
    assert len(chart["categories"]) == 12
    assert chart["source_columns"] == {"x": "Datum", "y": "Umsatz (€)", "split": "Kanal"}


def test_a_question_is_answered_with_its_figure_and_unit() -> None:
    assert made("umsatz.csv", "Gesamtumsatz")["text"] == "**Umsatz: 720.060,00 €**\n"


def test_german_figures_of_a_cp1252_file_are_added_up_truly() -> None:
    answer = made("kassenbuch.csv", "Wie hoch war der Umsatz netto in München?")["text"]
    expected = sum(1000.5 + i * 37.25 for i in range(0, 60, 3))
    assert figure(expected, "€", language="de") in answer


def test_a_filter_leaves_everything_else_out() -> None:
    chart = made("umsatz.csv", "Umsatz im Kanal Web pro Monat")["chart"]
    web = sum(i for i in range(1, 12_001) if i % 3 == 0)
    assert sum(round(100 * t) for t in chart["total_per_category"] if t is not None) == web


def test_the_best_is_named_with_its_figure() -> None:
    answer = made("cities.csv", "which city has the most inhabitants?")["text"]
    assert answer == "**Population: 3,769,495** for Berlin.\n"


def test_counting_counts_every_row() -> None:
    chart = made("umsatz.csv", "wie viele Bestellungen pro Monat?")["chart"]
    assert sum(chart["total_per_category"]) == 12_000


def test_averages_are_averages() -> None:
    chart = made("wide.csv", "average temperature 07 by machine")["chart"]
    by_machine: dict[str, list[float]] = {}
    for row in range(40):
        value = round((row * 7 + 24 * 3) % 90 + 24 / 100, 2)
        by_machine.setdefault(("M1", "M2", "M3")[row % 3], []).append(value)
    expected = {m: round(sum(v) / len(v), 4) for m, v in by_machine.items()}
    assert dict(zip(chart["categories"], chart["series"][0]["values"], strict=True)) == pytest.approx(
        expected, abs=1e-4
    )


def test_rows_without_a_date_are_left_out_and_said_so() -> None:
    data = b"Date,Revenue\n2026-01-01,5\n,7\n2026-02-01,\n"
    info = TableInfo(id=new_id(), name="gaps.csv", profile=profile_of(read_table(data)))
    intent = understand(["revenue by month"], [info])
    assert not isinstance(intent, Clarify | Unsupported)
    draft = plan(intent)
    assert "1 of 3 rows have no 'Date' and are left out." in draft.notes
    assert "1 of 3 rows have no 'Revenue'." in draft.notes


def test_a_doubtful_date_column_is_named_in_the_proposal() -> None:
    data = b"Date,Revenue\n03/04/2026,5\n05/06/2026,7\n"
    info = TableInfo(id=new_id(), name="us.csv", profile=profile_of(read_table(data)))
    intent = understand(["revenue by month"], [info])
    assert not isinstance(intent, Clarify | Unsupported)
    assert any("is ambiguous" in note for note in plan(intent).notes)


@pytest.mark.parametrize("value", ["O'Brien", "'; DROP TABLE data; --", '"', "%_", "\\"])
def test_a_value_from_the_file_cannot_leave_its_place_in_a_query(value: str) -> None:
    quoted = '"' + value.replace('"', '""') + '"'
    data = f"Name;N\n{quoted};1\nother;2\n".encode()
    profile = profile_of(read_table(data))
    query = Query(measure="n", aggregation="sum", filters=(Filter(column="name", op="in", values=(value,)),))
    result = get_tool("query_table").run({"table": data, "sql": select_for(query, profile)}, ToolContext())
    assert result.outputs["result"].value["rows"] == [[1]]


def test_names_taken_by_the_file_are_not_used_twice() -> None:
    data = content("umsatz.csv")
    name = "Umsatz by month"
    info = TableInfo(id=new_id(), name=name, profile=profile_of(read_table(data)))
    intent = understand(["Umsatz pro Monat"], [info])
    assert not isinstance(intent, Clarify | Unsupported)
    draft = plan(intent)
    assert len({a.name for a in draft.assets}) == len(draft.assets)
    assert problems(draft) == []


def test_ties_for_the_first_place_are_all_named() -> None:
    data = b"City,N\nA,5\nB,5\nC,1\n"
    info = TableInfo(id=new_id(), name="ties.csv", profile=profile_of(read_table(data)))
    query = Query(measure="n", aggregation="sum", x="city", top_n=1)
    assets = carry_out(plan(Question(table=info, query=query)), {"ties.csv": data})
    answer = next(a.value for a in assets.values() if isinstance(a, ToolOutput) and a.kind == "text")
    assert "All are the same" in answer

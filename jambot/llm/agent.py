"""The agent every model runs in: two tools, whose calls become a proposal or a form. Imports Pydantic AI, which is slow
to load; `jambot.llm.reply` imports this module only when the first answer is needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_ai import Agent, ModelRetry, RunContext
from pydantic_ai.models import Model

from jambot.llm.draft import MissionDraft
from jambot.llm.intent import Chart, Filter, ProfileTable, Query, Question, Report, Summarise, TableInfo
from jambot.llm.matching import is_measure
from jambot.llm.plan import named, plan
from jambot.llm.replies import ClarifyQuestion

_MAX_RETRIES = 2


@dataclass(kw_only=True)
class Outcome:
    """What the tools of one answer did; read when they return."""

    tables: tuple[TableInfo, ...]
    draft: MissionDraft | None = None
    questions: tuple[ClarifyQuestion, ...] = field(default=())


class FilterArgument(BaseModel):
    model_config = ConfigDict(extra="forbid")
    column: str
    op: Literal["in", "not in", ">=", "<"]
    values: list[str] = Field(min_length=1, max_length=60)


class QuestionArgument(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str = Field(max_length=200)
    text: str = Field(max_length=600)
    options: list[str] = Field(default_factory=list, max_length=8)


def build_agent(model: Model, instructions: str) -> Agent[Outcome, str]:
    """An agent that answers with text, and may propose a mission or ask the user on the way."""
    agent: Agent[Outcome, str] = Agent(model, deps_type=Outcome, instructions=instructions, retries=_MAX_RETRIES)
    agent.tool(propose_mission)
    agent.tool(ask_user)
    return agent


def propose_mission(
    ctx: RunContext[Outcome],
    deliverable: Literal["profile", "summary", "answer", "chart", "report"],
    table: str,
    measure: str | None = None,
    aggregation: Literal["count", "count_distinct", "sum", "avg", "median", "min", "max"] | None = None,
    x: str | None = None,
    granularity: Literal["day", "week", "month", "quarter", "year"] | None = None,
    split: str | None = None,
    filters: list[FilterArgument] | None = None,
    top_n: int | None = None,
    descending: bool = True,
    kind: Literal["bar", "stacked_bar", "line"] = "bar",
    notes: list[str] | None = None,
    name: str = "",
) -> str:
    """Propose a mission on one table. Nothing runs until the user accepts.

    Args:
        ctx: the answer this call belongs to.
        deliverable: what the user gets.
        table: name of the table.
        measure: column to reckon with; leave it out to count rows.
        aggregation: how to reckon; needed for answer and chart, and for a report with a chart.
        x: column to group by; needed for a chart.
        granularity: step of time when x is a date.
        split: second column to group by.
        filters: limits; `in` and `not in` compare texts, `>=` and `<` take one ISO date.
        top_n: keep only the largest, or the smallest when `descending` is false.
        descending: false for the smallest.
        kind: kind of chart.
        notes: assumptions the user should read before accepting.
        name: a short name in the user's own words.
    """
    info = next((t for t in ctx.deps.tables if t.name == table), None)
    if info is None:
        names = ", ".join(t.name for t in ctx.deps.tables) or "none; ask the user to upload a CSV file"
        raise ModelRetry(f"There is no table '{table}'. Tables: {names}.")
    query = None
    if aggregation is not None:
        query = Query(
            measure=measure,
            aggregation=aggregation,
            x=x,
            granularity=granularity,
            split=split,
            filters=tuple(Filter(column=f.column, op=f.op, values=tuple(f.values)) for f in filters or ()),
            top_n=top_n,
            descending=descending,
        )
        _check(query, info)
    ctx.deps.draft = named(plan(_intent(deliverable, info, query, kind, tuple(notes or ()))), name)
    return f"Proposed '{ctx.deps.draft.name}'. The user now accepts it, rejects it or asks for a change."


def ask_user(ctx: RunContext[Outcome], questions: list[QuestionArgument]) -> str:
    """Ask the user what is missing, at most four questions in one form.

    Args:
        ctx: the answer this call belongs to.
        questions: each with the options there are, as the user would read them.
    """
    if not 1 <= len(questions) <= 4:
        raise ModelRetry("Ask one to four questions.")
    ctx.deps.questions = tuple(ClarifyQuestion(id=q.id, text=q.text, options=tuple(q.options)) for q in questions)
    return "The questions are shown to the user, who answers next."


def _intent(
    deliverable: str, table: TableInfo, query: Query | None, kind: Any, notes: tuple[str, ...]
) -> ProfileTable | Summarise | Question | Chart | Report:
    match deliverable:
        case "profile":
            return ProfileTable(table=table)
        case "summary":
            return Summarise(table=table)
        case "report":
            return Report(table=table, query=query, kind=kind, notes=notes)
        case _ if query is None:
            raise ModelRetry("Say how to reckon: give `aggregation`, and `measure` unless rows are counted.")
        case "chart" if query.x is None and query.split is None:
            raise ModelRetry("A chart needs `x`, the column to group by.")
        case "chart":
            return Chart(table=table, query=query, kind=kind, notes=notes)
        case _:
            return Question(table=table, query=query, notes=notes)


def _check(query: Query, table: TableInfo) -> None:
    profile = table.profile
    named = [query.measure, query.x, query.split, *(f.column for f in query.filters)]
    if missing := [n for n in named if n is not None and profile.column(n) is None]:
        names = ", ".join(c.name for c in profile.columns[:200])
        raise ModelRetry(f"There is no column {', '.join(missing)} in '{table.name}'. Columns: {names}.")
    measure = profile.column(query.measure) if query.measure else None
    if measure is None and query.aggregation != "count":
        raise ModelRetry(f"'{query.aggregation}' needs a `measure`.")
    if measure and query.aggregation not in ("count", "count_distinct") and not measure.is_numeric:
        numbers = ", ".join(c.name for c in profile.columns if is_measure(c)) or "none"
        raise ModelRetry(f"'{measure.name}' holds no numbers. Columns with numbers: {numbers}.")
    if measure and query.aggregation == "count":
        raise ModelRetry("`count` counts rows: leave `measure` out, or use `count_distinct`.")
    for limit in query.filters:
        column = profile.column(limit.column)
        if limit.op in (">=", "<") and column and not column.is_temporal:
            raise ModelRetry(f"'{column.name}' is no date, so it cannot be limited with {limit.op}.")

"""The agent every model runs in: two tools, whose calls become a proposal or a form. Imports Pydantic AI, which is slow
to load; `jambot.llm.reply` imports this module only when the first answer is needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_ai import Agent, ModelRetry, RunContext
from pydantic_ai.models import Model

from jambot.llm.checking import check_query, check_rows
from jambot.llm.draft import MissionDraft
from jambot.llm.intent import (
    Aggregation,
    Chart,
    ChartKind,
    Filter,
    FilterOp,
    Listing,
    Plannable,
    ProfileTable,
    Query,
    Question,
    Report,
    Step,
    Summarise,
    TableInfo,
)
from jambot.llm.plan import named, plan
from jambot.llm.replies import ClarifyQuestion
from jambot.tools.strings import Language

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
    op: FilterOp
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
    deliverable: Literal["profile", "summary", "answer", "chart", "report", "rows"],
    table: str,
    measure: str | None = None,
    aggregation: Aggregation | None = None,
    x: str | None = None,
    granularity: Step | None = None,
    split: str | None = None,
    filters: list[FilterArgument] | None = None,
    top_n: int | None = None,
    descending: bool = True,
    kind: ChartKind = "bar",
    notes: list[str] | None = None,
    name: str = "",
    language: Language = "en",
    second_measure: str | None = None,
    share: bool = False,
    distribution: bool = False,
    others: bool = False,
    percent: int = 50,
    skip: int = 0,
) -> str:
    """Propose a mission on one table. Nothing runs until the user accepts.

    Args:
        ctx: the answer this call belongs to.
        deliverable: what the user gets; `rows` lists rows as they are, `top_n` of them, ordered by `measure`.
        table: name of the table.
        measure: column to reckon with; leave it out to count rows.
        aggregation: how to reckon; needed for answer and chart, and for a report with a chart.
        x: column to group by; needed for a chart.
        granularity: step of time when x is a date.
        split: second column to group by.
        filters: limits; `in` and `not in` compare texts, the signs take one number or ISO date, `within` ISO dates in
            pairs (from, before), `contains` and `starts` one text.
        top_n: keep only the largest, or the smallest when `descending` is false.
        descending: false for the smallest.
        kind: kind of chart.
        notes: assumptions the user should read before accepting.
        name: a short name in the user's own words.
        language: what the mission and its results are written in: the user's language.
        second_measure: another column beside `measure`, of the same unit, reckoned the same way.
        share: every group as a part of the whole, in percent; instead of a pie.
        distribution: how the values of `measure` are spread, as a histogram; needs no `x`.
        others: with `top_n`, the rest added up as one more group.
        percent: which percentile, for the aggregation `percentile`.
        skip: for `rows`, how many to leave out before the first.
    """
    info = next((t for t in ctx.deps.tables if t.name == table), None)
    if info is None:
        names = ", ".join(t.name for t in ctx.deps.tables) or "none; ask the user to upload a CSV file"
        raise ModelRetry(f"There is no table '{table}'. Tables: {names}.")
    limits = tuple(Filter(column=f.column, op=f.op, values=tuple(f.values)) for f in filters or ())
    said = tuple(notes or ())
    if deliverable == "rows":
        intent: Plannable = Listing(
            table=info,
            filters=limits,
            order=measure,
            descending=descending,
            limit=max(1, min(top_n or 100, 1_000)),
            skip=max(0, skip),
            notes=said,
            language=language,
        )
        _retry(check_rows(intent))
    else:
        query = None
        if aggregation is not None:
            query = Query(
                measure=measure,
                aggregation=aggregation,
                x=x,
                granularity=granularity,
                split=split,
                filters=limits,
                top_n=top_n,
                descending=descending,
                others=others,
                percent=max(1, min(percent, 99)),
                share=share,
                second=second_measure,
                bins=distribution,
            )
            _retry(check_query(query, info.profile, info.name))
        intent = _intent(deliverable, info, query, kind, said, language)
    ctx.deps.draft = named(plan(intent), name)
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
    deliverable: str, table: TableInfo, query: Query | None, kind: ChartKind, notes: tuple[str, ...], language: Language
) -> Plannable:
    match deliverable:
        case "profile":
            return ProfileTable(table=table, language=language)
        case "summary":
            return Summarise(table=table, language=language)
        case "report":
            return Report(table=table, query=query, kind=kind, notes=notes, language=language)
        case _ if query is None:
            raise ModelRetry("Say how to reckon: give `aggregation`, and `measure` unless rows are counted.")
        case "chart" if query.x is None and query.split is None and not query.bins and query.second is None:
            raise ModelRetry("A chart needs `x`, the column to group by.")
        case "chart":
            return Chart(table=table, query=query, kind=kind, notes=notes, language=language)
        case _:
            return Question(table=table, query=query, notes=notes, language=language)


def _retry(fault: str | None) -> None:
    if fault is not None:
        raise ModelRetry(fault)

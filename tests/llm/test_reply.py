"""One stream of events from any model, and an embedded model that is deterministic and honest."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr
from pydantic_ai.messages import ModelMessage, ModelRequest, RetryPromptPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, FunctionModel

from jambot.clock import ManualClock
from jambot.errors import InvalidInput
from jambot.ids import new_id
from jambot.llm import (
    AssistantContext,
    Clarification,
    ContextAsset,
    Done,
    HistoryMessage,
    ModelUnavailable,
    ProposedMission,
    ReplyEvent,
    TextDelta,
    stream_reply,
)
from jambot.llm.agent import Outcome, build_agent
from jambot.llm.context import context_text, tables_of
from tests.llm.tables import table


@dataclass(frozen=True)
class Settings:
    model_base_url: str | None = None
    model_api_key: SecretStr | None = None


def context(*names: str) -> AssistantContext:
    return AssistantContext(
        assets=tuple(
            ContextAsset(id=new_id(), name=name, kind="table", profile=table(name).profile.to_json()) for name in names
        )
    )


def conversation(*said: str) -> list[HistoryMessage]:
    """User first, then in turns."""
    return [HistoryMessage(role="assistant" if i % 2 else "user", content=text) for i, text in enumerate(said)]


async def reply(*said: str, files: tuple[str, ...] = ("umsatz.csv",), model: str = "jambot-local") -> list[ReplyEvent]:
    events = stream_reply(
        model, history=conversation(*said), context=context(*files), clock=ManualClock(), settings=Settings()
    )
    return [event async for event in events]


def text(events: list[ReplyEvent]) -> str:
    return "".join(e.text for e in events if isinstance(e, TextDelta))


async def test_a_clear_request_is_answered_with_a_proposal_and_words() -> None:
    events = await reply("Umsatz pro Monat nach Kanal")
    proposals = [e for e in events if isinstance(e, ProposedMission)]
    assert [p.draft.name for p in proposals] == ["Umsatz pro Monat nach Kanal"]
    assert "Umsatz pro Monat nach Kanal" in text(events)
    assert isinstance(events[-1], Done)
    assert events[-1].model == "jambot-local"


async def test_words_come_one_after_the_other() -> None:
    deltas = [e.text for e in await reply("Hallo") if isinstance(e, TextDelta)]
    assert len(deltas) > 20
    assert max(len(d) for d in deltas) < 40


async def test_an_unclear_request_is_answered_with_a_form_that_is_also_text() -> None:
    events = await reply("Umsatz pro Monat", files=("kassenbuch.csv",))
    forms = [e for e in events if isinstance(e, Clarification)]
    assert [q.id for q in forms[0].questions] == ["column:umsatz", "x"]
    assert "- Umsatz brutto" in text(events)
    assert not any(isinstance(e, ProposedMission) for e in events)


async def test_the_answers_to_a_form_lead_to_the_proposal() -> None:
    events = await reply("Umsatz pro Monat", "Which one?", "Umsatz netto\nLieferdatum", files=("kassenbuch.csv",))
    draft = next(e.draft for e in events if isinstance(e, ProposedMission))
    assert draft.name == "Umsatz pro Monat"
    assert "„Umsatz netto“ und „Lieferdatum“" in draft.success_criteria[0]


async def test_the_same_conversation_gives_the_same_answer() -> None:
    files = context("umsatz.csv")

    async def once() -> list[ReplyEvent]:
        history = conversation("Umsatz pro Monat")
        return [
            e
            async for e in stream_reply(
                "jambot-local", history=history, context=files, clock=ManualClock(), settings=Settings()
            )
        ]

    assert await once() == await once()


@pytest.mark.parametrize("phrase", ["write me a poem", "what can you do?"])
async def test_what_it_cannot_do_is_said_plainly_with_the_way_to_a_model(phrase: str) -> None:
    said = text(await reply(phrase))
    assert "JAMBOT_MODEL" in said
    assert "I can" in said


async def test_without_a_file_it_asks_for_one() -> None:
    assert "Upload a CSV" in text(await reply("chart revenue by month", files=()))


async def test_an_empty_file_is_called_empty() -> None:
    assert "empty.csv has no rows" in text(await reply("chart revenue by month", files=("empty.csv",)))


async def test_two_files_of_one_name_are_told_apart() -> None:
    assert [t.name for t in tables_of(context("umsatz.csv", "umsatz.csv"))] == ["umsatz.csv", "umsatz.csv (2)"]


async def test_nothing_to_answer_is_refused() -> None:
    with pytest.raises(InvalidInput):
        await anext(
            stream_reply("jambot-local", history=[], context=context(), clock=ManualClock(), settings=Settings())
        )


async def test_a_reader_that_leaves_early_stops_the_model() -> None:
    events = stream_reply(
        "jambot-local", history=conversation("Hallo"), context=context(), clock=ManualClock(), settings=Settings()
    )
    assert isinstance(await anext(events), TextDelta)
    await events.aclose()  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(StopAsyncIteration):
        await anext(events)


@pytest.mark.parametrize(
    ("model", "settings", "words"),
    [
        ("nonsense", Settings(), "There is no model 'nonsense'"),
        ("nobody:anything", Settings(), "There is no model 'nobody:anything'"),
        ("openai:gpt-5", Settings(), "pydantic-ai-slim[openai]"),
        ("anything", Settings(model_base_url="http://localhost:1"), "pydantic-ai-slim[openai]"),
    ],
)
async def test_a_model_that_is_not_set_up_says_what_is_missing(model: str, settings: Settings, words: str) -> None:
    history = conversation("Hallo")
    with pytest.raises(ModelUnavailable) as refused:
        await anext(stream_reply(model, history=history, context=context(), clock=ManualClock(), settings=settings))
    assert words in refused.value.detail


def scripted(*calls: dict[str, Any]) -> tuple[FunctionModel, list[str]]:
    """A model that makes these calls of `propose_mission` in turn, then says done; and what it was told back."""
    told: list[str] = []
    left = list(calls)

    async def speak(messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[str | dict[int, DeltaToolCall]]:
        last = messages[-1]
        if isinstance(last, ModelRequest):
            told.extend(str(p.content) for p in last.parts if isinstance(p, RetryPromptPart | ToolReturnPart))
        if left:
            arguments = json.dumps(left.pop(0))
            yield {0: DeltaToolCall(name="propose_mission", json_args=arguments, tool_call_id=f"c{len(left)}")}
        else:
            yield "done"

    return FunctionModel(stream_function=speak), told


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"table": "nope.csv"}, "Tables: umsatz.csv"),
        ({"measure": "profit"}, "There is no column profit"),
        ({"measure": "kanal"}, "'kanal' holds no numbers"),
        ({"measure": None}, "needs a `measure`"),
        ({"aggregation": "count"}, "`count` counts rows"),
        ({"aggregation": None}, "Say how to reckon"),
        ({"x": None}, "A chart needs `x`"),
        ({"filters": [{"column": "kanal", "op": ">=", "values": ["2026"]}]}, "is no date"),
    ],
)
async def test_a_model_that_names_what_is_not_there_is_told_and_may_correct_itself(
    wrong: dict[str, Any], words: str
) -> None:
    right = {"deliverable": "chart", "table": "umsatz.csv", "aggregation": "sum", "measure": "umsatz", "x": "kanal"}
    model, told = scripted({**right, **wrong}, right)
    outcome = Outcome(tables=tuple(tables_of(context("umsatz.csv"))))
    async with build_agent(model, "").run_stream_events("chart it", deps=outcome) as events:
        async for _ in events:
            pass
    assert words in told[0]
    assert outcome.draft is not None
    assert outcome.draft.name == "Umsatz by Kanal"


def test_a_model_that_reads_is_given_the_columns_and_the_doubts() -> None:
    said = context_text(context("kassenbuch.csv"))
    assert "umsatz_netto (Umsatz netto): decimal, €" in said
    assert "Note: The last row is a total" in said


async def test_a_workbook_alone_is_answered_with_what_works_instead() -> None:
    book = AssistantContext(assets=(ContextAsset(id=new_id(), name="q3.xlsx", kind="file"),))
    said = conversation("Umsatz pro Monat aus der Datei")
    events = stream_reply("jambot-local", history=said, context=book, clock=ManualClock(), settings=Settings())
    assert "q3.xlsx kann ich nicht lesen" in text([event async for event in events])

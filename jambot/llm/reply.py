"""One answer as a stream of events, from any model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from jambot.clock import Clock
from jambot.errors import InvalidInput
from jambot.llm.context import INSTRUCTIONS, context_text, tables_of, unread_of
from jambot.llm.providers import LOCAL_NAME, ModelSettings, ModelUnavailable, build_model
from jambot.llm.replies import (
    AssistantContext,
    Clarification,
    Done,
    HistoryMessage,
    ProposedMission,
    ReplyEvent,
    TextDelta,
)

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage

_MAX_REQUESTS = 6


async def stream_reply(
    model_name: str,
    *,
    history: Sequence[HistoryMessage],
    context: AssistantContext,
    settings: ModelSettings,
    system_prompt: str = INSTRUCTIONS,
    clock: Clock,
    pause_s: float = 0.0,
) -> AsyncIterator[ReplyEvent]:
    """The answer to the last message of `history`, which must be the user's.

    Yields text as it comes, at most one proposal and one form, and `Done` last. Closing the iterator stops the model.

    Args:
        clock: tells the embedded model what `last month` is counted from.
        pause_s: seconds between two words of the embedded model; real models keep their own pace.

    Raises:
        InvalidInput: the history does not end with the user.
        ModelUnavailable: the model is not set up, did not answer, or gave up.
    """
    if not history or history[-1].role != "user":
        raise InvalidInput("There is nothing to answer.")
    # Loading the model library takes over a second, so it happens off the loop.
    await asyncio.to_thread(warm_up)
    from pydantic_ai.exceptions import AgentRunError, UserError
    from pydantic_ai.messages import PartDeltaEvent, PartStartEvent, TextPart, TextPartDelta
    from pydantic_ai.run import AgentRunResultEvent
    from pydantic_ai.usage import UsageLimits

    from jambot.llm.agent import Outcome, build_agent

    tables, today = tables_of(context), clock.now().date()
    model = build_model(
        model_name, settings=settings, tables=tables, unread=unread_of(context), today=today, pause_s=pause_s
    )
    instructions = system_prompt if model_name == LOCAL_NAME else f"{system_prompt}\n{context_text(context)}"
    agent = build_agent(model, instructions)
    outcome = Outcome(tables=tuple(tables))
    told: list[Any] = []
    input_tokens = output_tokens = 0
    try:
        async with agent.run_stream_events(
            history[-1].content,
            message_history=_messages(history[:-1]),
            deps=outcome,
            usage_limits=UsageLimits(request_limit=_MAX_REQUESTS),
        ) as events:
            async for event in events:
                for fact in _facts(outcome, told):
                    yield fact
                match event:
                    case PartStartEvent(part=TextPart(content=text)) if text:
                        yield TextDelta(text=text)
                    case PartDeltaEvent(delta=TextPartDelta(content_delta=text)) if text:
                        yield TextDelta(text=text)
                    case AgentRunResultEvent(result=result):
                        input_tokens, output_tokens = result.usage.input_tokens, result.usage.output_tokens
                    case _:
                        pass
    except (AgentRunError, UserError) as exc:
        raise ModelUnavailable from exc
    yield Done(model=model_name, input_tokens=input_tokens, output_tokens=output_tokens)


def warm_up() -> None:
    """Load what an answer needs. Takes about two seconds the first time; call it in a thread after start."""
    import jambot.llm.agent
    import jambot.llm.local  # noqa: F401 - loading it is the point


def _facts(outcome: Any, told: list[Any]) -> list[ReplyEvent]:
    """What the tools have done since the last look."""
    facts: list[ReplyEvent] = []
    if outcome.draft is not None and outcome.draft not in told:
        told.append(outcome.draft)
        facts.append(ProposedMission(draft=outcome.draft))
    if outcome.questions and outcome.questions not in told:
        told.append(outcome.questions)
        facts.append(Clarification(questions=outcome.questions))
    return facts


def _messages(history: Sequence[HistoryMessage]) -> list[ModelMessage]:
    from pydantic_ai.messages import ModelRequest, ModelResponse, SystemPromptPart, TextPart, UserPromptPart

    messages: list[ModelMessage] = []
    for said in history:
        match said.role:
            case "user":
                messages.append(ModelRequest(parts=[UserPromptPart(content=said.content)]))
            case "assistant":
                messages.append(ModelResponse(parts=[TextPart(content=said.content)]))
            case "system":
                messages.append(ModelRequest(parts=[SystemPromptPart(content=said.content)]))
    return messages

"""`jambot-local`: the model that is always there. Offline, deterministic, and honest about what it cannot do.

It is a Pydantic AI model like any other: it reads the conversation from the messages it is given, calls the same two
tools a large model would call, and streams text. The same conversation and workspace give the same answer.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

from pydantic_ai.messages import ModelMessage, ModelRequest, RetryPromptPart, ToolReturnPart, UserPromptPart
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, FunctionModel

from jambot.llm import wording
from jambot.llm.intent import (
    Chart,
    Clarify,
    Filter,
    Intent,
    Listing,
    ProfileTable,
    Question,
    Report,
    Summarise,
    TableInfo,
    Unsupported,
)
from jambot.llm.naming import name_in_words
from jambot.llm.plan import named, plan
from jambot.llm.strings import say
from jambot.llm.understand import understand

LOCAL = "jambot-local"
ASK, PROPOSE = "ask_user", "propose_mission"
_CHUNK = re.compile(r"\s*\S+\s*")


class LocalModel(FunctionModel):
    """Answers from rules instead of weights. `today` is what `last month` is counted from,
    `pause_s` the time between two words, for a calmer stream."""

    def __init__(
        self, tables: Sequence[TableInfo], *, today: date, unread: Sequence[str] = (), pause_s: float = 0.0
    ) -> None:
        super().__init__(stream_function=self._speak, model_name=LOCAL)
        self._tables = tuple(tables)
        self._today = today
        self._unread = tuple(unread)
        self._pause_s = pause_s

    async def _speak(
        self, messages: list[ModelMessage], info: AgentInfo
    ) -> AsyncIterator[str | dict[int, DeltaToolCall]]:
        # Off the loop: a long talk about a wide table takes a noticeable moment to read.
        intent = await asyncio.to_thread(understand, _phrases(messages), self._tables, today=self._today)
        name = ""
        if not isinstance(intent, Clarify | Unsupported):
            said = _phrases(messages)
            name = await asyncio.to_thread(name_in_words, said, intent, self._tables, today=self._today)
        tool, arguments = _call(intent)
        if name:
            arguments |= {"name": name}
        if tool and not _has_called(messages):
            yield {0: DeltaToolCall(name=tool, json_args=json.dumps(arguments), tool_call_id=f"{LOCAL}-1")}
            return
        for chunk in _CHUNK.findall(_text(intent, self._tables, self._unread, messages, name)):
            await asyncio.sleep(self._pause_s)
            yield chunk


def _phrases(messages: Sequence[ModelMessage]) -> list[str]:
    return [
        part.content
        for message in messages
        if isinstance(message, ModelRequest)
        for part in message.parts
        if isinstance(part, UserPromptPart) and isinstance(part.content, str)
    ]


def _has_called(messages: Sequence[ModelMessage]) -> bool:
    return bool(messages) and any(isinstance(p, ToolReturnPart | RetryPromptPart) for p in messages[-1].parts)


def _text(
    intent: Intent, tables: Sequence[TableInfo], unread: Sequence[str], messages: Sequence[ModelMessage], name: str
) -> str:
    if messages and any(isinstance(p, RetryPromptPart) for p in messages[-1].parts):
        return say(intent.language, "said.failed")
    match intent:
        case Clarify():
            return wording.asked(intent)
        case Unsupported():
            return wording.refused(intent, tables, unread)
        case _:
            return wording.proposed(named(plan(intent), name), intent.language)


def _call(intent: Intent) -> tuple[str, dict[str, Any]]:
    """The tool call that carries an intent out; no name when there is nothing to call."""
    match intent:
        case Unsupported():
            return "", {}
        case Clarify():
            questions = [{"id": q.id, "text": q.text, "options": list(q.options)} for q in intent.questions]
            return ASK, {"questions": questions}
        case ProfileTable():
            return PROPOSE, {"deliverable": "profile", **_about(intent)}
        case Summarise():
            return PROPOSE, {"deliverable": "summary", **_about(intent)}
        case Listing():
            return PROPOSE, {"deliverable": "rows", **_row_arguments(intent)}
        case Question():
            return PROPOSE, {"deliverable": "answer", **_query_arguments(intent)}
        case Chart():
            return PROPOSE, {"deliverable": "chart", "kind": intent.kind, **_query_arguments(intent)}
        case Report():
            return PROPOSE, {"deliverable": "report", "kind": intent.kind, **_query_arguments(intent)}


def _about(intent: ProfileTable | Summarise | Question | Chart | Report | Listing) -> dict[str, Any]:
    return {"table": intent.table.name, "language": intent.language}


def _row_arguments(intent: Listing) -> dict[str, Any]:
    return {
        **_about(intent),
        "notes": list(intent.notes),
        "filters": _filters(intent.filters),
        "measure": intent.order,
        "descending": intent.descending,
        "top_n": intent.limit,
        "skip": intent.skip,
    }


def _query_arguments(intent: Question | Chart | Report) -> dict[str, Any]:
    arguments: dict[str, Any] = {**_about(intent), "notes": list(intent.notes)}
    query = intent.query
    if query is None:
        return arguments
    return arguments | {
        "aggregation": query.aggregation,
        "measure": query.measure,
        "second_measure": query.second,
        "x": query.x,
        "granularity": query.granularity,
        "split": query.split,
        "filters": _filters(query.filters),
        "top_n": query.top_n,
        "descending": query.descending,
        "others": query.others,
        "percent": query.percent,
        "share": query.share,
        "distribution": query.bins,
    }


def _filters(filters: Sequence[Filter]) -> list[dict[str, Any]]:
    return [{"column": f.column, "op": f.op, "values": list(f.values)} for f in filters]

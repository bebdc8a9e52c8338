"""What the model is given of a conversation and a workspace."""

from __future__ import annotations

from jambot.assistant.prompt import MOST_MESSAGES, context_of, history_of
from jambot.llm.context import context_text
from jambot.workspaces.view import AssetView, MessageView

AT = "2026-01-05T09:00:00.000000Z"


def message(content: str, role: str = "user") -> MessageView:
    return MessageView(id="m", sequence=1, role=role, content=content, status="complete", created_at=AT)


def asset(name: str, status: str = "ready", **metadata: object) -> AssetView:
    return AssetView(
        id=name, name=name, type="table", subtype="text/csv", role="input", status=status, size_bytes=1,
        summary="", created_at=AT, metadata=metadata,
    )  # fmt: skip


def test_a_conversation_is_given_oldest_first_without_what_is_not_speech() -> None:
    said = [message("one"), message("", "assistant"), message("note", "status"), message("two", "assistant")]
    assert [each.content for each in history_of(said)] == ["one", "two"]


def test_of_a_long_conversation_the_end_is_given() -> None:
    given = history_of([message(str(n)) for n in range(100)])
    assert [each.content for each in given] == [str(n) for n in range(100 - MOST_MESSAGES, 100)]


def test_older_messages_give_way_to_a_long_newest_one() -> None:
    given = history_of([message("old " * 10_000), message("newest " * 10_000)])
    assert [each.content[:6] for each in given] == ["newest"]


def test_only_what_can_be_opened_is_offered_with_what_is_known_of_it() -> None:
    context = context_of([asset("sales", profile={"row_count": 2}), asset("coming", "pending"), asset("notes")])
    assert [(each.name, each.profile) for each in context.assets] == [("sales", {"row_count": 2}), ("notes", None)]


def test_what_a_person_pinned_is_known_to_a_model_that_reads() -> None:
    context = context_of([], pinned=[("Third quarter", "Revenue by month"), ("Notes", "")])
    assert context.pinned == ("Third quarter (mission: Revenue by month)", "Notes")
    said = context_text(context)
    assert "- Third quarter (mission: Revenue by month)\n- Notes" in said
    assert "Pinned" not in context_text(context_of([]))

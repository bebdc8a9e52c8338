"""Fills a database with the sizes the benchmarks ask for, by plain bulk inserts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session, col

from jambot.db.engine import writing_engine
from jambot.db.models import Chat, ChatMessage, SearchDocument, User, UserSession
from jambot.ids import new_id

NOW = datetime.now(UTC)
_PROSE = """revenue by month and channel in the shop while **returns** fell in August since the grinder lids were
changed and store sales followed opening hours with `net` figures in euros for every order that had a date"""
WORDS = tuple(_PROSE.split())
CHUNK = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """What was made: workspace ids by the number of their messages."""

    workspaces: dict[int, str]


def message_text(number: int) -> str:
    """About 260 characters with a little markdown, and a mark by which a browser finds the message."""
    chooser = random.Random(number)
    return f"m{number:06} " + " ".join(chooser.choice(WORDS) for _ in range(42))


def seed_chats(url: str, email: str, sizes: tuple[int, ...]) -> Seeded:
    """One workspace per size for the user with `email`."""
    engine = writing_engine(url)
    made: dict[int, str] = {}
    with engine.begin() as connection:
        user_id = _user_id(connection, email)
        for order, size in enumerate(sizes):
            workspace = _workspace(user_id, f"Chat of {size}", NOW - timedelta(minutes=order))
            chat_id = new_id()
            connection.execute(insert(UserSession), [{**workspace, "chat_id": chat_id, "message_count": size}])
            connection.execute(
                insert(Chat),
                [
                    {
                        "id": chat_id,
                        "user_id": user_id,
                        "workspace_id": workspace["id"],
                        "next_sequence": size + 1,
                        "created_at": NOW,
                    }
                ],
            )
            for chunk in _chunks(_messages(user_id, workspace["id"], chat_id, size)):
                connection.execute(insert(ChatMessage), chunk)
            made[size] = workspace["id"]
    engine.dispose()
    return Seeded(workspaces=made)


def seed_history(url: str, email: str, count: int) -> None:
    """`count` workspaces with titles that full-text search can find."""
    engine = writing_engine(url)
    with engine.begin() as connection:
        user_id = _user_id(connection, email)
        rows, chats, documents = [], [], []
        for number in range(count):
            chooser = random.Random(number)
            title = f"{chooser.choice(WORDS)} {chooser.choice(WORDS)} {number}"
            if number % (count // 20) == 0:
                title += " quarterly"
            row = _workspace(user_id, title, NOW - timedelta(minutes=number))
            chat_id = new_id()
            rows.append({**row, "chat_id": chat_id})
            chats.append(
                {"id": chat_id, "user_id": user_id, "workspace_id": row["id"], "next_sequence": 1, "created_at": NOW}
            )
            documents.append(
                {"kind": "title", "entity_id": row["id"], "workspace_id": row["id"], "user_id": user_id, "body": title}
            )
        for table, values in ((UserSession, rows), (Chat, chats), (SearchDocument, documents)):
            for chunk in _chunks(iter(values)):
                connection.execute(insert(table), chunk)
    engine.dispose()


def _user_id(connection: Any, email: str) -> str:
    with Session(connection) as session:
        return session.execute(select(col(User.id)).where(User.email == email)).scalar_one()


def _workspace(user_id: str, name: str, at: datetime) -> dict[str, Any]:
    fresh = UserSession(
        user_id=user_id,
        name=name,
        chat_id="",
        preview="A preview",
        created_at=at,
        updated_at=at,
        last_activity_at=at,
        status_changed_at=at,
    )
    return fresh.model_dump()


def _messages(user_id: str, workspace_id: str, chat_id: str, size: int) -> Iterator[dict[str, Any]]:
    for number in range(1, size + 1):
        at = NOW - timedelta(seconds=size - number)
        yield ChatMessage(
            chat_id=chat_id,
            workspace_id=workspace_id,
            user_id=user_id,
            sequence=number,
            role="user" if number % 2 else "assistant",
            content=message_text(number),
            created_at=at,
            updated_at=at,
        ).model_dump()


def _chunks(values: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    for value in values:
        chunk.append(value)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk

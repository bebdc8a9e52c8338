"""What a stray hand or a bad disk leaves behind is found, mended, and kept in quarantine where it had to go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, SQLModel, select

from jambot.db.damage import find_damage, mend_damage
from jambot.db.engine import is_sqlite, writing_engine
from jambot.db.models import Chat, ChatMessage, Draft, Mission, Quarantined, User, UserSession
from jambot.ids import new_id

pytestmark = pytest.mark.xdist_group("postgres")
NOW = datetime(2026, 5, 1, tzinfo=UTC)
TIMES: dict[str, Any] = {"created_at": NOW, "updated_at": NOW}


@pytest.fixture(params=["sqlite", "postgres"])
def db(request: pytest.FixtureRequest) -> Iterator[Session]:
    """A session on a database that holds one whole workspace and does not enforce its references."""
    url = request.getfixturevalue(f"{request.param}_url")
    engine = writing_engine(url)
    with engine.connect() as connection:
        off = "PRAGMA foreign_keys = OFF" if is_sqlite(url) else "SET session_replication_role = replica"
        connection.connection.cursor().execute(off)
        with Session(connection) as session:
            _make_whole(session)
            yield session
    engine.dispose()


def _make_whole(session: Session) -> None:
    email = "a@example.org"
    user = User(id=new_id(), email=email, email_key=email, name="A", role="user", created_at=NOW)
    chat_id, mission_id, workspace_id = new_id(), new_id(), new_id()
    session.add(user)
    session.add(
        UserSession(
            id=workspace_id,
            user_id=user.id,
            chat_id=chat_id,
            mission_id=mission_id,
            message_count=2,
            last_activity_at=NOW,
            status_changed_at=NOW,
            **TIMES,
        )
    )
    session.flush()
    session.add(Chat(id=chat_id, user_id=user.id, workspace_id=workspace_id, next_sequence=3, created_at=NOW))
    mission: dict[str, Any] = {
        "id": mission_id,
        "workspace_id": workspace_id,
        "user_id": user.id,
        "status_changed_at": NOW,
        **TIMES,
    }
    session.add(Mission(name="Chart", status="completed", **mission))
    session.flush()
    owned: dict[str, Any] = {"workspace_id": workspace_id, "user_id": user.id}
    for sequence, role in ((1, "user"), (2, "assistant")):
        session.add(ChatMessage(chat_id=chat_id, sequence=sequence, role=role, content="words", **owned, **TIMES))
    session.add(Draft(text="half a sentence", updated_at=NOW, **owned))
    session.flush()


def test_a_whole_database_has_no_damage(db: Session):
    assert find_damage(db) == []


@pytest.mark.parametrize(
    ("harm", "kinds"),
    [
        ("DELETE FROM chats", {"missing_chat"}),
        ("DELETE FROM missions", {"missing_mission"}),
        ("UPDATE chats SET next_sequence = 2", {"chat_counter"}),
        ("UPDATE user_sessions SET message_count = 7", {"message_count"}),
        ("UPDATE user_sessions SET asset_count = 3", {"asset_count"}),
        ("DELETE FROM user_sessions", {"orphan"}),
        ("DELETE FROM users", {"orphan"}),
    ],
)
def test_each_damage_is_found_and_mended_for_good(db: Session, harm: str, kinds: set[str]):
    db.execute(text(harm))
    found = find_damage(db)
    assert {each.kind for each in found} >= kinds
    assert mend_damage(db, NOW)
    assert find_damage(db) == []
    for table in SQLModel.metadata.sorted_tables:
        for key in table.foreign_keys:
            mine, theirs = key.parent.name, key.column
            loose = f"SELECT count(*) FROM {table.name} WHERE {mine} IS NOT NULL AND {mine} NOT IN"
            assert db.execute(text(f"{loose} (SELECT {theirs.name} FROM {theirs.table.name})")).scalar() == 0


def test_a_chat_that_is_made_again_keeps_its_messages_and_goes_on_behind_them(db: Session):
    db.execute(text("DELETE FROM chats"))
    mend_damage(db, NOW)
    assert db.exec(select(Chat.next_sequence)).one() == 3
    assert len(db.exec(select(ChatMessage)).all()) == 2


def test_what_has_to_leave_its_table_is_kept_whole_in_quarantine(db: Session):
    db.execute(text("DELETE FROM user_sessions"))
    mend_damage(db, NOW)
    kept = db.exec(select(Quarantined)).all()
    assert sorted(each.entity for each in kept) == ["chat_messages", "chat_messages", "chats", "drafts", "missions"]
    draft = next(json.loads(each.content) for each in kept if each.entity == "drafts")
    assert draft["text"] == "half a sentence"
    assert db.exec(select(Draft)).all() == []


def test_json_that_is_none_is_set_aside_and_emptied(db: Session):
    if db.get_bind().dialect.name != "sqlite":
        with pytest.raises(Exception, match="invalid input syntax for type json"):
            db.execute(text("UPDATE user_sessions SET place = '{half'"))
        return
    db.execute(text("UPDATE user_sessions SET place = '{half'"))
    assert [each.kind for each in find_damage(db)] == ["unreadable_json"]
    mend_damage(db, NOW)
    assert find_damage(db) == []
    assert db.exec(select(Quarantined.content)).one() == "{half"
    assert db.exec(select(UserSession.place)).one() == {}


def test_what_is_found_tells_no_content(db: Session):
    db.execute(text("DELETE FROM user_sessions"))
    assert "half a sentence" not in repr(find_damage(db))

"""The database's own counts are what counting would find, whoever changes the rows and by whatever statement."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from jambot.db.engine import writing_engine
from jambot.db.models import User, UserSession
from jambot.ids import new_id

NOW = datetime(2026, 1, 5, tzinfo=UTC)
TRASHED = "UPDATE user_sessions SET deleted_at = :now"
CHANGES = [
    "UPDATE user_sessions SET status = 'archived' WHERE name = '1'",
    "UPDATE user_sessions SET name = 'x', status = status WHERE name = '2'",
    f"{TRASHED} WHERE name IN ('1', '3')",
    f"{TRASHED}, status = 'archived' WHERE name = '4'",
    "UPDATE user_sessions SET status = 'completed' WHERE deleted_at IS NOT NULL",
    "UPDATE user_sessions SET deleted_at = NULL WHERE name = '3'",
    "UPDATE user_sessions SET user_id = :bob WHERE name IN ('3', '5')",
    "DELETE FROM user_sessions WHERE name IN ('1', '5')",
    "DELETE FROM users WHERE id = :ada",
    "DELETE FROM user_sessions",
]
COUNTED = "SELECT user_id, status, listed FROM workspace_counts WHERE listed <> 0 ORDER BY 1, 2"
FOUND = """SELECT user_id, status, count(*) FROM user_sessions WHERE deleted_at IS NULL
    GROUP BY user_id, status ORDER BY 1, 2"""


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_listed_workspaces_are_counted_through_every_change(request, database):
    engine = writing_engine(request.getfixturevalue(f"{database}_url"))
    ada, bob = new_id(), new_id()
    with engine.begin() as connection, Session(connection) as session:
        for user_id in (ada, bob):
            session.add(User(id=user_id, email=user_id, email_key=user_id, name="A", created_at=NOW))
        session.flush()
        session.add_all(_workspace(ada, str(number)) for number in range(8))
        session.flush()
        assert connection.execute(text(COUNTED)).all() == [(ada, "active", 8)]
        for change in CHANGES:
            values = {"now": NOW.isoformat(), "ada": ada, "bob": bob}
            connection.execute(text(change), {name: values[name] for name in values if f":{name}" in change})
            assert connection.execute(text(COUNTED)).all() == connection.execute(text(FOUND)).all(), change
    engine.dispose()


def _workspace(user_id: str, name: str) -> UserSession:
    moments = dict.fromkeys(("created_at", "updated_at", "last_activity_at", "status_changed_at"), NOW)
    return UserSession(user_id=user_id, name=name, chat_id=new_id(), **moments)

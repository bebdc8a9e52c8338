"""Counts the database keeps by itself, so that "how many" costs the same however many there are.

`workspace_counts` holds how many workspaces each person has listed under each status. Triggers keep it in the
transaction that changes a workspace, whoever changes it; the migration and the tests call the same functions.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

_LESS = """UPDATE workspace_counts SET listed = listed - 1 WHERE user_id = {0}.user_id AND status = {0}.status"""
_MORE = """INSERT INTO workspace_counts (user_id, status, listed) {source}
    ON CONFLICT (user_id, status) DO UPDATE SET listed = workspace_counts.listed + 1"""
_MORE_ON_SQLITE = _MORE.format(source="SELECT new.user_id, new.status, 1 WHERE new.deleted_at IS NULL")
_LESS_ON_SQLITE = _LESS.format("old") + " AND old.deleted_at IS NULL"

_SQLITE = (
    f"CREATE TRIGGER workspaces_counted_new AFTER INSERT ON user_sessions BEGIN {_MORE_ON_SQLITE}; END",
    f"CREATE TRIGGER workspaces_counted_gone AFTER DELETE ON user_sessions BEGIN {_LESS_ON_SQLITE}; END",
    f"""CREATE TRIGGER workspaces_counted_moved AFTER UPDATE OF user_id, status, deleted_at ON user_sessions
        BEGIN {_LESS_ON_SQLITE}; {_MORE_ON_SQLITE}; END""",
)
_POSTGRES = (
    f"""CREATE FUNCTION count_workspaces() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP <> 'INSERT' AND OLD.deleted_at IS NULL THEN {_LESS.format("OLD")}; END IF;
        IF TG_OP <> 'DELETE' AND NEW.deleted_at IS NULL THEN
            {_MORE.format(source="VALUES (NEW.user_id, NEW.status, 1)")};
        END IF;
        RETURN NULL; END $$""",
    """CREATE TRIGGER workspaces_counted AFTER INSERT OR DELETE OR UPDATE OF user_id, status, deleted_at
        ON user_sessions FOR EACH ROW EXECUTE FUNCTION count_workspaces()""",
)
_COUNT_NOW = """INSERT INTO workspace_counts (user_id, status, listed)
    SELECT user_id, status, count(*) FROM user_sessions WHERE deleted_at IS NULL GROUP BY user_id, status"""


def create(connection: Connection) -> None:
    """Count what is there, and keep counting; the tables must exist."""
    connection.execute(text(_COUNT_NOW))
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES:
        connection.execute(text(statement))


def drop(connection: Connection) -> None:
    """Remove what `create` made, but the counts."""
    if connection.dialect.name == "sqlite":
        for trigger in ("new", "gone", "moved"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS workspaces_counted_{trigger}"))
    else:
        connection.execute(text("DROP TRIGGER IF EXISTS workspaces_counted ON user_sessions"))
        connection.execute(text("DROP FUNCTION IF EXISTS count_workspaces()"))

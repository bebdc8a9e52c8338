"""Counts of the engine's sessions that the database keeps by itself, so that asking costs the same however many are.

A session's state depends on the moment it is asked at, but each state begins at a moment known beforehand: the end, the
moment it reads as expiring, and the moment it is no longer active (idle or expiring, whichever comes first). Triggers
count per kind and spell (a quarter of a minute) how many sessions pass each of the three, in the transaction that
changes a session, whoever changes it. A state at a moment is then a sum of whole spells and what indexes find in the
one that is not over; `jambot.sessions.stores.sql_counts` asks for it. ADR 16 says why.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, inspect, text

from jambot.db.models.base import table_of
from jambot.db.models.engine_sessions import EXPIRING_US, EngineSession, EngineSessionCount, EngineSessionUser

SPELL_US = 15_000_000
IDLE_AFTER_US = 300_000_000
"""The idle time the counts are kept for; with another one, sessions are counted anew."""

ENDS, EXPIRING, INACTIVE = 1, 2, 3
_ADVISORY_LOCK = 0x4A414D53  # "JAMS"
FOLDED = 0
"""In the place of a border: up to which spell all before it were added to one."""

COLUMNS = "namespace, border, bucket, kind, part, n, used_ms"
ADD = """ON CONFLICT (namespace, border, bucket, kind, part) DO UPDATE
    SET n = engine_session_counts.n + excluded.n, used_ms = engine_session_counts.used_ms + excluded.used_ms"""
_ADD_USER = "ON CONFLICT (namespace, user_id) DO UPDATE SET n = engine_session_users.n + excluded.n"


def _passed(row: str) -> tuple[tuple[int, str, str], ...]:
    """For each border of a row: its number, the spell it is passed in, and the use counted with it."""
    idle = f"{row}.accessed_us + {IDLE_AFTER_US}"
    inactive = f"CASE WHEN {idle} < {row}.expiring_us THEN {idle} ELSE {row}.expiring_us END"
    used = f"({row}.accessed_us / 1000 - {row}.created_us / 1000)"
    moments = (ENDS, f"{row}.expires_us", used), (EXPIRING, f"{row}.expiring_us", "0"), (INACTIVE, inactive, used)
    return tuple((border, f"(({moment}) / {SPELL_US})", use) for border, moment, use in moments)


def _row(row: str, sign: str, part: str) -> str:
    """What one row adds or takes away."""
    return ", ".join(
        f"({row}.namespace, {border}, {bucket}, {row}.kind, {part}, {sign}1, {sign}{used})"
        for border, bucket, used in _passed(row)
    )


def _all(rows: str, sign: str, part: str) -> str:
    """What a set of rows adds or takes away, in the order of the keys, so that nobody waits in a circle."""
    each = " UNION ALL ".join(
        f"SELECT r.namespace, {border} AS border, {bucket} AS bucket, r.kind, {used} AS used_ms FROM {rows} r"
        for border, bucket, used in _passed("r")
    )
    return f"""INSERT INTO engine_session_counts ({COLUMNS})
        SELECT namespace, border, bucket, kind, {part}, {sign}count(*), {sign}sum(used_ms) FROM ({each}) passed
        WHERE true GROUP BY namespace, border, bucket, kind ORDER BY 1, 2, 3, 4 {ADD}"""


def _users(rows: str) -> str:
    return f"""INSERT INTO engine_session_users (namespace, user_id, n) SELECT namespace, user_id, count(*) FROM {rows}
        WHERE user_id IS NOT NULL GROUP BY namespace, user_id ORDER BY 1, 2 {_ADD_USER}"""


_SAME_MINUTES = " AND ".join(
    ["old.namespace = new.namespace", "old.kind = new.kind"]
    + [f"{before[1]} = {after[1]}" for before, after in zip(_passed("old"), _passed("new"), strict=True)]
)
_SAME_USE = "old.accessed_us = new.accessed_us AND old.created_us = new.created_us"
_MORE_USED = ", ".join(
    f"(new.namespace, {after[0]}, {after[1]}, new.kind, 0, 0, {after[2]} - {before[2]})"
    for before, after in zip(_passed("old"), _passed("new"), strict=True)
    if after[2] != "0"
)
_COUNT = f"INSERT INTO engine_session_counts ({COLUMNS}) VALUES"
_USER_MORE = f"""INSERT INTO engine_session_users (namespace, user_id, n)
    SELECT new.namespace, new.user_id, 1 WHERE new.user_id IS NOT NULL {_ADD_USER}"""
_THIS_USER = "namespace = old.namespace AND user_id = old.user_id"
_USER_LESS = f"""UPDATE engine_session_users SET n = n - 1 WHERE {_THIS_USER};
    DELETE FROM engine_session_users WHERE {_THIS_USER} AND n <= 0"""

_SQLITE = {
    "new": f"AFTER INSERT ON engine_sessions BEGIN {_COUNT} {_row('new', '', '0')} {ADD}; {_USER_MORE}; END",
    "gone": f"AFTER DELETE ON engine_sessions BEGIN {_COUNT} {_row('old', '-', '0')} {ADD}; {_USER_LESS}; END",
    "moved": f"""AFTER UPDATE OF namespace, kind, created_us, accessed_us, extended_us, expires_us ON engine_sessions
        WHEN NOT ({_SAME_MINUTES})
        BEGIN {_COUNT} {_row("old", "-", "0")}, {_row("new", "", "0")} {ADD}; END""",
    "used": f"""AFTER UPDATE OF created_us, accessed_us ON engine_sessions
        WHEN {_SAME_MINUTES} AND NOT ({_SAME_USE}) BEGIN {_COUNT} {_MORE_USED} {ADD}; END""",
    "owned": f"""AFTER UPDATE OF namespace, user_id ON engine_sessions
        WHEN old.namespace <> new.namespace OR old.user_id IS NOT new.user_id BEGIN {_USER_LESS}; {_USER_MORE}; END""",
}

_MINE = "pg_backend_pid()"
_MOVED = f"""INSERT INTO engine_session_counts ({COLUMNS})
    SELECT namespace, border, bucket, kind, {_MINE}, sum(n), sum(used_ms)
    FROM (VALUES {_row("old", "-", "0")}, {_row("new", "", "0")}) passed ({COLUMNS})
    GROUP BY namespace, border, bucket, kind HAVING sum(n) <> 0 OR sum(used_ms) <> 0 ORDER BY 1, 2, 3, 4 {ADD}"""
_USERS_LESS = """UPDATE engine_session_users u SET n = u.n - g.n
    FROM (SELECT namespace, user_id, count(*) AS n FROM gone WHERE user_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2) g
    WHERE u.namespace = g.namespace AND u.user_id = g.user_id"""
_USERS_LEFT = """DELETE FROM engine_session_users u USING gone g
    WHERE u.namespace = g.namespace AND u.user_id = g.user_id AND u.n <= 0"""
_POSTGRES = {
    "new": (
        "AFTER INSERT ON engine_sessions REFERENCING NEW TABLE AS made FOR EACH STATEMENT",
        f"{_all('made', '', _MINE)}; {_users('made')}",
    ),
    "gone": (
        "AFTER DELETE ON engine_sessions REFERENCING OLD TABLE AS gone FOR EACH STATEMENT",
        f"{_all('gone', '-', _MINE)}; {_USERS_LESS}; {_USERS_LEFT}",
    ),
    "moved": (
        f"""AFTER UPDATE OF namespace, kind, created_us, accessed_us, extended_us, expires_us ON engine_sessions
        FOR EACH ROW WHEN (NOT ({_SAME_MINUTES} AND {_SAME_USE}))""",
        _MOVED,
    ),
    "owned": (
        """AFTER UPDATE OF namespace, user_id ON engine_sessions FOR EACH ROW
        WHEN (old.namespace <> new.namespace OR old.user_id IS DISTINCT FROM new.user_id)""",
        f"{_USER_LESS}; {_USER_MORE}",
    ),
}

RECOUNT = (
    "DELETE FROM engine_session_counts",
    "DELETE FROM engine_session_users",
    _all("engine_sessions", "", "0"),
    _users("engine_sessions"),
)


def make_tables(engine: Engine) -> None:
    """The engine's tables, for a database no migration is run on; one of an earlier version is brought up to date.

    Several processes may call this at once: on SQLite they wait for the write lock, on PostgreSQL for an advisory one.
    """
    sessions, counts, users = map(table_of, (EngineSession, EngineSessionCount, EngineSessionUser))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            connection.execute(text("SET LOCAL lock_timeout = '2s'"))
        found = inspect(connection)
        if found.has_table(counts.name):
            return
        if found.has_table(sessions.name):
            kind = "VIRTUAL" if connection.dialect.name == "sqlite" else "STORED"
            filled = f"ADD COLUMN expiring_us BIGINT GENERATED ALWAYS AS ({EXPIRING_US}) {kind}"
            connection.execute(text(f"ALTER TABLE {sessions.name} {filled}"))
            for index in sessions.indexes:
                index.drop(connection, checkfirst=True)
                index.create(connection)
        else:
            sessions.create(connection)
        counts.create(connection)
        users.create(connection)
        create(connection)


def create(connection: Connection) -> None:
    """Count what is there, and keep counting; the tables must exist."""
    recount(connection)
    if connection.dialect.name == "sqlite":
        for name, does in _SQLITE.items():
            connection.execute(text(f"CREATE TRIGGER sessions_counted_{name} {does}"))
        return
    for name, (when, does) in _POSTGRES.items():
        function = f"CREATE FUNCTION count_sessions_{name}() RETURNS trigger LANGUAGE plpgsql"
        connection.execute(text(f"{function} AS $$ BEGIN {does}; RETURN NULL; END $$"))
        trigger = f"CREATE TRIGGER sessions_counted_{name} {when}"
        connection.execute(text(f"{trigger} EXECUTE FUNCTION count_sessions_{name}()"))


def drop(connection: Connection) -> None:
    """Remove what `create` made, but the counts."""
    if connection.dialect.name == "sqlite":
        for name in _SQLITE:
            connection.execute(text(f"DROP TRIGGER IF EXISTS sessions_counted_{name}"))
        return
    for name in _POSTGRES:
        connection.execute(text(f"DROP TRIGGER IF EXISTS sessions_counted_{name} ON engine_sessions"))
        connection.execute(text(f"DROP FUNCTION IF EXISTS count_sessions_{name}()"))


def recount(connection: Connection) -> None:
    """Throw the counts away and count every session there is: for the first time, or because they went wrong."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("LOCK TABLE engine_sessions IN SHARE ROW EXCLUSIVE MODE"))
    for statement in RECOUNT:
        connection.execute(text(statement))


def drifted(connection: Connection) -> str | None:
    """A namespace whose counts are not those of its sessions, in any kind; None when all agree."""
    return connection.execute(_DRIFTED).scalar()


# Each border is passed by every session at some time, so each has as many in all as there are.
_DRIFTED = text(f"""SELECT min(namespace) FROM (
    SELECT namespace, sum(n) AS n FROM (
        SELECT namespace, kind, border, n FROM engine_session_counts WHERE border <> {FOLDED}
        UNION ALL SELECT namespace, kind, border, -n
            FROM (SELECT namespace, kind, count(*) AS n FROM engine_sessions GROUP BY namespace, kind) there
            CROSS JOIN (SELECT {ENDS} AS border UNION ALL SELECT {EXPIRING} UNION ALL SELECT {INACTIVE}) borders
    ) each_kind GROUP BY namespace, kind, border
    UNION ALL SELECT namespace, sum(n) FROM (
        SELECT namespace, user_id, n FROM engine_session_users
        UNION ALL SELECT namespace, user_id, -count(*) FROM engine_sessions
            WHERE user_id IS NOT NULL GROUP BY namespace, user_id
    ) each_user GROUP BY namespace, user_id
) compared WHERE n <> 0""")

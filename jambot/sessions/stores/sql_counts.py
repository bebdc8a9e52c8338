"""How many sessions there are in each state, of each kind and of each user, from what the database counts by itself.

Whole spells are summed up from `engine_session_counts`, the spell that is not over is counted in the indexes, so the
answer is exact and takes as long for a million as for a few. Two questions are answered by counting every session: one
with another idle time than the counts are kept for, and one about a moment before those that were folded into one row.
"""

from __future__ import annotations

from collections import Counter
from heapq import heappop, heappush

from sqlalchemy import Connection, case, func, select, text
from sqlmodel import Session as Reader

from jambot.db.session_counts import ADD, COLUMNS, ENDS, EXPIRING, FOLDED, IDLE_AFTER_US, INACTIVE, SPELL_US
from jambot.sessions.expiration import SessionState
from jambot.sessions.stores.protocol import StoreStats
from jambot.sessions.stores.sql_statements import C, in_state

_BUSIEST_USERS = 100
_USERS_AT_ONCE = 200

_KEPT = text(f"""
SELECT {FOLDED} AS border, '' AS kind, max(bucket) AS made, 0 AS passed, 0 AS made_ms, 0 AS passed_ms
FROM engine_session_counts WHERE namespace = :ns AND border = {FOLDED}
UNION ALL SELECT {INACTIVE}, kind, sum(n), sum(CASE WHEN bucket < :bucket THEN n ELSE 0 END), sum(used_ms), 0
FROM engine_session_counts WHERE namespace = :ns AND border = {INACTIVE} GROUP BY kind
UNION ALL SELECT border, kind, 0, sum(n), 0, sum(used_ms)
FROM engine_session_counts WHERE namespace = :ns AND border IN ({ENDS}, {EXPIRING}) AND bucket < :bucket
GROUP BY border, kind
UNION ALL SELECT {ENDS}, min(kind), 0, count(*), 0, sum(accessed_us / 1000 - created_us / 1000)
FROM engine_sessions WHERE namespace = :ns AND expires_us BETWEEN :since AND :now GROUP BY kind || ''
UNION ALL SELECT {EXPIRING}, '', 0, count(*), 0, 0
FROM engine_sessions WHERE namespace = :ns AND expiring_us BETWEEN :since AND :now
UNION ALL SELECT {INACTIVE}, '', 0, count(*), 0, 0
FROM engine_sessions WHERE namespace = :ns AND expiring_us BETWEEN :since AND :now
    AND accessed_us + {IDLE_AFTER_US} >= expiring_us
UNION ALL SELECT {INACTIVE}, '', 0, count(*), 0, 0
FROM engine_sessions WHERE namespace = :ns AND accessed_us BETWEEN :used_since AND :used_until
    AND accessed_us + {IDLE_AFTER_US} < expiring_us
""")
# The text added to a name keeps the planner from walking the index of all users for the few that ended.
_ENDED_OF_USERS = text("""SELECT min(user_id) AS user_id, count(*) AS n FROM engine_sessions
    WHERE namespace = :ns AND expires_us <= :now AND user_id IS NOT NULL GROUP BY user_id || ''""")
_USERS = text("""SELECT user_id, n FROM engine_session_users WHERE namespace = :ns
    ORDER BY n DESC, user_id DESC LIMIT :limit OFFSET :offset""")

_PAST = f"""namespace = :ns AND border IN ({ENDS}, {EXPIRING}, {INACTIVE})
    AND bucket <= :upto AND NOT (bucket = :upto AND part = 0)"""
_LAST_TO_FOLD = text("""SELECT bucket FROM engine_session_counts WHERE namespace = :ns AND border = :border
    AND bucket < :upto ORDER BY bucket LIMIT 1 OFFSET 2000""")
_TAKE_OUT = {
    "sqlite": text(f"DELETE FROM engine_session_counts WHERE {_PAST} RETURNING border, kind, n, used_ms"),
    "postgresql": text(f"""DELETE FROM engine_session_counts WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM engine_session_counts WHERE {_PAST} FOR UPDATE SKIP LOCKED
        )) RETURNING border, kind, n, used_ms"""),
}
_PUT_IN = text(f"""INSERT INTO engine_session_counts ({COLUMNS})
    VALUES (:ns, :border, :bucket, :kind, 0, :n, :used_ms) {ADD}""")
_OLD_MARKS = text(f"""DELETE FROM engine_session_counts WHERE namespace = :ns AND border = {FOLDED}
    AND bucket < (SELECT max(bucket) FROM engine_session_counts WHERE namespace = :ns AND border = {FOLDED})""")


def stats(reader: Reader, namespace: str, *, idle_after_us: int, now_us: int) -> StoreStats:
    """`SessionStore.stats`, of one moment even while others write."""
    if idle_after_us != IDLE_AFTER_US:
        return _counted_anew(reader.connection(), namespace, idle_after_us=idle_after_us, now_us=now_us)
    is_sqlite = reader.get_bind().dialect.name == "sqlite"
    connection = reader.connection(execution_options=None if is_sqlite else {"isolation_level": "REPEATABLE READ"})
    bucket = now_us // SPELL_US
    since_us = bucket * SPELL_US
    kept = connection.execute(
        _KEPT,
        {
            "ns": namespace,
            "bucket": bucket,
            "since": since_us,
            "now": now_us,
            "used_since": since_us - IDLE_AFTER_US,
            "used_until": now_us - IDLE_AFTER_US,
        },
    ).all()
    folded = next(row.made for row in kept if row.border == FOLDED)
    if folded is not None and bucket <= folded:
        return _counted_anew(connection, namespace, idle_after_us=idle_after_us, now_us=now_us)
    passed: Counter[int] = Counter()
    kinds: Counter[str] = Counter()
    used_ms = 0
    for row in kept:
        passed[row.border] += int(row.passed or 0)
        if row.border == INACTIVE:
            kinds[row.kind] += int(row.made)
            used_ms += int(row.made_ms)
        if row.border == ENDS:
            kinds[row.kind] -= int(row.passed)
            used_ms -= int(row.passed_ms)
    ended, expiring, inactive = passed[ENDS], passed[EXPIRING], passed[INACTIVE]
    total = kinds.total()
    return StoreStats(
        total=total,
        active=total + ended - inactive,
        idle=inactive - expiring,
        expiring=expiring - ended,
        expired=ended,
        by_user=_busiest(connection, namespace, now_us=now_us, some_ended=ended > 0),
        by_kind={kind: count for kind, count in kinds.items() if count},
        mean_duration_s=used_ms / total / 1000 if total else 0.0,
    )


def fold(connection: Connection, namespace: str, *, upto: int) -> bool:
    """Add the spells up to `upto` to one, a few thousand rows at a time: they are only ever asked for together.

    A moment within them can no longer be told from these counts. What others are counting right now waits for the next
    time, so that no one waits for this.

    Returns:
        Whether more of them are left.
    """
    mine = {"ns": namespace, "border": INACTIVE, "upto": upto}
    last = connection.execute(_LAST_TO_FOLD, mine).scalar()
    upto = upto if last is None else last
    gone = connection.execute(_TAKE_OUT[connection.dialect.name], {"ns": namespace, "upto": upto}).all()
    if not gone:
        return False
    sums: dict[tuple[int, str], tuple[int, int]] = {}
    for border, kind, n, used_ms in gone:
        so_far = sums.get((border, kind), (0, 0))
        sums[border, kind] = so_far[0] + n, so_far[1] + used_ms
    for (border, kind), (n, used_ms) in sorted(sums.items()):
        values = {"ns": namespace, "border": border, "bucket": upto, "kind": kind, "n": n, "used_ms": used_ms}
        connection.execute(_PUT_IN, values)
    connection.execute(_PUT_IN, {"ns": namespace, "border": FOLDED, "bucket": upto, "kind": "", "n": 0, "used_ms": 0})
    connection.execute(_OLD_MARKS, {"ns": namespace})
    return last is not None


def _busiest(connection: Connection, namespace: str, *, now_us: int, some_ended: bool) -> dict[str, int]:
    """The users with the most living sessions: from the most of all downwards, until no other can be among them."""
    ended: dict[str, int] = {}
    if some_ended:
        rows = connection.execute(_ENDED_OF_USERS, {"ns": namespace, "now": now_us})
        ended = {row.user_id: row.n for row in rows}
    best: list[tuple[int, str]] = []
    offset = 0
    while True:
        users = connection.execute(_USERS, {"ns": namespace, "limit": _USERS_AT_ONCE, "offset": offset}).all()
        for user_id, count in users:
            if len(best) == _BUSIEST_USERS and count <= best[0][0]:
                break
            living = count - ended.get(user_id, 0)
            if living > 0:
                heappush(best, (living, user_id))
            if len(best) > _BUSIEST_USERS:
                heappop(best)
        else:
            if len(users) == _USERS_AT_ONCE:
                offset += _USERS_AT_ONCE
                continue
        return {user_id: living for living, user_id in sorted(best, reverse=True)}


def _counted_anew(connection: Connection, namespace: str, *, idle_after_us: int, now_us: int) -> StoreStats:
    live = C.expires_us > now_us
    mine = C.namespace == namespace
    states = [
        func.sum(case((in_state(state, idle_after_us, now_us), 1), else_=0)).label(state.value)
        for state in SessionState
    ]
    mean = func.avg(case((live, C.accessed_us - C.created_us))).label("mean_us")
    many = func.count().label("n")
    found = connection.execute(select(*states, mean).where(mine)).one()
    of_kinds = select(C.kind, many).where(mine, live).group_by(C.kind)
    of_users = select(C.user_id, many).where(mine, live, C.user_id.is_not(None)).group_by(C.user_id)
    of_users = of_users.order_by(many.desc(), C.user_id.desc()).limit(_BUSIEST_USERS)
    return StoreStats(
        total=(found.active or 0) + (found.idle or 0) + (found.expiring or 0),
        active=found.active or 0,
        idle=found.idle or 0,
        expiring=found.expiring or 0,
        expired=found.expired or 0,
        by_user={row.user_id: row.n for row in connection.execute(of_users)},
        by_kind={row.kind: row.n for row in connection.execute(of_kinds)},
        mean_duration_s=float(found.mean_us or 0) / 1e6,
    )

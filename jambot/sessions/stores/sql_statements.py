"""The statements of the SQL store, built once, and the two ways between a row and a record."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    String,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    select,
    tuple_,
    update,
)

from jambot.db.models.base import table_of
from jambot.db.models.engine_sessions import EngineSession
from jambot.sessions.expiration import SessionState
from jambot.sessions.record import Record, next_version
from jambot.sessions.stores.protocol import Query

TABLE = table_of(EngineSession)
C = TABLE.c
FIELDS = Record.__struct_fields__
_FACTS = FIELDS.index("facts")
COLUMNS = [C[name] for name in FIELDS]
MINE = and_(C.namespace == bindparam("ns"), C.handle == bindparam("h"))
LIVE = C.expires_us > bindparam("now")
# The sum keeps the planner from finding a user's few sessions among all the living ones through the index of ends.
_ENDS = C.expires_us + 0
# As the sum: a user has few sessions, a kind has many.
KIND_OF_FEW = C.kind + ""
_WON = bindparam("accessed_us_") >= C.accessed_us

GET = select(*COLUMNS).where(MINE, LIVE)
# Without the handle, which the asker knows.
GET_DIRECTLY = (
    f"SELECT {', '.join(FIELDS[1:]).replace('facts', 'CAST(facts AS BLOB)')}"  # noqa: S608 - our own names
    " FROM engine_sessions"
    " WHERE namespace = ? AND handle = ? AND expires_us > ?"
)
EXISTS = select(literal(1)).where(MINE, LIVE)
BY_LOOKUP = select(*COLUMNS).where(C.namespace == bindparam("ns"), C.lookup == bindparam("l"), LIVE)
FREE_LOOKUP = update(TABLE).where(C.namespace == bindparam("ns"), C.lookup == bindparam("l"), ~LIVE).values(lookup=None)
OF_USER = (
    select(*COLUMNS)
    .where(C.namespace == bindparam("ns"), C.user_id == bindparam("u"), bindparam("now") < _ENDS)
    .order_by(C.created_us.desc(), C.handle.desc())
)
SET = (
    update(TABLE)
    .where(MINE, LIVE, C.version == bindparam("expected"), C.fence == func.coalesce(bindparam("f"), C.fence))
    .values(
        secret_hash=bindparam("secret_hash_"),
        facts=bindparam("facts_"),
        body=bindparam("body_"),
        version=bindparam("version_"),
        # Together: the three times of the later use win, so that a slow save takes no life away.
        extended_us=case((_WON, bindparam("extended_us_")), else_=C.extended_us),
        expires_us=case((_WON, bindparam("expires_us_")), else_=C.expires_us),
        accessed_us=case((_WON, bindparam("accessed_us_")), else_=C.accessed_us),
    )
    .returning(*COLUMNS)
)
TOUCH = (
    update(TABLE)
    .where(MINE, LIVE, C.version == bindparam("expected"), _WON)
    .values(
        accessed_us=bindparam("accessed_us_"),
        extended_us=bindparam("extended_us_"),
        expires_us=bindparam("expires_us_"),
    )
)


DELETE = delete(TABLE).where(MINE, LIVE).returning(*COLUMNS)
LOCK = (
    update(TABLE)
    .where(MINE, LIVE, C.lock_until_us <= bindparam("now"))
    .values(lock_owner=bindparam("owner"), lock_until_us=bindparam("until"), fence=C.fence + 1)
    .returning(C.fence)
)
UNLOCK = (
    update(TABLE)
    .where(MINE, C.lock_owner == bindparam("owner"), C.lock_until_us > bindparam("now"))
    .values(lock_owner=None, lock_until_us=0)
)


def page(query: Query, now_us: int) -> tuple[Any, dict[str, Any]]:
    """One page, newest first: the statement, which is made once for each kind of question, and its values."""
    at, before = query.after or (None, None)
    statement = _page(
        of_user=query.user_id is not None,
        of_kind=query.kind is not None,
        state=query.state,
        include_expired=query.include_expired,
        goes_on=query.after is not None,
        skips=query.offset > 0,
    )
    values = {
        "u": query.user_id,
        "k": query.kind,
        "now": now_us,
        "idle_after": query.idle_after_us,
        "at": at,
        "before": before,
        "limit": query.limit,
        "offset": query.offset,
    }
    return statement, {name: value for name, value in values.items() if value is not None}


@cache
def _page(
    *, of_user: bool, of_kind: bool, state: SessionState | None, include_expired: bool, goes_on: bool, skips: bool
) -> Any:
    now = bindparam("now", type_=BigInteger)
    wanted = select(*COLUMNS).where(C.namespace == bindparam("ns"))
    if of_user:
        wanted = wanted.where(C.user_id == bindparam("u"))
    if of_kind:
        wanted = wanted.where((KIND_OF_FEW if of_user else C.kind) == bindparam("k"))
    if state is not None:
        wanted = wanted.where(in_state(state, bindparam("idle_after", type_=BigInteger), now))
    elif not include_expired:
        wanted = wanted.where(now < _ENDS)
    if goes_on:
        place = tuple_(bindparam("at", type_=BigInteger), bindparam("before", type_=String))
        wanted = wanted.where(tuple_(C.created_us, C.handle) < place)
    wanted = wanted.order_by(C.created_us.desc(), C.handle.desc()).limit(bindparam("limit", type_=Integer))
    return wanted.offset(bindparam("offset", type_=Integer)) if skips else wanted


def delete_of_user(kind: str | None, except_handle: str | None) -> Any:
    """Remove the living sessions of one user."""
    statement = delete(TABLE).where(
        C.namespace == bindparam("ns"), C.user_id == bindparam("u"), bindparam("now") < _ENDS
    )
    if kind is not None:
        statement = statement.where(kind == KIND_OF_FEW)
    if except_handle is not None:
        statement = statement.where(C.handle != except_handle)
    return statement.returning(*COLUMNS)


def count(requests: int, connections: int, lease_us: int, now_us: int, *, enters: bool) -> Any:
    """Add to the counters; who enters needs a living session."""
    return (
        update(TABLE)
        .where(MINE, LIVE if enters else literal(True))
        .values(
            requests=_at_least_0(case((C.lease_us > now_us, C.requests), else_=0) + requests),
            connections=_at_least_0(C.connections + connections),
            lease_us=case((C.lease_us < lease_us, lease_us), else_=C.lease_us),
        )
        .returning(*COLUMNS)
    )


def row_of(record: Record) -> dict[str, Any]:
    """The columns of a record."""
    return {name: getattr(record, name) for name in FIELDS} | {"facts": record.facts.decode()}


def written(record: Record, expected_version: int) -> dict[str, Any]:
    """What a write needs and may change, as the values of `SET`."""
    names = ("secret_hash", "facts", "body", "accessed_us", "extended_us", "expires_us")
    row = row_of(record)
    versions = {"expected": expected_version, "version_": next_version(expected_version, record)}
    return {f"{name}_": row[name] for name in names} | versions


def record(row: Any) -> Record:
    """The record of a row that begins with `FIELDS`, in their order."""
    values = list(row[: len(FIELDS)])
    values[_FACTS] = values[_FACTS].encode()
    return Record(*values)


def in_state(state: SessionState, idle_after_us: Any, now_us: Any) -> ColumnElement[bool]:
    """`Record.state`, as a condition on two numbers or the names they are given by."""
    live = C.expires_us > now_us
    # As for ends: a sum is in no index, so that pages in another order are not sorted out of this one's.
    expiring = C.expiring_us + 0 <= now_us
    idle = now_us - C.accessed_us >= idle_after_us
    return {
        SessionState.EXPIRED: ~live,
        SessionState.EXPIRING: and_(live, expiring),
        SessionState.IDLE: and_(live, ~expiring, idle),
        SessionState.ACTIVE: and_(live, ~expiring, ~idle),
    }[state]


def _at_least_0(number: ColumnElement[int]) -> ColumnElement[int]:
    return case((number < 0, 0), else_=number)

"""Looking through all sessions of a namespace, as one who administers them does: any filter, three orders, by page.

No index fits every combination, so a question first asks its indexes how many rows each condition leaves, up to a
few of each. When one leaves few, those are read and sorted; otherwise the index of the order is walked, and after
a number of rows without a full page the walk rests at a place from which the next page goes on. Either way the time a
question takes is bounded, whatever the number of sessions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, case, func, literal, select, true, tuple_
from sqlmodel import Session as Reader

from jambot.sessions.expiration import SessionState
from jambot.sessions.search import Estimate, Found, FoundPage, Order, Span, Wanted
from jambot.sessions.stores.sql_statements import C, in_state


@dataclass(frozen=True, slots=True)
class _Way:
    """How the rows are reached: `index` narrowed by `conditions`, which leave `few` rows or more."""

    index: str
    conditions: tuple[ColumnElement[bool], ...]
    few: bool


_ORDERS = {
    Order.CREATED: (C.created_us, "ix_engine_sessions_listing"),
    Order.USED: (C.accessed_us, "ix_engine_sessions_used"),
    Order.ENDS: (C.expires_us, "ix_engine_sessions_ends"),
}
_SHOWN = tuple(field.name for field in fields(Found) if field.name != "state")


def page(
    reader: Reader,
    wanted: Wanted,
    *,
    order: Order = Order.CREATED,
    descending: bool = True,
    after: tuple[int, str] | None = None,
    limit: int = 50,
) -> FoundPage:
    """One page. `after` is the (moment in microseconds, handle) the page before ended at."""
    if wanted.user_ids == ():
        return FoundPage(rows=(), after=None)
    way = _way(reader, wanted, order)
    key = _ORDERS[order][0]
    rests = None if way.few else _place_of(reader, wanted, way, order=order, descending=descending, after=after)
    rows = _from(select(*_columns(wanted)), wanted, way, order=order, descending=descending, after=after, to=rests)
    rows = reader.connection().execute(rows.where(_matching(wanted) == 1).limit(limit + 1))
    found = tuple(_found(row) for row in rows.mappings())
    if len(found) > limit:
        last = found[limit - 1]
        return FoundPage(rows=found[:limit], after=(getattr(last, key.name), last.handle))
    return FoundPage(rows=found, after=rests)


def estimate(reader: Reader, wanted: Wanted, *, total: int) -> Estimate:
    """How many there are: counted where one walk reaches them all, else reckoned for `total` from a part of them."""
    if wanted.user_ids == ():
        return Estimate(count=0, is_exact=True)
    way, most = _way(reader, wanted, Order.CREATED), wanted.effort.walk
    mine = select(_matching(wanted).label("matches")).where(C.namespace == wanted.namespace)
    size = select(literal(1)).where(C.namespace == wanted.namespace, *way.conditions).limit(most + 1).subquery()
    if reader.connection().execute(select(func.count()).select_from(size)).scalar_one() <= most:
        return Estimate(count=_count(reader, mine.where(*way.conditions))[1], is_exact=True)
    # Handles are drawn at random, so the first of them are a fair part of all: the newest are not, nor any others that
    # lie together in an index by time.
    seen, matching = _count(reader, mine.order_by(C.handle).limit(most))
    return Estimate(count=max(matching, round(matching * total / seen)), is_exact=False)


def handles(
    reader: Reader, wanted: Wanted, *, after: tuple[int, str] | None, limit: int
) -> tuple[list[Found], tuple[int, str] | None]:
    """The next sessions to act on, oldest first, so that ones made meanwhile are not among them."""
    found = page(reader, wanted, order=Order.CREATED, descending=False, after=after, limit=limit)
    return list(found.rows), found.after


def named(reader: Reader, wanted: Wanted, handles: Sequence[str]) -> list[Found]:
    """The sessions with these handles, those that exist, in no order; of `wanted` only the moment matters."""
    rows = select(*_columns(wanted)).where(C.namespace == wanted.namespace, C.handle.in_(handles))
    return [_found(row) for row in reader.connection().execute(rows).mappings()]


def durations_us(reader: Reader, *, namespace: str, used: Span, most: int) -> list[int]:
    """How long each of the sessions used last in a span of time had been in use, at most `most`, the newest first."""
    wanted = select(C.accessed_us - C.created_us).where(C.namespace == namespace, *_within(C.accessed_us, used))
    return list(reader.connection().execute(wanted.order_by(C.accessed_us.desc()).limit(most)).scalars())


def online(reader: Reader, *, namespace: str, since_us: int, most: int) -> int:
    """How many people used a session since then, counted among the `most` newest uses."""
    newest = select(C.user_id).where(C.namespace == namespace, C.accessed_us >= since_us)
    newest = newest.order_by(C.accessed_us.desc()).limit(most).subquery()
    return reader.connection().execute(select(func.count(newest.c.user_id.distinct()))).scalar_one()


def devices(reader: Reader, *, namespace: str, most: int) -> list[str]:
    """The names of devices there are, found by stepping from one to the next in their index."""
    names: list[str] = []
    while len(names) < most:
        step = select(func.min(C.device)).where(C.namespace == namespace, C.device > (names[-1] if names else ""))
        name = reader.connection().execute(step).scalar()
        if name is None:
            break
        names.append(name)
    return names


def _way(reader: Reader, wanted: Wanted, order: Order) -> _Way:
    key, index = _ORDERS[order]
    effort, best = wanted.effort, None
    most = max(effort.few, effort.sort)
    for name, conditions, ordered in _narrowings(wanted):
        probe = select(literal(1)).where(C.namespace == wanted.namespace, *conditions).limit(most + 1)
        left = reader.connection().execute(select(func.count()).select_from(probe.subquery())).scalar_one()
        walks = ordered and order is Order.CREATED and left > effort.few
        if (walks or left <= most) and (best is None or left < best[0]):
            best = left, _Way(name, conditions, few=not walks)
    if best is not None:
        return best[1]
    return _Way(index, tuple(_bounds(wanted, key)), few=False)


def _narrowings(wanted: Wanted) -> Iterator[tuple[str, tuple[ColumnElement[bool], ...], bool]]:
    """Each index that narrows, its conditions, and whether its rows come in the order of their creation."""
    if wanted.user_ids is not None:
        yield "ix_engine_sessions_user", (C.user_id.in_(wanted.user_ids),), len(wanted.user_ids) == 1
    if wanted.address:
        yield "ix_engine_sessions_address", (C.ip_address == wanted.address,), True
    if wanted.device:
        yield "ix_engine_sessions_device", (C.device == wanted.device,), True
    if wanted.kinds:
        yield "ix_engine_sessions_kind", (C.kind.in_(wanted.kinds),), len(wanted.kinds) == 1
    if wanted.state is SessionState.EXPIRING:
        yield "ix_engine_sessions_expiring", (C.expiring_us <= wanted.now_us,), False
    for key, name in _ORDERS.values():
        bounds = tuple(_bounds(wanted, key))
        # Living is what nearly all are: asking the index of ends about that would answer nothing.
        if bounds and (key is not C.expires_us or wanted.state is SessionState.EXPIRED):
            yield name, bounds, False


def _bounds(wanted: Wanted, key: Any) -> Iterator[ColumnElement[bool]]:
    """What is known of one of the three moments, as limits an index can begin and end at."""
    if key is C.created_us:
        yield from _within(key, wanted.created)
    if key is C.accessed_us:
        yield from _within(key, wanted.used)
        if wanted.state is SessionState.ACTIVE:
            yield key > wanted.now_us - wanted.idle_after_us
        if wanted.state is SessionState.IDLE:
            yield key <= wanted.now_us - wanted.idle_after_us
    if key is C.expires_us:
        if wanted.state is SessionState.EXPIRED:
            yield key <= wanted.now_us
        elif not wanted.with_ended:
            yield key > wanted.now_us


def _found(row: RowMapping) -> Found:
    return Found(**{**row, "state": SessionState(row["state"])})


def _columns(wanted: Wanted) -> list[Any]:
    state = case(
        *((in_state(each, wanted.idle_after_us, wanted.now_us), each.value) for each in SessionState),
        else_=SessionState.ACTIVE.value,
    )
    return [*(C[name] for name in _SHOWN), state.label("state")]


def _from(
    columns: Any,
    wanted: Wanted,
    way: _Way,
    *,
    order: Order,
    descending: bool,
    after: tuple[int, str] | None = None,
    to: tuple[int, str] | None = None,
) -> Any:
    """`columns` of the rows on the way in their order, those after one place and up to another."""
    key = _ORDERS[order][0]
    walked = columns.where(C.namespace == wanted.namespace, *way.conditions)
    # A sum is in no index: the few are sorted, however tempting the index of the order looks.
    sorted_by = key + 0 if way.few else key
    place = tuple_(sorted_by, C.handle)
    if after is not None:
        so_far = tuple_(*map(literal, after))
        walked = walked.where(place < so_far if descending else place > so_far)
    if to is not None:
        rests = tuple_(*map(literal, to))
        walked = walked.where(place >= rests if descending else place <= rests)
    return walked.order_by(*_ordering(sorted_by, C.handle, descending=descending))


def _place_of(
    reader: Reader, wanted: Wanted, way: _Way, *, order: Order, descending: bool, after: tuple[int, str] | None
) -> tuple[int, str] | None:
    """Where a walk rests, found in the index alone; None when it comes to the end."""
    key = _ORDERS[order][0]
    last = _from(select(key, C.handle), wanted, way, order=order, descending=descending, after=after)
    row = reader.connection().execute(last.limit(1).offset(wanted.effort.walk - 1)).mappings().first()
    return None if row is None else (row[key.name], row["handle"])


def _count(reader: Reader, flags: Any) -> tuple[int, int]:
    """How many rows there are, and how many of them match."""
    rows = flags.subquery()
    seen, matching = reader.connection().execute(select(func.count(), func.sum(rows.c.matches))).one()
    return seen, matching or 0


def _matching(wanted: Wanted) -> ColumnElement[int]:
    """1 for a row that is wanted, else 0. One value, so that no planner takes a part of it for the way."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.kinds:
        conditions.append(C.kind.in_(wanted.kinds))
    if wanted.user_ids is not None:
        conditions.append(C.user_id.in_(wanted.user_ids))
    if wanted.address:
        conditions.append(C.ip_address == wanted.address)
    if wanted.device:
        conditions.append(C.device == wanted.device)
    if wanted.state is not None:
        conditions.append(in_state(wanted.state, wanted.idle_after_us, wanted.now_us))
    elif not wanted.with_ended:
        conditions.append(C.expires_us > wanted.now_us)
    conditions += [*_within(C.created_us, wanted.created), *_within(C.accessed_us, wanted.used)]
    return case((and_(true(), *conditions), 1), else_=0)


def _within(key: Any, span: Span) -> Iterator[ColumnElement[bool]]:
    if span.since_us is not None:
        yield key >= span.since_us
    if span.until_us is not None:
        yield key < span.until_us


def _ordering(key: Any, handle: Any, *, descending: bool) -> tuple[Any, Any]:
    return (key.desc(), handle.desc()) if descending else (key.asc(), handle.asc())

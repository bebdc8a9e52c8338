"""Snapshots of sessions in the database: taken again over the last one, restored over the present or anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec.structs import replace
from sqlmodel import Session as Reader

from jambot.db import UnitOfWork
from jambot.db.models.session_snapshots import SessionSnapshot
from jambot.sessions.errors import SessionNotFound, StaleVersion
from jambot.sessions.manager import SessionManager
from jambot.sessions.moments import to_us
from jambot.sessions.record import Record
from jambot.sessions.session import Session

_RETRIES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """That a snapshot exists, and from when."""

    session_id: str
    node_id: str | None
    created_at: datetime
    updated_at: datetime


class Snapshots:
    """Keeps one snapshot per session, beside whatever store the manager has."""

    def __init__(self, manager: SessionManager, work: UnitOfWork) -> None:
        self._manager = manager
        self._work = work
        self._namespace = manager.config.namespace

    async def save(self, session_id: str, *, node_id: str | None = None) -> Snapshot:
        """Take a snapshot; the one before is replaced, its `created_at` stays.

        Raises:
            SessionNotFound: there is no such living session.
        """
        session = await self._manager.find(session_id)
        record = session and await self._manager.store.get(session.handle, now_us=to_us(self._manager.now()))
        if record is None:
            raise SessionNotFound
        now, key = self._manager.now(), (self._namespace, record.handle)

        def change(tx: Reader) -> Snapshot:
            row = tx.get(SessionSnapshot, key) or SessionSnapshot(
                namespace=self._namespace, session_id=record.handle, state=b"", created_at=now, updated_at=now
            )
            row.node_id, row.state, row.updated_at = node_id, msgspec.msgpack.encode(record), now
            tx.add(row)
            return _snapshot(row)

        return await self._work.write(change)

    async def find(self, handle: str) -> Snapshot | None:
        """What is known of the snapshot of the session `handle`."""
        row = await self._row(handle)
        return None if row is None else _snapshot(row)

    async def restore(self, handle: str) -> Session:
        """Bring data, pins, metadata and scopes of the session back to its snapshot.

        A living session keeps its id and its end. One that is gone is made again for its whole ttl, unless its kind is
        a credential: what was signed out stays signed out.

        Raises:
            SessionNotFound: "No snapshot found for X", or a credential that is gone.
        """
        row = await self._row(handle)
        if row is None:
            raise SessionNotFound(f"No snapshot found for {handle}")
        record = msgspec.msgpack.decode(row.state, type=Record)
        self._manager.codec.opened(record)  # what does not open must not replace what does
        for _ in range(_RETRIES):
            present = await self._manager.store.get(handle, now_us=to_us(self._manager.now()))
            try:
                restored = await (self._again(record) if present is None else self._over(present, record))
            except StaleVersion:
                continue
            if restored is not None:
                return self._manager.codec.listed(restored, now_us=to_us(self._manager.now()))
        raise StaleVersion

    async def delete(self, handle: str) -> bool:
        """Forget the snapshot; False when there was none."""

        def change(tx: Reader) -> bool:
            row = tx.get(SessionSnapshot, (self._namespace, handle))
            if row is not None:
                tx.delete(row)
            return row is not None

        return await self._work.write(change)

    async def _row(self, handle: str) -> SessionSnapshot | None:
        return await self._work.read(lambda reader: reader.get(SessionSnapshot, (self._namespace, handle)))

    async def _over(self, present: Record, record: Record) -> Record | None:
        facts = self._manager.codec.with_terms_of(record.facts, present.facts)
        wanted = replace(present, body=record.body, facts=facts)
        now_us = to_us(self._manager.now())
        return await self._manager.store.set(wanted, expected_version=present.version, fence=None, now_us=now_us)

    async def _again(self, record: Record) -> Record | None:
        if self._manager.policy(record.kind).credential:
            raise SessionNotFound
        now_us = to_us(self._manager.now())
        life_us = record.expires_us - record.extended_us
        fresh = replace(
            record,
            created_us=now_us,
            accessed_us=now_us,
            extended_us=now_us,
            expires_us=now_us + life_us,
            version=record.version + 1,
            connections=0,
            requests=0,
            lease_us=0,
            fence=0,
        )
        created = await self._manager.store.create(fresh, limit=0, refuse=False, now_us=now_us)
        if created.existed:
            raise SessionNotFound(f"Another session has the key of {record.handle} now")
        return created.record


def _snapshot(row: SessionSnapshot) -> Snapshot:
    return Snapshot(
        session_id=row.session_id, node_id=row.node_id, created_at=row.created_at, updated_at=row.updated_at
    )

"""Sealing the metadata of workspaces with a newer key, while people work; counting what an older one still seals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlmodel import Session, col

from jambot.db.models import EngineSession, UserSession
from jambot.db.unit_of_work import Tx, UnitOfWork
from jambot.sessions.ciphers import KeyRing
from jambot.sessions.config import SessionConfig
from jambot.sessions.envelope import NONCE_AT, sealed_prefix
from jambot.workspaces.metadata import MetadataSeal

BATCH = 100
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """How many were sealed anew, and how many do not open with any key there is; those were kept as they are."""

    resealed: int = 0
    unreadable: int = 0


async def reseal_metadata(
    work: UnitOfWork, ring: KeyRing, *, progress: Callable[[Resealed], None] = lambda done: None
) -> Resealed:
    """Seal all metadata with the newest key. Safe while in use; after a kill the next run finds only what is left.

    Args:
        progress: is told after every batch how far it is.
    """
    seal, done, after = MetadataSeal(ring), Resealed(), ""

    def batch(tx: Tx, after: str) -> tuple[str, int, int]:
        wanted = _sealed_otherwise(ring).where(col(UserSession.id) > after).order_by(col(UserSession.id)).limit(BATCH)
        last, resealed, unreadable = "", 0, 0
        for last, user_id, stored in tx.execute(wanted).all():
            opened = seal.open(stored, user_id=user_id, workspace_id=last)
            if not opened.readable:
                unreadable += 1
                continue
            anew = seal.seal(opened.value, user_id=user_id, workspace_id=last)
            # Neither a new version nor a new date: what it says is the same. Who wrote meanwhile sealed it anew.
            same = (col(UserSession.id) == last) & (col(UserSession.session_metadata) == stored)
            tx.execute(update(UserSession).where(same).values(session_metadata=anew))
            resealed += 1
        return last, resealed, unreadable

    while True:
        after, resealed, unreadable = await work.write(lambda tx, after=after: batch(tx, after))
        if not after:
            return done
        done = Resealed(resealed=done.resealed + resealed, unreadable=done.unreadable + unreadable)
        progress(done)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderOlder:
    """How much is not sealed with the newest key, each counted up to `MOST_COUNTED`."""

    workspaces: int
    sessions: int

    @property
    def total(self) -> int:
        return self.workspaces + self.sessions


def under_older_keys(session: Session, *, metadata: KeyRing, sessions: KeyRing, now_us: int) -> UnderOlder:
    """What would no longer open if only the newest key were left; ended sessions do not count, nor do those of others:
    a program may keep sessions of its own in this database, with keys of its own."""
    newest = sealed_prefix(sessions.newest_key_id)
    other_sessions = select(col(EngineSession.handle)).where(
        col(EngineSession.namespace) == SessionConfig().namespace,
        func.substr(col(EngineSession.body), 1, NONCE_AT) != newest,
        col(EngineSession.expires_us) > now_us,
    )

    def count(wanted: Select[*tuple[Any, ...]]) -> int:
        return session.execute(select(func.count()).select_from(wanted.limit(MOST_COUNTED).subquery())).scalar_one()

    return UnderOlder(workspaces=count(_sealed_otherwise(metadata)), sessions=count(other_sessions))


def _sealed_otherwise(ring: KeyRing) -> Select[str, str, str]:
    newest = sealed_prefix(ring.newest_key_id).decode()
    stored = col(UserSession.session_metadata)
    return select(col(UserSession.id), col(UserSession.user_id), stored).where(
        stored != "", func.substr(stored, 1, len(newest)) != newest
    )

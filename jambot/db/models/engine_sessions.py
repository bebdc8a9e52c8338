"""The session engine's table. It refers to nothing and nothing refers to it: signing out cannot touch a workspace."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Computed, Index, Integer, LargeBinary, SmallInteger, String, Text, text
from sqlmodel import Field, SQLModel

from jambot.db.types import ID_COLUMN, ClearFact

EXPIRING_US = "CASE WHEN extended_us < expires_us THEN (extended_us + 4 * expires_us) / 5 + 1 ELSE expires_us END"
"""The first moment at which a session reads as expiring, as `Record.state` has it."""


def _of_some(name: str, column: str, *others: str, unique: bool = False) -> Index:
    """An index of the rows that have a value there; the others cost it nothing."""
    present = text(f"{column} IS NOT NULL")
    columns = ("namespace", column, *others)
    return Index(name, *columns, unique=unique, sqlite_where=present, postgresql_where=present)


class EngineSession(SQLModel, table=True):
    """One stored session of one namespace; `jambot.sessions.record.Record` says what the fields mean.

    Moments are whole microseconds, as in every other store of sessions, so that all of them compare and sort alike.
    """

    __tablename__ = "engine_sessions"
    __table_args__ = (
        Index("ix_engine_sessions_listing", "namespace", "created_us", "handle"),
        Index("ix_engine_sessions_user", "namespace", "user_id", "created_us", "handle"),
        Index("ix_engine_sessions_ends", "namespace", "expires_us", "handle"),
        # What an admin looks for among all of them, each in the order of its pages.
        Index("ix_engine_sessions_used", "namespace", "accessed_us", "handle", "expiring_us"),
        Index("ix_engine_sessions_kind", "namespace", "kind", "created_us", "handle"),
        _of_some("ix_engine_sessions_address", "ip_address", "created_us", "handle"),
        _of_some("ix_engine_sessions_device", "device", "created_us", "handle"),
        _of_some("ix_engine_sessions_lookup", "lookup", unique=True),
        # What counting needs of the spell that is not over; see `jambot.db.session_counts`.
        Index("ix_engine_sessions_expiring", "namespace", "expiring_us", "accessed_us"),
        # Room on each page lets PostgreSQL write a touched row beside its old version.
        {"postgresql_with": {"fillfactor": 70}},
    )

    namespace: str = Field(primary_key=True, sa_type=String(64))
    handle: str = Field(primary_key=True, sa_type=ID_COLUMN)
    secret_hash: bytes = Field(sa_type=LargeBinary)
    kind: str = Field(sa_type=String(32))
    user_id: str | None = Field(default=None, sa_type=String(255))
    lookup: str | None = Field(default=None, sa_type=String(64))
    created_us: int = Field(sa_type=BigInteger)
    accessed_us: int = Field(sa_type=BigInteger)
    extended_us: int = Field(sa_type=BigInteger)
    expires_us: int = Field(sa_type=BigInteger)
    version: int
    facts: str = Field(sa_type=Text)
    body: bytes = Field(sa_type=LargeBinary)
    connections: int = 0
    requests: int = 0
    lease_us: int = Field(default=0, sa_type=BigInteger)
    fence: int = Field(default=0, sa_type=BigInteger)
    lock_owner: str | None = Field(default=None, sa_type=String(64))
    lock_until_us: int = Field(default=0, sa_type=BigInteger)
    ip_address: str | None = Field(
        default=None, sa_column=Column(Text, Computed(ClearFact("ip_address"), persisted=True))
    )
    """Read out of `facts` by the database itself, like `device`, so that the store need not know of either."""
    device: str | None = Field(
        default=None, sa_column=Column(Text, Computed(ClearFact("metadata", "device"), persisted=True))
    )
    expiring_us: int = Field(default=None, sa_column=Column(BigInteger, Computed(EXPIRING_US, persisted=True)))


class EngineSessionCount(SQLModel, table=True):
    """How many sessions pass one of three borders within one spell; kept by `jambot.db.session_counts`.

    Attributes:
        border: 1 the end, 2 where it reads as expiring, 3 where it is no longer active; 0 marks how far was folded.
        bucket: the spell of fifteen seconds, numbered since 1970. One up to the mark stands for all before it as well.
        part: which connection counted: on PostgreSQL each has rows of its own, so that none waits for another.
        used_ms: for how long these sessions had been in use, in all.
    """

    __tablename__ = "engine_session_counts"
    __table_args__ = ({"sqlite_with_rowid": False, "postgresql_with": {"fillfactor": 50}},)

    namespace: str = Field(primary_key=True, sa_type=String(64))
    border: int = Field(primary_key=True, sa_type=SmallInteger)
    bucket: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(primary_key=True, sa_type=String(32))
    part: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    n: int
    used_ms: int = Field(sa_type=BigInteger)


class EngineSessionUser(SQLModel, table=True):
    """How many sessions a user has, ended ones that were not swept among them; kept like `EngineSessionCount`."""

    __tablename__ = "engine_session_users"
    __table_args__ = (
        Index("ix_engine_session_users_busy", "namespace", "n", "user_id"),
        {"sqlite_with_rowid": False},
    )

    namespace: str = Field(primary_key=True, sa_type=String(64))
    user_id: str = Field(primary_key=True, sa_type=String(255))
    n: int

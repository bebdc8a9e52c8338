"""The session engine's table. It refers to nothing and nothing refers to it: signing out cannot touch a workspace."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Computed, Index, LargeBinary, String, Text
from sqlmodel import Field, SQLModel

from jambot.db.types import ID_COLUMN, ClearFact


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
        Index("ix_engine_sessions_used", "namespace", "accessed_us", "handle"),
        Index("ix_engine_sessions_kind", "namespace", "kind", "created_us", "handle"),
        Index("ix_engine_sessions_address", "namespace", "ip_address", "created_us", "handle"),
        Index("ix_engine_sessions_device", "namespace", "device", "created_us", "handle"),
        Index("ix_engine_sessions_lookup", "namespace", "lookup", unique=True),
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

"""Sessions: what lives for a while and then ends. This package stands on its own; import its names from here.

manager = SessionManager(MemoryStore())
session = await manager.create("ada", {"theme": "dark"}, kind="login")
again = await manager.get(session.id)
"""

from jambot.sessions._reading import SessionPage, SessionStats
from jambot.sessions.config import DriftPolicy, LimitPolicy, SessionConfig
from jambot.sessions.errors import (
    AtCapacity,
    BadConfiguration,
    InvalidSession,
    NotRefreshable,
    SessionLocked,
    SessionNotFound,
    SessionUnreadable,
    StaleFence,
    StaleVersion,
    StoreUnavailable,
    TooManySessions,
)
from jambot.sessions.events import SessionEvent, SessionEventName
from jambot.sessions.expiration import SessionState, Strategy
from jambot.sessions.kinds import KindPolicy
from jambot.sessions.locks import Lock
from jambot.sessions.manager import SessionManager
from jambot.sessions.session import Session
from jambot.sessions.stores.memory import MemoryStore
from jambot.sessions.stores.protocol import SessionStore
from jambot.sessions.stores.sql import SqlStore

__all__ = [
    "AtCapacity",
    "BadConfiguration",
    "DriftPolicy",
    "InvalidSession",
    "KindPolicy",
    "LimitPolicy",
    "Lock",
    "MemoryStore",
    "NotRefreshable",
    "Session",
    "SessionConfig",
    "SessionEvent",
    "SessionEventName",
    "SessionLocked",
    "SessionManager",
    "SessionNotFound",
    "SessionPage",
    "SessionState",
    "SessionStats",
    "SessionStore",
    "SessionUnreadable",
    "SqlStore",
    "StaleFence",
    "StaleVersion",
    "StoreUnavailable",
    "Strategy",
    "TooManySessions",
]

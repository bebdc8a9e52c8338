"""Sessions: what lives for a while and then ends. This package stands on its own; import its names from here.

manager = SessionManager(MemoryStore())
session = await manager.create("ada", {"theme": "dark"}, kind="login")
again = await manager.get(session.id)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from jambot.sessions.stores.redis import RedisStore
    from jambot.sessions.stores.sql import SqlStore
    from jambot.sessions.stores.zerodb import ZeroDBStore

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
    "RedisStore",
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
    "ZeroDBStore",
]

_STORES = {
    "SqlStore": "jambot.sessions.stores.sql",
    "RedisStore": "jambot.sessions.stores.redis",
    "ZeroDBStore": "jambot.sessions.stores.zerodb",
}


def __getattr__(name: str) -> Any:
    """The stores that need a driver, loaded when first asked for: whoever uses one does not pay for the others."""
    if name in _STORES:
        return getattr(import_module(_STORES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

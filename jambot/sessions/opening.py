"""Stores by their address, managers by the environment, and one manager for a whole process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from jambot.clock import Clock
from jambot.errors import WrongState
from jambot.sessions.config import SessionConfig
from jambot.sessions.errors import BadConfiguration
from jambot.sessions.manager import SessionManager
from jambot.sessions.stores.memory import MemoryStore
from jambot.sessions.stores.protocol import SessionStore

_KNOWN = (
    "memory, sqlite:///<path>, postgresql://<address>, redis://<address>, rediss://<address>, "
    "zerodb+https://<project>@<address>"
)
_ZERODB_KEY = "JAMBOT_ZERODB_API_KEY"
_ZERODB_SEALS = "JAMBOT_ZERODB_ENCRYPTION_KEYS"
_FROM_ENVIRONMENT = {
    "JAMBOT_SESSION_TIMEOUT_MINUTES": ("ttl", timedelta(minutes=1)),
    "JAMBOT_SESSION_CLEANUP_INTERVAL_S": ("cleanup_interval", timedelta(seconds=1)),
    "JAMBOT_MAX_CONCURRENT_REQUESTS": ("max_concurrent_requests", 1),
}

_manager: SessionManager | None = None


def open_store(
    address: str = "memory",
    *,
    namespace: str = "session",
    max_sessions: int = 10_000,
    environment: Mapping[str, str] | None = None,
) -> SessionStore:
    """The store at an address: `memory`, or the URL of a database, a Redis or a ZeroDB. `start` it before use.

    A ZeroDB is `zerodb+https://<project>@<host>/<path>?table=<name>`; its secrets come from the
    environment, as JAMBOT_ZERODB_API_KEY and JAMBOT_ZERODB_ENCRYPTION_KEYS (the newest first, with commas).

    Args:
        max_sessions: the capacity of a memory store.
    """
    scheme = address.split(":", 1)[0].split("+", 1)[0]
    if scheme == "memory":
        return MemoryStore(max_sessions=max_sessions)
    if scheme in ("redis", "rediss"):
        from jambot.sessions.stores.redis import RedisStore

        return RedisStore(address, namespace=namespace)
    if scheme in ("sqlite", "postgresql"):
        from jambot.sessions.stores.sql import SqlStore

        return SqlStore(address, namespace=namespace)
    if scheme == "zerodb":
        return _open_zerodb(address, namespace, os.environ if environment is None else environment)
    raise BadConfiguration("store", f"{scheme!r} is none of: {_KNOWN}")


def config_from_environment(environment: Mapping[str, str] | None = None, **settings: Any) -> SessionConfig:
    """A configuration with what the environment says; `settings` given here win over it."""
    found: dict[str, Any] = {}
    for name, (field, unit) in _FROM_ENVIRONMENT.items():
        text = (os.environ if environment is None else environment).get(name)
        if text is None:
            continue
        try:
            found[field] = int(text) * unit
        except ValueError:
            raise BadConfiguration(field, f"{name} must be a whole number, not {text!r}") from None
    return SessionConfig(**{**found, **settings})


async def initialize_session_manager(
    store: SessionStore | str = "memory", config: SessionConfig | None = None, *, clock: Clock | None = None
) -> SessionManager:
    """Make and start the process's manager; one made before is closed."""
    global _manager
    settings = config or config_from_environment()
    opened = open_store(store, namespace=settings.namespace) if isinstance(store, str) else store
    manager = SessionManager(opened, settings, clock=clock)
    await manager.start()
    earlier, _manager = _manager, manager
    if earlier is not None:
        await earlier.close()
    return manager


def get_session_manager() -> SessionManager:
    """The process's manager; `WrongState` before `initialize_session_manager`."""
    if _manager is None:
        raise WrongState("There is no session manager yet: call initialize_session_manager first.")
    return _manager


def _open_zerodb(address: str, namespace: str, environment: Mapping[str, str]) -> SessionStore:
    from jambot.sessions.stores.zerodb import ZeroDBStore

    parts = urlsplit(address)
    protocol = parts.scheme.partition("+")[2] or "https"
    api_key, seals = parts.password or environment.get(_ZERODB_KEY), environment.get(_ZERODB_SEALS)
    if protocol not in ("https", "http") or not parts.username or not parts.hostname:
        raise BadConfiguration("store", "a ZeroDB is zerodb+https://<project>@<host>/<path>")
    if not api_key or not seals:
        raise BadConfiguration("store", f"ZeroDB needs {_ZERODB_KEY} and {_ZERODB_SEALS} in the environment")
    return ZeroDBStore(
        f"{protocol}://{parts.netloc.rpartition('@')[2]}{parts.path}",
        api_key=api_key,
        project_id=unquote(parts.username),
        encryption_keys=[key.strip() for key in seals.split(",")],
        table=dict(parse_qsl(parts.query)).get("table", "sessions"),
        namespace=namespace,
    )

"""Which sessions a command means: the app's own, or those of a store by its address."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from jambot.cli.failure import CommandFailed
from jambot.cli.preparing import ensure_migrated, ensure_writable
from jambot.db.engine import sqlite_file
from jambot.services import build, session_keys_of
from jambot.sessions import BadConfiguration, SessionConfig, SessionManager, StoreUnavailable
from jambot.sessions.opening import open_store
from jambot.settings import Settings

APP = "app"
KEYS = "JAMBOT_SESSION_KEYS"
NO_KEYS = "none"
WRONG_USE = 2
ADDRESSES = (
    "app (the sessions of this JamBot), sqlite:///<path>, postgresql://<address>, redis://<address>,"
    " rediss://<address> or zerodb+https://<project>@<address>"
)


@asynccontextmanager
async def opened(
    settings: Settings, address: str, namespace: str, keys: str = KEYS, *, may_be_new: bool = False
) -> AsyncIterator[SessionManager]:
    """A manager on the sessions at `address`, which sweeps nothing by itself.

    Args:
        keys: the environment variable with the keys to seal and open with, the newest first, with commas, or `none`.
            Without it, the app's own key serves, so that the app can read what was copied.
        may_be_new: sessions are brought there; else a SQLite file that is not there is a mistake.

    Raises:
        CommandFailed: in one sentence, without a secret in it.
    """
    if address == "memory":
        raise CommandFailed("Sessions in memory end with the process that keeps them.", status=WRONG_USE)
    ensure_writable(settings)
    if address == APP:
        ensure_migrated(settings)
        parts = build(settings)
        manager, release = parts.sessions, parts.work.close
    else:
        if not may_be_new:
            _ensure_there(address)
        manager, release = _manager(settings, address, namespace, os.environ.get(keys)), _nothing
    try:
        try:
            await manager.store.start()
        except (StoreUnavailable, SQLAlchemyError, OSError) as error:
            raise CommandFailed(f"The sessions at {shown(address)} cannot be reached: {_reason(error)}") from error
        yield manager
    except StoreUnavailable as error:
        raise CommandFailed(f"{shown(address)}: {error.detail}") from error
    finally:
        await manager.close()
        release()


def sealed_unasked(address: str, keys: str = KEYS) -> str:
    """What to say of sessions that were brought to `address` and that only this JamBot can open; else nothing."""
    if address == APP or os.environ.get(keys):
        return ""
    return f" They are sealed with this JamBot's own key; {keys}={NO_KEYS} keeps them in clear."


def shown(address: str) -> str:
    """The address without its password."""
    parts = urlsplit(address)
    if parts.password is None:
        return address
    return parts._replace(netloc=f"{parts.username or ''}:***@{parts.netloc.rpartition('@')[2]}").geturl()


def _manager(settings: Settings, address: str, namespace: str, keys: str | None) -> SessionManager:
    try:
        if keys == NO_KEYS:
            given = ()
        else:
            given = tuple(key.strip() for key in keys.split(",")) if keys else session_keys_of(settings)
        config = SessionConfig(namespace=namespace, encryption_keys=given, auto_cleanup=False)
        return SessionManager(open_store(address, namespace=namespace), config)
    except BadConfiguration as error:
        raise CommandFailed(error.detail, status=WRONG_USE) from error


def _ensure_there(address: str) -> None:
    file = sqlite_file(address) if address.startswith("sqlite:") else None
    if file is not None and not file.exists():
        raise CommandFailed(f"There is no file {file}.", status=WRONG_USE)


def _nothing() -> None:
    """Nobody else's part is to be closed."""


def _reason(error: Exception) -> str:
    if isinstance(error, StoreUnavailable):
        return _reason(error.__cause__) if isinstance(error.__cause__, SQLAlchemyError) else error.detail
    original = getattr(error, "orig", None) or error
    return str(original).strip().splitlines()[0]

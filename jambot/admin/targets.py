"""The stores that sessions may be moved to: named by whoever runs JamBot, so that no page ever holds an address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError

from jambot.clock import Clock
from jambot.errors import InvalidInput, Unavailable
from jambot.log import get_log
from jambot.sessions import BadConfiguration, SessionConfig, SessionManager, StoreUnavailable
from jambot.sessions.opening import open_store
from jambot.sessions.transfer import is_same_store

NO_SUCH_STORE = "There is no store of this name. Choose one of those named in JAMBOT_SESSION_TARGETS."
log = get_log(__name__)


class Targets:
    """Opens them, sealed with the key the sessions here are sealed with."""

    def __init__(self, stores: Mapping[str, str], *, sessions: SessionManager, keys: tuple[bytes, ...], clock: Clock):
        self._stores = dict(stores)
        self._sessions = sessions
        self._keys = keys
        self._clock = clock

    @property
    def names(self) -> tuple[str, ...]:
        """What there is to choose from; empty when none was named."""
        return tuple(self._stores)

    @asynccontextmanager
    async def opened(self, name: str) -> AsyncIterator[SessionManager]:
        """A manager on the store, which sweeps nothing by itself.

        Raises:
            InvalidInput: there is no such store, or it is the one in use here. Unavailable: it does not answer.
        """
        if name not in self._stores:
            raise InvalidInput(NO_SUCH_STORE)
        config = SessionConfig(
            namespace=self._sessions.config.namespace, encryption_keys=self._keys, auto_cleanup=False
        )
        try:
            store = open_store(self._stores[name], namespace=config.namespace)
        except (BadConfiguration, SQLAlchemyError, OSError, ValueError) as error:
            log.warning("session_target.not_usable", target=name, error=type(error).__name__)
            # Without the cause: what cannot read an address quotes a part of it, which may be of its password.
            raise Unavailable(f"The store {name} cannot be used as it is set up.") from None
        target = SessionManager(store, config, clock=self._clock)
        try:
            try:
                await store.start()
                is_here = await is_same_store(self._sessions, target)
            except (StoreUnavailable, SQLAlchemyError, OSError) as error:
                raise Unavailable(f"The store {name} cannot be reached.") from error
            if is_here:
                raise InvalidInput(f"{name} is the store in use here: the sessions are there already.")
            yield target
        finally:
            await target.close()

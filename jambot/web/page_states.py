"""Reflex's page states: in Redis, so that every process has them, and in this process while Redis is away.

What a page's last event left is kept here as well, so the loss of Redis is no event for an open page: it goes on with
what this process has, and brings that to Redis when it is back. See docs/adr/0013-redis-may-go.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.state import BaseState

from jambot.log import get_log

LOOK_EVERY_S = 1.0
KEPT_HERE_S = 3_600
_AWAY = (RedisError, OSError)
log = get_log(__name__)


class PageStates(StateManagerRedis):
    """As Reflex's own, but never at a loss: a Redis that does not answer within its time limit is done without."""

    def __init__(self, redis: Redis) -> None:
        """`redis` is asked with its own limits, at most twice, and not at all while it is known to be away."""
        super().__init__(redis=redis)
        redis.set_retry(Retry(NoBackoff(), 1, supported_errors=(ConnectionLost,)))
        self._here = StateManagerMemory(token_expiration=KEPT_HERE_S)
        self._ahead: set[str] = set()
        self._return: asyncio.Task[None] | None = None

    @property
    def is_away(self) -> bool:
        return self._return is not None

    @asynccontextmanager
    async def modify_state(self, token: Any, **context: Any) -> AsyncIterator[Any]:
        token = self._coerce_token(token)
        async with self._here.modify_state(token) as own:
            shared = None if self.is_away else super().modify_state(token, **context)
            state = await self._enter(shared, token, own) if shared else None
            if shared is None or state is None:
                self._ahead.add(token.cache_key)
                yield own
                return
            try:
                yield state
            except BaseException as failure:
                if not await self._leave(shared, token, state, failure):
                    raise
            else:
                await self._leave(shared, token, state, None)
                _complete(state, own)
                self._here.states[token.cache_key] = state

    async def get_state(self, token: Any, top_level: bool = True, for_state_instance: BaseState | None = None) -> Any:
        token = self._coerce_token(token)
        if not self.is_away:
            try:
                return await super().get_state(token, top_level, for_state_instance)
            except _AWAY as failure:
                self._lost(failure)
        own = await self._here.get_state(token)
        if for_state_instance is None:
            return own
        # The rest of a page of which Redis gave only a part before it went.
        root = for_state_instance._get_root_state()
        _complete(root, own)
        return root if top_level else root.get_substate(token.cls._get_substate_path())

    async def close(self) -> None:
        if self._return is not None:
            self._return.cancel()
        await self._here.close()
        await super().close()

    async def _enter(self, shared: AbstractAsyncContextManager[Any], token: Any, own: BaseState) -> Any | None:
        """The state as Redis has it, after what this process has and Redis has not; None when Redis is away."""
        try:
            if token.cache_key in self._ahead:
                for state in _each(own):
                    state._was_touched = True
                await self.set_state(token, own)
                # A frozen Redis does afterwards what nobody waited for any more: take a lock.
                await self.redis.delete(self._lock_key(token))
                self._ahead.discard(token.cache_key)
            return await shared.__aenter__()
        except _AWAY as failure:
            self._lost(failure)
            return None

    async def _leave(
        self, shared: AbstractAsyncContextManager[Any], token: Any, state: BaseState, failure: BaseException | None
    ) -> bool:
        """Let Redis have `state`; whether `failure` is dealt with."""
        try:
            kind = None if failure is None else type(failure)
            return bool(await shared.__aexit__(kind, failure, failure.__traceback__ if failure else None))
        except _AWAY as lost:
            if lost is failure:
                raise
            self._lost(lost)
            self._ahead.add(token.cache_key)
            return False

    def _lost(self, failure: Exception) -> None:
        if self._return is None:
            log.warning("page_states.redis_away", error=type(failure).__name__)
            self._return = asyncio.create_task(self._wait_for_return(), name="page-states")

    async def _wait_for_return(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self.redis.ping()  # pyright: ignore[reportGeneralTypeIssues] (the library says it may be a bool)
            except _AWAY:
                continue
            break
        # A Redis that was started anew has forgotten what it was asked to announce.
        self._redis_notify_keyspace_events_enabled = False
        self._return = None
        log.info("page_states.redis_is_back", pages=len(self._ahead))


def survive_redis(app: Any) -> None:
    """Let the pages of `app` live on while Redis is away. Does nothing for an app without Redis."""
    if isinstance(app.state_manager, StateManagerRedis):
        app._state_manager = PageStates(app.state_manager.redis)
        app.event_namespace._token_manager.redis.set_retry(Retry(NoBackoff(), 1, supported_errors=(ConnectionLost,)))


def _each(state: BaseState) -> list[BaseState]:
    return [state, *(each for below in state.substates.values() for each in _each(below))]


def _complete(state: BaseState, whole: BaseState) -> None:
    """Hang into `state` what it has not and `whole`, an earlier tree of the same page, has."""
    for name, below in whole.substates.items():
        if name in state.substates:
            _complete(state.substates[name], below)
        else:
            state.substates[name] = below
            below.parent_state = state

"""Other session libraries doing what a request does: read a session and keep it alive for longer."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import redis
import redis.asyncio as aioredis

from tests.benchmarks.racing import Case

TTL_S = 3600
THREADS = 8


class Peers:
    """The peers on one Redis and one folder, each with a session that holds `data`."""

    def __init__(self, url: str, folder: Path, data: dict[str, Any]) -> None:
        self._url = url
        self._data = data
        self._threads = ThreadPoolExecutor(THREADS)
        self._client = aioredis.Redis.from_url(url)
        self._blocking = redis.Redis.from_url(url)
        self._configure_django(folder)

    async def starsessions(self) -> Case:
        from starsessions.stores.redis import RedisStore

        return await _starsessions(RedisStore(connection=self._client), self._data)

    async def starsessions_in_memory(self) -> Case:
        from starsessions import InMemoryStore

        return await _starsessions(InMemoryStore(), self._data)

    async def aiocache(self, *, in_memory: bool = False) -> Case:
        from aiocache import RedisCache, SimpleMemoryCache
        from aiocache.serializers import JsonSerializer

        at = urlsplit(self._url)
        redis_cache = RedisCache(serializer=JsonSerializer(), endpoint=at.hostname, port=at.port)
        cache: Any = SimpleMemoryCache(serializer=JsonSerializer()) if in_memory else redis_cache
        await cache.set("s", self._data, ttl=TTL_S)

        async def slide() -> object:
            found = await cache.get("s")
            await cache.set("s", found, ttl=TTL_S)
            return found

        return slide

    def cachetools(self) -> Case:
        """Hands out the live object, which a caller can spoil for all."""
        from cachetools import TTLCache

        cache: Any = TTLCache(10_000, TTL_S)
        cache["s"] = self._data

        async def slide() -> object:
            found = cache["s"]
            cache["s"] = found
            return found

        return slide

    def flask_session(self, *, together: bool) -> Case:
        from flask import Flask
        from flask_session.redis import RedisSessionInterface

        interface = RedisSessionInterface(Flask("peer"), client=self._blocking)
        lifetime = timedelta(seconds=TTL_S)
        session = interface.session_class(self._data, sid="s", permanent=True)
        interface._upsert_session(lifetime, session, "session:s")

        def slide() -> object:
            found = interface._retrieve_session_data("session:s")
            interface._upsert_session(lifetime, interface.session_class(found, sid="s", permanent=True), "session:s")
            return found

        return self._blocked(slide, together=together)

    def django(self, engine: str, *, together: bool, slides: bool = True) -> Case:
        """`engine`: `cache` (Redis) or `db` (SQLite)."""
        from importlib import import_module

        store = import_module(f"django.contrib.sessions.backends.{engine}").SessionStore
        made = store()
        made.update(self._data)
        made.save(must_create=True)

        def slide() -> object:
            session = store(session_key=made.session_key)
            found = session.load()
            if slides:
                session.update(found)
                session.set_expiry(TTL_S)
                session.save()
            return found

        return self._blocked(slide, together=together)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._threads.shutdown(wait=True)
        self._blocking.close()
        await self._client.aclose()

    def _blocked(self, slide: Any, *, together: bool) -> Case:
        """A blocking peer is called in its place when alone, and in threads of its own when there are many callers."""
        import asyncio

        async def alone() -> object:
            return slide()

        async def in_thread() -> object:
            return await asyncio.get_running_loop().run_in_executor(self._threads, slide)

        return in_thread if together else alone

    def _configure_django(self, folder: Path) -> None:
        import django
        from django.conf import settings

        if settings.configured:
            return
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        options = {"init_command": "PRAGMA journal_mode=WAL;"}
        settings.configure(
            SECRET_KEY="for-measuring-only",
            INSTALLED_APPS=["django.contrib.sessions"],
            CACHES={"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": self._url}},
            DATABASES={
                "default": {
                    "ENGINE": "django.db.backends.sqlite3",
                    "NAME": str(folder / "django.db"),
                    "OPTIONS": options,
                }
            },
        )
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)


async def _starsessions(store: Any, data: dict[str, Any]) -> Case:
    await store.write("s", json.dumps(data).encode(), TTL_S, TTL_S)

    async def slide() -> object:
        found = json.loads(await store.read("s", TTL_S))
        await store.write("s", json.dumps(found).encode(), TTL_S, TTL_S)
        return found

    return slide

"""`jambot run`: set up what is missing, then serve in this one process until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import errno
import os
import signal
import socket
import sys
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from jambot.cli import frontend
from jambot.cli.failure import CommandFailed
from jambot.cli.preparing import ensure_migrated, ensure_writable, serving_from
from jambot.log import get_log
from jambot.settings import Settings

DRAIN = timedelta(seconds=20)
LAST_REQUESTS_S = 5.0
log = get_log(__name__)


def add_command(commands: Any) -> None:
    """Add `run` with a help page that lists every setting."""
    parser = commands.add_parser(
        "run",
        help="serve the app",
        description="Serve JamBot. Settings come from the environment or from a file named .env:",
        epilog=settings_table(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--build-only", action="store_true", help="set everything up, but do not serve")
    parser.set_defaults(handler=handle)


def handle(settings: Settings, chosen: argparse.Namespace) -> int:
    """Prepare and serve."""
    ensure_writable(settings)
    if chosen.build_only:
        prepare(settings)
        return 0
    ensure_can_listen(settings)
    with serving_from(settings):
        folder = prepare(settings)
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        return run_to_the_end(serve(Settings()))


def run_to_the_end(serving: Coroutine[Any, Any, int]) -> int:
    """As `asyncio.run`, which would wait without a limit for tasks that do not end when they are cancelled."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    status = loop.run_until_complete(serving)
    # Nobody needs to read of the tasks that are left: they are counted in the log.
    loop.set_exception_handler(lambda *_: None)
    return status


def prepare(settings: Settings) -> Path:
    """Make the key, the page and the schema, whichever is missing; returns the folder to serve from."""
    settings.master_key()
    folder = frontend.working_folder(settings)
    # Reflex works in that folder, where neither a relative path nor this folder's `.env` would be found.
    settings.pin()
    frontend.ensure_built(folder)
    ensure_migrated(settings)
    return folder


async def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; finishes what runs, for at most `DRAIN`, and requests, for `LAST_REQUESTS_S`."""
    # Internal names of Reflex 0.10.1, which is why that version is pinned exactly.
    os.environ.update(
        {
            "REFLEX_ENV_MODE": "prod",
            "__REFLEX_SKIP_COMPILE": "true",
            "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        }
    )
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server.embed import Server

    from jambot.api.health import readiness
    from jambot.jambot import app
    from jambot.services import services

    server = Server(
        app(),
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        websockets=True,
        log_level=LogLevels.warning,
        log_access=False,
    )
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    serving = asyncio.create_task(server.serve())
    await announce(settings)
    await asyncio.wait({serving, asyncio.create_task(stopping.wait())}, return_when=asyncio.FIRST_COMPLETED)
    readiness.stop()
    # Answers and steps end here, while the port still answers; the rest ends with the app's lifespan.
    await asyncio.gather(services().turns.aclose(), services().runner.stop(drain=DRAIN))
    server.stop()
    ended, _ = await asyncio.wait({serving}, timeout=LAST_REQUESTS_S)
    await _end_the_rest()
    if ended:
        serving.result()
    return 0


async def _end_the_rest() -> None:
    """Cancel what still runs and wait for it: the app's lifespan, if the server did not come to it, and sockets.

    A socket whose browser died may wait for ever for a word from the server's own threads; nothing hangs on it.
    """
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    if rest:
        _, left = await asyncio.wait(rest, timeout=LAST_REQUESTS_S)
        log.info("server.ended", left_behind=len(left))


async def announce(settings: Settings) -> None:
    """Say where the app is, and on a first run how to become its admin."""
    from jambot.services import services

    print(f"JamBot is at {settings.origin}", flush=True)
    if link := await services().auth.setup_link():
        print(f"Make the first admin at {link}\nThis address works once, for 24 hours.", flush=True)


def ensure_can_listen(settings: Settings) -> None:
    """Fail with one line when we cannot listen where we want to."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"Port {settings.port} on {settings.host}"
            if error.errno == errno.EADDRINUSE:
                raise CommandFailed(f"{where} is taken. Stop what uses it, or set JAMBOT_PORT.") from error
            raise CommandFailed(f"{where} cannot be listened on: {error.strerror}.") from error


def settings_table() -> str:
    """Every setting, its default and its meaning, one a line."""
    lines = []
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = "" if default in (None, "") or isinstance(default, SecretStr) else f" (default {default})"
        lines.append(f"  JAMBOT_{name.upper():<22} {field.description}{shown}")
    return "\n".join(lines)

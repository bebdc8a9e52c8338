"""`jambot sessions`: moving, keeping, sealing anew, counting and sweeping sessions, while the app runs."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jambot.cli.failure import CommandFailed
from jambot.cli.progress import Progress
from jambot.cli.session_stores import ADDRESSES, APP, KEYS, WRONG_USE, opened, sealed_unasked, shown
from jambot.services import build
from jambot.sessions import SessionManager
from jambot.sessions.dumps import export_sessions, import_sessions
from jambot.sessions.rotation import KeysRotated, rotate_keys
from jambot.sessions.transfer import Transferred, is_same_store, migrate
from jambot.settings import Settings
from jambot.workspaces.sealing import Resealed, reseal_metadata

_SHOWN = 10


def add_commands(commands: Any) -> None:
    """Add the commands about sessions."""
    sessions = commands.add_parser(
        "sessions",
        help="move, export, import, seal anew, count and sweep sessions",
        epilog=f"An address is {ADDRESSES}. Keys come from {KEYS} (`none`: in clear), else the app's own key is used.",
    )
    what = sessions.add_subparsers(dest="what", required=True)
    move = what.add_parser("migrate", help="copy sessions to another store, while the app runs; may be run again")
    move.add_argument("--from", dest="source", required=True, metavar="ADDRESS")
    move.add_argument("--to", dest="target", required=True, metavar="ADDRESS")
    move.add_argument("--from-keys", default=KEYS, metavar="VARIABLE", help="the variable with the keys to open with")
    move.add_argument("--to-keys", default=KEYS, metavar="VARIABLE", help="the variable with the keys to seal with")
    after = move.add_mutually_exclusive_group()
    after.add_argument("--catch-up", action="store_true", help="for a target not in use: also what changed and ended")
    after.add_argument("--delete-source", action="store_true", help="remove what was copied and compared")
    _command(move, move_sessions)
    out = what.add_parser("export", help="write all living sessions to a file, in clear")
    out.add_argument("file", type=Path)
    _command(out, write_export, store=True)
    bring = what.add_parser("import", help="bring exported sessions back, each for the time it had left")
    bring.add_argument("file", type=Path)
    _command(bring, read_export, store=True)
    seal = what.add_parser("rotate-keys", help=f"seal all with the newest key, the app's own or the first of {KEYS}")
    _command(seal, seal_anew, store=True)
    count = what.add_parser("stats", help="count sessions by state and kind")
    count.add_argument("--json", action="store_true")
    _command(count, tell_stats, store=True)
    sweep = what.add_parser("cleanup", help="remove sessions that have ended")
    sweep.add_argument("--limit", type=_positive, default=None)
    _command(sweep, sweep_ended, store=True)


def move_sessions(settings: Settings, chosen: argparse.Namespace) -> int:
    """Copy every living session from one store to another; exits with 1 when one could not be copied."""
    if chosen.source == chosen.target:
        raise CommandFailed("The sessions are there already: --from and --to are the same.", status=WRONG_USE)

    async def act() -> int:
        async with (
            opened(settings, chosen.source, chosen.namespace, chosen.from_keys) as source,
            opened(settings, chosen.target, chosen.namespace, chosen.to_keys, may_be_new=True) as target,
        ):
            if await is_same_store(source, target):
                raise CommandFailed("They are there already: both addresses lead to one store.", status=WRONG_USE)
            bar = Progress("Copying", (await source.stats()).now.total)
            results: list[Transferred] = []
            moving = migrate(source, target, delete_source=chosen.delete_source, catch_up=chosen.catch_up)
            async for result in moving:
                results.append(result)
                bar.at(len(results))
            bar.end(len(results))
        there = sum(r.new_id is not None for r in results)
        ended = sum(r.success and r.new_id is None for r in results)
        also = f", {ended} ended there" if ended else ""
        unasked = sealed_unasked(chosen.target, chosen.to_keys)
        print(f"{there} sessions are at {shown(chosen.target)} and were compared{also}.{unasked}")
        return _tell_failed(results)

    return asyncio.run(act())


def write_export(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write the living sessions, in clear, into a file that only its owner can read."""

    async def act(manager: SessionManager) -> int:
        exported = await export_sessions(manager)
        try:
            descriptor = os.open(chosen.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandFailed(f"{chosen.file} cannot be written: {error.strerror}.") from error
        with os.fdopen(descriptor, "wb") as file:
            file.write(exported)
        print(f"Wrote {chosen.file}. Its sessions are in clear: keep it as you keep secrets.")
        return 0

    return _with_sessions(settings, chosen, act)


def read_export(settings: Settings, chosen: argparse.Namespace) -> int:
    """Bring exported sessions back; exits with 1 when one could not be."""
    try:
        exported = chosen.file.read_bytes()
    except OSError as error:
        raise CommandFailed(f"{chosen.file} cannot be read: {error.strerror}.") from error

    async def act(manager: SessionManager) -> int:
        results = await import_sessions(manager, exported)
        there = sum(r.success for r in results)
        print(f"{there} sessions are at {shown(chosen.store)}.{sealed_unasked(chosen.store)}")
        return _tell_failed(results)

    return _with_sessions(settings, chosen, act, may_be_new=True)


def seal_anew(settings: Settings, chosen: argparse.Namespace) -> int:
    """Seal what is sealed with an older key; exits with 1 when something does not open."""

    async def act(manager: SessionManager) -> int:
        bar = Progress("Sealing", (await manager.stats()).now.total)

        def show(done: KeysRotated) -> None:
            bar.at(done.seen, f"{done.unreadable} unreadable" if done.unreadable else "")

        done = await rotate_keys(manager, progress=show)
        bar.end(done.seen)
        print(f"{done.resealed} sealed anew, {done.current} were current, {done.unreadable} do not open.")
        own = await _seal_workspaces(settings) if chosen.store == APP else Resealed()
        if done.unreadable or own.unreadable:
            print("jambot: Some are sealed with a key that was not given. They were kept as they are.", file=sys.stderr)
            return 1
        if not done.resealed and not own.resealed:
            print("Older keys are not needed any more.")
        return 0

    return _with_sessions(settings, chosen, act)


async def _seal_workspaces(settings: Settings) -> Resealed:
    """What else the app's own key seals: the metadata of workspaces."""
    parts = build(settings)
    try:
        done = await reseal_metadata(parts.work, parts.metadata_keys)
    finally:
        parts.work.close()
    print(f"{done.resealed} workspaces sealed anew, {done.unreadable} do not open.")
    return done


def tell_stats(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print counts of this moment."""

    async def act(manager: SessionManager) -> int:
        found = asdict((await manager.stats()).now)
        del found["by_user"]  # people are looked up by name in the admin page, not listed in a terminal's history
        if chosen.json:
            print(json.dumps(found))
            return 0
        kinds = found.pop("by_kind")
        found["mean_duration_s"] = round(found["mean_duration_s"])
        for name, number in {**found, **{f"kind {kind}": many for kind, many in sorted(kinds.items())}}.items():
            print(f"{name:<16} {number:>10,}")
        return 0

    return _with_sessions(settings, chosen, act)


def sweep_ended(settings: Settings, chosen: argparse.Namespace) -> int:
    """Remove ended sessions."""

    async def act(manager: SessionManager) -> int:
        print(f"Removed {await manager.cleanup(chosen.limit)} sessions that had ended.")
        return 0

    return _with_sessions(settings, chosen, act)


def _command(parser: argparse.ArgumentParser, handler: Callable[..., int], *, store: bool = False) -> None:
    parser.add_argument("--namespace", default="session", help="which sessions of a shared store (session)")
    if store:
        parser.add_argument("--store", default=APP, metavar="ADDRESS", help="where the sessions are (app)")
    parser.set_defaults(handler=handler)


def _with_sessions(
    settings: Settings,
    chosen: argparse.Namespace,
    act: Callable[[SessionManager], Awaitable[int]],
    *,
    may_be_new: bool = False,
) -> int:
    async def run() -> int:
        async with opened(settings, chosen.store, chosen.namespace, may_be_new=may_be_new) as manager:
            return await act(manager)

    return asyncio.run(run())


def _tell_failed(results: list[Transferred]) -> int:
    failed = [result for result in results if result.failed]
    for result in failed[:_SHOWN]:
        print(f"jambot: {result.handle}: {result.failed}", file=sys.stderr)
    if len(failed) > _SHOWN:
        print(f"jambot: and {len(failed) - _SHOWN} more.", file=sys.stderr)
    return 1 if failed else 0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number

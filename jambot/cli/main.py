"""Parses the command line and answers every expected failure with one clear line and a non-zero exit."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from pydantic import ValidationError

from jambot import log
from jambot.cli import doctor, keeping, run, sessions, users
from jambot.cli.failure import CommandFailed
from jambot.errors import JamBotError
from jambot.settings import Settings

EX_FAILED = 1
EX_CONFIG = 78


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the return value is the process's exit status."""
    parser = argparse.ArgumentParser(prog="jambot", description="A persistent AI workspace.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run.add_command(commands)
    users.add_commands(commands)
    keeping.add_commands(commands)
    doctor.add_command(commands)
    sessions.add_commands(commands)
    chosen = parser.parse_args(arguments)
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = "".join(f"JAMBOT_{part}".upper() + ": " for part in problem["loc"])
            print(f"jambot: {name}{problem['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        return EX_CONFIG
    log.configure(json_lines=settings.log_json, level=settings.log_level)
    try:
        return chosen.handler(settings, chosen) or 0
    except CommandFailed as error:
        print(f"jambot: {error}", file=sys.stderr)
        return error.status
    except JamBotError as error:
        print(f"jambot: {error.detail}", file=sys.stderr)
        return EX_FAILED
    except KeyboardInterrupt:
        return 130

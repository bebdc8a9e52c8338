"""`jambot admin` and `jambot user`: people, from the terminal, where there may be no mail server."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from jambot.access import Role
from jambot.cli.failure import CommandFailed
from jambot.cli.preparing import ensure_migrated, ensure_writable
from jambot.errors import NotFound
from jambot.services import Services, build
from jambot.settings import Settings


def add_commands(commands: Any) -> None:
    """Add the commands that make and help people."""
    admin = commands.add_parser("admin", help="manage admins").add_subparsers(dest="what", required=True)
    create = admin.add_parser("create", help="make an admin")
    create.add_argument("--email", required=True)
    create.add_argument("--name", default="")
    create.add_argument("--password-stdin", action="store_true", required=True, help="read the password from stdin")
    create.set_defaults(handler=create_admin)
    user = commands.add_parser("user", help="invite and help people").add_subparsers(dest="what", required=True)
    invite = user.add_parser("invite", help="print a link with which one person may register")
    invite.add_argument("--email", default=None)
    invite.add_argument("--role", choices=[role.value for role in Role], default=Role.USER.value)
    invite.set_defaults(handler=invite_user)
    reset = user.add_parser("reset-link", help="print a link with which a person sets a new password")
    reset.add_argument("--email", required=True)
    reset.set_defaults(handler=reset_link)


def create_admin(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make an admin with the password given on standard input."""
    password = sys.stdin.readline().rstrip("\n")

    async def act(parts: Services) -> None:
        await parts.auth.create_admin(email=chosen.email, password=password, name=chosen.name)
        print(f"{chosen.email} is an admin.")

    return _with_services(settings, act)


def invite_user(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print an invitation link."""

    async def act(parts: Services) -> None:
        print(await parts.auth.invite_from_terminal(email=chosen.email, role=Role(chosen.role)))

    return _with_services(settings, act)


def reset_link(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a link that sets a new password."""

    async def act(parts: Services) -> None:
        try:
            print(await parts.auth.reset_link_from_terminal(email=chosen.email))
        except NotFound as error:
            # In the browser this is never said; whoever reads this terminal can read the database too.
            raise CommandFailed(f"Nobody has an account with the e-mail {chosen.email}.") from error

    return _with_services(settings, act)


def _with_services(settings: Settings, act: Callable[[Services], Awaitable[None]]) -> int:
    ensure_writable(settings)
    ensure_migrated(settings)

    async def run() -> None:
        parts = build(settings)
        try:
            await act(parts)
        finally:
            parts.work.close()

    asyncio.run(run())
    return 0

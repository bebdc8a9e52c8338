"""People and workspaces for tests, as rows in a real database."""

from __future__ import annotations

from jambot.access import Principal, Role
from jambot.clock import Clock
from jambot.db import Tx, UnitOfWork
from jambot.db.models import User, UserSession
from jambot.ids import LoginId, UserId, new_id
from jambot.workspaces.story import new_workspace


async def person(work: UnitOfWork, clock: Clock, name: str = "ada", *, role: Role = Role.USER) -> Principal:
    """A person who is signed in."""
    email = f"{name}@example.org"

    def change(tx: Tx) -> str:
        user = User(email=email, email_key=email, name=name.title(), role=role, created_at=clock.now())
        tx.add(user)
        tx.flush()
        return user.id

    user_id = await work.write(change)
    return Principal(user_id=UserId(user_id), login_id=LoginId(new_id()), role=role, email=email, name=name.title())


async def workspace_of(work: UnitOfWork, clock: Clock, me: Principal, name: str = "") -> UserSession:
    """A workspace of this person with an empty chat."""
    return await work.write(lambda tx: new_workspace(tx, user_id=me.user_id, now=clock.now(), name=name))

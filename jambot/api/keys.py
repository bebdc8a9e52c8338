"""/api/keys: the caller's API keys. A key itself gets nothing here: it cannot make keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from jambot.api.deps import From, Me, Parts
from jambot.api.schemas import Body, Password
from jambot.auth.api_keys import KeyView

router = APIRouter(prefix="/keys", tags=["keys"])


class KeyIn(Body):
    """`scopes`: read, write, admin, or one resource such as `assets:read`. `days` null is for good."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    scopes: Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(max_length=40)]
    days: Annotated[int, Field(ge=1, le=400)] | None = None
    password: Password


class KeysOut(BaseModel):
    keys: list[KeyView]


class MadeKeyOut(BaseModel):
    """`key` is shown here and never again."""

    id: str
    name: str
    prefix: str
    key: str


@router.get("")
async def list_keys(parts: Parts, me: Me) -> KeysOut:
    """The caller's keys that work, the newest first."""
    return KeysOut(keys=await parts.auth.keys.mine(me))


@router.post("", status_code=201)
async def create_key(body: KeyIn, parts: Parts, me: Me, at: From) -> MadeKeyOut:
    """Make a key. It takes the password, like everything that outlives a sign-in."""
    made = await parts.auth.create_key(
        me,
        password=body.password,
        name=body.name,
        scopes=body.scopes,
        lasts=timedelta(days=body.days) if body.days else None,
        device=at,
    )
    return MadeKeyOut(id=made.view.id, name=made.view.name, prefix=made.view.prefix, key=made.key)


@router.delete("/{key_id}", status_code=204)
async def revoke_key(key_id: str, parts: Parts, me: Me) -> None:
    """Revoke a key, at once and everywhere."""
    await parts.auth.keys.revoke(me, key_id)

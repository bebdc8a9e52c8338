"""/api/devices: where the caller is signed in."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from jambot.api.deps import Me, Parts
from jambot.api.schemas import LoginOut

router = APIRouter(prefix="/devices", tags=["devices"])


class DevicesOut(BaseModel):
    devices: list[LoginOut]


class EndedOut(BaseModel):
    ended: int


@router.get("")
async def list_devices(parts: Parts, me: Me) -> DevicesOut:
    """The caller's signed-in devices, newest first."""
    found = await parts.auth.devices(me)
    return DevicesOut(devices=[LoginOut.of(login, current_id=me.login_id) for login in found])


@router.delete("/{login_id}", status_code=204)
async def end_device(login_id: str, parts: Parts, me: Me) -> None:
    """Sign one device out. Another one than this needs a password given in the last ten minutes."""
    await parts.auth.end_device(me, login_id)


@router.delete("")
async def end_others(parts: Parts, me: Me) -> EndedOut:
    """Sign out everywhere but here. Needs a password given in the last ten minutes."""
    return EndedOut(ended=await parts.auth.end_other_devices(me))

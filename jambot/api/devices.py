"""/api/devices: where the caller is signed in."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from jambot.api.deps import Me, Parts
from jambot.api.schemas import LoginOut
from jambot.auth.device_list import DeviceView, EndedDevice, OpenWorkspace

router = APIRouter(prefix="/devices", tags=["devices"])


class OpenWorkspaceOut(BaseModel):
    """What a device shows; `is_open` is false for what it showed last, at `seen_at`."""

    id: str
    name: str
    is_open: bool
    seen_at: datetime | None

    @classmethod
    def of(cls, shown: OpenWorkspace) -> OpenWorkspaceOut:
        return cls(id=shown.id, name=shown.name, is_open=shown.is_open, seen_at=shown.seen_at)


class DeviceOut(LoginOut):
    """`is_new` stays true until the person calls the device theirs."""

    workspace: OpenWorkspaceOut | None
    has_page: bool
    is_new: bool

    @classmethod
    def of_view(cls, view: DeviceView, *, current_id: str) -> DeviceOut:
        login = LoginOut.of(view.login, current_id=current_id).model_dump()
        shown = OpenWorkspaceOut.of(view.workspace) if view.workspace else None
        return cls(**login, workspace=shown, has_page=view.has_page, is_new=view.is_new)


class EndedDeviceOut(BaseModel):
    """A login that is over."""

    id: str
    device: str
    ended_at: datetime
    reason: str

    @classmethod
    def of(cls, ended: EndedDevice) -> EndedDeviceOut:
        return cls(id=ended.id, device=ended.device, ended_at=ended.ended_at, reason=ended.reason)


class DevicesOut(BaseModel):
    devices: list[DeviceOut]
    ended: list[EndedDeviceOut]


class EndedOut(BaseModel):
    ended: int


@router.get("")
async def list_devices(parts: Parts, me: Me) -> DevicesOut:
    """The caller's signed-in devices, this one first, with the workspace each shows; and those that ended lately."""
    found = await parts.auth.device_list(me)
    return DevicesOut(
        devices=[DeviceOut.of_view(view, current_id=me.login_id) for view in found.devices],
        ended=[EndedDeviceOut.of(each) for each in found.ended],
    )


@router.post("/{login_id}/confirm", status_code=204)
async def confirm_device(login_id: str, parts: Parts, me: Me) -> None:
    """Say that a new device is one's own. Cannot be said from that device itself."""
    await parts.auth.confirm_device(me, login_id)


@router.delete("/{login_id}", status_code=204)
async def end_device(login_id: str, parts: Parts, me: Me) -> None:
    """Sign one device out. Another one than this needs a password given in the last ten minutes."""
    await parts.auth.end_device(me, login_id)


@router.delete("")
async def end_others(parts: Parts, me: Me) -> EndedOut:
    """Sign out everywhere but here. Needs a password given in the last ten minutes."""
    return EndedOut(ended=await parts.auth.end_other_devices(me))

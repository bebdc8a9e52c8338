"""The client's calls about files, missions and tools."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Literal

from jambot.client.shapes import Asset, AssetPage, MissionPanel, Proposal, Tool, WorkspaceMissions
from jambot.client.transport import Transport

Scope = Literal["step", "from_step", "mission"]


class Work:
    _transport: Transport

    async def upload(self, session_id: str, name: str, content: bytes | Path) -> Asset:
        """Keep a file in a workspace."""
        data = await asyncio.to_thread(content.read_bytes) if isinstance(content, Path) else content
        answer = await self._transport.call(
            "POST", "/assets/", files={"file": (name, data)}, data={"workspace_id": session_id}
        )
        return Asset.model_validate(answer)

    async def get_asset(self, asset_id: str) -> Asset:
        return Asset.model_validate(await self._transport.call("GET", f"/assets/{asset_id}"))

    async def list_assets(
        self, session_id: str | None = None, *, after: str | None = None, limit: int = 50
    ) -> AssetPage:
        """Assets newest first, of one workspace or of all."""
        given = {"workspace_id": session_id, "after": after, "limit": limit}
        params = {name: value for name, value in given.items() if value is not None}
        return AssetPage.model_validate(await self._transport.call("GET", "/assets/", params=params))

    async def download(self, asset_id: str) -> bytes:
        """An asset's whole content."""
        return (await self._transport.raw("GET", f"/assets/{asset_id}/content")).content

    async def delete_asset(self, asset_id: str) -> None:
        await self._transport.call("DELETE", f"/assets/{asset_id}")

    async def get_missions(self, session_id: str) -> WorkspaceMissions:
        """A workspace's present mission, the proposal that waits, and all earlier missions."""
        return WorkspaceMissions.model_validate(
            await self._transport.call("GET", "/missions/", params={"workspace_id": session_id})
        )

    async def get_mission(self, mission_id: str) -> MissionPanel:
        return await self._mission("GET", f"/missions/{mission_id}")

    async def accept_proposal(self, proposal_id: str) -> MissionPanel:
        """Make a proposed mission and start it. Accepting twice gives the same mission."""
        return await self._mission("POST", f"/proposals/{proposal_id}/accept")

    async def reject_proposal(self, proposal_id: str) -> Proposal:
        return Proposal.model_validate(await self._transport.call("POST", f"/proposals/{proposal_id}/reject"))

    async def pause_mission(self, mission_id: str) -> MissionPanel:
        return await self._mission("POST", f"/missions/{mission_id}/pause")

    async def resume_mission(self, mission_id: str) -> MissionPanel:
        return await self._mission("POST", f"/missions/{mission_id}/resume")

    async def stop_mission(self, mission_id: str) -> MissionPanel:
        return await self._mission("POST", f"/missions/{mission_id}/stop")

    async def kill_mission(self, mission_id: str, *, reason: str) -> MissionPanel:
        return await self._mission("POST", f"/missions/{mission_id}/kill", json={"reason": reason})

    async def retry_mission(
        self, mission_id: str, *, scope: Scope = "mission", step_id: str | None = None
    ) -> MissionPanel:
        """Run a step, everything from a step, or the whole mission again."""
        body = {"scope": scope, "step_id": step_id}
        return await self._mission("POST", f"/missions/{mission_id}/retry", json=body)

    async def decide(self, approval_id: str, *, approve: bool) -> MissionPanel:
        """Decide what a mission waits for."""
        return await self._mission("POST", f"/approvals/{approval_id}", json={"approve": approve})

    async def list_tools(self) -> tuple[Tool, ...]:
        answer = await self._transport.call("GET", "/tools/")
        return tuple(Tool.model_validate(each) for each in answer["tools"])

    async def _mission(self, method: str, path: str, **options: Any) -> MissionPanel:
        return MissionPanel.model_validate(await self._transport.call(method, path, **options))

"""The client's calls about workspaces, which the API calls sessions."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from jambot.client.shapes import Draft, Session, SessionDetail, SessionPage
from jambot.client.transport import Transport


class Sessions:
    _transport: Transport

    async def create_session(
        self,
        name: str | None = None,
        *,
        description: str | None = None,
        session_metadata: dict[str, Any] | None = None,
        key: str | None = None,
    ) -> SessionDetail:
        """Make a workspace with its chat. The same `key` again is the same workspace."""
        given = {"name": name, "description": description, "session_metadata": session_metadata}
        body = {member: value for member, value in given.items() if value is not None}
        headers = {"Idempotency-Key": key or str(uuid4())}
        return SessionDetail.model_validate(
            await self._transport.call("POST", "/sessions/", json=body, headers=headers)
        )

    async def get_session(self, session_id: str) -> SessionDetail:
        """A workspace with its last messages and its mission. Raises `NotFound`."""
        return SessionDetail.model_validate(await self._transport.call("GET", f"/sessions/{session_id}"))

    async def list_sessions(
        self,
        *,
        page: int = 1,
        per_page: int = 20,
        status: str | None = None,
        query: str = "",
        cursor: str | None = None,
    ) -> SessionPage:
        """A page of the history; `cursor` goes on where the page before ended."""
        given = {"page": page, "per_page": per_page, "status": status, "q": query or None, "cursor": cursor}
        params = {name: value for name, value in given.items() if value is not None}
        return SessionPage.model_validate(await self._transport.call("GET", "/sessions/", params=params))

    async def get_active_session(self) -> SessionDetail | None:
        """The active workspace used last, None when there is none."""
        found = await self._transport.call("GET", "/sessions/active")
        return None if found is None else SessionDetail.model_validate(found)

    async def initialize_session(self, name: str | None = None) -> SessionDetail:
        """The workspace to go on in: the active one used last, else a new one.

        A new one is made only when the server says that there is none. A server that is away is waited for, then
        `Offline` is raised: a failed look is not an empty history.
        """
        return await self.get_active_session() or await self.create_session(name)

    async def update_session(
        self,
        session_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        status: str | None = None,
        session_metadata: dict[str, Any] | None = None,
        merge: bool = False,
        version: int | None = None,
    ) -> Session:
        """Change what is given. `version` is the one this is based on; a newer one there raises `Conflict`."""
        given = {"name": name, "description": description, "status": status, "session_metadata": session_metadata}
        return Session.model_validate(
            await self._transport.call(
                "PUT",
                f"/sessions/{session_id}",
                params={"merge": "true"} if merge else {},
                json={member: value for member, value in given.items() if value is not None},
                headers={} if version is None else {"If-Match": f'"{version}"'},
            )
        )

    async def auto_save_session(self, session_id: str, session_metadata: dict[str, Any]) -> Session:
        """Merge metadata into a workspace. Never counts as activity."""
        return await self.update_session(session_id, session_metadata=session_metadata, merge=True)

    async def complete_session(self, session_id: str) -> Session:
        """List a workspace under completed."""
        return Session.model_validate(await self._transport.call("POST", f"/sessions/{session_id}/complete"))

    async def link_mission(self, session_id: str, mission_id: str) -> Session:
        """Make one of a workspace's missions its present one. Raises `Refused` for any other."""
        path = f"/sessions/{session_id}/link-mission/{mission_id}"
        return Session.model_validate(await self._transport.call("POST", path))

    async def update_session_activity(self, session_id: str) -> Session:
        """Say that a workspace is being worked in."""
        return Session.model_validate(await self._transport.call("POST", f"/sessions/{session_id}/activity"))

    async def delete_session(self, session_id: str) -> None:
        """Move a workspace to the trash."""
        await self._transport.call("DELETE", f"/sessions/{session_id}")

    async def restore_session(self, session_id: str) -> Session:
        """Take a workspace out of the trash."""
        return Session.model_validate(await self._transport.call("POST", f"/sessions/{session_id}/restore"))

    async def get_draft(self, session_id: str) -> Draft:
        """What is typed and not sent."""
        return Draft.model_validate(await self._transport.call("GET", f"/sessions/{session_id}/draft"))

    async def save_draft(self, session_id: str, text: str, *, caret: int = 0, base_revision: int = 0) -> int:
        """Save typed text and return its revision; a text saved meanwhile raises `Conflict` with it in `extra`."""
        body = {"text": text, "caret": caret, "base_revision": base_revision}
        return (await self._transport.call("PUT", f"/sessions/{session_id}/draft", json=body))["revision"]

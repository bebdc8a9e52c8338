"""The client's calls about everybody's sessions, for admins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from jambot.client.admin_shapes import AdminSessionPage, Impact, InspectedSession, NamedView, Operation, Result
from jambot.client.transport import Transport


class Admin:
    """What an admin does from a program. Everybody else gets `Refused`.

    Filters are those of the API: `kind`, `state`, `q`, `address`, `device`, `created_from`, `created_to`, `used_from`,
    `used_to`. A choice is `{"handles": [...]}`, or `{"matching": {...}}` with a filter.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list_sessions(
        self, *, sort: str = "created", up: bool = False, cursor: str | None = None, limit: int = 50, **filters: Any
    ) -> AdminSessionPage:
        """A page of sessions of every kind and of everybody; `sort` is created, used or ends."""
        params = {**filters, "sort": sort, "up": up, "limit": limit, **({"cursor": cursor} if cursor else {})}
        return AdminSessionPage.model_validate(await self._transport.call("GET", "/admin/sessions", params=params))

    async def count_sessions(self, **filters: Any) -> int:
        """About how many match."""
        return (await self._transport.call("GET", "/admin/sessions/count", params=filters))["count"]

    async def get_session(self, handle: str) -> InspectedSession:
        """One session and what happened to it. Raises `NotFound`."""
        return InspectedSession.model_validate(await self._transport.call("GET", f"/admin/sessions/{handle}"))

    async def preview(
        self, doing: str, choice: dict[str, Any], *, target: str = "", delete_source: bool = False
    ) -> Impact:
        """What an action would hit now: extend, expire, sign_out, revoke, or move to the store `target`."""
        body = {"doing": doing, **choice, "target": target, "delete_source": delete_source}
        return Impact.model_validate(await self._transport.call("POST", "/admin/sessions/preview", json=body))

    async def act(
        self,
        doing: str,
        choice: dict[str, Any],
        *,
        reason: str,
        target: str = "",
        delete_source: bool = False,
        counted_at: datetime | None = None,
    ) -> Operation:
        """Begin an action; it goes on by itself. `counted_at` of the preview spares what was made since."""
        body = {"doing": doing, **choice, "reason": reason, "target": target, "delete_source": delete_source}
        if counted_at is not None:
            body["counted_at"] = counted_at.isoformat()
        answer = await self._transport.call("POST", "/admin/sessions/actions", json=body)
        return Operation.model_validate(answer)

    async def operation(self, operation_id: str, *, wait: bool = False) -> Operation:
        """How far an action is; with `wait` once it is over."""
        params = {"wait": "true"} if wait else {}
        path = f"/admin/operations/{operation_id}"
        return Operation.model_validate(await self._transport.call("GET", path, params=params))

    async def stop(self, operation_id: str) -> Operation:
        """Stop an action where it is."""
        return Operation.model_validate(await self._transport.call("DELETE", f"/admin/operations/{operation_id}"))

    async def results(self, operation_id: str) -> Sequence[Result]:
        """What became of each session, what failed first."""
        answer = await self._transport.call("GET", f"/admin/operations/{operation_id}/results")
        return [Result.model_validate(each) for each in answer["results"]]

    async def session_targets(self) -> Sequence[str]:
        """The names of the stores that sessions may be moved to."""
        return (await self._transport.call("GET", "/admin/session-targets"))["targets"]

    async def views(self) -> Sequence[NamedView]:
        """One's own named views of the dashboard."""
        found = await self._transport.call("GET", "/admin/views")
        return [NamedView.model_validate(each) for each in found["views"]]

    async def save_view(self, name: str, query: str) -> NamedView:
        """Keep a view under a name; a name that is taken raises `Refused`."""
        answer = await self._transport.call("POST", "/admin/views", json={"name": name, "query": query})
        return NamedView.model_validate(answer)

    async def rename_view(self, view_id: str, name: str) -> NamedView:
        """Give a view another name."""
        return NamedView.model_validate(
            await self._transport.call("PUT", f"/admin/views/{view_id}", json={"name": name})
        )

    async def delete_view(self, view_id: str) -> None:
        """Forget a view."""
        await self._transport.call("DELETE", f"/admin/views/{view_id}")

"""/api/admin: actions on many sessions, shown first, then followed; and where they may be moved. For admins only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from jambot.admin.doing import MOST_CHOSEN, Doing, Impact, Moving, Selection
from jambot.admin.operations import Operation
from jambot.admin.session_rows import Filter
from jambot.api.admin_sessions import Life, aware
from jambot.api.deps import Admin, Parts
from jambot.api.schemas import Body

router = APIRouter(prefix="/admin", tags=["admin sessions"])
# JSON has no moments, only texts that say one.
Moment = Annotated[datetime, Field(strict=False)]


class FilterIn(Body):
    """Which sessions, as the filters of the list."""

    kinds: Annotated[list[Annotated[str, StringConstraints(max_length=32)]], Field(max_length=20)] = []
    state: Life = ""
    person: Annotated[str, StringConstraints(max_length=200)] = ""
    address: Annotated[str, StringConstraints(max_length=200)] = ""
    device: Annotated[str, StringConstraints(max_length=200)] = ""
    created_since: Moment | None = None
    created_until: Moment | None = None
    used_since: Moment | None = None
    used_until: Moment | None = None

    def filter(self) -> Filter:
        spans = ("created_since", "created_until", "used_since", "used_until")
        moments = {name: aware(getattr(self, name)) for name in spans}
        return Filter(**{**self.model_dump(), **moments, "kinds": tuple(self.kinds)})


class SelectionIn(Body):
    """Sessions by their handles, or all that match a filter.

    To move: `target` names a store of `/api/admin/session-targets`; with `delete_source` what has arrived ends here.
    """

    doing: Literal["extend", "expire", "sign_out", "revoke", "move"]
    handles: Annotated[list[Annotated[str, StringConstraints(max_length=36)]], Field(max_length=MOST_CHOSEN)] = []
    matching: FilterIn | None = None
    target: Annotated[str, StringConstraints(max_length=32)] = ""
    delete_source: bool = False

    def moving(self) -> Moving | None:
        return Moving(target=self.target, deletes=self.delete_source) if self.target else None

    def selection(self) -> Selection:
        matching = None if self.matching is None else self.matching.filter()
        return Selection(handles=tuple(self.handles), matching=matching)


class ActIn(SelectionIn):
    """`counted_at` of the preview: what was made since then is left alone."""

    reason: Annotated[str, StringConstraints(max_length=500)] = ""
    counted_at: Moment | None = None


class OperationsOut(BaseModel):
    operations: list[Operation]


class ResultOut(BaseModel):
    """What became of one session; `failed` says why it is not as it should be."""

    handle: str
    success: bool
    failed: str | None


class ResultsOut(BaseModel):
    results: list[ResultOut]
    left_out: int


class TargetsOut(BaseModel):
    targets: list[str]


@router.post("/sessions/preview")
async def preview_action(body: SelectionIn, parts: Parts, me: Admin) -> Impact:
    """What an action would hit at this moment; changes nothing."""
    return await parts.desk.operations.preview(me, Doing(body.doing), body.selection(), body.moving())


@router.post("/sessions/actions", status_code=202)
async def act_on_sessions(body: ActIn, parts: Parts, me: Admin) -> Operation:
    """Begin an action on sessions; it goes on by itself, and the answer says where to look how far it is."""
    return await parts.desk.operations.start(
        me,
        Doing(body.doing),
        body.selection(),
        reason=body.reason,
        counted_at=aware(body.counted_at),
        moving=body.moving(),
    )


@router.get("/operations")
async def list_operations(parts: Parts, me: Admin) -> OperationsOut:
    """The last actions of this process, newest first."""
    return OperationsOut(operations=parts.desk.operations.newest(me))


@router.get("/operations/{operation_id}")
async def read_operation(operation_id: str, parts: Parts, me: Admin, wait: bool = False) -> Operation:
    """How far an action is; with `wait` the answer comes when it is over."""
    if wait:
        return await parts.desk.operations.finished(me, operation_id)
    return parts.desk.operations.find(me, operation_id)


@router.get("/operations/{operation_id}/results")
async def read_results(operation_id: str, parts: Parts, me: Admin) -> ResultsOut:
    """What became of each session of an action, what failed first; the first thousand are kept."""
    found = parts.desk.operations.results(me, operation_id)
    rows = [ResultOut(handle=row.handle, success=row.success, failed=row.failed) for row in found.rows]
    return ResultsOut(results=rows, left_out=found.left_out)


@router.get("/session-targets")
async def list_targets(parts: Parts, me: Admin) -> TargetsOut:
    """The names of the stores that sessions may be moved to; the settings name them."""
    return TargetsOut(targets=list(parts.desk.targets.names))


@router.delete("/operations/{operation_id}")
async def stop_operation(operation_id: str, parts: Parts, me: Admin) -> Operation:
    """Stop an action where it is; what is done stays done."""
    return await parts.desk.operations.stop(me, operation_id)

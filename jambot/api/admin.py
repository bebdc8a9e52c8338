"""/api/admin: figures, tables across people, and actions. For admins only; everybody else gets one answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, StringConstraints

from jambot.access import Role
from jambot.admin.rows import AuditRow, InviteRow, LoginRow, Overview, WorkspaceRow
from jambot.api.deps import Admin, Parts
from jambot.api.schemas import AnyRole, Body, Email, LoginOut, PersonOut, RoleName
from jambot.auth.service import IssuedLink

router = APIRouter(prefix="/admin", tags=["admin"])
Reason = Annotated[str, StringConstraints(max_length=500)]
Search = Annotated[str, Query(max_length=200)]
Cursor = Annotated[str | None, Query(max_length=256)]
Limit = Annotated[int, Query(ge=1, le=100)]
State = Annotated[str | None, Query(pattern="^(active|idle|expiring)$")]
Status = Annotated[str | None, Query(pattern="^(active|completed|abandoned|archived)$")]
ActionName = Annotated[str, Query(max_length=64)]


class LoginRowOut(LoginOut):
    user_id: str
    email: str
    name: str
    role: AnyRole
    state: str

    @classmethod
    def of_row(cls, row: LoginRow, *, current_id: str) -> LoginRowOut:
        login = LoginOut.of(row.login, current_id=current_id).model_dump()
        return cls(
            **login,
            user_id=row.login.user_id,
            email=row.email,
            name=row.name,
            role=Role(row.role).value,
            state=row.state,
        )


class LoginsOut(BaseModel):
    logins: list[LoginRowOut]
    next_cursor: str | None


class WorkspacesOut(BaseModel):
    workspaces: list[WorkspaceRow]
    next_cursor: str | None


class PeopleOut(BaseModel):
    users: list[PersonOut]
    next_cursor: str | None


class AuditOut(BaseModel):
    entries: list[AuditRow]
    next_cursor: str | None


class InvitesOut(BaseModel):
    invites: list[InviteRow]


class LinkOut(BaseModel):
    """A one-time address. It is shown here and never again."""

    id: str
    address: str
    expires_at: datetime

    @classmethod
    def of(cls, link: IssuedLink) -> LinkOut:
        return cls(id=link.id, address=link.address, expires_at=link.expires_at)


class Invite(Body):
    email: Email | None = None
    role: RoleName = "user"


class ChangeUser(Body):
    role: RoleName | None = None
    is_disabled: bool | None = None
    reason: Reason = ""


class ResetLink(Body):
    user_id: Annotated[str, StringConstraints(max_length=36)]


class WithReason(Body):
    reason: Reason = ""


class EndedOut(BaseModel):
    ended: int


@router.get("/overview")
async def overview(parts: Parts, me: Admin) -> Overview:
    """The figures of this moment."""
    return await parts.admin.overview(me)


@router.get("/logins")
async def list_logins(
    parts: Parts, me: Admin, q: Search = "", state: State = None, cursor: Cursor = None, limit: Limit = 50
) -> LoginsOut:
    """Signed-in devices of everybody, newest first."""
    page = await parts.admin.logins(me, query=q, state=state, cursor=cursor, limit=limit)
    rows = [LoginRowOut.of_row(row, current_id=me.login_id) for row in page.rows]
    return LoginsOut(logins=rows, next_cursor=page.next_cursor)


@router.delete("/logins/{login_id}", status_code=204)
async def sign_out(login_id: str, parts: Parts, me: Admin, body: WithReason | None = None) -> None:
    """Sign one device out, at once."""
    await parts.admin.sign_out(me, login_id, reason=body.reason if body else "")


@router.get("/workspaces")
async def list_workspaces(
    parts: Parts, me: Admin, q: Search = "", status: Status = None, cursor: Cursor = None, limit: Limit = 50
) -> WorkspacesOut:
    """Workspaces of everybody, the one used last first; names and figures, no contents."""
    page = await parts.admin.workspaces(me, query=q, status=status, cursor=cursor, limit=limit)
    return WorkspacesOut(workspaces=list(page.rows), next_cursor=page.next_cursor)


@router.get("/users")
async def list_users(parts: Parts, me: Admin, q: Search = "", cursor: Cursor = None, limit: Limit = 50) -> PeopleOut:
    """Everybody, newest first."""
    page = await parts.admin.people(me, query=q, cursor=cursor, limit=limit)
    return PeopleOut(users=[PersonOut.of(row) for row in page.rows], next_cursor=page.next_cursor)


@router.put("/users/{user_id}")
async def change_user(user_id: str, body: ChangeUser, parts: Parts, me: Admin) -> PersonOut:
    """Change a person's role, or shut them out or let them in; holds from their very next request."""
    person = await parts.admin.person(me, user_id)
    if body.role is not None:
        person = await parts.admin.set_role(me, user_id, role=Role(body.role), reason=body.reason)
    if body.is_disabled is not None:
        person = await parts.admin.set_disabled(me, user_id, is_disabled=body.is_disabled, reason=body.reason)
    return PersonOut.of(person)


@router.post("/users/{user_id}/sign-out")
async def sign_out_everywhere(user_id: str, parts: Parts, me: Admin, body: WithReason | None = None) -> EndedOut:
    """Sign a person out on every device."""
    ended = await parts.admin.sign_out_everywhere(me, user_id, reason=body.reason if body else "")
    return EndedOut(ended=ended)


@router.post("/users/{user_id}/reset-link", status_code=201)
async def reset_link(user_id: str, parts: Parts, me: Admin) -> LinkOut:
    """A link by which the person chooses a new password, good for half an hour."""
    return LinkOut.of(await parts.admin.reset_link(me, user_id))


@router.post("/reset-links", status_code=201)
async def reset_link_for(body: ResetLink, parts: Parts, me: Admin) -> LinkOut:
    """As `/users/{user_id}/reset-link`, for forms, whose address never changes."""
    return LinkOut.of(await parts.admin.reset_link(me, body.user_id))


@router.get("/invites")
async def list_invites(parts: Parts, me: Admin) -> InvitesOut:
    """Invitations nobody used yet."""
    return InvitesOut(invites=await parts.admin.invites(me))


@router.post("/invites", status_code=201)
async def invite(body: Invite, parts: Parts, me: Admin) -> LinkOut:
    """An invitation, for anybody or for one e-mail, good for a week."""
    return LinkOut.of(await parts.admin.invite(me, email=body.email, role=Role(body.role)))


@router.get("/audit")
async def list_audit(
    parts: Parts, me: Admin, action: ActionName = "", cursor: Cursor = None, limit: Limit = 50
) -> AuditOut:
    """What happened to people and their ways in, newest first."""
    page = await parts.admin.audit(me, action=action, cursor=cursor, limit=limit)
    return AuditOut(entries=list(page.rows), next_cursor=page.next_cursor)

"""/api/domains, /api/grants and their admin's side: what is shared with whom, and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints

from jambot.access import DomainRole
from jambot.api.deps import Admin, Me, Parts
from jambot.api.schemas import Body, Email
from jambot.auth.domains import CountedDomain, DomainView, Member
from jambot.auth.grant_view import GrantView
from jambot.workspaces.found import SharedRow

router = APIRouter(tags=["domains"])
DomainName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Why = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Search = Annotated[str, Query(max_length=100)]
Cursor = Annotated[str | None, Query(max_length=512)]
Limit = Annotated[int, Query(ge=1, le=100)]
Id = Annotated[str, StringConstraints(max_length=64)]


class DomainIn(Body):
    name: DomainName


class MemberIn(Body):
    role: Literal["member", "owner"] = "member"


class GrantIn(Body):
    """Who is meant is said by `user_id` or `email`. It ends after `minutes`, or with the mission if that is sooner."""

    minutes: Annotated[int, Field(ge=1, le=480)]
    reason: Why
    user_id: Id | None = None
    email: Email | None = None
    mission_id: Id | None = None


class AnyGrantIn(GrantIn):
    domain_id: Id


class EndGrant(Body):
    reason: Annotated[str, StringConstraints(max_length=500)] = ""


class DomainsOut(BaseModel):
    domains: list[DomainView]


class CountedDomainsOut(BaseModel):
    domains: list[CountedDomain]
    next_cursor: str | None


class MembersOut(BaseModel):
    members: list[Member]


class GrantsOut(BaseModel):
    grants: list[GrantView]


@router.get("/domains")
async def my_domains(parts: Parts, me: Me) -> DomainsOut:
    """The domains the caller belongs to."""
    return DomainsOut(domains=await parts.domains.mine(me))


@router.get("/domains/{domain_id}/members")
async def list_members(domain_id: str, parts: Parts, me: Me) -> MembersOut:
    """Who belongs to a domain; for those who do."""
    return MembersOut(members=await parts.domains.members(me, domain_id))


@router.put("/domains/{domain_id}/members/{user_id}", status_code=204)
async def put_member(domain_id: str, user_id: str, body: MemberIn, parts: Parts, me: Me) -> None:
    """Let somebody belong to a domain, as its owner may."""
    await parts.domains.put_member(me, domain_id, user_id, role=DomainRole(body.role))


@router.delete("/domains/{domain_id}/members/{user_id}", status_code=204)
async def remove_member(domain_id: str, user_id: str, parts: Parts, me: Me) -> None:
    """Let somebody no longer belong to a domain: its owner may, and everybody themselves."""
    await parts.domains.remove_member(me, domain_id, user_id)


@router.get("/domains/{domain_id}/grants")
async def grants_of_domain(domain_id: str, parts: Parts, me: Me) -> GrantsOut:
    """To whom the domain was opened for a while, and why; for those who belong to it."""
    return GrantsOut(grants=await parts.grants.of_domain(me, domain_id))


@router.post("/domains/{domain_id}/grants", status_code=201)
async def give_in_domain(domain_id: str, body: GrantIn, parts: Parts, me: Me) -> GrantView:
    """Open the domain to somebody for a while, as its owner may."""
    return await _given(parts, me, domain_id, body)


@router.get("/grants")
async def my_grants(parts: Parts, me: Me) -> GrantsOut:
    """What is open to the caller for a while, until when, by whom and why."""
    return GrantsOut(grants=await parts.grants.mine(me))


@router.delete("/grants/{grant_id}", status_code=204)
async def end_grant(grant_id: str, parts: Parts, me: Me, body: EndGrant | None = None) -> None:
    """End a grant now: whoever holds it, gave it, or owns its domain may."""
    await parts.grants.end(me, grant_id, reason=body.reason if body else "")


@router.get("/admin/domains")
async def all_domains(
    parts: Parts, me: Admin, q: Search = "", cursor: Cursor = None, limit: Limit = 50
) -> CountedDomainsOut:
    """Domains by name with how many members, workspaces and open grants each has, page by page."""
    page = await parts.domain_desk.page(me, query=q, cursor=cursor, limit=limit)
    return CountedDomainsOut(domains=list(page.rows), next_cursor=page.next_cursor)


@router.post("/admin/domains", status_code=201)
async def create_domain(body: DomainIn, parts: Parts, me: Admin) -> DomainView:
    """Make a domain."""
    return await parts.domains.create(me, name=body.name)


@router.put("/admin/domains/{domain_id}")
async def rename_domain(domain_id: str, body: DomainIn, parts: Parts, me: Admin) -> DomainView:
    """Rename a domain."""
    return await parts.domains.rename(me, domain_id, name=body.name)


@router.delete("/admin/domains/{domain_id}", status_code=204)
async def delete_domain(domain_id: str, parts: Parts, me: Admin) -> None:
    """Remove a domain. What carried it stays its owner's alone."""
    await parts.domains.delete(me, domain_id)


@router.get("/admin/grants")
async def all_grants(parts: Parts, me: Admin, holding: bool = True) -> GrantsOut:
    """Everybody's grants: those that hold, or with `holding=false` also those that are over."""
    return GrantsOut(grants=await parts.grants.all(me, holding=holding))


@router.post("/admin/grants", status_code=201)
async def give(body: AnyGrantIn, parts: Parts, me: Admin) -> GrantView:
    """Open a domain to somebody for a while."""
    return await _given(parts, me, body.domain_id, body)


async def _given(parts: Parts, me: Me, domain_id: str, body: GrantIn) -> GrantView:
    return await parts.grants.give(
        me,
        domain_id=domain_id,
        span=timedelta(minutes=body.minutes),
        reason=body.reason,
        user_id=body.user_id,
        email=body.email,
        mission_id=body.mission_id,
    )


class SharedOut(BaseModel):
    sessions: list[SharedRow]
    next_cursor: str | None


@router.get("/sessions/shared")
async def shared_sessions(parts: Parts, me: Me, q: Search = "", cursor: Cursor = None, limit: Limit = 50) -> SharedOut:
    """Other people's workspaces that are open to the caller through a domain, the one used last first; `q` is looked
    for in their titles."""
    page = await parts.history.shared(me, query=q, cursor=cursor, limit=limit)
    return SharedOut(sessions=list(page.rows), next_cursor=page.next_cursor)


class CarriedIn(Body):
    """`domain_id` null takes the workspace back for its owner alone."""

    domain_id: Id | None


@router.put("/sessions/{session_id}/domain", status_code=204)
async def carry(session_id: str, body: CarriedIn, parts: Parts, me: Me) -> None:
    """Let the members of a domain see a workspace of one's own; one must belong to it oneself."""
    await parts.workspaces.carry(me, session_id, body.domain_id)

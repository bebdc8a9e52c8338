"""Domains as an admin goes through them: whole, page by page, and what an end would hit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from jambot.access import DomainRole, Principal, Role
from jambot.admin.domains import DomainDesk
from jambot.auth.domains import Domains
from jambot.auth.grants import Grants
from jambot.clock import ManualClock
from jambot.db import UnitOfWork
from jambot.db.models import OpenPage, User
from jambot.errors import BadCursor, Forbidden, NotFound
from jambot.events import LocalBus
from jambot.ids import UserId, new_id
from jambot.sessions import SessionManager
from jambot.workspaces.cursors import Cursors
from jambot.workspaces.story import new_workspace
from tests.admin.conftest import ROOT, person


class Town:
    """An admin with domains to look at, and the means to fill them."""

    def __init__(self, work: UnitOfWork, clock: ManualClock, bus: LocalBus, sessions: SessionManager) -> None:
        self.work, self.clock = work, clock
        self.domains = Domains(work=work, clock=clock)
        self.grants = Grants(sessions=sessions, work=work, bus=bus, clock=clock)
        self.desk = DomainDesk(work=work, clock=clock, cursors=Cursors(b"c" * 32))
        self.root = ROOT

    async def people(self, *names: str) -> list[str]:
        return [await person(self.work, self.clock, name) for name in names]

    async def workspace(self, user_id: str, domain_id: str, *, shown_to: str = "") -> None:
        """A workspace of one person that carries a domain; on the page of another."""
        now = self.clock.now()

        def add(tx) -> None:
            made = new_workspace(tx, user_id=user_id, now=now, name="Figures")
            made.domain_id = domain_id
            tx.flush()
            if shown_to:
                page = {"user_id": shown_to, "login_id": new_id(), "opened_at": now, "seen_at": now}
                tx.add(OpenPage(workspace_id=made.id, **page))

        await self.work.write(add)

    def member(self, user_id: str) -> Principal:
        return replace(ROOT, user_id=UserId(user_id), role=Role.USER)


@pytest.fixture
async def town(work: UnitOfWork, clock: ManualClock, bus: LocalBus, sessions: SessionManager) -> Town:
    made = Town(work, clock, bus, sessions)
    email = "root@example.org"
    root = User(email=email, email_key=email, name="Root", role="admin", created_at=clock.now())
    user_id = await work.write(lambda tx: (tx.add(root), tx.flush(), root.id)[2])
    made.root = replace(ROOT, user_id=UserId(user_id))
    return made


async def test_pages_of_domains_members_and_grants_are_whole_and_in_order(town: Town):
    names = ["Legal", "audit", "Ärzte", "Finance", "Finance 2"]
    ids = {name: (await town.domains.create(town.root, name=name)).id for name in names}
    people = await town.people("Ada", "Bob", "Cleo", "Dan")
    for number, user_id in enumerate(people):
        role = DomainRole.OWNER if number == 2 else DomainRole.MEMBER
        await town.domains.put_member(town.root, ids["Legal"], user_id, role=role)
        town.clock.advance(timedelta(seconds=1))
        await town.grants.give(
            town.root, domain_id=ids["Legal"], span=timedelta(hours=1), reason=f"{number}", user_id=user_id
        )

    async def walk(ask, *arguments) -> list:
        found, cursor = [], None
        while True:
            page = await ask(town.root, *arguments, cursor=cursor, limit=2)
            found, cursor = [*found, *page.rows], page.next_cursor
            if cursor is None:
                return found

    listed = await walk(town.desk.page)
    assert [each.name for each in listed] == ["audit", "Finance", "Finance 2", "Legal", "Ärzte"]
    assert [(each.members, each.grants) for each in listed if each.name == "Legal"] == [(4, 4)]
    assert [each.name for each in (await town.desk.page(town.root, query="ÄRZ")).rows] == ["Ärzte"]
    assert (await town.desk.page(town.root, query="%")).rows == []
    assert [each.name for each in await walk(town.desk.members, ids["Legal"])] == ["Cleo", "Ada", "Bob", "Dan"]
    assert [each.reason for each in await walk(town.desk.grants, ids["Legal"])] == ["3", "2", "1", "0"]
    town.clock.advance(timedelta(hours=2))
    assert await walk(town.desk.grants, ids["Legal"]) == []
    cursor = (await town.desk.page(town.root, limit=1)).next_cursor
    with pytest.raises(BadCursor):
        await town.desk.members(town.root, ids["Legal"], cursor=cursor)


async def test_an_end_says_first_what_it_would_hit(town: Town):
    finance = (await town.domains.create(town.root, name="Finance")).id
    ada, bob, cleo = await town.people("Ada", "Bob", "Cleo")
    await town.domains.put_member(town.root, finance, ada, role=DomainRole.OWNER)
    await town.domains.put_member(town.root, finance, bob)
    await town.workspace(ada, finance, shown_to=bob)
    await town.workspace(ada, finance, shown_to=ada)
    hour = {"span": timedelta(hours=1), "reason": "Audit"}
    by_ada = await town.grants.give(town.member(ada), domain_id=finance, user_id=cleo, **hour)

    async def hit(ending, subject="") -> tuple[int, int, int, int, bool]:
        found = await town.desk.impact(town.root, finance, ending, subject)
        reach = found.reach
        return reach.members, reach.grants, reach.workspaces, reach.open_pages, found.keeps

    assert await hit("domain") == (2, 1, 2, 1, False)
    assert await hit("member", bob) == (1, 0, 2, 1, False)
    # What Ada gave ends with her being an owner; her own workspaces stay hers.
    assert await hit("member", ada) == (1, 1, 0, 0, False)
    assert await hit("grant", by_ada.id) == (0, 0, 2, 0, False)
    second = await town.grants.give(town.root, domain_id=finance, user_id=bob, **hour)
    assert await hit("grant", second.id) == (0, 0, 0, 0, True)
    with pytest.raises(NotFound):
        await hit("grant", new_id())


async def test_nobody_but_an_admin_goes_through_domains(town: Town):
    finance = (await town.domains.create(town.root, name="Finance")).id
    me = town.member((await town.people("Ada"))[0])
    for asked in (
        town.desk.page(me),
        town.desk.domain(me, finance),
        town.desk.members(me, finance),
        town.desk.grants(me, finance),
        town.desk.impact(me, finance, "domain"),
    ):
        with pytest.raises(Forbidden):
            await asked

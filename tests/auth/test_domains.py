"""Who belongs to a domain, what a grant opens, and that its end is the end, whatever brought it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from jambot.access import DomainRole, Principal, Role
from jambot.auth.domains import Domains, DomainView, NameTaken
from jambot.auth.grant_view import GrantView
from jambot.auth.grants import Grants
from jambot.db.models import Mission
from jambot.db.repositories import audit
from jambot.db.repositories import domains as rows
from jambot.errors import Forbidden, InvalidInput, NotFound
from jambot.events import listening
from jambot.events.types import AccessChanged, MissionChanged, user_topic
from jambot.workspaces.story import new_workspace
from tests.auth.conftest import House

HOUR = timedelta(hours=1)


@pytest.fixture
def domains(house: House) -> Domains:
    return Domains(work=house.work, clock=house.clock)


@pytest.fixture
def grants(house: House) -> Grants:
    return Grants(sessions=house.sessions, work=house.work, bus=house.bus, clock=house.clock)


@pytest.fixture
async def root(house: House) -> Principal:
    return await house.principal(await house.admin())


@pytest.fixture
async def ada(house: House) -> Principal:
    return await house.principal(await house.user())


@pytest.fixture
async def bob(house: House) -> Principal:
    return await house.principal(await house.user("bob@example.org"))


@pytest.fixture
async def finance(domains: Domains, root: Principal) -> DomainView:
    return await domains.create(root, name="Finance")


async def open_to(house: House, me: Principal) -> set[str]:
    return set(await house.work.read(lambda db: rows.open_to(db, me.user_id, house.clock.now())))


async def give(grants: Grants, by: Principal, to: Principal, domain: DomainView, **more: object) -> GrantView:
    options = {"span": 4 * HOUR, "reason": "Month end"} | more
    return await grants.give(by, domain_id=domain.id, user_id=to.user_id, **options)  # type: ignore[arg-type]


async def test_only_admins_make_domains_and_no_two_have_one_name(domains: Domains, root: Principal, ada: Principal):
    with pytest.raises(Forbidden):
        await domains.create(ada, name="Mine")
    made = await domains.create(root, name=" Fin  ance ")
    assert made.name == "Fin ance"
    with pytest.raises(NameTaken):
        await domains.create(root, name="FIN ANCE")
    with pytest.raises(InvalidInput):
        await domains.create(root, name="  ")


async def test_an_owner_decides_who_belongs_and_a_member_does_not(
    house: House, domains: Domains, finance: DomainView, root: Principal, ada: Principal, bob: Principal
):
    await domains.put_member(root, finance.id, ada.user_id, role=DomainRole.OWNER)
    await domains.put_member(ada, finance.id, bob.user_id)
    assert [(each.email, each.role) for each in await domains.members(bob, finance.id)] == [
        ("ada@example.org", "owner"),
        ("bob@example.org", "member"),
    ]
    with pytest.raises(NotFound):
        await domains.put_member(bob, finance.id, root.user_id)
    with pytest.raises(NotFound):
        await domains.remove_member(bob, finance.id, ada.user_id)
    await domains.remove_member(bob, finance.id, bob.user_id)
    assert await open_to(house, bob) == set()
    with pytest.raises(NotFound):
        await domains.members(bob, finance.id)


async def test_a_grant_opens_exactly_its_domain_is_seen_by_both_and_ends_at_its_time(
    house: House, domains: Domains, grants: Grants, finance: DomainView, root: Principal, ada: Principal
):
    other = await domains.create(root, name="Legal")
    given = await give(grants, root, ada, finance)
    assert await open_to(house, ada) == {finance.id} and other.id not in await open_to(house, ada)
    assert await grants.mine(ada) == await grants.all(root) == [given]
    assert (given.granted_by_email, given.reason, given.ends_at) == (
        "root@example.org",
        "Month end",
        house.clock.now() + 4 * HOUR,
    )
    house.wait(hours=4, microseconds=-1)
    assert await open_to(house, ada) == {finance.id}
    house.wait(microseconds=1)
    # Closed before anything has marked it so.
    assert await open_to(house, ada) == set()
    assert await grants.settle() == 1 and await grants.settle() == 0
    assert [each.end_reason for each in await grants.all(root, holding=False)] == ["time"]


async def test_a_grant_cannot_grant_and_a_stranger_learns_nothing_of_the_domain(
    grants: Grants, finance: DomainView, root: Principal, ada: Principal, bob: Principal
):
    with pytest.raises(NotFound):
        await give(grants, ada, bob, finance)
    await give(grants, root, ada, finance)
    with pytest.raises(Forbidden):
        await give(grants, ada, bob, finance)


@pytest.mark.parametrize("span", [timedelta(0), timedelta(seconds=59), timedelta(hours=8, seconds=1)])
async def test_a_grant_lasts_a_minute_to_eight_hours_and_has_a_reason(
    grants: Grants, finance: DomainView, root: Principal, ada: Principal, span: timedelta
):
    with pytest.raises(InvalidInput):
        await give(grants, root, ada, finance, span=span)
    with pytest.raises(InvalidInput):
        await give(grants, root, ada, finance, reason=" ")


async def test_a_grant_ends_when_its_grantor_loses_the_right(
    house: House, domains: Domains, grants: Grants, finance: DomainView, root: Principal, ada: Principal, bob: Principal
):
    await house.auth.create_admin(email="second@example.org", password="violet otter paints 47 barns")
    await domains.put_member(root, finance.id, bob.user_id, role=DomainRole.OWNER)
    for grantor, loses in (
        (root, lambda: house.auth.set_role(None, root.user_id, role=Role.USER)),
        (bob, lambda: domains.put_member(bob, finance.id, bob.user_id, role=DomainRole.MEMBER)),
    ):
        await give(grants, grantor, ada, finance)
        assert await open_to(house, ada) == {finance.id}
        await loses()
        assert await open_to(house, ada) == set()
        assert await grants.settle() == 1


async def test_a_grant_for_a_mission_ends_with_it_and_the_page_hears_it_at_once(
    house: House, grants: Grants, finance: DomainView, root: Principal, ada: Principal
):
    now = house.clock.now()

    def begin(tx) -> str:
        workspace = new_workspace(tx, user_id=root.user_id, now=now, name="Audit")
        mission = Mission(
            workspace_id=workspace.id,
            user_id=root.user_id,
            name="m",
            goal="g",
            status="in_progress",
            created_at=now,
            updated_at=now,
            status_changed_at=now,
        )
        tx.add(mission)
        return mission.id

    mission_id = await house.work.write(begin)
    await give(grants, root, ada, finance, mission_id=mission_id)
    running = asyncio.create_task(grants.run())
    async with listening(house.bus, user_topic(ada.user_id)) as heard:
        await asyncio.sleep(0)

        def finish(tx) -> None:
            tx.get(Mission, mission_id).status = "completed"
            tx.emit(MissionChanged(workspace_id="w", user_id=root.user_id, mission_id=mission_id, status="completed"))

        await house.work.write(finish)
        assert await open_to(house, ada) == set()
        event = await asyncio.wait_for(heard.next(), 1)
    assert isinstance(event, AccessChanged) and event.change == "ended"
    running.cancel()
    with pytest.raises(NotFound):
        await give(grants, root, ada, finance, mission_id=mission_id)


async def test_either_of_the_two_ends_a_grant_and_a_stranger_does_not(
    house: House, grants: Grants, finance: DomainView, root: Principal, ada: Principal, bob: Principal
):
    for who in (root, ada):
        given = await give(grants, root, ada, finance)
        with pytest.raises(NotFound):
            await grants.end(bob, given.id)
        await grants.end(who, given.id, reason="done")
        assert await open_to(house, ada) == set()
        with pytest.raises(NotFound):
            await grants.end(who, given.id)
    entries = await house.work.read(lambda db: audit.about(db, ada.user_id))
    assert [each.action for each in entries if each.action.startswith("grant.")] == ["grant.ended", "grant.given"] * 2


async def test_ending_its_session_ends_the_grant(
    house: House, grants: Grants, finance: DomainView, root: Principal, ada: Principal
):
    given = await give(grants, root, ada, finance)
    assert await house.sessions.delete(given.id, reason="ended_by_admin")
    await house.sessions.events_settled()
    assert await open_to(house, ada) == set()


async def test_a_removed_domain_closes_for_everybody(
    house: House, domains: Domains, grants: Grants, finance: DomainView, root: Principal, ada: Principal, bob: Principal
):
    await domains.put_member(root, finance.id, bob.user_id)
    await give(grants, root, ada, finance)
    await domains.delete(root, finance.id)
    assert await open_to(house, ada) == await open_to(house, bob) == set()
    with pytest.raises(NotFound):
        await domains.members(root, finance.id)

"""Named views of the dashboard: each admin has their own, and none holds more than the dashboard's address would."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jambot.access import Principal, Role
from jambot.admin.saved_views import MOST_VIEWS, SavedViews, ViewNameTaken
from jambot.clock import ManualClock
from jambot.db import UnitOfWork
from jambot.errors import Forbidden, InvalidInput, NotFound
from jambot.ids import UserId, new_id
from tests.admin.conftest import ROOT, person

pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture
def views(shared_work: UnitOfWork, clock: ManualClock) -> SavedViews:
    return SavedViews(work=shared_work, clock=clock)


@pytest.fixture
async def me(shared_work: UnitOfWork, clock: ManualClock) -> Principal:
    return replace(ROOT, user_id=UserId(await person(shared_work, clock, "Annika")))


@pytest.fixture
async def other(shared_work: UnitOfWork, clock: ManualClock) -> Principal:
    return replace(ROOT, user_id=UserId(await person(shared_work, clock, "Jürgen")))


async def test_a_view_is_kept_listed_renamed_and_forgotten_by_its_owner_alone(views, me, other):
    late = await views.save(me, name="Night watch", query="state=expiring&sort=ends&up=1")
    await views.save(me, name="Äpfel", query="")
    assert [(view.name, view.query) for view in await views.all(me)] == [
        ("Night watch", "state=expiring&sort=ends&up=1"),
        ("Äpfel", ""),
    ]
    assert await views.all(other) == []
    for asking in (views.rename(other, late.id, name="Mine"), views.delete(other, late.id)):
        with pytest.raises(NotFound):
            await asking
    assert (await views.rename(me, late.id, name="Late")).name == "Late"
    await views.delete(me, late.id)
    assert [view.name for view in await views.all(me)] == ["Äpfel"]
    with pytest.raises(NotFound):
        await views.delete(me, late.id)


@pytest.mark.parametrize(
    ("query", "is_kept"),
    [
        ("state=odd&sort=nothing&range=9d&x=1", ""),
        (f"q=ada&cursor=abc&session={new_id()}", "q=ada"),
        ("//evil.example/?state=active", ""),
        ("state=active#/elsewhere", ""),
        ("refresh=30s&range=24h&kind=guest", "range=24h&refresh=30s&kind=guest"),
        ("q=" + "x" * 5_000, "q=" + "x" * 200),
        ("x=1&" * 900 + "state=active", "state=active"),
        ("q=%ff%00\ud800", "q=%EF%BF%BD%EF%BF%BD"),
    ],
)
async def test_of_a_query_only_what_the_dashboard_reads_is_kept(views, me, query, is_kept):
    assert (await views.save(me, name="One", query=query)).query == is_kept


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\u202eb", "a\x00b\x07"])
async def test_a_name_that_is_none_is_refused(views, me, name):
    with pytest.raises(InvalidInput):
        await views.save(me, name=name, query="")
    kept = await views.save(me, name="Good", query="")
    with pytest.raises(InvalidInput):
        await views.rename(me, kept.id, name=name)


async def test_a_name_is_given_once_however_it_is_written_and_not_without_end(views, me, other):
    first = await views.save(me, name="Straße", query="")
    with pytest.raises(ViewNameTaken):
        await views.save(me, name="STRASSE", query="")
    await views.save(other, name="Straße", query="")
    assert (await views.rename(me, first.id, name="STRASSE")).name == "STRASSE"
    for n in range(MOST_VIEWS - 1):
        await views.save(me, name=f"View {n}", query="")
    with pytest.raises(InvalidInput):
        await views.save(me, name="One more", query="")
    with pytest.raises(ViewNameTaken):
        await views.rename(me, first.id, name="view 1")


async def test_only_admins_have_them(views, me):
    user = replace(me, role=Role.USER)
    for asking in (
        views.all(user),
        views.save(user, name="x", query=""),
        views.rename(user, new_id(), name="x"),
        views.delete(user, new_id()),
    ):
        with pytest.raises(Forbidden):
            await asking

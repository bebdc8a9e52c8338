"""What an admin does from a program."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jambot.access import Role
from jambot.client import JamBot, NotFound, Refused
from jambot.client.admin import Admin
from jambot.client.shapes import Shape
from jambot.ids import new_id
from jambot.services import set_services
from tests.api.test_admin_sessions import desk_of_its_own
from tests.auth.conftest import PASSWORD


@pytest.fixture
async def admin(network, sleeps, house, parts, tmp_path):
    root = await house.user("root@example.org")
    await house.auth.set_role(None, root.person.id, role=Role.ADMIN)
    async with (
        desk_of_its_own(house, archive=f"sqlite:///{tmp_path / 'archive.db'}") as (desk, sessions),
        JamBot("http://localhost:3000", transport=network, sleep=sleeps) as client,
    ):
        set_services(replace(parts, desk=desk))
        for _ in range(3):
            house.wait(seconds=1)
            await sessions.create(None, kind="memory")
        await client.sign_in("root@example.org", PASSWORD)
        yield client.admin


async def test_sessions_are_looked_through_and_moved(admin: Admin):
    first = await admin.list_sessions(kind="memory", limit=2)
    rest = await admin.list_sessions(kind="memory", limit=2, cursor=first.older)
    assert (len(first.sessions), len(rest.sessions), await admin.count_sessions(kind="memory")) == (2, 1, 3)
    assert (await admin.get_session(first.sessions[0].handle)).kind == "memory"
    assert await admin.session_targets() == ["archive"]
    choice = {"matching": {"kinds": ["memory"], "created_since": first.sessions[0].created_at.isoformat()}}
    assert (await admin.preview("expire", choice)).sessions == 1
    choice = {"matching": {"kinds": ["memory"]}}
    impact = await admin.preview("move", choice, target="archive", delete_source=True)
    begun = await admin.act(
        "move", choice, reason="new machine", target="archive", delete_source=True, counted_at=impact.counted_at
    )
    over = await admin.operation(begun.id, wait=True)
    assert (impact.sessions, over.state, over.progress.done, over.moving) == (3, "done", 3, impact.moving)
    assert [(each.success, each.failed) for each in await admin.results(begun.id)] == [(True, None)] * 3
    assert await admin.count_sessions(kind="memory") == 0
    assert (await admin.stop(begun.id)).state == "done"


async def test_views_are_kept_under_names(admin: Admin):
    view = await admin.save_view("Ends soon", "state=expiring&cursor=x")
    assert await admin.views() == [view]
    assert (view.query, (await admin.rename_view(view.id, "Soon")).name) == ("state=expiring", "Soon")
    await admin.delete_view(view.id)
    with pytest.raises(NotFound):
        await admin.rename_view(view.id, "Gone")


async def test_everybody_else_is_refused(jambot: JamBot):
    for call in (jambot.admin.list_sessions(), jambot.admin.views(), jambot.admin.operation(new_id())):
        with pytest.raises(Refused):
            await call


def test_every_shape_is_described_by_the_api():
    """A member that the client reads is one that the API says it sends."""
    from jambot.api.app import create_api
    from jambot.client import admin_shapes as shapes

    schemas = create_api().openapi()["components"]["schemas"]
    pairs: dict[type[Shape], str] = {
        shapes.AdminSession: "SessionRow",
        shapes.AdminSessionPage: "SessionsOut",
        shapes.Happened: "LogEntry",
        shapes.InspectedSession: "SessionDetail",
        shapes.Impact: "Impact",
        shapes.Operation: "Operation",
        shapes.Progress: "Progress",
        shapes.Moving: "Moving",
        shapes.Result: "ResultOut",
        shapes.NamedView: "NamedView",
    }
    for shape, name in pairs.items():
        named = [each for key, each in schemas.items() if key.rpartition("__")[2] == name]
        assert any(set(shape.model_fields) <= set(each.get("properties", ())) for each in named), name

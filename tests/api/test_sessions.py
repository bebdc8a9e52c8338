from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from jambot.auth.service import build_auth
from jambot.db.models import Mission, StatusChange, UserSession
from jambot.ids import new_id
from jambot.services import Services, set_services
from jambot.sessions.ciphers import KeyRing
from jambot.workspaces import conversation
from jambot.workspaces.autosave import Autosave
from jambot.workspaces.cursors import Cursors
from jambot.workspaces.following import follow_story
from jambot.workspaces.leaving import Leaving
from jambot.workspaces.lifecycle import Lifecycle
from jambot.workspaces.recovery import Recovery
from jambot.workspaces.search import History
from jambot.workspaces.service import WorkspaceService
from jambot.workspaces.story import record_event
from jambot.workspaces.trash import Trash


@pytest.fixture(autouse=True)
def places(parts: Services) -> Iterator[Services]:
    """The parts of workspaces beside those of sign-in."""
    work, clock = parts.work, parts.clock
    cipher = KeyRing([b"k" * 32], purpose="workspace metadata")
    autosave = Autosave(work=work, clock=clock)
    trash = Trash(work=work, clock=clock, blobs=parts.blobs, keep_for=timedelta(days=30))
    built = replace(
        parts,
        workspaces=WorkspaceService(work=work, clock=clock, cipher=cipher),
        autosave=autosave,
        recovery=Recovery(work=work, clock=clock, cipher=cipher, autosave=autosave),
        history=History(work=work, clock=clock, cursors=Cursors(b"c" * 32)),
        trash=trash,
        lifecycle=Lifecycle(
            work=work, clock=clock, trash=trash, abandon_after=timedelta(hours=24), archive_after=timedelta(days=7)
        ),
    )
    set_services(built)
    yield built


@pytest.fixture
async def made(ada):
    answer = await ada.post("/api/sessions/", json={"name": "Taxes", "session_metadata": {"a": 1}})
    assert answer.status_code == 201
    return answer.json()["user_session"]


def code(answer):
    return answer.status_code, answer.json()["code"]


async def test_a_session_is_made_with_its_chat(ada):
    answer = await ada.post("/api/sessions/", json={})
    body = answer.json()
    assert answer.status_code == 201
    assert (body["chat"]["id"], body["chat"]["messages"]) == (body["user_session"]["chat_id"], [])


async def test_the_same_idempotency_key_makes_one(ada, places):
    sent = [ada.post("/api/sessions/", json={"name": "One"}, headers={"Idempotency-Key": "k1"}) for _ in range(5)]
    answers = await asyncio.gather(*sent)
    assert {answer.json()["user_session"]["id"] for answer in answers if answer.status_code == 201} != set()
    listed = (await ada.get("/api/sessions/")).json()
    assert listed["total"] == 1


@pytest.mark.parametrize("member", ["id", "user_id", "owner", "created_at", "chat_id"])
async def test_what_nobody_may_write_is_refused(ada, made, member):
    assert code(await ada.post("/api/sessions/", json={member: new_id()})) == (422, "extra_forbidden")
    assert code(await ada.put(f"/api/sessions/{made['id']}", json={member: "x"})) == (422, "extra_forbidden")


async def test_sessions_are_listed_by_page_and_by_cursor(ada):
    for number in range(5):
        await ada.post("/api/sessions/", json={"name": f"s{number}"})
    first = (await ada.get("/api/sessions/?per_page=2")).json()
    assert (len(first["sessions"]), first["total"], first["page"], first["per_page"]) == (2, 5, 1, 2)
    second = (await ada.get("/api/sessions/?per_page=2&page=2")).json()
    by_cursor = (await ada.get("/api/sessions/", params={"per_page": 2, "cursor": first["next_cursor"]})).json()
    assert [each["id"] for each in second["sessions"]] == [each["id"] for each in by_cursor["sessions"]]
    assert [each["name"] for each in (await ada.get("/api/sessions/?q=s3")).json()["sessions"]] == ["s3"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("per_page=0", 422),
        ("per_page=-1", 422),
        ("per_page=101", 422),
        ("per_page=1000000000", 422),
        ("per_page=abc", 422),
        ("per_page=1.5", 422),
        ("page=0", 422),
        ("page=1000000000000", 422),
        ("status=password", 422),
        ("cursor=forged", 400),
        ("cursor=", 400),
        ("page=1&page=2", 400),
        ("q=%25", 200),
        ("q=NEAR(", 200),
        ("q=%22", 200),
        ("q=*", 200),
        ("q=" + "x" * 10_000, 200),
        ("q=%FF", 200),
    ],
)
async def test_odd_filters_are_answered_calmly(ada, made, query, status):
    assert (await ada.get(f"/api/sessions/?{query}")).status_code == status


async def test_the_active_session_comes_with_chat_and_mission_and_counts_as_used(ada, made, places):
    places.clock.advance(timedelta(hours=1))
    body = (await ada.get("/api/sessions/active")).json()
    assert (body["user_session"]["id"], body["chat"]["id"], body["mission"]) == (made["id"], made["chat_id"], None)
    assert body["user_session"]["last_activity_at"] > made["last_activity_at"]
    await ada.post(f"/api/sessions/{made['id']}/complete")
    assert (await ada.get("/api/sessions/active")).json() is None


async def test_reading_a_session_changes_nothing(ada, made, places):
    places.clock.advance(timedelta(hours=1))
    answer = await ada.get(f"/api/sessions/{made['id']}")
    assert answer.json()["user_session"] == made
    assert answer.headers["etag"] == '"1"'


async def test_a_change_based_on_an_old_version_is_refused(ada, made):
    address = f"/api/sessions/{made['id']}"
    changed = await ada.put(address, json={"name": "New"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    stale = await ada.put(address, json={"name": "Newer"}, headers={"If-Match": '"1"'})
    assert code(stale) == (412, "stale_version")
    assert stale.json()["version"] == 2
    assert code(await ada.put(address, json={}, headers={"If-Match": "abc"}))[0] == 422
    assert (await ada.put(address, json={"name": "Any"}, headers={"If-Match": "*"})).status_code == 200


async def test_metadata_merges_with_merge_and_replaces_without(ada, made):
    address = f"/api/sessions/{made['id']}"
    merged = await ada.put(f"{address}?merge=true", json={"session_metadata": {"b": 2}})
    assert merged.json()["session_metadata"] == {"a": 1, "b": 2}
    replaced = await ada.put(address, json={"session_metadata": {"c": 3}})
    assert replaced.json()["session_metadata"] == {"c": 3}
    large = await ada.put(address, json={"session_metadata": {"c": "x" * 70_000}})
    assert code(large) == (413, "metadata_too_large")
    assert (await ada.get(address)).json()["user_session"]["session_metadata"] == {"c": 3}


@pytest.mark.parametrize("status", ["deleted", "", "ACTIVE", "x" * 40])
async def test_only_known_statuses_are_taken(ada, made, status):
    assert (await ada.put(f"/api/sessions/{made['id']}", json={"status": status})).status_code == 422


async def test_a_mission_is_linked_only_within_its_own_workspace(ada, made, places):
    user_id = (await ada.get("/api/auth/me")).json()["user"]["id"]
    now = places.clock.now()
    mission = Mission(
        workspace_id=made["id"],
        user_id=user_id,
        name="m",
        status="in_progress",
        created_at=now,
        updated_at=now,
        status_changed_at=now,
    )
    await places.work.write(lambda tx: tx.add(mission))
    address = f"/api/sessions/{made['id']}/link-mission"
    assert (await ada.post(f"{address}/{new_id()}")).status_code == 400
    assert (await ada.post(f"{address}/{mission.id}")).json()["mission_id"] == mission.id
    assert (await ada.get("/api/sessions/active")).json()["mission"]["id"] == mission.id


ROUTES = [
    ("GET", "", None),
    ("PUT", "", {"name": "x"}),
    ("DELETE", "", None),
    ("DELETE", "?forever=true", None),
    ("POST", "/restore", {}),
    ("POST", "/reset-metadata", {}),
    ("POST", "/activity", {}),
    ("POST", "/complete", {}),
    ("POST", "/link-mission/01890000-0000-7000-8000-000000000000", {}),
    ("GET", "/draft", None),
    ("PUT", "/draft", {"text": "x"}),
    ("PUT", "/draft", {"place": {}}),
    ("GET", "/events", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_another_person_s_session_answers_like_a_missing_one(root, ada, made, method, path, body):
    answers = []
    for session_id in (made["id"], new_id(), "nonsense", "0", made["id"].upper()):
        answer = await root.request(method, f"/api/sessions/{session_id}{path}", json=body)
        assert answer.status_code == 404, (session_id, answer.text)
        answers.append({name: value for name, value in answer.json().items() if name != "request_id"})
    assert all(each == answers[0] for each in answers)
    assert (await ada.get(f"/api/sessions/{made['id']}")).json()["user_session"] == made


@pytest.mark.parametrize(("method", "path", "body"), [*ROUTES, ("GET", "", None)])
async def test_nobody_gets_in_without_signing_in(anyone, made, method, path, body):
    for address in (f"/api/sessions/{made['id']}{path}", "/api/sessions/", "/api/sessions/active"):
        answer = await anyone.request(method if path or address != "/api/sessions/" else "GET", address, json=body)
        assert answer.status_code in {401, 405}, address


async def test_cleanup_is_for_admins(ada, root, made, places):
    routes = [("POST", "abandon"), ("POST", "archive"), ("DELETE", "delete")]
    for method, name in routes:
        assert code(await ada.request(method, f"/api/sessions/admin/cleanup/{name}")) == (403, "forbidden")
        assert (await root.request(method, f"/api/sessions/admin/cleanup/{name}")).json() == {"moved": 0}

    def age(tx):
        tx.get(UserSession, made["id"]).last_activity_at -= timedelta(hours=25)

    await places.work.write(age)
    assert (await root.post("/api/sessions/admin/cleanup/abandon")).json() == {"moved": 1}
    changes = await places.work.read(lambda session: session.exec(workspace_moves()).all())
    root_id = (await root.get("/api/auth/me")).json()["user"]["id"]
    assert [(each.to_status, each.actor) for each in changes][-1] == ("abandoned", root_id)


def workspace_moves():
    from sqlmodel import select

    return select(StatusChange).where(StatusChange.entity == "workspace").order_by(StatusChange.at)


async def test_deleting_can_be_taken_back_until_it_is_for_ever(ada, made):
    address = f"/api/sessions/{made['id']}"
    assert code(await ada.delete(f"{address}?forever=true")) == (409, "wrong_state")
    assert (await ada.delete(address)).json()["messages"] == 0
    assert (await ada.get("/api/sessions/")).json()["sessions"] == []
    assert [each["id"] for each in (await ada.get("/api/sessions/?trash=true")).json()["sessions"]] == [made["id"]]
    assert code(await ada.put(address, json={"name": "x"})) == (409, "wrong_state")
    assert (await ada.post(f"{address}/restore")).json()["deleted_at"] is None
    await ada.delete(address)
    assert (await ada.delete(f"{address}?forever=true")).status_code == 200
    assert (await ada.get(address)).status_code == 404


async def test_messages_are_found_with_plain_pieces(ada, made, places):
    def say(tx):
        workspace = tx.get(UserSession, made["id"])
        conversation.append(
            tx, workspace, role=conversation.MessageRole.USER, content="<b>needle</b> here", now=places.clock.now()
        )

    await places.work.write(say)
    (hit,) = (await ada.get("/api/sessions/search?q=need")).json()["hits"]
    assert {"text": "needle", "found": True} in hit["snippet"]
    assert (hit["session_id"], hit["sequence"]) == (made["id"], 1)


async def test_a_draft_is_saved_and_read_back(ada, made):
    address = f"/api/sessions/{made['id']}/draft"
    assert (await ada.get(address)).json()["revision"] == 0
    saved = (await ada.put(address, json={"text": "half a thou", "caret": 4, "base_revision": 0})).json()
    assert saved["revision"] == 1
    assert saved["saved_at"]
    read = (await ada.get(address)).json()
    assert (read["text"], read["caret"], read["revision"]) == ("half a thou", 4, 1)


async def test_two_authors_of_one_draft_are_told_of_each_other(ada, made):
    address = f"/api/sessions/{made['id']}/draft"
    await ada.put(address, json={"text": "one"})
    clash = await ada.put(address, json={"text": "two", "base_revision": 0})
    assert code(clash) == (412, "stale_version")
    assert (clash.json()["current"]["text"], clash.json()["current"]["revision"]) == ("one", 1)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"text": "x" * 300_000}, 413),
        ({"text": 5}, 422),
        ({"text": "x", "caret": -1}, 422),
        ({"text": "x", "base_revision": -1}, 422),
        ({"text": "x", "field": "a b"}, 422),
        ({"place": {"x": "y" * 9000}}, 413),
        ({"place": []}, 422),
        ({"text": "x", "user_id": "y"}, 422),
    ],
)
async def test_what_cannot_be_a_draft_is_refused(ada, made, body, status):
    assert (await ada.put(f"/api/sessions/{made['id']}/draft", json=body)).status_code == status


async def test_a_place_is_kept_and_leads_back(ada, root, made, places):
    sent = {"workspace_id": made["id"], "place": {"message": "m", "offset": 3}}
    assert (await ada.put("/api/place", json=sent)).status_code == 204
    assert (await ada.put("/api/place", json=sent)).status_code == 204
    row = await places.work.read(lambda session: session.get(UserSession, made["id"]))
    assert row.place == {"message": "m", "offset": 3}
    # The same words from somebody else's mouth say nothing about whether the workspace is there.
    assert (await root.put("/api/place", json=sent)).status_code == 404
    assert (await root.put("/api/place", json=sent | {"workspace_id": new_id()})).status_code == 404


async def test_the_story_is_told_from_where_it_broke_off_and_goes_on(places, house, made):
    me = await house.principal(await house.sign_in())

    def happen(tx):
        record_event(tx, made["id"], "message.added", {"message_id": "m"}, places.clock.now())

    story = follow_story(me, made["id"], after=0, work=places.work, bus=places.bus, clock=places.clock, quiet_s=0.05)
    assert (await anext(story)).kind == "workspace.created"
    waiting = asyncio.create_task(anext(story))
    assert await waiting is None
    await places.work.write(happen)
    event = await anext(story)
    assert (event.sequence, event.kind, event.data) == (2, "message.added", {"message_id": "m"})
    await story.aclose()
    rest = follow_story(me, made["id"], after=1, work=places.work, bus=places.bus, clock=places.clock)
    assert (await anext(rest)).sequence == 2
    await rest.aclose()


async def test_a_change_reaches_followers_without_waiting(places, house, made):
    me = await house.principal(await house.sign_in())
    story = follow_story(me, made["id"], after=1, work=places.work, bus=places.bus, clock=places.clock, quiet_s=60)
    waiting = asyncio.create_task(anext(story))
    await asyncio.sleep(0)
    await places.workspaces.rename(me, made["id"], "Renamed")
    assert (await waiting).kind == "workspace.renamed"
    await story.aclose()


async def test_the_story_ends_with_the_login(places, house, made):
    signed_in = await house.sign_in()
    me = await house.principal(signed_in)
    story = follow_story(me, made["id"], after=1, work=places.work, bus=places.bus, clock=places.clock, quiet_s=60)
    waiting = asyncio.create_task(anext(story, "ended"))
    await asyncio.sleep(0.05)
    await house.auth.sign_out(me)
    assert await waiting == "ended"


async def test_the_story_ends_with_a_login_that_ends_in_silence(places, house, made, ada):
    house.wait(hours=12, seconds=-0.2)
    answer = await asyncio.wait_for(ada.get(f"/api/sessions/{made['id']}/events?after=1"), timeout=5)
    assert answer.status_code == 200


async def test_the_stream_of_events_says_what_it_says_and_ends_with_the_login(ada, made, places):
    await ada.put(f"/api/sessions/{made['id']}", json={"name": "Renamed"})
    stream = asyncio.create_task(ada.get(f"/api/sessions/{made['id']}/events?after=0"))
    while not any(topic.startswith("workspace:") for topic in places.bus._by_topic):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await ada.post("/api/auth/logout")
    answer = await stream
    assert answer.headers["content-type"].startswith("text/event-stream")
    blocks = [block.splitlines() for block in answer.text.strip().split("\n\n")]
    assert [block[:2] for block in blocks][:2] == [
        ["id: 1", "event: workspace.created"],
        ["id: 2", "event: workspace.renamed"],
    ]
    assert "Renamed" not in answer.text


@pytest.mark.parametrize(("chosen", "status"), [(False, "active"), (True, "completed")])
async def test_signing_out_leaves_the_workspace_open_unless_chosen_otherwise(ada, made, places, chosen, status):
    newest = (await ada.post("/api/sessions/", json={})).json()["user_session"]
    leaving = Leaving(work=places.work, workspaces=places.workspaces, cipher=KeyRing([b"k" * 32], purpose="any"))
    auth, logins = build_auth(
        sessions=places.sessions,
        work=places.work,
        blobs=places.blobs,
        bus=places.bus,
        clock=places.clock,
        settings=places.settings,
        at_sign_out=leaving.complete_open if chosen else None,
    )
    set_services(replace(places, auth=auth, logins=logins))
    assert (await ada.post("/api/auth/logout")).status_code == 204
    assert (await places.work.read(lambda session: session.get(UserSession, newest["id"]))).status == status
    assert (await places.work.read(lambda session: session.get(UserSession, made["id"]))).status == "active"

"""The server, or the network, is away while a person goes on: what they write waits, visibly, and leaves once."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import api, sign_in
from tests.e2e.steps import SOON_MS, answered, is_kept, make_workspace, own, pill_of, queued, said, send, settled

FIVE = [f"Thought number {number}" for number in range(1, 6)]
# A server that just stops answering is noticed within 8 s.
NOTICED_MS = 12_000


def test_five_messages_written_while_the_server_is_away_wait_in_order_and_arrive_once(
    own_server, own_person, own_client, new_context
):
    workspace_id = make_workspace(own_client, "A day without a server")
    page = new_context().new_page()
    sign_in(page, own_server, own_person, f"/w/{workspace_id}")
    own_server.kill()

    for text in FIVE:
        send(page, text)
    page.locator("#composer").press_sequentially("and a half-written sixth")
    is_kept(page, "and a half-written sixth")

    strip = page.locator("#offline")
    expect(strip).to_be_visible(timeout=NOTICED_MS)
    expect(strip).to_contain_text("5 messages waiting")
    expect(queued(page)).to_have_count(5)
    assert [item.locator(".jb-outbox-text").inner_text() for item in queued(page).all()] == FIVE
    expect(page.locator("#save-pill")).not_to_have_attribute("data-state", "saved")
    expect(pill_of(page)).not_to_contain_text("Saved ·")

    own_server.start()

    settled(page, timeout=60_000)
    for text in FIVE:
        expect(own(page, text)).to_have_count(1)
    assert said(own_client, workspace_id) == FIVE
    expect(strip).to_be_hidden(timeout=NOTICED_MS)
    expect(page.locator("#composer")).to_have_value("and a half-written sixth")
    expect(pill_of(page)).to_contain_text("Saved · ")
    assert own_client.get(f"/api/sessions/{workspace_id}/draft").json()["text"] == "and a half-written sixth"


def test_messages_written_on_a_start_page_without_a_server_become_one_workspace(
    own_server, own_person, own_client, new_context
):
    page = new_context().new_page()
    sign_in(page, own_server, own_person, "/new")
    own_server.kill()
    for text in FIVE[:2]:
        send(page, text)
    expect(queued(page)).to_have_count(2)
    own_server.start()
    page.wait_for_url("**/w/*", timeout=60_000)
    answered(page, 2)
    assert said(own_client, page.url.rsplit("/", 1)[-1]) == FIVE[:2]
    assert len(own_client.get("/api/sessions/").json()["sessions"]) == 1


def test_a_waiting_message_can_be_changed_and_another_removed_before_the_network_is_back(page, server, person):
    with api(server, person) as own_client:
        workspace_id = make_workspace(own_client, "On a train")
        page.goto(f"{server.url}/w/{workspace_id}")
        page.locator(f"#workspace[data-workspace-id='{workspace_id}']").wait_for()
        page.context.set_offline(True)
        strip = page.locator("#offline")
        expect(strip).to_be_visible()
        expect(strip).to_contain_text("You are offline")
        for text in FIVE[:3]:
            send(page, text)
        expect(strip).to_contain_text("3 messages waiting")

        page.get_by_role("button", name="Remove message 2").click()
        expect(queued(page)).to_have_count(2)
        page.get_by_role("button", name="Edit message 2").click()
        page.get_by_role("textbox", name="Message 2").fill("A better thought")
        page.get_by_role("button", name="Keep").click()
        expect(queued(page).nth(1)).to_contain_text("A better thought")

        page.context.set_offline(False)
        settled(page)
        expect(strip).to_be_hidden(timeout=NOTICED_MS)
        expect(own(page, "A better thought")).to_have_count(1)
        assert said(own_client, workspace_id) == [FIVE[0], "A better thought"]


def test_text_typed_offline_is_there_after_a_reload_and_reaches_the_server(page, server, person):
    with api(server, person) as own_client:
        workspace_id = make_workspace(own_client, "In a tunnel")
        page.goto(f"{server.url}/w/{workspace_id}")
        page.locator(f"#workspace[data-workspace-id='{workspace_id}']").wait_for()
        page.context.set_offline(True)
        page.locator("#composer").press_sequentially("Typed in a tunnel")
        expect(page.locator("#save-pill")).not_to_have_attribute("data-state", "saved")
        page.context.set_offline(False)
        page.reload()
        expect(page.locator("#composer")).to_have_value("Typed in a tunnel", timeout=SOON_MS)
        expect(pill_of(page)).to_contain_text("Saved")

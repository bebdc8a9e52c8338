"""Many workspaces: found, named, pinned, put away, thrown away and taken back; and none of them loses a word."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.steps import make_workspace, own, send, settled, stored
from tests.servers import wait_until

# What a page tells the server when somebody leaves a workspace.
SEEN = """async id => (await fetch("/api/place", {
  method: "PUT", headers: { "content-type": "application/json" },
  body: JSON.stringify({ workspace_id: id, place: { end: true } }),
})).status"""


def open_workspace(page, server, workspace_id):
    page.goto(f"{server.url}/w/{workspace_id}")
    page.locator(f"#workspace[data-workspace-id='{workspace_id}']").wait_for()


def row(page, workspace_id):
    """The workspace in the list at the left."""
    return page.locator(f"#session-list li:has(a[data-workspace-row='{workspace_id}'])")


def choose(page, workspace_id, item):
    """Choose `item` in the menu of a row."""
    entry = row(page, workspace_id)
    entry.hover()
    entry.get_by_role("button", name="Actions for this workspace").click()
    page.get_by_role("menuitem", name=item).click()


def test_words_in_titles_and_in_messages_are_found(server, page, client):
    titled = make_workspace(client, "Holidays in Norway")
    page.goto(f"{server.url}/new")
    send(page, "The reindeer were counted twice")
    page.wait_for_url("**/w/*")
    settled(page)

    page.goto(f"{server.url}/history")
    box = page.get_by_role("searchbox")
    box.fill("norway")
    box.press("Enter")
    expect(page.locator("#history-table tbody tr")).to_have_count(1)
    expect(page.locator(f"#history-table a[href='/w/{titled}']")).to_be_visible()

    box.fill("reindeer")
    box.press("Enter")
    hit = page.locator("a.hit")
    expect(hit).to_have_count(1)
    hit.click()
    expect(own(page, "The reindeer were counted twice")).to_have_count(1)

    page.goto(f"{server.url}/history?q=nobodywrotethis")
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_a_title_is_changed_in_place_and_stays(server, page, client):
    workspace_id = make_workspace(client, "Untidy")
    open_workspace(page, server, workspace_id)
    page.locator("#title").fill("Tidy")
    page.locator("#title").press("Enter")
    expect(row(page, workspace_id)).to_contain_text("Tidy")
    page.reload()
    expect(page.locator("#title")).to_have_value("Tidy")


def test_a_pinned_workspace_stands_on_top(server, page, client):
    first, _ = make_workspace(client, "Older"), make_workspace(client, "Newer")
    open_workspace(page, server, first)
    choose(page, first, "Pin")
    group = page.locator("#session-list section").first
    expect(group.get_by_role("heading")).to_have_text("Pinned")
    expect(group).to_contain_text("Older")
    choose(page, first, "Unpin")
    expect(page.locator("#session-list").get_by_role("heading", name="Pinned")).to_have_count(0)


def test_an_archived_workspace_is_among_the_archived_and_can_be_opened(server, page, client):
    workspace_id = make_workspace(client, "Put away")
    page.goto(f"{server.url}/history")
    choose(page, workspace_id, "Archive")
    expect(page.locator("#notices")).to_contain_text("Put away archived")
    page.locator("main").get_by_role("button", name="Archived").click()
    page.wait_for_url("**status=archived**")
    page.locator(f"#history-table a[href='/w/{workspace_id}']").click()
    expect(page.locator("#title")).to_have_value("Put away")


def test_undo_brings_back_what_was_just_thrown_away(server, page, client):
    workspace_id = make_workspace(client, "Thrown away too soon")
    page.goto(f"{server.url}/history")
    choose(page, workspace_id, "Move to Trash")
    expect(row(page, workspace_id)).to_have_count(0)
    expect(page.locator("#notices")).to_contain_text("Thrown away too soon")
    page.locator("#undo").click()
    expect(row(page, workspace_id)).to_have_count(1)


def test_the_open_workspace_goes_to_the_trash_and_is_restored_from_there(server, page, client):
    workspace_id = make_workspace(client, "Back and forth")
    open_workspace(page, server, workspace_id)
    choose(page, workspace_id, "Move to Trash")
    page.wait_for_url("**/new**")
    page.goto(f"{server.url}/trash")
    page.locator("main tr", has_text="Back and forth").get_by_role("button", name="Restore").click()
    expect(page.locator("main tr", has_text="Back and forth")).to_have_count(0)
    expect(row(page, workspace_id)).to_have_count(1)
    open_workspace(page, server, workspace_id)
    expect(page.locator("#title")).to_have_value("Back and forth")


def test_switching_between_two_workspaces_loses_no_typed_word(server, page, client):
    first, second = make_workspace(client, "First"), make_workspace(client, "Second")
    open_workspace(page, server, first)
    page.locator("#composer").press_sequentially("for the first")
    row(page, second).locator("a").click()
    page.locator(f"#workspace[data-workspace-id='{second}']").wait_for()
    expect(page.locator("#composer")).to_have_value("")
    page.locator("#composer").press_sequentially("for the second")
    row(page, first).locator("a").click()
    expect(page.locator("#composer")).to_have_value("for the first")
    page.locator("#composer").press("End")
    page.locator("#composer").press_sequentially(" alone")
    page.go_back()
    expect(page.locator("#composer")).to_have_value("for the second")
    page.go_back()
    expect(page.locator("#composer")).to_have_value("for the first alone")


def test_the_start_page_keeps_its_own_text(server, page, client):
    workspace_id = make_workspace(client, "Elsewhere")
    page.goto(f"{server.url}/new")
    page.locator("#workspace[data-loading=false]").wait_for()
    page.locator("#composer").press_sequentially("A beginning")
    row(page, workspace_id).locator("a").click()
    page.locator(f"#workspace[data-workspace-id='{workspace_id}']").wait_for()
    expect(page.locator("#composer")).to_have_value("")
    page.locator("[data-action=new-session]").click()
    expect(page.locator("#composer")).to_have_value("A beginning")


def test_what_happened_while_one_was_elsewhere_is_said_above_the_conversation(server, page, client):
    workspace_id = make_workspace(client, "Left to itself")
    assert page.evaluate(SEEN, workspace_id) == 204
    asked = {"workspace_id": workspace_id, "content": "What can you do?", "client_id": f"away-{workspace_id}"}
    assert client.post("/api/chat/turns", json=asked | {"asset_ids": []}).is_success
    wait_until(lambda: stored(client, workspace_id)[-1]["status"] == "complete")
    open_workspace(page, server, workspace_id)
    expect(page.locator(".away")).to_be_visible()
    expect(page.locator(".away")).to_contain_text("arrived")

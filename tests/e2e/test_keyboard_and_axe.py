"""Every page for everybody: no finding of axe in any look, no sideways scrolling, no complaint, no mouse needed."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import choosing_files
from tests.e2e.conftest import PASSWORD, PHONE, WIDE, api, make_admin, ready, sign_in
from tests.e2e.steps import CHART, TABLE, answered, make_workspace, propose, send, watch

NARROWEST = {"width": 320, "height": 640}
LOOKS = [("light", WIDE), ("dark", WIDE), ("light", PHONE), ("dark", PHONE)]
OUTSIDE = ["/login", "/register", "/reset"]
INSIDE = ["/new", "/history", "/trash", "/settings"]


def is_drawn(page: Page) -> None:
    """Wait until nothing on the page is still being loaded."""
    page.wait_for_function(
        "() => !document.querySelector('[aria-busy=true], .bone, [data-loading=true]') && document.querySelector('h1')"
    )


def findings(page: Page) -> list[str]:
    """What axe finds on the page as it is now, one line for each element."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['target']} {node['html'][:160]}" for each in found for node in each["nodes"]]


def in_every_look(page: Page) -> list[str]:
    """What axe finds, light and dark, on a screen and on a phone."""
    found = []
    for scheme, size in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_function("scheme => document.documentElement.classList.contains(scheme)", arg=scheme)
        found += [f"{scheme} {size['width']}: {line}" for line in findings(page)]
    return found


def is_narrow_enough(page: Page) -> bool:
    page.set_viewport_size(NARROWEST)
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def holds_for_everybody(page: Page, seen) -> None:
    is_drawn(page)
    assert in_every_look(page) == []
    assert is_narrow_enough(page)
    assert seen.errors == []
    assert seen.foreign == []


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_page_before_the_sign_in_is_for_everybody(server, new_context, path):
    context = new_context()
    seen = watch(context, server.url)
    page = context.new_page()
    page.goto(f"{server.url}{path}")
    page.locator("form").first.wait_for()
    holds_for_everybody(page, seen)


@pytest.mark.parametrize("path", INSIDE)
def test_a_page_of_a_person_is_for_everybody(server, person, new_context, path):
    with api(server, person) as client:
        make_workspace(client, "Kept")
        client.delete(f"/api/sessions/{make_workspace(client, 'Thrown away')}")
    context = new_context()
    seen = watch(context, server.url)
    page = context.new_page()
    sign_in(page, server, person, path)
    holds_for_everybody(page, seen)


def test_a_workspace_with_a_mission_is_for_everybody(server, person, new_context):
    context = new_context()
    seen = watch(context, server.url)
    page = context.new_page()
    sign_in(page, server, person, "/new")
    propose(page)
    is_drawn(page)
    assert in_every_look(page) == []

    page.set_viewport_size(WIDE)
    page.get_by_role("button", name="Accept").click()
    expect(page.locator(".recharts-bar-rectangle").first).to_be_visible(timeout=60_000)
    holds_for_everybody(page, seen)
    for tab in ("assets", "timeline"):
        page.set_viewport_size(WIDE)
        page.locator(f"#tab-{tab}").click()
        page.locator(f"#panel-{tab}").wait_for()
        assert findings(page) == []


def test_the_administration_is_for_everybody(server, person, new_context):
    admin = make_admin(server)
    context = new_context()
    seen = watch(context, server.url)
    page = context.new_page()
    sign_in(page, server, admin, "/admin")
    page.locator("#sessions-table tbody tr").first.wait_for()
    holds_for_everybody(page, seen)
    page.set_viewport_size(WIDE)
    with api(server, admin) as client:
        domain_id = client.post("/api/admin/domains", json={"name": f"Finance {person.email}"}).json()["id"]
        wanted = {"domain_id": domain_id, "email": person.email, "minutes": 60, "reason": "Audit"}
        client.post("/api/admin/grants", json=wanted)
    for path in ("people", "clean-ups", "audit", "domains", f"domains?domain={domain_id}"):
        page.goto(f"{server.url}/admin/{path}")
        page.locator("td").first.wait_for()
        assert findings(page) == []
    # What ends says first what it closes, and is left by a key.
    page.get_by_role("button", name="End now").press("Enter")
    expect(page.get_by_role("dialog", name="End the grant of")).to_contain_text("Nothing that is shared closes")
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_help_and_the_question_for_the_password_are_for_everybody(server, person, page):
    page.evaluate("window.jambot.parts.keys.help()")
    page.locator("#help-sheet").wait_for()
    assert in_every_look(page) == []
    page.keyboard.press("Escape")
    with api(server, person) as client:
        client.delete("/api/devices")
    page.locator("#reauth").wait_for()
    assert in_every_look(page) == []


def tab_to(page: Page, selector: str, *, back: bool = False) -> None:
    """Press Tab until the focus is on `selector`, as far as a person would."""
    for _ in range(60):
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"no way to {selector} with Tab")


def test_a_whole_journey_needs_no_mouse(server, person, new_context):
    page = new_context().new_page()
    keys = page.keyboard
    page.goto(f"{server.url}/login?next=/new")
    page.locator("form[data-auth-form=login]").wait_for()
    tab_to(page, "input[name=email]")
    keys.type(person.email)
    tab_to(page, "input[name=password]")
    keys.type(PASSWORD)
    keys.press("Enter")

    page.wait_for_url("**/new")
    ready(page)
    expect(page.locator("#composer")).to_be_focused()
    tab_to(page, "#attach")
    with choosing_files(page) as chooser:
        keys.press("Enter")
    chooser.value.set_files({"name": "orders.csv", "mimeType": "text/csv", "buffer": TABLE})
    page.locator("#uploads [data-detach]").wait_for()
    keys.press("Shift+Escape")
    keys.type(CHART)
    keys.press("Enter")
    expect(page.locator("[data-action=approve]")).to_be_visible(timeout=30_000)

    keys.press("Control+Enter")
    expect(page.locator("#panel").get_by_text("Done", exact=True).first).to_be_visible(timeout=60_000)

    keys.press("Control+.")
    expect(page.locator("#workspace")).to_have_attribute("data-side-panel", "closed")
    keys.press("Control+.")
    expect(page.locator("#workspace")).to_have_attribute("data-side-panel", "open")

    keys.press("F2")
    expect(page.locator("#title")).to_be_focused()
    keys.press("Control+a")
    keys.type("Named without a mouse")
    keys.press("Enter")
    expect(page.locator("#session-list")).to_contain_text("Named without a mouse")

    tab_to(page, "#account")
    keys.press("?")
    expect(page.locator("#help-sheet")).to_be_visible()
    keys.press("Escape")
    expect(page.locator("#help-sheet")).to_have_count(0)

    keys.press("#")
    expect(page.locator("#undo")).to_be_visible()
    expect(page.locator("#session-list")).not_to_contain_text("Named without a mouse")
    tab_to(page, "#undo", back=True)
    keys.press("Enter")
    expect(page.locator("#session-list")).to_contain_text("Named without a mouse")


def test_the_focus_can_go_through_the_messages(page):
    send(page, "One")
    answered(page, 1)
    tab_to(page, "#account")
    page.keyboard.press("j")
    expect(page.locator("[data-message-id][data-role=user]")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("[data-message-id][data-role=assistant]")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("[data-message-id][data-role=user]")).to_be_focused()

"""The dashboard of sessions with a hundred thousand of them, live, what an admin does from it to another page, and the
devices of one person among them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from jambot.db.migrations import upgrade
from tests.admin.crowd import gather
from tests.app_server import AppServer
from tests.e2e.conftest import PHONE, WIDE, api, make_admin, register, sign_in
from tests.e2e.steps import SOON_MS, is_kept, make_workspace
from tests.servers import REPOSITORY

SHOTS = REPOSITORY / ("docs/screenshots" if os.environ.get("JAMBOT_TEST_SCREENSHOTS") else "test-results")
CROWD = 100_000
HELD = "A sentence nobody has sent yet"
ELSEWHERE = (
    ("Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36", PHONE),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_1) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15", WIDE),
)


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[AppServer]:
    """A server whose database holds the crowd already."""
    database = tmp_path / "data" / "jambot.db"
    database.parent.mkdir()
    upgrade(f"sqlite:///{database}")
    gather(database, CROWD)
    archive = f"archive=sqlite:///{tmp_path / 'archive.db'}"
    with AppServer(database.parent, JAMBOT_REGISTRATION="open", JAMBOT_SESSION_TARGETS=archive) as running:
        yield running


def shot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def in_the_dark(page: Page) -> None:
    page.locator("#toggle-theme").click()
    expect(page.locator("html")).to_have_class("dark")


@pytest.mark.timeout(300)  # the crowd takes a while to gather on a machine that is busy otherwise
def test_an_admin_sees_a_hundred_thousand_sessions_and_signs_one_out_at_once(crowded, new_context):
    admin, ada = make_admin(crowded), register(crowded, "Annika Vogel")
    desk = new_context().new_page()
    sign_in(desk, crowded, admin, "/admin")
    rows = desk.locator("#sessions-table tbody tr")
    rows.first.wait_for()
    desk.locator(".plot-pile").first.wait_for()
    expect(desk.locator("#session-count")).to_contain_text("About 99")
    shot(desk, "admin-light")

    # Somebody signs in elsewhere: the page hears of it by itself.
    theirs = new_context().new_page()
    with api(crowded, ada) as client:
        workspace_id = make_workspace(client, "Signed out in the middle")
    sign_in(theirs, crowded, ada, f"/w/{workspace_id}")
    expect(desk.locator("#live-tail li").first).to_contain_text("Annika Vogel", timeout=SOON_MS)
    theirs.locator("#composer").press_sequentially(HELD)
    is_kept(theirs, HELD)

    # Filters and pages are in the address.
    desk.locator("select[aria-label=State]").select_option("active")
    desk.wait_for_url("**state=active**")
    desk.locator("#sessions-older").click()
    desk.wait_for_url("**cursor=**")
    desk.locator("#sessions-newer").wait_for()
    desk.goto(f"{crowded.url}/admin?q=Annika&kind=login")
    expect(rows).to_have_count(3)

    # What is shown gets a name, by keys alone, and is found again at the left.
    desk.locator("#views").press("Enter")
    expect(desk.locator("#new-view-name")).to_be_focused()
    desk.keyboard.insert_text("Annika's devices")
    desk.keyboard.press("Enter")
    desk.locator(".view-list", has_text="Annika's devices").wait_for()
    shot(desk, "admin-views")
    desk.keyboard.press("Escape")
    expect(desk.locator("nav.side a[aria-current=page]", has_text="Annika's devices")).to_have_count(1)

    # A copy in another store signs nobody out.
    desk.get_by_label("Choose all on this page").press(" ")
    desk.locator("[data-doing=move]").click()
    moving = desk.locator("#preview")
    expect(moving).to_contain_text("signed-in devices")
    shot(desk, "admin-move")
    moving.get_by_label("Reason").fill("A new machine")
    moving.locator("#act-now").press("Enter")
    expect(desk.locator("#act-progress")).to_contain_text("3 done")
    desk.locator("#act-progress .ib").click()
    rows.locator("a", has_text="Annika Vogel").first.click()
    inspector = desk.locator("#inspector")
    expect(inspector).to_contain_text("created")
    shot(desk, "admin-inspector")
    desk.keyboard.press("Escape")
    expect(inspector).to_have_count(0)
    expect(rows.locator("a", has_text="Annika Vogel").first).to_be_focused()

    # Choose, look at what it would hit, give a reason: the other page is signed out and keeps its text.
    desk.get_by_label("Choose all on this page").press(" ")
    desk.locator("[data-doing=sign_out]").click()
    preview = desk.locator("#preview")
    expect(preview).to_contain_text("typing")
    shot(desk, "admin-preview")
    preview.get_by_label("Reason").fill("Laptop lost, ticket 2291")
    began = time.monotonic()
    preview.locator("#act-now").click()
    theirs.locator("#workspace[data-standing=signed_out]").wait_for(timeout=SOON_MS)
    print(f"signed out after {time.monotonic() - began:.2f} s")
    expect(theirs.locator("#composer")).to_have_value(HELD)
    expect(desk.locator("#act-progress")).to_contain_text("done")

    desk.goto(f"{crowded.url}/admin")
    rows.first.wait_for()
    desk.locator(".plot-pile").first.wait_for()
    in_the_dark(desk)
    shot(desk, "admin-dark")
    desk.set_viewport_size(PHONE)
    desk.locator(".plot-pile").first.wait_for()
    assert desk.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    shot(desk, "admin-phone")


@pytest.mark.timeout(300)
def test_somebody_among_a_hundred_thousand_sees_every_device_of_theirs_and_what_it_shows(crowded, new_context):
    ada = register(crowded, "Annika Vogel")
    with api(crowded, ada) as client:
        opened = {name: make_workspace(client, name) for name in ("Invoice parser", "Month end figures")}
    laptop = new_context().new_page()
    sign_in(laptop, crowded, ada, "/settings")
    for (name, workspace_id), (agent, size) in zip(opened.items(), ELSEWHERE, strict=True):
        page = new_context(user_agent=agent, viewport=size).new_page()
        sign_in(page, crowded, ada, f"/w/{workspace_id}")
        expect(page.locator("#workspace")).to_have_attribute("data-workspace-id", workspace_id)
        row = laptop.locator("#devices .device", has_text=name)
        expect(row).to_contain_text("open now", timeout=SOON_MS)
    expect(laptop.locator("#devices .device").first).to_contain_text("Current")
    laptop.locator("nav.side a", has_text="Devices").click()
    shot(laptop, "devices-light")
    in_the_dark(laptop)
    shot(laptop, "devices-dark")
    laptop.set_viewport_size(PHONE)
    assert laptop.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    shot(laptop, "devices-phone")

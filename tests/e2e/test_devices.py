"""A person's devices: what each shows, a new one, and the question before the idle end."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.app_server import AppServer
from tests.e2e.conftest import PHONE, api, make_admin, ready, register, sign_in
from tests.e2e.steps import SOON_MS, make_workspace

ANDROID = "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36"
IDLE_S = 9


def test_a_new_device_is_asked_about_on_the_others_which_see_what_it_shows(server, person, new_context):
    laptop = new_context().new_page()
    sign_in(laptop, server, person, "/settings")
    with api(server, person) as client:
        workspace_id = make_workspace(client, "Invoice parser")
    phone = new_context(viewport=PHONE, user_agent=ANDROID).new_page()
    sign_in(phone, server, person, f"/w/{workspace_id}")
    devices = laptop.locator("#devices")
    asked = devices.get_by_role("status", name="A new device signed in").filter(has_text="Chrome 141 on Android")
    expect(asked).to_contain_text("Was this you?", timeout=SOON_MS)
    row = devices.locator(".device").filter(has_text="Chrome 141 on Android")
    expect(row.get_by_role("link", name="Invoice parser")).to_be_visible(timeout=SOON_MS)
    expect(row).to_contain_text("open now")
    expect(devices.locator(".device").first).to_contain_text("Current")
    expect(devices).to_contain_text("Signs out after 12 h idle, at most 30 d after signing in.")
    asked.get_by_role("button", name="Yes, it was me").press("Enter")
    expect(asked).to_have_count(0)
    # The page that is left is no longer open, and whoever is signed out here is so there.
    phone.locator("#composer").fill("half a thought")
    row.get_by_role("button", name="Sign out").press("Enter")
    expect(phone.get_by_role("dialog", name="Sign in again")).to_be_visible(timeout=SOON_MS)
    expect(phone.locator("#composer")).to_have_value("half a thought")
    expect(devices.locator(".device.ended").first).to_contain_text("Signed out by you")


def test_before_the_idle_end_one_key_stays_and_after_it_the_page_asks_and_keeps_the_text(tmp_path, new_context):
    with AppServer(tmp_path / "data", JAMBOT_REGISTRATION="open", JAMBOT_LOGIN_IDLE_H=str(IDLE_S / 3600)) as server:
        person = register(server)
        page = new_context().new_page()
        sign_in(page, server, person)
        page.locator("#composer").fill("not sent yet")
        warning = page.get_by_role("alertdialog", name="Are you still there?")
        expect(warning).to_contain_text("You will be signed out in", timeout=IDLE_S * 1000)
        page.keyboard.press("Shift")
        expect(warning).to_have_count(0)
        # The question itself keeps nobody signed in.
        expect(warning).to_be_visible(timeout=IDLE_S * 1000)
        expect(page.get_by_role("dialog", name="Sign in again")).to_be_visible(timeout=IDLE_S * 1000)
        expect(warning).to_have_count(0)
        expect(page.locator("#composer")).to_have_value("not sent yet")


def test_what_a_grant_opened_is_closed_in_the_open_page_when_it_ends(server, person, new_context):
    root, guest = make_admin(server, "grants@example.org"), register(server, "Bela Fuchs")
    with api(server, person) as owner, api(server, root) as admin:
        domain_id = admin.post("/api/admin/domains", json={"name": f"Finance {person.email}"}).json()["id"]
        me = owner.get("/api/auth/me").json()["user"]["id"]
        admin.put(f"/api/domains/{domain_id}/members/{me}", json={"role": "member"})
        workspace_id = make_workspace(owner, "Month end figures")
        assert owner.put(f"/api/sessions/{workspace_id}/domain", json={"domain_id": domain_id}).status_code == 204
        page = new_context().new_page()
        sign_in(page, server, guest)
        wanted = {"domain_id": domain_id, "email": guest.email, "minutes": 60, "reason": "Audit"}
        given = admin.post("/api/admin/grants", json=wanted).json()
        row = page.locator("[data-shared-row]")
        expect(row).to_contain_text("Month end figures", timeout=SOON_MS)
        row.click()
        expect(page.get_by_role("note")).to_contain_text("You can read this, not write in it", timeout=SOON_MS)
        expect(page.locator("#composer")).to_be_hidden()
        # Nothing is offered that the server would refuse, neither to the mouse nor to the keys.
        expect(page.locator(".topbar")).to_contain_text("Read only")
        refused = ("pin", "complete", "archive", "trash", "share", "rename", "approve")
        expect(page.locator(", ".join(f'[data-action="{name}"]' for name in refused))).to_have_count(0)
        page.keyboard.press("Control+k")
        offered = page.get_by_role("listbox", name="Found")
        expect(offered).to_contain_text("Light or dark")
        for words in ("Rename", "Move to Trash", "Attach a file", "Save now", "Share with a domain"):
            expect(offered).not_to_contain_text(words)
        page.keyboard.press("Escape")
        assert admin.delete(f"/api/grants/{given['id']}").status_code == 204
    expect(row).to_have_count(0, timeout=SOON_MS)
    expect(page.get_by_role("note")).to_have_count(0)
    expect(page.get_by_role("heading", name="Your access to this has ended")).to_be_visible(timeout=SOON_MS)
    expect(page.locator("#main")).to_contain_text("It was ended before its time.")
    expect(page.get_by_text("Month end figures")).to_have_count(0)


def test_a_password_given_long_ago_is_asked_for_over_the_page_and_then_what_was_wanted_is_done(tmp_path, new_context):
    with AppServer(tmp_path / "data", JAMBOT_REGISTRATION="open", JAMBOT_TRUSTED_PROXY_HOPS="1") as server:
        person = register(server)
        laptop = new_context().new_page()
        sign_in(laptop, server, person)
        beside = laptop.context.new_page()
        beside.goto(f"{server.url}/settings")
        ready(beside)
        phone = new_context(viewport=PHONE, user_agent=ANDROID).new_page()
        sign_in(phone, server, person)
        # From another network and another browser at once: as if the password had been given long ago.
        moved = {"User-Agent": ANDROID, "X-Forwarded-For": "203.0.113.9"}
        assert laptop.request.get(f"{server.url}/api/auth/me", headers=moved).ok
        laptop.evaluate("window.isTheSamePage = true")
        laptop.get_by_role("button", name="No, sign it out").press("Enter")
        question = laptop.get_by_role("dialog", name="Sign out elsewhere?")
        expect(question.get_by_label("Password", exact=True)).to_be_focused()
        laptop.keyboard.type(person.password)
        laptop.keyboard.press("Enter")
        expect(phone.get_by_role("dialog", name="Sign in again")).to_be_visible(timeout=SOON_MS)
        expect(question).to_have_count(0)
        # Neither this tab nor the one beside it goes on with the cookie of before, and nobody has to load or sign in.
        for page in (laptop, beside):
            page.wait_for_function("() => window.jambot.socket.opened > 1")
            expect(page.get_by_role("dialog")).to_have_count(0)
        assert laptop.evaluate("window.isTheSamePage")
        expect(beside.locator(".device.ended")).to_contain_text("Signed out by you")


def test_whoever_deals_with_rows_by_keyboard_goes_on_at_the_next_one(server, person, new_context):
    page = new_context().new_page()
    sign_in(page, server, person, "/settings")
    for agent in (ANDROID, ANDROID.replace("141", "142")):
        sign_in(new_context(viewport=PHONE, user_agent=agent).new_page(), server, person)
    devices = page.locator("#devices")
    mine = devices.get_by_role("button", name="Yes, it was me")
    expect(mine).to_have_count(2)
    mine.first.press("Enter")
    expect(mine).to_have_count(1)
    expect(mine).to_be_focused()
    mine.press("Enter")
    expect(devices.get_by_role("heading", name="Devices", exact=True)).to_be_focused()
    devices.get_by_role("button", name="Sign out: Chrome 142 on Android").press("Enter")
    expect(devices.get_by_role("button", name="Sign out: Chrome 141 on Android")).to_be_focused()


def test_whoever_comes_back_after_the_idle_end_hears_when_it_was_and_that_the_text_is_safe(tmp_path, new_context):
    with AppServer(tmp_path / "data", JAMBOT_REGISTRATION="open", JAMBOT_LOGIN_IDLE_H=str(IDLE_S / 3600)) as server:
        person = register(server)
        page = new_context().new_page()
        sign_in(page, server, person)
        page.locator("#composer").fill("not sent yet")
        expect(page.get_by_role("dialog", name="Sign in again")).to_be_visible(timeout=3 * IDLE_S * 1000)
        page.goto(f"{server.url}/settings")
        told = page.locator("form[data-auth-form=login]").locator("xpath=preceding-sibling::*[@role='status']")
        expect(told).to_contain_text("Signed out after 1 min idle, at ")
        expect(told).to_contain_text("1 draft is safe on this device")


def test_whoever_signed_out_is_told_nothing_about_it(server, person, new_context):
    page = new_context().new_page()
    sign_in(page, server, person)
    page.wait_for_function("() => localStorage.getItem('jambot:ends')")
    page.locator("#account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/login**")
    page.locator("form[data-auth-form=login] [data-error]").wait_for(state="attached")
    assert not page.evaluate("localStorage.getItem('jambot:ends')")
    expect(page.locator("[data-was-here]")).to_be_hidden()


def test_a_guest_is_asked_before_they_sign_out_because_nothing_leads_back(tmp_path, new_context):
    with AppServer(tmp_path / "data", JAMBOT_GUESTS="true") as server:
        make_admin(server)
        page = new_context().new_page()
        page.goto(f"{server.url}/login")
        page.get_by_role("button", name="Try without an account").click()
        ready(page)
        signs_out = page.get_by_role("menuitem", name="Sign out")
        asked = page.get_by_role("alertdialog", name="Leave what you made?")
        page.locator("#account").click()
        signs_out.press("Enter")
        expect(asked.get_by_role("button", name="Stay")).to_be_focused()
        page.keyboard.press("Enter")
        expect(asked).to_have_count(0)
        assert page.request.get(f"{server.url}/api/auth/me").ok
        page.locator("#account").click()
        signs_out.press("Enter")
        asked.get_by_role("button", name="Leave it behind").press("Enter")
        page.wait_for_url("**/login**")
        assert page.request.get(f"{server.url}/api/auth/me").status == 401

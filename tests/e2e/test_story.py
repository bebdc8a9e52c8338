"""The whole story on real input: set up, invite, register, work, crash, come back on another browser."""

from __future__ import annotations

import os
import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.app_server import AppServer
from tests.e2e.conftest import PASSWORD, PHONE, WIDE, Person, ready, sign_in_by_hand
from tests.e2e.steps import pill_of
from tests.servers import REPOSITORY

ROWS = 12_480
DRAFT = "And compare with last year, but leave the gift cards"
SHOTS = REPOSITORY / ("docs/screenshots" if os.environ.get("JAMBOT_TEST_SCREENSHOTS") else "test-results")


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """A shop's orders of ten months as its till exports them: semicolons, German dates and decimals."""
    chooser = random.Random(2026)
    path = tmp_path / "orders.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("Order no;Order date;Channel;Product;Revenue (EUR)\n")
        for number in range(ROWS):
            day = date(2026, 1, 1) + timedelta(days=chooser.randrange(300))
            weak = day.month in (7, 8)
            channel = chooser.choices(("Web shop", "Stores", "Marketplace"), (6, 1.5 if weak else 3, 1))[0]
            amount = f"{chooser.uniform(8, 74):.2f}".replace(".", ",")
            product = chooser.choice(("Sidamo 1 kg", "Grinder", "Gift card"))
            file.write(f"{number};{day:%d.%m.%Y};{channel};{product};{amount}\n")
    return path


def test_a_person_is_exactly_where_they_left_off_after_a_crash_and_on_another_browser(
    tmp_path, new_context, orders, browser
):
    SHOTS.mkdir(parents=True, exist_ok=True)
    with AppServer(tmp_path / "data") as server:
        admin = new_context().new_page()
        set_up(admin, server)
        link = invite(admin, server, "annika@example.org")
        person = Person(email="annika@example.org", password=PASSWORD, name="Annika Vogel")

        page = new_context().new_page()
        register(page, link, person)
        ask_for_a_chart(page, orders)
        accept(page)
        address = page.url
        take_pictures(page)

        half_type(page, server)
        server.kill()
        server.start()

        elsewhere = new_context().new_page()
        sign_in_by_hand(elsewhere, server, person)
        came_back(elsewhere, address)
        again = browser.new_context(viewport=PHONE, storage_state=elsewhere.context.storage_state(), has_touch=True)
        on_phone = again.new_page()
        on_phone.goto(address)
        expect(on_phone.locator("#composer")).to_have_value(DRAFT)
        expect(on_phone.locator(".recharts-bar-rectangle").first).to_be_visible(timeout=30_000)
        on_phone.screenshot(path=SHOTS / "workspace-phone.png")
        again.close()


def set_up(page: Page, server: AppServer) -> None:
    page.goto(server.setup_link())
    form = page.locator("form[data-auth-form=setup]")
    expect(form.locator("input[name=token]")).not_to_have_value("")
    form.locator("input[name=name]").fill("Jürgen Weiß")
    form.locator("input[name=email]").fill("juergen@example.org")
    form.locator("input[name=password]").fill(PASSWORD)
    form.locator("button[type=submit]").click()
    ready(page)


def invite(page: Page, server: AppServer, email: str) -> str:
    page.goto(f"{server.url}/admin/people")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Invite").click()
    shown = page.locator("form[data-auth-form=invite] input[readonly]")
    shown.wait_for()
    return shown.input_value()


def register(page: Page, link: str, person: Person) -> None:
    page.goto(link)
    form = page.locator("form[data-auth-form=register]")
    expect(form.locator("input[name=invite]")).not_to_have_value("")
    form.locator("input[name=name]").fill(person.name)
    form.locator("input[name=email]").fill(person.email)
    form.locator("input[name=password]").fill(person.password)
    form.locator("button[type=submit]").click()
    ready(page)


def ask_for_a_chart(page: Page, orders: Path) -> None:
    page.locator("input[type=file]").first.set_input_files(orders)
    expect(page.get_by_text("orders.csv").first).to_be_visible()
    page.wait_for_url("**/w/*")
    page.locator("#composer").press_sequentially("Show me the revenue per month, split by channel")
    page.locator("#composer").press("Enter")
    expect(page.get_by_role("button", name="Accept")).to_be_visible(timeout=30_000)


def accept(page: Page) -> None:
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Done", exact=True).first).to_be_visible(timeout=90_000)
    expect(page.locator(".recharts-bar-rectangle").first).to_be_visible(timeout=30_000)


def half_type(page: Page, server: AppServer) -> None:
    """Type half a sentence and wait until the server has said that it is kept, which is all another browser can see."""
    with page.expect_response(lambda answer: answer.url.endswith("/draft") and answer.ok, timeout=30_000):
        page.locator("#composer").press_sequentially(DRAFT)
    expect(pill_of(page)).to_contain_text("Saved")
    drafts = page.request.get(f"{server.url}/api/sessions/{page.url.rsplit('/', 1)[-1]}/draft").json()
    while drafts["text"] != DRAFT:
        with page.expect_response(lambda answer: answer.url.endswith("/draft") and answer.ok, timeout=30_000):
            pass
        drafts = page.request.get(f"{server.url}/api/sessions/{page.url.rsplit('/', 1)[-1]}/draft").json()


def came_back(page: Page, address: str) -> None:
    page.wait_for_url(address)
    expect(page.locator("#composer")).to_have_value(DRAFT)
    expect(page.get_by_text("Show me the revenue per month, split by channel").first).to_be_visible()
    expect(page.locator(".recharts-bar-rectangle").first).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Done", exact=True).first).to_be_visible()
    expect(page.locator("[data-message-id]").first).to_be_visible()


def take_pictures(page: Page) -> None:
    page.set_viewport_size(WIDE)
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.screenshot(path=SHOTS / f"workspace-{theme}.png")

"""Messages in a real browser: each leaves once and in order, or waits where it can be seen."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.web.in_a_browser.doing import opened, type_text, until
from tests.web.stub_server import StubServer


def test_enter_ten_times_sends_one_message_once(page: Page, server: StubServer):
    type_text(page, "hello")
    for _ in range(10):
        page.keyboard.press("Enter")
    until(page, lambda: server.said() == ["hello"])
    page.wait_for_timeout(200)
    assert server.said() == ["hello"]
    expect(page.locator("#composer")).to_have_value("")
    until(page, lambda: not page.locator("#outbox li").count())


def test_a_lost_answer_does_not_double_a_message(page: Page, server: StubServer):
    lost: list[str] = []

    def lose_first(method: str, path: str, body: Any) -> Any:
        if path != "/api/chat/turns" or lost:
            return None
        lost.append(body["client_id"])
        server._turn(body)
        return 503, None

    server.fail = lose_first
    type_text(page, "once")
    page.keyboard.press("Enter")
    until(page, lambda: sum(path == "/api/chat/turns" for _, path, _ in server.heard) == 2)
    assert server.said() == ["once"]


def test_messages_typed_offline_arrive_once_and_in_order(context: BrowserContext, page: Page, server: StubServer):
    context.set_offline(True)
    for number in range(20):
        page.locator("#composer").fill(f"message {number}")
        page.keyboard.press("Enter")
    expect(page.locator("#outbox li")).to_have_count(20)
    expect(page.locator("#offline-strip")).to_contain_text("20 messages waiting")
    page.locator("#composer").fill("still typing")
    context.set_offline(False)
    until(page, lambda: len(server.said()) == 20, 10_000)
    assert server.said() == [f"message {number}" for number in range(20)]
    expect(page.locator("#composer")).to_have_value("still typing")
    expect(page.locator("#outbox li")).to_have_count(0)


def test_waiting_messages_survive_the_page(context: BrowserContext, page: Page, server: StubServer):
    server.fail = lambda method, path, body: (503, None) if path == "/api/chat/turns" else None
    type_text(page, "first")
    page.keyboard.press("Enter")
    type_text(page, "second")
    page.keyboard.press("Enter")
    expect(page.locator("#outbox li")).to_have_count(2)
    page.close(run_before_unload=False)
    server.fail = lambda method, path, body: None
    again = opened(context)
    until(again, lambda: server.said() == ["first", "second"])


def test_a_waiting_message_can_be_changed_and_removed(page: Page, server: StubServer):
    server.answering.add("w1")
    page.reload()
    for text in ("one", "two", "three"):
        page.locator("#composer").fill(text)
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Remove message 2").click()
    page.get_by_role("button", name="Edit message 1").click()
    page.locator("#outbox textarea").fill("one, changed")
    page.get_by_role("button", name="Keep").click()
    server.answering.clear()
    page.evaluate("document.getElementById('workspace').dataset.answering = 'false'")
    until(page, lambda: server.said() == ["one, changed", "three"])


def test_a_message_waits_while_an_answer_is_being_written(page: Page, server: StubServer):
    server.answering.add("w1")
    type_text(page, "later")
    page.keyboard.press("Enter")
    expect(page.locator("#outbox li")).to_have_count(1)
    until(page, lambda: any(path == "/api/chat/turns" for _, path, _ in server.heard))
    server.answering.clear()
    until(page, lambda: server.said() == ["later"])


def test_a_refused_message_says_why_and_goes_nowhere_by_itself(page: Page, server: StubServer):
    server.fail = lambda method, path, body: (
        (422, {"code": "invalid_input", "detail": "Not like this."}) if path == "/api/chat/turns" else None
    )
    type_text(page, "odd")
    page.keyboard.press("Enter")
    expect(page.locator("#outbox li")).to_contain_text("Not like this.")
    page.get_by_role("button", name="Remove message 1").click()
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("#composer")).to_have_value("odd")


def test_the_first_message_of_a_start_page_makes_its_workspace(context: BrowserContext, server: StubServer):
    page = opened(context, path="/")
    type_text(page, "begin")
    page.keyboard.press("Enter")
    page.wait_for_url("**/w/made")
    assert server.said("made") == ["begin"]


def test_a_start_page_that_is_drawn_anew_when_its_workspace_is_made_goes_there_afterwards(
    context: BrowserContext, server: StubServer
):
    page = opened(context, path="/")
    # As after an outage: the page is back and finds out where it stands while the first message is being taken.
    _is_drawn_anew(page, True)
    _said_on_the_start_page(page, server)
    _is_drawn_anew(page, False)
    page.wait_for_url("**/w/made")


def test_whoever_left_the_start_page_before_its_workspace_was_made_is_not_taken_there(
    context: BrowserContext, server: StubServer
):
    page = opened(context, path="/")
    _is_drawn_anew(page, True)
    _said_on_the_start_page(page, server)
    page.evaluate("history.pushState(null, '', '/elsewhere')")
    _is_drawn_anew(page, False)
    page.evaluate("history.pushState(null, '', '/')")
    _is_drawn_anew(page, True)
    _is_drawn_anew(page, False)
    assert page.evaluate("location.pathname") == "/"


def _is_drawn_anew(page: Page, value: bool) -> None:
    """Say on the page that it is being drawn, or is drawn, and let the scripts see it."""
    page.evaluate(
        """value => { document.getElementById('workspace').dataset.loading = String(value);
                      return new Promise((seen) => setTimeout(seen)); }""",
        value,
    )


def _said_on_the_start_page(page: Page, server: StubServer) -> None:
    type_text(page, "begin")
    page.keyboard.press("Enter")
    until(page, lambda: server.said("made") and page.evaluate("window.jambot.parts.outbox.items().length === 0"))
    assert server.said("made") == ["begin"]


def test_the_pages_own_strip_says_that_the_server_is_away(context: BrowserContext, page: Page, server: StubServer):
    page.evaluate(
        """() => { const strip = document.createElement('div'); strip.id = 'offline'; strip.hidden = true;
                   const words = document.createElement('span'); words.id = 'offline-words'; strip.append(words);
                   document.getElementById('workspace').append(strip); }"""
    )
    context.set_offline(True)
    expect(page.locator("#offline")).to_contain_text("What you type is kept on this device", timeout=3_000)
    context.set_offline(False)
    expect(page.locator("#offline")).to_contain_text("All sent")
    expect(page.locator("#offline")).to_be_hidden()


def test_a_silent_socket_is_given_up_within_eight_seconds(context: BrowserContext, server: StubServer):
    page = context.new_page()
    asked: list[str] = []
    # A socket that opens and then never says a word, as one whose other end is gone.
    page.route_web_socket("**/_event/**", lambda socket: socket.on_message(lambda text: asked.append(str(text))))
    page.goto("/w/w1")
    page.evaluate(
        """() => { const socket = new WebSocket(`ws://${location.host}/_event/?token=t`);
                   socket.onclose = (event) => { window.closedAs = event.reason; }; }"""
    )
    until(page, lambda: page.evaluate("window.closedAs"), 9_000)
    assert page.evaluate("window.closedAs") == "silent"
    assert asked == ['42/_event,["ping"]']

"""The scripts in a real browser, under the policy the app sends, with a server that can be told to fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import Gate, choosing_files, drawn, painted
from tests.web.stub_server import StubServer


@pytest.fixture
def server() -> Iterator[StubServer]:
    with StubServer() as running:
        yield running


@pytest.fixture
def context(browser: Browser, server: StubServer) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=server.url)
    context.set_default_timeout(8_000)
    yield context
    context.close()


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(context: BrowserContext, complaints: list[str]) -> Page:
    return opened(context, complaints)


def opened(context: BrowserContext, complaints: list[str] | None = None, path: str = "/w/w1") -> Page:
    page = context.new_page()
    if complaints is not None:
        page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path)
    until(page, lambda: page.evaluate("Boolean(window.jambot?.parts?.journal?.live())"))
    return page


def until(page: Page, happened: Callable[[], Any], within_ms: int = 8_000) -> None:
    """Wait for something on the server's side."""
    for _ in range(within_ms // 20):
        if happened():
            return
        page.wait_for_timeout(20)
    raise AssertionError("did not happen in time")


def journal(page: Page, key: str = "ada:w1") -> Any:
    return json.loads(page.evaluate(f"localStorage.getItem('jambot:journal:{key}')") or "null")


def type_text(page: Page, text: str) -> None:
    page.locator("#composer").press_sequentially(text)


def test_typed_text_is_in_the_browser_at_once_and_on_the_server_soon(
    page: Page, server: StubServer, complaints: list[str]
):
    type_text(page, "half a thought")
    page.wait_for_function(
        "() => localStorage.getItem('jambot:journal:ada:w1')?.includes('half a thought')", timeout=400
    )
    until(page, lambda: server.draft()["text"] == "half a thought", 2_500)
    expect(page.locator("#save-pill")).to_contain_text("Saved · ")
    assert complaints == []


def test_the_pill_claims_nothing_before_the_server_answered(page: Page, server: StubServer):
    server.fail = lambda method, path, body: (503, {"code": "unavailable"}) if path.endswith("/draft") else None
    type_text(page, "x")
    expect(page.locator("#save-pill")).to_contain_text("Not saved — retrying")
    assert "Saved ·" not in page.locator("#save-pill").inner_text()
    server.fail = lambda method, path, body: None
    expect(page.locator("#save-pill")).to_contain_text("Saved · ")
    assert server.draft()["text"] == "x"


def test_a_closed_page_brings_text_and_caret_back(context: BrowserContext, page: Page, server: StubServer):
    server.fail = lambda method, path, body: (503, None) if path.endswith("/draft") else None
    type_text(page, "not on the server")
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(300)
    page.close(run_before_unload=False)
    again = opened(context)
    assert again.locator("#composer").input_value() == "not on the server"
    assert again.evaluate("document.getElementById('composer').selectionStart") == len("not on the server") - 1


def test_another_device_shows_the_servers_draft(browser: Browser, server: StubServer, page: Page):
    type_text(page, "from here")
    until(page, lambda: server.draft()["text"] == "from here")
    elsewhere = browser.new_context(base_url=server.url)
    assert opened(elsewhere).locator("#composer").input_value() == "from here"
    elsewhere.close()


@pytest.mark.parametrize(("choice", "expected"), [("mine", "mine"), ("theirs", "theirs"), ("both", "mine\n\ntheirs")])
def test_two_texts_are_both_kept_until_somebody_chooses(page: Page, server: StubServer, choice: str, expected: str):
    server.draft().update(text="theirs", revision=7, device_id="d2")
    type_text(page, "mine")
    expect(page.get_by_role("group", name="Two versions of your text")).to_contain_text("theirs")
    expect(page.locator("#save-pill")).to_contain_text("choose a version")
    assert page.locator("#composer").input_value() == "mine"
    assert server.draft()["text"] == "theirs"
    page.locator(f"[data-clash={choice}]").click()
    assert page.locator("#composer").input_value() == expected
    until(page, lambda: server.draft()["text"] == expected)
    expect(page.get_by_role("group", name="Two versions of your text")).to_have_count(0)


def test_an_open_choice_survives_a_reload(page: Page, server: StubServer):
    server.draft().update(text="theirs", revision=7, device_id="d2")
    type_text(page, "mine")
    expect(page.locator(".jb-clash")).to_be_visible()
    page.reload()
    expect(page.locator(".jb-clash")).to_contain_text("theirs")
    assert page.locator("#composer").input_value() == "mine"


def test_text_from_another_device_appears_where_nothing_was_typed(page: Page, server: StubServer):
    page.evaluate(
        """() => { document.getElementById('draft-source').textContent = 'typed elsewhere';
                   document.getElementById('workspace').dataset.draftRevision = '3'; }"""
    )
    expect(page.locator("#composer")).to_have_value("typed elsewhere")


def test_switching_workspaces_mixes_no_texts(page: Page, server: StubServer):
    server.draft("w2").update(text="of w2", revision=1)
    type_text(page, "of w1")
    page.evaluate(
        """() => { const root = document.getElementById('workspace');
                   document.getElementById('draft-source').textContent = 'of w2';
                   root.dataset.draftRevision = '1'; root.dataset.workspaceId = 'w2'; }"""
    )
    expect(page.locator("#composer")).to_have_value("of w2")
    until(page, lambda: server.draft("w1")["text"] == "of w1")
    page.evaluate(
        """() => { const root = document.getElementById('workspace');
                   document.getElementById('draft-source').textContent = '';
                   root.dataset.draftRevision = '0'; root.dataset.workspaceId = 'w1'; }"""
    )
    expect(page.locator("#composer")).to_have_value("of w1")
    assert server.draft("w2")["text"] == "of w2"


def test_a_composer_that_is_drawn_anew_keeps_its_text(page: Page):
    type_text(page, "typed")
    page.evaluate(
        """() => { const old = document.getElementById('composer'); const fresh = old.cloneNode();
                   fresh.value = ''; old.replaceWith(fresh); }"""
    )
    expect(page.locator("#composer")).to_have_value("typed")


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


def test_a_sign_in_that_ended_loses_nothing_and_sends_once(page: Page, server: StubServer):
    server.user = None
    type_text(page, "sent later")
    page.keyboard.press("Enter")
    type_text(page, "and a draft")
    dialog = page.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_be_visible()
    expect(page.locator("#composer")).to_have_value("and a draft")
    dialog.get_by_label("Password").fill("secret")
    dialog.get_by_role("button", name="Sign in").click()
    until(page, lambda: server.said() == ["sent later"])
    expect(page.locator("#composer")).to_have_value("and a draft")
    assert "secret" not in page.evaluate("JSON.stringify(localStorage)")


def test_at_the_limit_of_devices_one_is_chosen_by_keys_and_goes_along_with_the_password(page: Page, server: StubServer):
    held = [{"id": f"d{n}", "device": f"Browser {n}", "last_seen_at": f"2026-01-0{n}T09:00:00Z"} for n in (2, 1, 3)]
    full = {"code": "too_many_sessions", "detail": "You are signed in on as many devices as allowed.", "devices": held}
    server.fail = lambda method, path, body: (
        (409, full) if path == "/api/auth/login" and body.get("instead_of") != "d3" else None
    )
    server.user = None
    type_text(page, "sent later")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("Password").fill("secret")
    page.keyboard.press("Enter")
    choice = dialog.get_by_role("group", name="Which device shall be signed out?")
    expect(choice.get_by_role("radio", name="Browser 1")).to_be_focused()
    assert not [body for _, path, body in server.heard if path == "/api/auth/login" and "instead_of" in body]
    expect(dialog.get_by_label("Password")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(choice.get_by_role("radio", name="Browser 3")).to_be_checked()
    page.keyboard.press("Enter")
    until(page, lambda: server.said() == ["sent later"])
    sent = [body for _, path, body in server.heard if path == "/api/auth/login"]
    assert [(body.get("instead_of"), body["password"]) for body in sent] == [(None, "secret"), ("d3", "secret")]


def test_another_person_at_the_same_browser_sees_nothing_of_the_first(page: Page, server: StubServer):
    server.user = None
    type_text(page, "ada's secret")
    page.keyboard.press("Enter")
    type_text(page, "ada's draft")
    dialog = page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("E-mail").fill("grace@example.org")
    dialog.get_by_label("Password").fill("secret")
    dialog.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    page.goto("/w/w1")
    until(page, lambda: page.evaluate("window.jambot?.parts?.journal?.live()?.user") == "grace")
    assert page.locator("#composer").input_value() == ""
    assert "ada's" not in page.locator("body").inner_text()
    page.wait_for_timeout(300)
    assert server.turns == []
    server.user = "ada"
    page.reload()
    expect(page.locator("#composer")).to_have_value("ada's draft")
    until(page, lambda: server.said() == ["ada's secret"])


def test_a_standing_of_signed_out_asks_over_the_page(page: Page):
    type_text(page, "keep me")
    page.evaluate(
        "Object.assign(document.getElementById('workspace').dataset, {standing: 'signed_out', reason: 'revoked'})"
    )
    dialog = page.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_contain_text("You were signed out on this device.")
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    assert page.locator("#composer").input_value() == "keep me"


def test_two_tabs_show_the_same_draft(context: BrowserContext, page: Page, server: StubServer):
    other = opened(context)
    type_text(page, "shared")
    expect(other.locator("#composer")).to_have_value("shared")
    page.keyboard.press("Enter")
    expect(other.locator("#composer")).to_have_value("")
    until(page, lambda: server.said() == ["shared"])


def test_a_full_storage_is_told_and_the_server_still_saves(page: Page, server: StubServer):
    page.evaluate(
        "for (let i = 0; i < 600; i += 1) try { localStorage.setItem('x' + i, 'y'.repeat(10000)) } catch { break }"
    )
    page.evaluate(
        "for (let i = 0; i < 100; i += 1) try { localStorage.setItem('z' + i, 'y'.repeat(20)) } catch { break }"
    )
    page.locator("#composer").fill("no room " * 200)
    expect(page.locator("#notices")).to_contain_text("storage is full")
    until(page, lambda: server.draft()["text"].startswith("no room"))


def test_what_people_type_is_never_markup(page: Page, server: StubServer, complaints: list[str]):
    server.fail = lambda method, path, body: (503, None) if path == "/api/chat/turns" else None
    server.draft().update(text="<img src=x onerror='window.__x=1'>", revision=9)
    page.locator("#composer").fill("<iframe srcdoc='<script>parent.__x=1</script>'></iframe>")
    expect(page.locator(".jb-clash")).to_contain_text("<img src=x")
    page.keyboard.press("Enter")
    expect(page.locator("#outbox li")).to_contain_text("<iframe srcdoc")
    assert page.evaluate("window.__x") is None
    assert page.locator("#outbox iframe, .jb-clash img").count() == 0
    assert complaints == []


@pytest.mark.parametrize(
    ("length", "words"), [(200_000, "Attach as file"), (6_000_000, "larger than 5 MB")], ids=["long", "huge"]
)
def test_a_very_long_paste_never_reaches_the_composer_unasked(page: Page, length: int, words: str):
    page.evaluate(
        """(length) => { const data = new DataTransfer(); data.setData('text/plain', 'x'.repeat(length));
            document.getElementById('composer').dispatchEvent(
              new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }""",
        length,
    )
    expect(page.locator("#notices")).to_contain_text(words)
    assert page.locator("#composer").input_value() == ""


def test_a_page_opens_where_its_reader_was(context: BrowserContext, page: Page, server: StubServer):
    page.locator("#messages").evaluate("box => { box.scrollTop = 10 * 60 + 25; }")
    until(page, lambda: server.places.get("w1", {}).get("message") == "m10")
    assert server.places["w1"]["offset"] == 25
    page.reload()
    until(page, lambda: page.locator("#messages").evaluate("box => box.scrollTop") == 10 * 60 + 25)


def test_the_end_is_followed_and_left_alone_when_somebody_reads(page: Page):
    box = page.locator("#messages")
    grow = """box => { const row = document.createElement('article'); row.style.height = '60px';
                       row.dataset.messageId = 'n' + box.children.length; box.append(row); }"""
    at_end = "box => box.scrollHeight - box.scrollTop - box.clientHeight"
    assert box.evaluate(at_end) <= 1
    box.evaluate(grow)
    drawn(page)
    assert box.evaluate(at_end) <= 1
    box.evaluate("box => { box.scrollTop = 300; }")
    drawn(page)
    box.evaluate(grow)
    expect(page.get_by_role("button", name="New")).to_be_visible()
    assert box.evaluate("box => box.scrollTop") == 300
    page.get_by_role("button", name="New").click()
    assert box.evaluate(at_end) <= 1


def test_a_row_that_turns_out_higher_does_not_leave_the_end(page: Page):
    box = page.locator("#messages")
    box.evaluate("box => { box.lastElementChild.style.height = '400px'; box.dispatchEvent(new Event('scroll')); }")
    assert box.evaluate("box => box.scrollHeight - box.scrollTop - box.clientHeight") <= 1


def test_who_says_something_is_taken_to_the_end(page: Page):
    box = page.locator("#messages")
    box.evaluate("box => { box.scrollTop = 300; }")
    page.wait_for_timeout(50)
    type_text(page, "And now?")
    page.keyboard.press("Enter")
    until(page, lambda: box.evaluate("box => box.scrollHeight - box.scrollTop - box.clientHeight") <= 1)


def test_the_help_sheet_lists_the_shortcuts(page: Page):
    page.locator("#messages").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Ctrl + K")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_have_count(0)


def test_a_question_mark_in_the_composer_is_a_question_mark(page: Page):
    type_text(page, "why?")
    assert page.locator("#composer").input_value() == "why?"
    assert page.get_by_role("dialog", name="Keyboard shortcuts").count() == 0


def test_the_pill_opens_the_last_saves_and_hands_out_unsaved_text(page: Page, server: StubServer):
    type_text(page, "one")
    expect(page.locator("#save-pill")).to_contain_text("Saved · ")
    server.fail = lambda method, path, body: (507, {"code": "storage_full"}) if path.endswith("/draft") else None
    type_text(page, " two")
    expect(page.locator("#save-pill")).to_contain_text("Not saved: storage full")
    page.locator("#save-pill").click()
    saves = page.get_by_role("dialog", name="Last saves")
    expect(saves).to_contain_text("revision 1")
    with page.expect_download() as download:
        saves.get_by_role("button", name="Download my unsaved text").click()
    assert download.value.path().read_text() == "one two"


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


def test_what_is_typed_and_sent_before_the_scripts_listen_is_sent_once(context: BrowserContext, server: StubServer):
    gate = Gate(context, "**/js/upload.js")
    page = painted(context.new_page(), "/w/w1")
    type_text(page, "already there")
    page.keyboard.press("Enter")
    page.locator("#send").click()
    assert page.evaluate("window.jambot.parts") is None
    gate.open()
    until(page, lambda: server.said() == ["already there"])
    expect(page.locator("#composer")).to_have_value("")
    assert page.url.endswith("/w/w1")


def test_what_is_typed_before_the_scripts_listen_is_kept_beside_what_the_server_has(
    context: BrowserContext, server: StubServer
):
    server.draft().update(text="from yesterday", revision=3)
    gate = Gate(context, "**/js/journal.js")
    page = painted(context.new_page(), "/w/w1")
    type_text(page, "and from today")
    gate.open()
    expect(page.locator("#composer")).to_have_value("from yesterday\n\nand from today")
    until(page, lambda: server.draft()["text"] == "from yesterday\n\nand from today")


def test_a_file_is_chosen_at_once_and_uploaded_when_the_scripts_listen(context: BrowserContext, server: StubServer):
    gate = Gate(context, "**/js/upload.js")
    page = painted(context.new_page(), "/w/w1")
    page.locator("#attach").focus()
    with choosing_files(page) as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files({"name": "orders.csv", "mimeType": "text/csv", "buffer": b"a;b\n1;2\n"})
    gate.open()
    expect(page.locator("#uploads")).to_contain_text("orders.csv")
    until(page, lambda: [path for _, path, _ in server.heard if path.startswith("/api/assets")] == ["/api/assets/"])


def test_a_press_before_the_scripts_listen_is_done_when_they_do(context: BrowserContext, page: Page):
    gate = Gate(context, "**/js/main.js")
    painted(page, "/w/w1")
    page.locator("#save-pill").click()
    gate.open()
    expect(page.get_by_role("dialog", name="Last saves")).to_be_visible()


def test_the_focus_stays_where_the_person_went_when_the_page_is_drawn_anew(page: Page):
    drawn_anew = """() => {
      const old = document.getElementById('workspace');
      const copy = old.cloneNode(true);
      old.replaceWith(copy);
      copy.querySelector('#composer').focus();
    }"""
    page.locator("#composer").focus()
    page.evaluate(drawn_anew)
    expect(page.locator("#composer")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#attach")).to_be_focused()
    # The press is over once the page had a turn after it; no page is drawn anew in between.
    page.evaluate("() => new Promise(done => setTimeout(() => setTimeout(done)))")
    page.evaluate(drawn_anew)
    expect(page.locator("#attach")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#composer")).to_be_focused()

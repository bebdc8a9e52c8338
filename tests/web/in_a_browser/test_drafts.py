"""Typed text in a real browser: kept at once, saved soon, and never mixed up with another."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.web.in_a_browser.doing import opened, type_text, until
from tests.web.stub_server import StubServer


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

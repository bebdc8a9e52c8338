"""One-time links: what stands behind their hash sign is between the browser and the form it fills in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.app_server import AppServer
from tests.e2e.conftest import PASSWORD
from tests.servers import wait_until


def frames_of(page: Page) -> list[str]:
    """Everything the page says over its sockets from now on."""
    said: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: said.append(str(frame))))
    return said


def test_the_setup_link_works_and_its_secret_stays_in_the_browser(
    tmp_path: Path, new_context: Callable[..., BrowserContext]
):
    with AppServer(tmp_path / "data") as server:
        wait_until(lambda: "/setup#token=" in server.log())
        link = server.setup_link()
        secret = link.partition("#token=")[2]
        page = new_context().new_page()
        said = frames_of(page)
        page.goto(link)
        form = page.locator("form[data-auth-form=setup]")
        form.locator("input[name=email]").fill("root@example.org")
        expect(form.locator("input[name=token]")).to_have_value(secret)
        assert secret not in page.url
        page.reload()
        form.locator("input[name=email]").fill("root@example.org")
        expect(form.locator("input[name=token]")).to_have_value(secret)
        form.locator("input[name=name]").fill("Root")
        form.locator("input[name=password]").fill(PASSWORD)
        form.locator("button[type=submit]").click()
        page.wait_for_url(lambda url: "/setup" not in url)
        page.locator("#composer").wait_for()
        assert said
        assert not [frame for frame in said if secret in frame]
        assert (
            page.evaluate("JSON.stringify([history.state, {...localStorage}, {...sessionStorage}])").count(secret) == 0
        )
        assert server.log().count(secret) == 1


def test_a_link_pasted_over_an_open_page_works_too(tmp_path: Path, new_context: Callable[..., BrowserContext]):
    with AppServer(tmp_path / "data") as server:
        page = new_context().new_page()
        said = frames_of(page)
        page.goto(f"{server.url}/setup")
        page.locator("form[data-auth-form=setup] input[name=email]").wait_for()
        page.goto(f"{server.url}/setup#token=a-pasted-secret")
        token = page.locator("form[data-auth-form=setup] input[name=token]")
        expect(token).to_have_value("a-pasted-secret")
        assert said
        assert not [frame for frame in said if "a-pasted-secret" in frame]

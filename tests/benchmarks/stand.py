"""What the benchmarks stand on: JamBot, the floor and a bare Reflex app, serving the same rows to one browser."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from jambot.cli.frontend import build_environment
from tests.app_server import AppServer
from tests.benchmarks.measure import WATCH
from tests.benchmarks.seed import seed_chats, seed_history
from tests.browser import ARGUMENTS, find_browser
from tests.servers import REPOSITORY, free_port

SIZES = (10, 1_000, 10_000)
FEW, MANY = 100, 100_000
PASSWORD = "a long enough phrase 42"
READER, GUEST, LITTLE, MUCH = (f"{name}@example.org" for name in ("reader", "guest", "little", "much"))
_BARE = Path(__file__).parent / "bare"
_BUILD = REPOSITORY / "build" / "bare"
_START_WITHIN_S = 60


class Talking(AppServer):
    """The app, with a model that talks for long."""

    program = ("tests.benchmarks.talking",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Three servers on the same rows, and who may sign in to the first of them.

    Attributes:
        chats: workspace ids of READER by their number of messages; GUEST has chats of the same sizes.
    """

    app: AppServer
    floor_url: str
    bare_url: str
    browser: Browser
    chats: dict[int, str]
    guest_chats: dict[int, str]

    def context(self) -> BrowserContext:
        """A browser profile of its own, which can tell when a row is there."""
        made = self.browser.new_context(viewport={"width": 1280, "height": 800})
        made.set_default_timeout(60_000)
        made.add_init_script(WATCH)
        return made

    def signed_in(self, email: str) -> Page:
        """A page in a profile of its own, with `email` signed in."""
        page = self.context().new_page()
        page.goto(f"{self.app.url}/login")
        answer = page.request.post(
            f"{self.app.url}/api/auth/login",
            data={"email": email, "password": PASSWORD},
            headers={"Origin": self.app.url},
        )
        assert answer.ok, answer.text()
        return page

    def client(self, email: str) -> httpx.Client:
        """An HTTP client with an access token."""
        answer = httpx.post(f"{self.app.url}/api/auth/login", json={"email": email, "password": PASSWORD}, timeout=30)
        answer.raise_for_status()
        token = answer.json()["access_token"]
        return httpx.Client(base_url=self.app.url, headers={"Authorization": f"Bearer {token}"}, timeout=60)


@contextmanager
def stand(folder: Path) -> Iterator[Stand]:
    """Everything running, with its rows in place; ends all of it."""
    executable = find_browser()
    with ExitStack() as life:
        browser = life.enter_context(sync_playwright()).chromium.launch(executable_path=executable, args=ARGUMENTS)
        life.callback(browser.close)
        app = life.enter_context(Talking(folder / "data", JAMBOT_REGISTRATION="open", JAMBOT_LOG_LEVEL="WARNING"))
        for email in (READER, GUEST, LITTLE, MUCH):
            body = {"email": email, "password": PASSWORD, "name": email.partition("@")[0].title()}
            httpx.post(f"{app.url}/api/auth/register", json=body, timeout=30).raise_for_status()
        app.stop()
        url = f"sqlite:///{folder / 'data' / 'jambot.db'}"
        chats = seed_chats(url, READER, SIZES).workspaces
        # The peers list every workspace they find, so they get a copy in which only the reader has any.
        alone = folder / "alone.db"
        shutil.copy(folder / "data" / "jambot.db", alone)
        # The longest one last used, so that signing in restores it.
        guest_chats = seed_chats(url, GUEST, SIZES[::-1]).workspaces
        seed_history(url, LITTLE, FEW)
        seed_history(url, MUCH, MANY)
        app.start()
        floor_url = life.enter_context(_floor(alone))
        bare_url = life.enter_context(_bare(alone, folder))
        yield Stand(
            app=app,
            floor_url=floor_url,
            bare_url=bare_url,
            browser=browser,
            chats=chats,
            guest_chats=guest_chats,
        )


@contextmanager
def _floor(database: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.floor", str(port), str(database)]
    with _served(command, f"http://localhost:{port}", cwd=REPOSITORY, log=database.with_name("floor.log")) as url:
        yield url


@contextmanager
def _bare(database: Path, folder: Path) -> Iterator[str]:
    shutil.copytree(_BARE, _BUILD, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    environment = build_environment() | {"BARE_DATABASE": str(database)}
    if not (_BUILD / ".web" / "build" / "client").exists():
        command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
        subprocess.run(command, cwd=_BUILD, env=environment, check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    _point_to(port)
    environment |= {
        "REFLEX_ENV_MODE": "prod",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    }
    command = [sys.executable, "-c", _SERVE, str(port)]
    url = f"http://localhost:{port}"
    with _served(command, url, cwd=_BUILD, log=folder / "bare.log", environment=environment) as served:
        yield served


def _point_to(port: int) -> None:
    """A built Reflex page knows its server's address; ours has another one at every run."""
    for script in (_BUILD / ".web" / "build" / "client" / "assets").glob("reflex-env-*.js"):
        text = re.sub(r"localhost:\d+", f"localhost:{port}", script.read_text("utf-8"))
        script.write_text(text, "utf-8")
        script.with_name(f"{script.name}.gz").write_bytes(gzip.compress(text.encode()))


# As `jambot run` serves: one process, the built page and the app on one port.
_SERVE = """
import asyncio, sys
sys.path.insert(0, ".")
from granian.constants import Interfaces
from granian.server.embed import Server
from bare.bare import app
asyncio.run(Server(app(), port=int(sys.argv[1]), interface=Interfaces.ASGI, websockets=True).serve())
"""


@contextmanager
def _served(
    command: list[str], url: str, *, cwd: Path, log: Path, environment: dict[str, str] | None = None
) -> Iterator[str]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=cwd, env=environment or dict(os.environ), stdout=output, stderr=output)
    try:
        until = time.monotonic() + _START_WITHIN_S
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"{command} does not serve:\n{log.read_text('utf-8', 'replace')[-2000:]}")
            time.sleep(0.1)
        yield url
    finally:
        process.kill()
        process.wait(timeout=10)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/w/x", timeout=2).status_code < 500
    except httpx.HTTPError:
        return False

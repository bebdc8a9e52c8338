"""What a person waits for in the browser: opening, resuming, switching, signing in."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

from playwright.sync_api import Error, Page, Response

from tests.benchmarks.measure import Row, interleaved, median, time_click, time_load, time_sign_in
from tests.benchmarks.seed import message_text
from tests.benchmarks.stand import GUEST, LITTLE, PASSWORD, READER, SIZES, Stand

ROUNDS = 7
MESSAGE = "[data-message-id]"
PUBLIC = ("/login", "/register", "/setup", "/reset")
PRIVATE = ("/new", "/history", "/trash", "/settings", "/admin")
# What a browser says of an answer that it threw away, as it does with what a page asked for and left unused.
_GONE = "esource with given identifier"


def last_text(size: int) -> str:
    """By what the last message of a chat of `size` is known."""
    return message_text(size).split()[0]


def resume_rows(stand: Stand) -> Iterator[Row]:
    """A full load at a workspace's address until its last message is painted, scripts from the browser's cache."""
    page, plain, bare = stand.signed_in(READER), stand.context().new_page(), stand.context().new_page()
    cases = {}
    for size in SIZES:
        path, text = f"/w/{stand.chats[size]}", last_text(size)
        cases[f"app {size}"] = lambda path=path, text=text: time_load(page, stand.app.url + path, MESSAGE, text)
        cases[f"bare {size}"] = lambda path=path, text=text: time_load(bare, stand.bare_url + path, MESSAGE, text)
        cases[f"floor {size}"] = lambda path=path, text=text: time_load(plain, stand.floor_url + path, MESSAGE, text)
    taken = {name: median(figures) for name, figures in interleaved(cases, rounds=ROUNDS).items()}
    for each in (page, plain, bare):
        each.context.close()
    for size in SIZES[1:]:
        yield Row(
            name=f"Resume a chat of {size:,} messages / of {SIZES[0]}",
            ratio=taken[f"app {size}"] / taken[f"app {SIZES[0]}"],
            bar=1.3,
            detail=f"{taken[f'app {size}']:.0f} / {taken[f'app {SIZES[0]}']:.0f} ms",
        )
    size = SIZES[-1]
    yield Row(
        name=f"Resume {size:,} messages / bare Reflex app",
        ratio=taken[f"app {size}"] / taken[f"bare {size}"],
        detail=f"{taken[f'app {size}']:.0f} / {taken[f'bare {size}']:.0f} ms; floor {taken[f'floor {size}']:.0f} ms",
    )


def switch_rows(stand: Stand) -> Iterator[Row]:
    """A click in the list of workspaces until the last message of the other one is painted.

    The chats of the first rows were open before in the same page; the last row is of a page that has just been loaded.
    """
    first = stand.chats[SIZES[-1]]
    page, plain, bare = stand.signed_in(READER), stand.context().new_page(), stand.context().new_page()
    time_load(page, f"{stand.app.url}/w/{first}", MESSAGE, last_text(SIZES[-1]))
    time_load(plain, f"{stand.floor_url}/w/{first}", MESSAGE, last_text(SIZES[-1]))
    time_load(bare, f"{stand.bare_url}/w/{first}", MESSAGE, last_text(SIZES[-1]))
    cases = {}
    for size in SIZES:
        name, text = stand.chats[size], last_text(size)
        own, other = f'[data-workspace-row="{name}"]', f'[data-workspace-id="{name}"]'
        cases[f"app {size}"] = lambda own=own, text=text: time_click(page, own, MESSAGE, text)
        cases[f"floor {size}"] = lambda other=other, text=text: time_click(plain, other, MESSAGE, text)
        cases[f"bare {size}"] = lambda other=other, text=text: time_click(bare, other, MESSAGE, text)
    taken = {name: median(figures) for name, figures in interleaved(cases, rounds=2 * ROUNDS + 1).items()}
    fresh = _first_switches(stand, page, plain)
    for each in (page, plain, bare):
        each.context.close()
    for size in SIZES:
        yield Row(
            name=f"Switch to a chat of {size:,} messages / the floor",
            ratio=taken[f"app {size}"] / taken[f"floor {size}"],
            bar=1.8,
            detail=f"{taken[f'app {size}']:.1f} / {taken[f'floor {size}']:.1f} ms; bare {taken[f'bare {size}']:.1f} ms",
        )
    yield Row(
        name=f"Switch to a chat of {SIZES[1]:,} messages that was not open before / the floor",
        ratio=fresh["app"] / fresh["floor"],
        bar=1.8,
        detail=f"{fresh['app']:.1f} / {fresh['floor']:.1f} ms",
    )


def _first_switches(stand: Stand, page: Page, plain: Page) -> dict[str, float]:
    """Medians of the first click after a load, to the chat of the middle size."""
    before, size = SIZES[0], SIZES[1]
    name, text = stand.chats[size], last_text(size)
    path = f"/w/{stand.chats[before]}"

    def own() -> float:
        time_load(page, stand.app.url + path, MESSAGE, last_text(before))
        page.wait_for_load_state("networkidle")
        return time_click(page, f'[data-workspace-row="{name}"]', MESSAGE, text)

    def floor() -> float:
        time_load(plain, stand.floor_url + path, MESSAGE, last_text(before))
        return time_click(plain, f'[data-workspace-id="{name}"]', MESSAGE, text)

    return {each: median(figures) for each, figures in interleaved({"app": own, "floor": floor}, rounds=ROUNDS).items()}


def sign_in_rows(stand: Stand) -> Iterator[Row]:
    """From the click on "Sign in" to the last message of the restored chat, beside a plain load of that chat."""
    size = SIZES[-1]
    page = stand.signed_in(GUEST)
    address, text = f"{stand.app.url}/w/{stand.guest_chats[size]}", last_text(size)

    def plain() -> float:
        return time_load(page, address, MESSAGE, text)

    def sign_in() -> float:
        page.request.post(f"{stand.app.url}/api/auth/logout", headers={"Origin": stand.app.url})
        page.goto(f"{stand.app.url}/login", wait_until="networkidle")
        return time_sign_in(page, GUEST, PASSWORD, MESSAGE, text)

    taken = {n: median(f) for n, f in interleaved({"plain": plain, "sign in": sign_in}, rounds=ROUNDS).items()}
    page.context.close()
    yield Row(
        name="Sign-in to restored chat / plain load of it",
        ratio=taken["sign in"] / taken["plain"],
        bar=1.25,
        detail=f"{taken['sign in']:.0f} / {taken['plain']:.0f} ms",
    )


def load_rows(stand: Stand) -> Iterator[Row]:
    """A first load with an empty cache until the last of ten messages is painted, beside the bare app."""
    path, text = f"/w/{stand.chats[SIZES[0]]}", last_text(SIZES[0])

    def own() -> float:
        page = stand.signed_in(LITTLE)
        page.request.post(
            f"{stand.app.url}/api/auth/login",
            data={"email": READER, "password": PASSWORD},
            headers={"Origin": stand.app.url},
        )
        page.context.new_cdp_session(page).send("Network.clearBrowserCache")
        return _closing(page, time_load(page, stand.app.url + path, MESSAGE, text))

    def bare() -> float:
        page = stand.context().new_page()
        return _closing(page, time_load(page, stand.bare_url + path, MESSAGE, text))

    taken = {name: median(f) for name, f in interleaved({"app": own, "bare": bare}, rounds=5).items()}
    yield Row(
        name="First load, empty cache / bare Reflex app",
        ratio=taken["app"] / taken["bare"],
        detail=f"{taken['app']:.0f} / {taken['bare']:.0f} ms",
    )


def script_bytes(stand: Stand) -> Iterator[str]:
    """The scripts each page loads, compressed with gzip, and what really came over the wire."""
    yield "| page | scripts | kB, gzip | kB on the wire |\n|---|---|---|---|"
    workspace = f"/w/{stand.chats[SIZES[0]]}"
    for path in (*PUBLIC, workspace, *PRIVATE):
        page = stand.context().new_page() if path in PUBLIC else stand.signed_in(READER)
        page.context.new_cdp_session(page).send("Network.clearBrowserCache")
        yield _scripts_of(page, stand.app.url, path, "a workspace of 10 messages" if path == workspace else path)
    yield _scripts_of(stand.context().new_page(), stand.bare_url, workspace, "bare Reflex app, 10 messages")


def _scripts_of(page: Page, url: str, path: str, name: str) -> str:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer) if answer.request.resource_type == "script" else None)
    page.goto(url + path, wait_until="networkidle")
    weighed = [weights for answer in answers if (weights := _weights_of(answer))]
    compressed, wire = (sum(column) for column in zip(*weighed, strict=True))
    page.context.close()
    gone = len(answers) - len(weighed)
    count = f"{len(answers)}, {gone} of them not weighed" if gone else str(len(answers))
    return f"| {name} | {count} | {compressed / 1000:.0f} | {wire / 1000:.0f} |"


def _weights_of(answer: Response) -> tuple[int, int] | None:
    """Bytes of a script compressed and on the wire; None where the browser does not have it any more."""
    try:
        return len(gzip.compress(answer.body(), 6)), answer.request.sizes()["responseBodySize"]
    except Error as error:
        if _GONE not in str(error):
            raise
        return None


def _closing(page: Page, figure: float) -> float:
    page.context.close()
    return figure

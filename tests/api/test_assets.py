"""Files over HTTP: bounded on the way in, harmless on the way out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from jambot.ids import new_id
from jambot.services import Services
from tests.api.conftest import Caller
from tests.api.workplace import workplace, workspace_for
from tests.auth.conftest import House

CSV = b"Date,Revenue\n2025-01-01,10\n2025-02-01,20\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x0dIHDR" + (4).to_bytes(4) + (4).to_bytes(4) + b"\x08\x06\x00\x00\x00"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>window.__x=1</script></svg>'


@pytest.fixture
async def parts(parts: Services) -> AsyncIterator[Services]:
    async with workplace(parts) as working:
        yield working


@pytest.fixture
async def workspace_id(parts: Services, ada: Caller) -> str:
    me = (await ada.get("/api/auth/me")).json()
    return (await workspace_for(parts, me["user"]["id"]))[0]


@pytest.fixture
async def bob(house: House, caller_from: Any) -> AsyncIterator[Caller]:
    signed_in = await house.user("bob@example.org")
    async with caller_from(headers={"Cookie": house.header(signed_in.opened.cookie)}) as caller:
        yield caller


async def upload(caller: Caller, workspace_id: str, name: str, content: bytes, **headers: str) -> Any:
    return await caller.post(
        "/api/assets/", files={"file": (name, content)}, data={"workspace_id": workspace_id}, headers=headers
    )


async def test_a_file_goes_up_is_described_and_comes_down_whole(ada: Caller, workspace_id):
    answer = await upload(ada, workspace_id, "Umsätze.csv", CSV)
    assert answer.status_code == 201
    asset = answer.json()
    assert (asset["name"], asset["type"], asset["status"], asset["size_bytes"]) == (
        "Umsätze.csv", "table", "ready", len(CSV),
    )  # fmt: skip
    assert asset["metadata"]["profile"]["row_count"] == 2
    assert (await ada.get(f"/api/assets/{asset['id']}")).json() == asset
    listed = (await ada.get("/api/assets/", params={"workspace_id": workspace_id})).json()
    assert [each["id"] for each in listed["assets"]] == [asset["id"]]
    back = await ada.get(f"/api/assets/{asset['id']}/content")
    assert (back.content, back.headers["content-type"]) == (CSV, "text/csv")
    assert back.headers["content-disposition"] == (
        "attachment; filename=\"Ums_tze.csv\"; filename*=UTF-8''Ums%C3%A4tze.csv"
    )


@pytest.mark.parametrize(
    ("name", "content", "inline", "served"),
    [
        ("a.png", PNG, True, ("inline", "image/png")),
        ("a.svg", SVG, True, ("inline", "image/svg+xml")),
        ("a.svg", SVG, False, ("attachment", "image/svg+xml")),
        ("a.html", b"<script>1</script>", True, ("attachment", "application/octet-stream")),
        ("a.js", b"alert(1)", True, ("attachment", "application/octet-stream")),
        ("a.pdf", b"%PDF-1.7", True, ("attachment", "application/pdf")),
    ],
)
async def test_what_comes_down_can_do_nothing_in_a_page(ada: Caller, workspace_id, name, content, inline, served):
    asset = (await upload(ada, workspace_id, name, content)).json()
    back = await ada.get(f"/api/assets/{asset['id']}/content", params={"inline": int(inline)})
    assert (back.headers["content-disposition"].split(";")[0], back.headers["content-type"]) == served
    assert "sandbox" in back.headers["content-security-policy"]
    assert "script" not in back.headers["content-security-policy"]
    assert back.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content"), [("a.png", b"<html>"), ("a.png", SVG), ("a.csv", b"%PDF-"), ("a.png", b"")]
)
async def test_a_file_that_is_something_else_is_refused(ada: Caller, workspace_id, name, content):
    assert (await upload(ada, workspace_id, name, content)).status_code == 422


async def test_a_name_cannot_hurt(ada: Caller, workspace_id):
    for name in ("../../evil.txt", "CON", 'a";b.txt', "x" * 300 + ".txt", "safe\u202egnp.txt", "a\r\nX-Evil: 1.txt"):
        answer = await upload(ada, workspace_id, name, b"text")
        assert answer.status_code == 201, answer.text
        back = await ada.get(f"/api/assets/{answer.json()['id']}/content")
        assert back.status_code == 200
        assert "x-evil" not in back.headers
        assert len(answer.json()["name"]) <= 200
        assert not set("\u202e\r\n/") & set(answer.json()["name"])


async def test_more_than_allowed_is_refused_while_it_arrives(ada: Caller, workspace_id, parts):
    sent = 0
    boundary = "----b"

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n').encode()
        while True:
            sent += 1_000_000
            yield b"x" * 1_000_000

    answer = await ada.post(
        "/api/assets/", content=endless(), headers={"Content-Type": f"multipart/form-data; boundary={boundary}"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert sent <= parts.assets.most_bytes + 2_000_000


def part(name: str, file_name: str) -> bytes:
    """A file in a form whose boundary is `b`."""
    return f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n\r\nx\r\n'.encode()


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("multipart/form-data; boundary=b", b"--b\r\n", 400),
        ("multipart/form-data; boundary=b", b"nonsense", 400),
        ("multipart/form-data; boundary=b", b"", 400),
        ("multipart/form-data", b"--b\r\n", 415),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf',
            400,
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="workspace_id"\r\n\r\nx\r\n--b--\r\n',
            422,
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\n' + b"x" * 5_000 + b"\r\n--b--\r\n",
            413,
        ),
        ("multipart/form-data; boundary=b", b"--b\r\nX: " + b"y" * 9_000 + b"\r\n\r\n\r\n--b--\r\n", 400),
        ("multipart/form-data; boundary=" + "b" * 5_000, b"--b\r\n", 400),
        ("multipart/form-data; boundary=b", 2 * part("file", "a.txt") + b"--b--\r\n", 422),
        ("multipart/form-data; boundary=b", part("picture", "a.txt") + b"--b--\r\n", 422),
        ("multipart/form-data; boundary=b", 11 * part("file", "a.txt") + b"--b--\r\n", 413),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nno headers\r\n--b--\r\n", 422),
    ],
)
async def test_a_form_that_is_none_is_refused(ada: Caller, content_type, body, status):
    answer = await ada.post("/api/assets/", content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text


async def test_an_upload_says_where_it_belongs(ada: Caller, workspace_id):
    answer = await ada.post("/api/assets/", files={"file": ("a.txt", b"x")})
    assert answer.status_code == 422
    extra = await ada.post(
        "/api/assets/", files={"file": ("a.txt", b"x")}, data={"workspace_id": workspace_id, "user_id": "x"}
    )
    assert extra.status_code == 422


async def test_an_upload_sent_again_is_the_same_file(ada: Caller, workspace_id):
    first = await upload(ada, workspace_id, "a.csv", CSV, **{"Idempotency-Key": "k-1"})
    again = await upload(ada, workspace_id, "a.csv", CSV, **{"Idempotency-Key": "k-1"})
    assert again.json() == first.json()
    too_long = await upload(ada, workspace_id, "a.csv", CSV, **{"Idempotency-Key": "k" * 129})
    assert too_long.status_code == 422


async def test_other_peoples_malformed_and_missing_ids_answer_alike(ada: Caller, bob: Caller, workspace_id):
    asset = (await upload(ada, workspace_id, "a.csv", CSV)).json()
    answers = [await upload(bob, workspace_id, "b.csv", CSV)]
    for asset_id in (asset["id"], new_id(), asset["id"].upper(), "0", "%00", "..%2f", "a" * 5_000):
        answers.append(await bob.get(f"/api/assets/{asset_id}"))
        answers.append(await bob.get(f"/api/assets/{asset_id}/content"))
        answers.append(await bob.delete(f"/api/assets/{asset_id}"))
    answers.append(await bob.get("/api/assets/", params={"workspace_id": workspace_id}))
    assert {answer.status_code for answer in answers} == {404}
    assert len({str(answer.json() | {"request_id": ""}) for answer in answers}) == 1
    assert (await bob.get("/api/assets/")).json() == {"assets": [], "next_after": None}


async def test_a_deleted_file_is_gone(ada: Caller, workspace_id):
    asset = (await upload(ada, workspace_id, "a.csv", CSV)).json()
    assert (await ada.delete(f"/api/assets/{asset['id']}")).status_code == 204
    assert (await ada.get(f"/api/assets/{asset['id']}")).status_code == 404
    assert (await ada.get("/api/assets/")).json()["assets"] == []


async def test_nobody_sends_or_reads_files_without_signing_in(anyone: Caller, workspace_id):
    assert (await upload(anyone, workspace_id, "a.csv", CSV)).status_code == 401
    assert (await anyone.get("/api/assets/")).status_code == 401

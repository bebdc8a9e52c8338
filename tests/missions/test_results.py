from __future__ import annotations

import json
from typing import Any

import pytest

from jambot.clock import ManualClock
from jambot.db import MemoryBlobs
from jambot.db.models import Asset
from jambot.errors import NotFound, TooLarge
from jambot.missions.results import MAX_INLINE_BYTES, load, store
from jambot.tools.registry import ToolOutput

JSON, TEXT, PNG = "application/json", "text/markdown; charset=utf-8", "image/png"


def _output(kind: str, media_type: str, *, value: Any = None, content: bytes | None = None, summary: str = ""):
    return ToolOutput(kind=kind, media_type=media_type, name="Result", summary=summary, value=value, content=content)  # type: ignore[arg-type]


def _asset(kind: str, media_type: str, *, content: str | None = None, blob_id: str | None = None) -> Asset:
    now = ManualClock().now()
    return Asset(
        user_id="u",
        workspace_id="w",
        scope_id="w",
        name="a",
        type=kind,
        subtype=media_type,
        content=content,
        blob_id=blob_id,
        created_at=now,
        updated_at=now,
    )


@pytest.mark.parametrize(
    ("output", "is_inline", "back"),
    [
        (_output("json", JSON, value={"a": [1, "ü"]}), True, {"a": [1, "ü"]}),
        (_output("text", TEXT, value="# Über"), True, "# Über"),
        (_output("json", JSON, value="a text that is JSON"), True, "a text that is JSON"),
        (_output("file", PNG, content=b"\x89PNG"), False, b"\x89PNG"),
        (_output("table", JSON, value={"rows": ["x" * MAX_INLINE_BYTES]}), False, {"rows": ["x" * MAX_INLINE_BYTES]}),
        (_output("text", TEXT, value="x" * MAX_INLINE_BYTES), True, "x" * MAX_INLINE_BYTES),
        (_output("text", TEXT, value="x" * (MAX_INLINE_BYTES + 1)), False, "x" * (MAX_INLINE_BYTES + 1)),
    ],
)
def test_a_result_comes_back_as_it_was_given_inline_or_as_a_blob(output: ToolOutput, is_inline: bool, back: Any):
    blobs = MemoryBlobs()
    stored = store(output, blobs, max_bytes=1_000_000)
    assert (stored.content is not None, stored.blob_id is None) == (is_inline, is_inline)
    assert load(_asset(stored.kind, stored.media_type, content=stored.content, blob_id=stored.blob_id), blobs) == back


def test_equal_results_have_equal_digests_wherever_they_are_kept():
    first, second = (store(_output("file", PNG, content=b"same"), MemoryBlobs(), max_bytes=10) for _ in range(2))
    assert first.sha256 == second.sha256
    assert first.blob_id != second.blob_id


@pytest.mark.parametrize(
    ("output", "summary"),
    [
        (_output("json", JSON, value=[1, 2, 3, 4], summary="Four numbers"), "Four numbers"),
        (_output("json", JSON, value=[1, 2, 3, 4]), "Array(4 items): 1, 2, 3"),
        (_output("file", PNG, content=b"1234"), "4 bytes"),
    ],
)
def test_a_result_has_a_summary(output: ToolOutput, summary: str):
    assert store(output, MemoryBlobs(), max_bytes=1000).summary == summary


def test_a_result_that_is_too_large_is_refused_and_not_kept():
    with pytest.raises(TooLarge, match='The result "Result" is 12 bytes; at most 10 are kept'):
        store(_output("file", PNG, content=b"x" * 12), MemoryBlobs(), max_bytes=10)


def test_a_value_that_is_not_json_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        store(_output("json", JSON, value=float("nan")), MemoryBlobs(), max_bytes=100)


def test_an_uploaded_table_is_given_as_its_bytes():
    blobs = MemoryBlobs()
    assert load(_asset("table", "text/csv", content="a;b\n1;2\n"), blobs) == b"a;b\n1;2\n"
    assert load(_asset("file", "text/csv", blob_id=blobs.put(b"\xff\xfe")), blobs) == b"\xff\xfe"
    assert load(_asset("json", JSON, content=json.dumps({"a": 1})), blobs) == {"a": 1}


def test_a_content_that_is_gone_is_not_found():
    with pytest.raises(NotFound):
        load(_asset("file", PNG, blob_id="00"), MemoryBlobs())

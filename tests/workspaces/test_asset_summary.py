"""A content in short, whatever it is."""

from __future__ import annotations

from typing import Any

import pytest

from jambot.workspaces.asset_summary import summary_of


@pytest.mark.parametrize(
    ("value", "summary"),
    [
        ("short", "short"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 200 + "…"),
        (7, "7"),
        (2.5, "2.5"),
        (True, "true"),
        (None, "null"),
        ([], "Array(0 items)"),
        ([1, 2], "Array(2 items): 1, 2"),
        (list(range(1000)), "Array(1000 items): 0, 1, 2"),
        (["y" * 500], "Array(1 items): " + "y" * 40 + "…"),
        ([{"a": 1}, [1, 2], None], "Array(3 items): {1 keys}, [2 items], null"),
        ({}, "{}"),
        ({"a": 1, "b": "two"}, "{a: 1, b: two}"),
        ({f"k{n}": n for n in range(7)}, "{k0: 0, k1: 1, k2: 2, k3: 3, k4: 4, … 2 more}"),
        (b"abc", "3 bytes"),
    ],
)
def test_a_summary_is_short_and_says_what_is_there(value: Any, summary: str) -> None:
    assert summary_of(value) == summary

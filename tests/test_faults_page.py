"""docs/faults.md names every fault once, with a test that is there or the words that nothing shows it."""

from __future__ import annotations

import re

import pytest

from tests.naming import assert_test_exists
from tests.servers import REPOSITORY

PAGE = (REPOSITORY / "docs" / "faults.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if re.match(r"\| F\d", line)
]


def test_every_fault_is_named_once_in_order():
    assert [row[0] for row in ROWS] == [f"F{number}" for number in range(1, 36)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_fault_is_shown_by_tests_that_are_there_or_said_not_to_be(row: list[str]):
    _, fault, behaviour, shown_by, remarks = row
    assert fault
    assert behaviour
    named = re.findall(r"`([^`]+)`", shown_by)
    assert named or "Not shown" in remarks
    for each in named:
        assert_test_exists(each)

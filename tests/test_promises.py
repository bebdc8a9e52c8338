"""docs/promises.md names every promise once, and nothing that is not there."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.naming import assert_test_exists
from tests.servers import REPOSITORY

PAGE = (REPOSITORY / "docs" / "promises.md").read_text("utf-8")
EXPECTED = {"J": 14, "K": 7, "T": 12, "M": 10, "A": 14}
DEVIATIONS = {"J8", "J10", "K1", "K7", "T9", "M4", "M7", "A8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: str
    promise: str
    built_in: tuple[str, ...]
    shown_by: tuple[str, ...]
    remarks: str


def _row(line: str) -> Row:
    id_, promise, built_in, shown_by, remarks = (cell.strip() for cell in line.strip().strip("|").split("|"))
    return Row(
        id=id_,
        promise=promise,
        built_in=tuple(re.findall(r"`([^`]+)`", built_in)),
        shown_by=tuple(re.findall(r"`([^`]+)`", shown_by)),
        remarks=remarks,
    )


ROWS = [_row(line) for line in PAGE.splitlines() if re.match(r"\| [A-Z]\d+ \|", line)]
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)


def test_every_promise_is_named_exactly_once():
    assert [row.id for row in ROWS] == [f"{part}{n}" for part, count in EXPECTED.items() for n in range(1, count + 1)]


@each_row
def test_every_file_and_test_named_for_a_promise_exists(row: Row):
    for path in row.built_in:
        assert (REPOSITORY / path).is_file(), path
    for each in row.shown_by:
        assert_test_exists(each)


@each_row
def test_a_promise_is_built_and_shown_or_said_not_to_be_there_yet(row: Row):
    assert row.promise
    assert bool(row.built_in) == bool(row.shown_by)
    assert row.built_in or "Not yet" in row.remarks


def test_every_deviation_says_why_and_nothing_else_claims_to_be_one():
    told = {row.id: row.remarks.partition("Deviation: ")[2] for row in ROWS if "Deviation" in row.remarks}
    assert set(told) == DEVIATIONS
    assert all(len(reason) > 30 for reason in told.values())

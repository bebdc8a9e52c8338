"""Single cells: every reading there is, and none that is not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jambot.tools.cells import read_date, read_number


@pytest.mark.parametrize(
    ("cell", "style", "value", "unit"),
    [
        ("1.234,56 €", "comma", "1234.56", "€"),
        ("1,234.56", "dot", "1234.56", None),
        ("12,5 %", "comma", "12.5", "%"),
        ("€ 12.00", "dot", "12.00", "€"),
        ("-7", "plain", "-7", None),
        ("−7,5", "comma", "-7.5", None),
        ("(5.00)", "dot", "-5.00", None),
        ("5,00-", "comma", "-5.00", None),
        ("12,-", "plain", "12", None),
        ("12,-- €", "plain", "12", "€"),
        ("1.234.567", "comma", "1234567", None),
        ("1'234.50", "dot", "1234.50", None),
        ("1 234,50", "comma", "1234.50", None),
        ("0,123", "comma", "0.123", None),
        (".5", "dot", "0.5", None),
        ("1.5e3", "dot", "1500", None),
        ("12 kg", "plain", "12", "kg"),
        ("USD 3", "plain", "3", "$"),
    ],
)
def test_numbers_are_read_as_written(cell: str, style: str, value: str, unit: str | None) -> None:
    number = read_number(cell)
    assert number is not None
    assert (number.style, number.value("."), number.unit) == (style, Decimal(value), unit)


@pytest.mark.parametrize(("cell", "with_dot", "with_comma"), [("1.234", "1.234", "1234"), ("1,234", "1234", "1.234")])
def test_three_digits_after_one_mark_leave_both_readings_open(cell: str, with_dot: str, with_comma: str) -> None:
    number = read_number(cell)
    assert number is not None
    assert number.style == "open"
    assert (number.value("."), number.value(",")) == (Decimal(with_dot), Decimal(with_comma))


@pytest.mark.parametrize(
    "cell", ["", "abc", "01067", "00123", "1.2.3", "1,23,4", "12-34", "1 2 3", "(5", "5)", "1" * 19, "1e999", "--", "€"]
)
def test_names_and_nonsense_are_not_numbers(cell: str) -> None:
    assert read_number(cell) is None


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("31.12.2025", "2025-12-31T00:00:00"),
        ("1. Jan 2026", "2026-01-01T00:00:00"),
        ("1. Jänner 2026", "2026-01-01T00:00:00"),
        ("3. März 2026", "2026-03-03T00:00:00"),
        ("2026-01-05", "2026-01-05T00:00:00"),
        ("2026/1/5", "2026-01-05T00:00:00"),
        ("12/31/2025", "2025-12-31T00:00:00"),
        ("31/12/2025", "2025-12-31T00:00:00"),
        ("January 5, 2026", "2026-01-05T00:00:00"),
        ("5th May 2026", "2026-05-05T00:00:00"),
        ("05-Jan-2026", "2026-01-05T00:00:00"),
        ("Mo, 05.01.2026", "2026-01-05T00:00:00"),
        ("31.12.25", "2025-12-31T00:00:00"),
        ("01.02.99", "1999-02-01T00:00:00"),
        ("Jan 2026", "2026-01-01T00:00:00"),
        ("2026-03", "2026-03-01T00:00:00"),
        ("31.12.2025 14:05", "2025-12-31T14:05:00"),
        ("2026-01-05T14:05:00Z", "2026-01-05T14:05:00"),
        ("2026-01-05T14:05:00+02:00", "2026-01-05T12:05:00"),
        ("1/5/2026 2:05 PM", "2026-05-01T14:05:00"),
    ],
)
def test_dates_are_read_as_written(cell: str, expected: str) -> None:
    found = read_date(cell)
    assert found is not None
    moment = found.day_first or found.month_first
    assert moment is not None
    assert moment.isoformat() == expected


def test_a_date_that_is_two_dates_says_so() -> None:
    found = read_date("03/04/2026")
    assert found is not None
    assert found.ambiguous
    assert (str(found.day_first), str(found.month_first)) == ("2026-04-03 00:00:00", "2026-03-04 00:00:00")


@pytest.mark.parametrize(
    "cell", ["", "31.02.2026", "12.31.2025", "2026-13-01", "12/2026/1", "yesterday", "1.5", "25:00"]
)
def test_what_is_no_date_is_none(cell: str) -> None:
    assert read_date(cell) is None

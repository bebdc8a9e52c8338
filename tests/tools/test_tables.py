"""Messy files: what is read, and that no doubt is kept quiet."""

from __future__ import annotations

import json

import pytest

from jambot.tools import ToolError
from jambot.tools.profile import Profile
from jambot.tools.tables import plain, profile_of, read_table, table_to_json
from tests.data.generated import large_csv, wide_csv
from tests.llm.tables import content


def profile(source: bytes | str) -> Profile:
    return profile_of(read_table(source))


def types(source: bytes | str) -> dict[str, tuple[str, str | None]]:
    return {c.label: (c.type, c.unit) for c in profile(source).columns}


def has_note(found: Profile, *parts: str) -> bool:
    return any(all(part in note for part in parts) for note in found.notes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_recognised(encoding: str, delimiter: str) -> None:
    rows = [["Straße", "Größe"], ["Müllerweg", "5"], ["Ährenfeld", "7"]]
    data = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
    found = profile(data)
    assert [(c.label, c.type) for c in found.columns] == [("Straße", "text"), ("Größe", "integer")]
    assert found.columns[0].values == ("Müllerweg", "Ährenfeld")


def test_headers_with_line_breaks_units_blanks_and_repeats_get_safe_names() -> None:
    found = profile(content("odd_headers.csv"))
    assert [c.name for c in found.columns] == [
        "order_date", "sales_rep", "amount_column_3", "amount_column_4", "column_5", "discount", "deliv_region", "paid",
        "unit_price",
    ]  # fmt: skip
    assert found.columns[2].original == "Amount\n(EUR)"
    assert [c.unit for c in found.columns][2:6] == ["€", "€", None, "%"]
    assert has_note(found, "Column 5 has no name")
    assert has_note(found, "'Amount (EUR)' stands 2 times")


def test_german_dates_decimals_and_the_total_row_are_understood() -> None:
    found = profile(content("kassenbuch.csv"))
    assert found.row_count == 60
    assert found.encoding == "cp1252"
    assert [(c.type, c.unit) for c in found.columns][:6] == [
        ("date", None), ("date", None), ("text", None), ("text", None), ("decimal", "€"), ("decimal", "€"),
    ]  # fmt: skip
    assert has_note(found, "The last row is a total")


@pytest.mark.parametrize(
    ("source", "column", "expected", "note"),
    [
        ("d\n03/04/2026\n05/06/2026", "d", "date", "is ambiguous"),
        ("d\n03/04/2026\n25/06/2026", "d", "date", None),
        ("n;x\n1.234;a\n2.345;b", "n", "integer", "is ambiguous"),
        ("n;d\n1.234;31.12.2025\n2.345;30.12.2025", "n", "integer", "as elsewhere in this file"),
        ('n\n"1,5"\n1.5', "n", "decimal", "mixes 1,5 and 1.5"),
        ("n,x\n5 €,a\n5 $,b", "n", "integer", "mixes units"),
        ("n\n5 kg\n7 kg", "n", "integer", None),
        ("n\n5 kg\n7 g", "n", "text", None),
        ("id\n00123\n00124", "id", "text", None),
        ("y\nyes\nno", "y", "boolean", None),
        ("y\n0\n1", "y", "integer", None),
        ("d\nJan 2026\nFeb 2026", "d", "date", "first of the month"),
        ("date\n20260105\n20260106", "date", "date", None),
        ("n\n1\n2\nabc", "n", "text", "is kept as text"),
    ],
)
def test_types_are_proven_or_the_doubt_is_noted(source: str, column: str, expected: str, note: str | None) -> None:
    found = profile(source)
    typed = next(c for c in found.columns if c.label == column)
    assert typed.type == expected, found
    if note is None:
        assert not typed.notes
    else:
        assert has_note(found, note)


def test_a_few_cells_that_do_not_fit_are_left_empty_and_counted() -> None:
    source = "n\n" + "\n".join(["5"] * 30) + "\nn/a\n-\nabc\n"
    found = profile(source)
    assert (found.columns[0].type, found.columns[0].null_count) == ("integer", 3)
    assert has_note(found, "1 cell is not numbers", "'abc'")


def test_month_first_is_believed_when_one_date_proves_it() -> None:
    found = profile("d\n03/04/2026\n12/31/2025")
    assert (found.columns[0].min, found.columns[0].max) == ("2025-12-31", "2026-03-04")


def test_an_empty_file_and_a_lone_header_are_tables_without_rows() -> None:
    assert (profile(b"").row_count, profile(b"").columns) == (0, ())
    assert has_note(profile(b""), "empty")
    assert has_note(profile(b"a,b\n"), "no rows")
    assert profile(b"\n\n  \n").columns == ()


def test_a_file_without_a_header_loses_no_row() -> None:
    found = profile(b"2026-01-01,5\n2026-01-02,6\n")
    assert (found.row_count, [c.type for c in found.columns]) == (2, ["date", "integer"])
    assert has_note(found, "no header")


def test_years_as_headers_are_headers() -> None:
    assert [c.label for c in profile("Region,2024,2025\nN,1,2\nS,3,4\n").columns] == ["Region", "2024", "2025"]


def test_titles_above_the_table_are_not_part_of_it() -> None:
    found = profile("Umsatzbericht;;\nStand 01.01.2026;;\nDatum;Kanal;Umsatz\n01.01.2026;Web;5\n02.01.2026;Web;6\n")
    assert [c.label for c in found.columns] == ["Datum", "Kanal", "Umsatz"]
    assert has_note(found, "first 2 lines are a title")


def test_ragged_rows_are_evened_out_and_noted() -> None:
    found = profile("a,b\n1,2\n3\n4,5,6\n")
    assert found.row_count == 3
    assert has_note(found, "1 row has fewer cells")
    assert has_note(found, "1 row has more cells", "surplus cells left out: 1")


def test_quoted_line_breaks_quotes_and_nul_bytes_survive_or_are_noted() -> None:
    found = profile(b'a,b\n"one\ntwo",1\n"say ""x""",2\nz\x00,3\n')
    assert found.columns[0].samples == ("one\ntwo", 'say "x"', "z")
    assert has_note(found, "NUL")


def test_a_quote_that_never_closes_does_not_swallow_the_file() -> None:
    rows = "\n".join(f"{i},x" for i in range(400))
    found = profile(f'a,b\n1,"open\n{rows}\n')
    assert found.row_count == 401
    assert has_note(found, "never closed")


def test_a_declared_delimiter_is_honoured() -> None:
    assert [c.label for c in profile("sep=|\na,x|b,y\n1|2\n").columns] == ["a,x", "b,y"]


def test_two_hundred_columns_are_read() -> None:
    found = profile(wide_csv())
    assert len(found.columns) == 200
    assert len({c.name for c in found.columns}) == 200
    assert found.columns[0].type == "datetime"


def test_a_large_file_is_read_whole() -> None:
    found = profile(large_csv(12_000))
    assert found.row_count == 12_000
    assert (found.columns[3].min, found.columns[3].max) == (0.01, 120.0)


@pytest.mark.parametrize("data", [b"PK\x03\x04rest", b"%PDF-1.7", bytes(range(1, 32)) * 40])
def test_what_is_no_text_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(ToolError) as refused:
        read_table(data)
    assert refused.value.reason == "not_text"
    assert "CSV" in refused.value.message


def test_a_profile_survives_json() -> None:
    for name in ("odd_headers.csv", "kassenbuch.csv", "cities.csv", "empty.csv", "wide.csv"):
        found = profile(content(name))
        assert Profile.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_a_table_survives_json() -> None:
    table = read_table(content("kassenbuch.csv"))
    again = read_table(json.loads(json.dumps(table_to_json(table))))
    assert [c.type for c in again.columns] == [c.type for c in table.columns]
    assert [[plain(v) for v in c.values] for c in again.columns] == [
        [plain(v) for v in c.values] for c in table.columns
    ]


@pytest.mark.parametrize(
    "source", [{}, {"columns": [{}], "rows": []}, {"columns": 5, "rows": 6}, {"columns": [], "rows": None}]
)
def test_json_that_is_no_table_is_refused(source: dict[str, object]) -> None:
    with pytest.raises(ToolError, match="not a table"):
        read_table(source)

"""JSON, JSON Lines and Parquet become the same tables as CSV does; whatever else they hold is refused in a sentence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from jambot.tools import ToolContext, ToolError, get_tool
from jambot.tools.tables import profile_of, read_table
from jambot.workspaces.file_kinds import recognise
from jambot.workspaces.file_reading import NOT_READ, describe

LINES = b'{"day": "05.01.2024", "amount": 1.5, "paid": true}\n{"day": "06.01.2024", "amount": 2, "more": {"a": 1}}\n'


def test_json_lines_are_rows_and_their_texts_are_read_as_cells() -> None:
    table = read_table(LINES)
    assert [(c.label, c.type) for c in table.columns] == [
        ("day", "date"), ("amount", "decimal"), ("paid", "boolean"), ("more", "text"),
    ]  # fmt: skip
    assert table.columns[0].values == [date(2024, 1, 5), date(2024, 1, 6)]
    assert table.columns[1].values == [Decimal("1.5"), Decimal(2)]
    assert profile_of(table).notes == ("'more' holds nested values; they are kept as text.",)


def test_a_json_list_of_objects_is_a_table_also_when_it_was_read_before() -> None:
    data = '[{"Umsatz (€)": 5, "Kanal": "Web"}, {"Umsatz (€)": null}]'.encode()
    asset = describe("a.json", recognise("a.json", data), data)
    assert (asset.type, asset.asset_metadata["profile"]["row_count"]) == ("table", 2)
    inputs = {"table": [{"Umsatz (€)": 5}, {"Umsatz (€)": 7}], "sql": "SELECT sum(umsatz) AS value FROM data"}
    assert get_tool("query_table").run(inputs, ToolContext()).outputs["result"].value["rows"] == [[12]]


def test_any_other_json_stays_json() -> None:
    for data in (b"[1, 2, 3]", b'{"a": 1}', b"[]"):
        assert describe("a.json", recognise("a.json", data), data).type == "json"


def test_lines_that_are_mostly_no_objects_are_refused() -> None:
    with pytest.raises(ToolError, match="not JSON objects"):
        read_table(LINES + b"rubbish\n")


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    duckdb.sql(
        "COPY (SELECT date '2024-01-01' + i::int AS day, i * 1.5 AS amount, 'x' || i AS name, "
        f"timestamptz '2024-01-01 10:00:00+02' AS at FROM range(3) r(i)) TO '{path}' (FORMAT parquet)"
    )
    data = path.read_bytes()
    table = read_table(data)
    assert [c.type for c in table.columns] == ["date", "decimal", "text", "datetime"]
    assert table.columns[3].values[0].isoformat() == "2024-01-01T08:00:00"
    assert describe("t.parquet", recognise("t.parquet", data), data).type == "table"


def test_a_damaged_parquet_file_is_refused() -> None:
    with pytest.raises(ToolError, match="damaged"):
        read_table(b"PAR1" + b"\0" * 100 + b"PAR1")


def test_a_workbook_says_what_works_instead() -> None:
    data = b"PK\x03\x04" + b"\0" * 20
    asset = describe("q3.xlsx", recognise("q3.xlsx", data), data)
    assert (asset.type, asset.content_summary) == ("file", NOT_READ)


@pytest.mark.parametrize(
    ("cell", "day"),
    [("2024-W05", date(2024, 1, 29)), ("KW 5/2024", date(2024, 1, 29)), ("Q3 2024", date(2024, 7, 1)),
     ("2024-Q3", date(2024, 7, 1)), ("45321", date(2024, 1, 30))],
)  # fmt: skip
def test_weeks_quarters_and_day_numbers_are_dates_and_a_note_says_so(cell: str, day: date) -> None:
    table = read_table(f"Date,Sales\n{cell},1\n{cell},2\n")
    assert table.columns[0].values == [day, day]
    assert len(profile_of(table).notes) == 1

"""The query engine answers SELECTs and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from jambot.tools import ToolContext, ToolError, ToolResult, get_tool
from tests.data.generated import large_csv

CSV = "Datum;Kanal;Umsatz (€)\n31.12.2025;Web;1.234,56 €\n01.01.2026;Laden;10,00 €\n02.01.2026;Web;5,50 €\n".encode()


def query(sql: str, *, table: bytes = CSV, timeout_s: float = 10.0, **more: object) -> ToolResult:
    return get_tool("query_table").run({"table": table, "sql": sql, **more}, ToolContext(timeout_s=timeout_s))


def rows(result: ToolResult) -> list[list[object]]:
    return result.outputs["result"].value["rows"]


def test_a_select_over_the_table_is_answered_exactly() -> None:
    result = query("SELECT kanal, sum(umsatz) AS umsatz FROM data GROUP BY kanal ORDER BY kanal")
    assert rows(result) == [["Laden", 10.0], ["Web", 1240.06]]
    assert result.outputs["result"].value["columns"][1] == {
        "name": "umsatz", "label": "Umsatz (€)", "type": "decimal", "unit": "€",
    }  # fmt: skip


def test_sums_of_money_are_exact() -> None:
    cents = 12_000 * 12_001 // 2
    assert rows(query("SELECT sum(umsatz) FROM data", table=large_csv(12_000))) == [[cents / 100]]


def test_dates_come_back_as_iso() -> None:
    assert rows(query("SELECT min(datum), max(datum) FROM data")) == [["2025-12-31", "2026-01-02"]]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("", "invalid_sql"),
        ("SELEC 1", "invalid_sql"),
        ("SELECT nope FROM data", "invalid_sql"),
        ("SELECT * FROM elsewhere", "invalid_sql"),
        ("SELECT 1; SELECT 2", "not_a_select"),
        ("DROP TABLE data", "not_a_select"),
        ("INSERT INTO data VALUES (NULL, NULL, NULL)", "not_a_select"),
        ("SET threads = 4", "not_a_select"),
        ("PRAGMA database_list", "not_a_select"),
        ("COPY data TO 'out.csv'", "not_a_select"),
        ("ATTACH 'other.db'", "not_a_select"),
        ("INSTALL httpfs", "not_a_select"),
        ("LOAD httpfs", "not_a_select"),
        ("SELECT * FROM read_csv('secret.csv')", "locked"),
        ("SELECT * FROM read_text('secret.txt')", "locked"),
        ("SELECT * FROM glob('*')", "locked"),
        ("SELECT '\ud83d'", "invalid_sql"),
        ("SELECT * FROM range(200000)", "too_large"),
    ],
)
def test_everything_else_is_refused_with_a_reason(sql: str, reason: str) -> None:
    with pytest.raises(ToolError) as refused:
        query(sql)
    assert refused.value.reason == reason
    assert refused.value.message.endswith((".", "!", "?", '"'))


def test_a_file_beside_the_table_cannot_be_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\nsecret\n")
    for sql in (
        f"SELECT * FROM '{secret}'",
        f"SELECT * FROM read_csv('{secret}')",
        f"SELECT * FROM read_blob('{secret}')",
    ):
        with pytest.raises(ToolError) as refused:
            query(sql)
        assert "secret\n" not in refused.value.message


def test_nothing_of_the_program_can_be_queried() -> None:
    data_of_mine = [1, 2, 3]
    with pytest.raises(ToolError):
        query("SELECT * FROM data_of_mine")
    assert data_of_mine


def test_a_query_that_takes_too_long_is_stopped() -> None:
    sql = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3"
    with pytest.raises(ToolError) as refused:
        query(sql, timeout_s=0.5)
    assert refused.value.reason == "timeout"


def test_a_file_without_columns_says_that_there_is_nothing_to_query() -> None:
    with pytest.raises(ToolError, match="nothing to query"):
        query("SELECT 1", table=b"")


def test_equal_queries_give_equal_results() -> None:
    sql = "SELECT kanal, avg(umsatz) AS m FROM data GROUP BY kanal"
    assert query(sql, table=large_csv(3_000)) == query(sql, table=large_csv(3_000))


def test_repeated_column_names_are_told_apart() -> None:
    columns = query("SELECT 1 AS a, 2 AS a").outputs["result"].value["columns"]
    assert [c["name"] for c in columns] == ["a", "a_2"]

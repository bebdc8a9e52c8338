"""SELECT over tables in memory, with everything else locked: no file, no network, no setting, one statement."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jambot.tools.profile import type_of
from jambot.tools.registry import ToolError
from jambot.tools.tables import Column, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "memory_limit": "512MB",
    # One thread, so that sums of floats and unordered groups come out the same every time.
    "threads": "1",
}
_MAX_TEXT = 10_000


def select(tables: Mapping[str, Table], sql: str, *, timeout_s: float, max_rows: int) -> Table:
    """The rows of one SELECT over `tables`, each under its own name.

    Raises ToolError: not a single SELECT, an error in it (in DuckDB's words), too slow, or more than `max_rows` rows.
    """
    import duckdb

    with _opened(tables) as connection:
        try:
            statements = connection.extract_statements(sql)
        except duckdb.Error as exc:
            raise ToolError("invalid_sql", f"This query cannot be read: {_reason(exc)}") from exc
        except (TypeError, UnicodeError) as exc:
            raise ToolError("invalid_sql", "This query holds characters that cannot be read.") from exc
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise ToolError("not_a_select", "A query must be exactly one SELECT.")
        alarm = threading.Timer(timeout_s, connection.interrupt)
        alarm.start()
        try:
            cursor = connection.execute(statements[0])
            description = cursor.description or []
            rows = cursor.fetchmany(max_rows + 1)
        except duckdb.InterruptException as exc:
            raise ToolError("timeout", f"This query took longer than {timeout_s:g} s and was stopped.") from exc
        except duckdb.PermissionException as exc:
            raise ToolError("locked", "A query reads only its table: no files, no network, no settings.") from exc
        except (duckdb.Error, ValueError) as exc:
            raise ToolError("invalid_sql", f"This query does not work: {_reason(exc)}") from exc
        finally:
            alarm.cancel()
    if len(rows) > max_rows:
        raise ToolError("too_large", f"This query gives more than {max_rows:,} rows. Group or limit it.")
    return _as_table([str(d[0]) for d in description], rows)


@contextmanager
def _opened(tables: Mapping[str, Table]) -> Iterator[DuckDBPyConnection]:
    import duckdb

    connection = duckdb.connect(":memory:", config=_CONFIG)
    try:
        for name, table in tables.items():
            if not table.columns:
                raise ToolError("empty_table", "This table has no columns, so there is nothing to query.")
            columns = ", ".join(
                f"unnest(${i}::{_sql_type(c)}[]) AS {quote(c.name)}" for i, c in enumerate(table.columns, start=1)
            )
            connection.execute(f"CREATE TABLE {quote(name)} AS SELECT {columns}", [c.values for c in table.columns])
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


def quote(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _sql_type(column: Column) -> str:
    match column.type:
        case "integer":
            return "BIGINT"
        case "decimal":
            return _decimal_type(column.values)
        case "date":
            return "DATE"
        case "datetime":
            return "TIMESTAMP"
        case "boolean":
            return "BOOLEAN"
        case "text":
            return "VARCHAR"


def _decimal_type(values: list[Any]) -> str:
    """Exact where 38 digits hold the column and its sums, else floating point."""
    scale = magnitude = 0
    for value in values:
        if value is not None:
            exponent = value.as_tuple().exponent
            scale = max(scale, -exponent if isinstance(exponent, int) else 99)
            magnitude = max(magnitude, value.adjusted() + 1)
    return f"DECIMAL(38, {scale})" if scale <= 9 and magnitude + scale <= 29 else "DOUBLE"


def _reason(error: Exception) -> str:
    """The first line of DuckDB's message, without the name of its class."""
    line = str(error).split("\n", 1)[0]
    return (line.split(": ", 1)[1] if ": " in line else line)[:300]


def _as_table(names: list[str], rows: list[tuple[Any, ...]]) -> Table:
    unique = _unique(names)
    columns = []
    for position, name in enumerate(unique):
        values = [_value(row[position]) for row in rows]
        columns.append(Column(original=name, label=name, name=name, type=type_of(values), unit=None, values=values))
    return Table(columns=tuple(columns), row_count=len(rows))


def _unique(names: list[str]) -> list[str]:
    seen: set[str] = set()
    result = []
    for name in names:
        candidate, count = name, 1
        while candidate in seen:
            count += 1
            candidate = f"{name}_{count}"
        seen.add(candidate)
        result.append(candidate)
    return result


def _value(value: Any) -> Any:
    match value:
        case None | bool() | int() | Decimal():
            return value
        case float():
            # NaN and infinity are not JSON; an average of nothing is nothing.
            return Decimal(repr(value)) if value - value == 0 else None
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        case date():
            return value
        case _:
            return str(value)[:_MAX_TEXT]

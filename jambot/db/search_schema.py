"""The full-text side of `search_documents`: what SQLModel cannot say, per database.

`search_documents` is an ordinary table, one row per title and per message, written in the transaction that changes
them. Beside it stands the index proper: on SQLite an FTS5 table that reads its text from there, kept by triggers; on
PostgreSQL a generated `tsvector` column with a GIN index. The migration and the tests call the same functions.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

OWN_TABLES = ("search_index", "search_vector", "ix_search_vector")
"""Names that Alembic must not compare with the models, and their prefixes."""

_SQLITE = (
    """CREATE VIRTUAL TABLE search_index USING fts5(
        body, content='search_documents', content_rowid='id', tokenize='unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN
        INSERT INTO search_index(rowid, body) VALUES (new.id, new.body); END""",
    """CREATE TRIGGER search_documents_removed AFTER DELETE ON search_documents BEGIN
        INSERT INTO search_index(search_index, rowid, body) VALUES ('delete', old.id, old.body); END""",
    """CREATE TRIGGER search_documents_changed AFTER UPDATE OF body ON search_documents BEGIN
        INSERT INTO search_index(search_index, rowid, body) VALUES ('delete', old.id, old.body);
        INSERT INTO search_index(rowid, body) VALUES (new.id, new.body); END""",
)
_POSTGRES = (
    """ALTER TABLE search_documents ADD COLUMN search_vector tsvector
        GENERATED ALWAYS AS (to_tsvector('simple', left(body, 200000))) STORED""",
    "CREATE INDEX ix_search_vector ON search_documents USING gin (search_vector)",
)


def create(connection: Connection) -> None:
    """Add the index; `search_documents` must exist."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES:
        connection.execute(text(statement))


def drop(connection: Connection) -> None:
    """Remove what `create` made."""
    if connection.dialect.name == "sqlite":
        for trigger in ("added", "removed", "changed"):
            connection.execute(text(f"DROP TRIGGER search_documents_{trigger}"))
        connection.execute(text("DROP TABLE search_index"))
    else:
        connection.execute(text("ALTER TABLE search_documents DROP COLUMN search_vector"))

"""The full-text side of `search_documents`: what SQLModel cannot say, per database.

`search_documents` is an ordinary table, one row per title and per message, written in the transaction that changes
them. Beside it stands the index proper: on SQLite an FTS5 table that reads its text from there, kept by triggers; on
PostgreSQL a generated `tsvector` column with a GIN index. The migration and the tests call the same functions.

The owner is a word of the index too: one person's search walks their own documents and stops at the first page,
however many documents other people have.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

OWN_TABLES = ("search_index", "search_source", "search_vector", "ix_search_vector")
"""Names that Alembic must not compare with the models, and their prefixes."""

PREFIX_LENGTHS = (2, 3, 4)
"""Beginnings of words that SQLite finds as fast as whole words."""

_WORDS = """{0}.id, 'u' || replace({0}.user_id, '-', ''),
    CASE {0}.kind WHEN 'title' THEN {0}.body ELSE '' END, CASE {0}.kind WHEN 'title' THEN '' ELSE {0}.body END"""
_ADD = f"INSERT INTO search_index(rowid, owner, title, body) SELECT {_WORDS.format('new')};"
_REMOVE = f"""INSERT INTO search_index(search_index, rowid, owner, title, body)
    SELECT 'delete', {_WORDS.format("old")};"""

_SQLITE = (
    f"CREATE VIEW search_source(id, owner, title, body) AS SELECT {_WORDS.format('d')} FROM search_documents AS d",  # noqa: S608 - our own words
    f"""CREATE VIRTUAL TABLE search_index USING fts5(
        owner, title, body, content='search_source', content_rowid='id',
        prefix='{" ".join(map(str, PREFIX_LENGTHS))}', tokenize='unicode61 remove_diacritics 2')""",
    f"CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN {_ADD} END",
    f"CREATE TRIGGER search_documents_removed AFTER DELETE ON search_documents BEGIN {_REMOVE} END",
    f"CREATE TRIGGER search_documents_changed AFTER UPDATE OF body ON search_documents BEGIN {_REMOVE} {_ADD} END",
)
# Punctuation becomes space, so that PostgreSQL finds the words inside addresses and file names as SQLite does.
_PUNCTUATION = r"""!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~"""
# Accents fall, as on SQLite; what is left is lowered alike in every locale that a database may have.
_WITHOUT_ACCENTS = r"regexp_replace(normalize(left(body, 100000), NFD), '[\u0300-\u036f]', '', 'g')"
_POSTGRES = (
    f"""ALTER TABLE search_documents ADD COLUMN search_vector tsvector GENERATED ALWAYS AS (
        to_tsvector('simple', translate({_WITHOUT_ACCENTS}, '{_PUNCTUATION}', '{" " * 32}'))) STORED""",
    "CREATE INDEX ix_search_vector ON search_documents USING gin (search_vector)",
    "CREATE INDEX ix_search_vector_owner ON search_documents (user_id, kind, id)",
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
        connection.execute(text("DROP VIEW search_source"))
    else:
        connection.execute(text("DROP INDEX ix_search_vector_owner"))
        connection.execute(text("ALTER TABLE search_documents DROP COLUMN search_vector"))

"""Every question asked of the full-text index: one person's documents, newest first, a page at a time.

Words come checked from `jambot.workspaces.words`: they are letters, digits and underscores only, so no operator of
either database's query language can be among them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, RowMapping, text
from sqlmodel import Session

from jambot.db.repositories.workspaces import LISTED_COLUMNS
from jambot.db.types import UtcDateTime

MARK_BEGIN, MARK_END = "\x02", "\x03"
"""Around a found word in a snippet. Stored text may hold them too; they only ever light a word up."""

_ROW = ", ".join(
    (*(f"s.{column.name}" for column in LISTED_COLUMNS), "(SELECT name FROM domains WHERE id = s.domain_id) AS domain")
)
# CROSS JOIN keeps SQLite from starting anywhere but at the index, which yields the newest first and stops at LIMIT.
_SQLITE = """SELECT f.rowid AS document, {columns}
    FROM search_index AS f
    CROSS JOIN search_documents AS d ON d.id = f.rowid
    CROSS JOIN user_sessions AS s ON s.id = d.workspace_id {joins}
    WHERE search_index MATCH :query AND f.rowid < :before AND d.user_id = :user_id AND s.user_id = :user_id
        AND s.deleted_at IS NULL {more}
    ORDER BY f.rowid DESC LIMIT :limit"""
_POSTGRES = """SELECT d.id AS document, {columns}
    FROM search_documents AS d
    JOIN user_sessions AS s ON s.id = d.workspace_id {joins}
    WHERE d.search_vector @@ to_tsquery('simple', :query) AND d.id < :before AND d.user_id = :user_id
        AND s.user_id = :user_id AND d.kind = :kind AND s.deleted_at IS NULL {more}
    ORDER BY d.id DESC LIMIT :limit"""
_NEWEST = 2**62
_TYPES = {name: UtcDateTime() for name in ("created_at", "last_activity_at", "deleted_at")} | {
    name: Boolean() for name in ("pinned", "is_demo")
}


def titles(
    session: Session,
    user_id: str,
    words: Sequence[str],
    *,
    begins: bool,
    status: str | None,
    before: int | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Listed workspaces whose title has all `words`; with `begins`, the last is only a word's beginning."""
    more = "" if status is None else "AND s.status = :status"
    statement = _statement(session, columns=_ROW, joins="", more=more)
    known = {"status": status} if status is not None else {}
    return _run(session, statement, user_id, "title", words, begins=begins, before=before, limit=limit, more=known)


def messages(
    session: Session, user_id: str, words: Sequence[str], *, begins: bool, before: int | None, limit: int
) -> Sequence[RowMapping]:
    """Messages with all `words`, outside the trash, each with a snippet in which found words stand between marks."""
    statement = _statement(
        session,
        columns="s.id AS workspace_id, s.name AS workspace_name, m.id AS message_id, m.sequence, m.role,"
        f" m.created_at, {_snippet(session)} AS snippet",
        joins="JOIN chat_messages AS m ON m.id = d.entity_id",
        more="",
    )
    return _run(session, statement, user_id, "message", words, begins=begins, before=before, limit=limit, more={})


def _run(
    session: Session,
    statement: str,
    user_id: str,
    kind: str,
    words: Sequence[str],
    *,
    begins: bool,
    before: int | None,
    limit: int,
    more: dict[str, Any],
) -> Sequence[RowMapping]:
    values = {"user_id": user_id, "before": _NEWEST if before is None else before, "limit": limit, **more}
    if _is_sqlite(session):
        values["query"] = _fts5(user_id, "title" if kind == "title" else "body", words, begins=begins)
    else:
        values |= {"query": _tsquery([_without_accents(word) for word in words], begins=begins), "kind": kind}
        values |= {"shown": _tsquery(words, begins=begins)} if kind == "message" else {}
    typed = text(statement).columns(**_TYPES)
    return session.execute(typed, values).mappings().all()


def _statement(session: Session, **parts: str) -> str:
    return (_SQLITE if _is_sqlite(session) else _POSTGRES).format(**parts)


def _snippet(session: Session) -> str:
    if _is_sqlite(session):
        return f"snippet(search_index, 2, '{MARK_BEGIN}', '{MARK_END}', '…', 18)"
    options = f"StartSel={MARK_BEGIN}, StopSel={MARK_END}, MaxFragments=1, MaxWords=18, MinWords=6"
    return f"ts_headline('simple', left(d.body, 20000), to_tsquery('simple', :shown), '{options}')"


def _fts5(user_id: str, column: str, words: Sequence[str], *, begins: bool) -> str:
    phrases = [f'"{word}"' for word in words]
    if begins:
        phrases[-1] += " *"
    return f'owner : "u{user_id.replace("-", "")}" AND {{{column}}} : ({" AND ".join(phrases)})'


def _tsquery(words: Sequence[str], *, begins: bool) -> str:
    lexemes = [f"'{word}'" for word in words]
    if begins:
        lexemes[-1] += ":*"
    return " & ".join(lexemes)


def _without_accents(word: str) -> str:
    """As the index has it; see `jambot.db.search_schema`."""
    return "".join(each for each in unicodedata.normalize("NFD", word) if not "\u0300" <= each <= "\u036f")


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"

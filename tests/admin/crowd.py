"""A crowd in a database: many sessions of several kinds, what happened to them, and the samples of four weeks.

Made by the database itself in a few statements, so that a hundred thousand sessions take seconds.
"""

from __future__ import annotations

import json
import math
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jambot.admin.figures import LENGTHS, Figures, Resolution, start_of
from jambot.clock import iso
from jambot.db.session_counts import RECOUNT
from jambot.meter import BOUNDS_MS

PEOPLE = 400
NAMES = ("Jürgen Weiß", "Emily Carter", "Sebastian Köhler", "Katharina Schönfeld", "Oliver Hughes", "Grace Whitfield")
_HOUR = 3_600_000_000

_PEOPLE = """
INSERT INTO users (id, email, email_key, name, password_hash, role, is_disabled, auth_version, preferences, created_at)
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :people - 1)
SELECT printf('00000000-0000-7000-8000-%012x', i), printf('p%d@example.org', i), printf('p%d@example.org', i),
    CASE WHEN i < 6 THEN json_extract(:names, '$[' || i || ']') ELSE printf('Person %d', i) END,
    '', 'user', 0, 1, '{}', :joined
FROM n
"""

# Ages lie close together at the young end; one in five hundred has ended, a tenth is near its end, a seventh is active.
_SESSIONS = """
INSERT INTO engine_sessions (namespace, handle, secret_hash, kind, user_id, created_us, accessed_us, extended_us,
    expires_us, version, facts, body, connections, requests, lease_us, fence, lock_until_us)
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :count - 1),
aged AS (
    SELECT i, CASE WHEN i % 100 < 68 THEN 'login' WHEN i % 100 < 82 THEN 'guest' WHEN i % 100 < 92 THEN 'memory'
        WHEN i % 100 < 98 THEN 'api' ELSE 'grant' END AS kind,
        :now - CAST((i % 997) * (i % 997) * 0.00008 * :hour AS INTEGER) - i AS created
    FROM n
),
used AS (
    SELECT *, CASE WHEN i % 7 = 0 THEN :now - (i % 280) * 1000000
        ELSE created + CAST((:now - created) * ((i % 89) / 100.0) AS INTEGER) END AS accessed
    FROM aged
)
SELECT 'session', printf('%08x-0000-4000-8000-%012x', i, i), x'00', kind,
    CASE WHEN kind = 'guest' THEN NULL ELSE printf('00000000-0000-7000-8000-%012x', i * 31 % :people) END,
    created, accessed, accessed,
    CASE WHEN i % 500 = 0 THEN :now - (i % 60) * 60000000 WHEN i % 10 = 3 THEN :now + (i % 50 + 2) * 60000000
        ELSE accessed + (CASE kind WHEN 'grant' THEN 100 ELSE 400 END) * :hour END,
    1 + i % 9,
    '{"strategy":"sliding","ttl_us":43200000000' || CASE WHEN kind IN ('login', 'guest') THEN
        ',"ip_address":"203.0.' || (i % 250) || '.0/24","metadata":{"device":"'
        || CASE i % 5 WHEN 0 THEN 'Firefox on Linux' WHEN 1 THEN 'Chrome on Windows' WHEN 2 THEN 'Safari on iPhone'
            WHEN 3 THEN 'Safari on macOS' ELSE 'Chrome on Android' END || '"}' ELSE '' END || '}',
    x'00', CASE WHEN i % 7 = 0 THEN 1 ELSE 0 END, 0, 0, 0, 0
FROM used
"""

_LOG = """
INSERT INTO session_log (id, at_us, handle, user_id, kind, event, reason)
SELECT printf('%016x', at_us) || printf('%016x', rowid), at_us, handle, user_id, kind, event, ''
FROM (
    SELECT rowid, handle, user_id, kind, :now - (rowid % 4000) * 700000 AS at_us,
        CASE rowid % 9 WHEN 0 THEN 'created' WHEN 1 THEN 'deleted' WHEN 2 THEN 'expired' WHEN 3 THEN 'evicted'
            ELSE 'refreshed' END AS event
    FROM engine_sessions LIMIT 4000
)
"""


def gather(database: Path, count: int, *, now: datetime | None = None) -> None:
    """Put `count` sessions of `PEOPLE` people into a migrated database, with their log and four weeks of samples."""
    now = now or datetime.now(UTC)
    facts = {
        "count": count,
        "people": PEOPLE,
        "names": json.dumps(NAMES),
        "joined": iso(now - timedelta(days=90)),
        "now": int(now.timestamp() * 1_000_000),
        "hour": _HOUR,
    }
    with sqlite3.connect(database, timeout=30) as db:
        db.execute("PRAGMA cache_size=-200000")
        # At the end indexes are made in their order and counts at once: much faster than row by row.
        triggers = db.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'engine_sessions'"
        ).fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        indexes = db.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'engine_sessions' AND sql > ''"
        ).fetchall()
        for name, _ in indexes:
            db.execute(f"DROP INDEX {name}")
        db.execute(_PEOPLE, facts)
        db.execute(_SESSIONS, facts)
        for _, made in (*indexes, *triggers):
            db.execute(made)
        for statement in RECOUNT:
            db.execute(statement)
        db.execute(_LOG, facts)
        rows = [row for resolution in Resolution for row in _samples(resolution, now)]
        db.executemany("INSERT OR REPLACE INTO session_samples (id, at, resolution, figures) VALUES (?, ?, ?, ?)", rows)
    db.close()


def _samples(resolution: Resolution, now: datetime) -> list[tuple[str, str, str, str]]:
    spans = {"raw": timedelta(hours=2), "minute": timedelta(days=2), "hour": timedelta(days=28), "day": timedelta(28)}
    length = LENGTHS[resolution]
    last = start_of(now, length)
    rows = []
    for step in range(int(spans[resolution] / length), 0, -1):
        at = last - step * length
        figures = json.dumps(_figures(at, length).to_json(), separators=(",", ":"))
        rows.append((f"{resolution}:{at:%Y-%m-%dT%H:%M:%S}", iso(at), resolution.value, figures))
    return rows


def _figures(at: datetime, length: timedelta) -> Figures:
    """A day has a wave, a weekend is quiet, and a store was slow for a while this morning."""
    hour = at.hour + at.minute / 60
    wave = 0.55 + 0.45 * math.sin((hour - 7) / 24 * 2 * math.pi) + 0.04 * math.sin(at.timestamp() / 700)
    crowd = wave * (0.45 if at.weekday() >= 5 else 1.0)
    busy = max(1, round(40 * crowd * length.total_seconds() / 60))
    return Figures(
        n=1,
        gauges={
            "active": 6_000 + 9_000 * crowd,
            "idle": 70_000 + 5_000 * crowd,
            "expiring": 9_000 + 800 * wave,
            "expired": 200,
            "online": 120 + 240 * crowd,
            "missions": 3 + 9 * crowd,
        },
        counts={
            "sessions.created": busy,
            "sessions.deleted": busy // 3,
            "sessions.expired": busy // 2,
            "sessions.evicted": busy // 20,
            "recoveries": busy // 4,
            "errors": 1 if busy % 37 == 0 else 0,
        },
        spans={
            "store": _classes(busy * 12, 0.4 + 0.5 * crowd),
            "autosave": _classes(busy * 2, 9 + 8 * crowd),
        },
    )


def _classes(count: int, middle_ms: float) -> list[int]:
    """Durations around a middle, with a long tail."""
    classes = [0] * (len(BOUNDS_MS) + 1)
    for share, times in ((0.5, 0.8), (0.3, 1.3), (0.14, 2.2), (0.05, 4.5), (0.01, 12)):
        place = next((n for n, bound in enumerate(BOUNDS_MS) if bound >= middle_ms * times), len(BOUNDS_MS))
        classes[place] += max(1, round(count * share))
    return classes

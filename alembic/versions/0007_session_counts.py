"""counts of sessions by kind and moment, and indexes only of rows that have what they are sorted by"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from jambot.db import session_counts
from jambot.db.models.engine_sessions import EXPIRING_US

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SESSIONS = "engine_sessions"
_OF_SOME = (
    ("address", ["namespace", "ip_address", "created_us", "handle"]),
    ("device", ["namespace", "device", "created_us", "handle"]),
    ("lookup", ["namespace", "lookup"]),
)


def upgrade() -> None:
    # PostgreSQL indexes only the stored kind, SQLite adds only the other.
    filled = sa.Computed(EXPIRING_US, persisted=op.get_bind().dialect.name == "postgresql")
    op.add_column(_SESSIONS, sa.Column("expiring_us", sa.BigInteger(), filled, nullable=True))
    for name, columns in (("used", ["namespace", "accessed_us", "handle", "expiring_us"]), *_OF_SOME):
        op.drop_index(f"ix_engine_sessions_{name}", _SESSIONS)
        present = None if name == "used" else sa.text(f"{columns[1]} IS NOT NULL")
        some = {"sqlite_where": present, "postgresql_where": present}
        op.create_index(f"ix_engine_sessions_{name}", _SESSIONS, columns, unique=name == "lookup", **some)
    op.create_index("ix_engine_sessions_expiring", _SESSIONS, ["namespace", "expiring_us", "accessed_us"])
    op.create_table(
        "engine_session_counts",
        sa.Column("namespace", sa.String(length=64), nullable=False),
        sa.Column("border", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("namespace", "border", "bucket", "kind", "part"),
        sqlite_with_rowid=False,
        postgresql_with={"fillfactor": 50},
    )
    op.create_table(
        "engine_session_users",
        sa.Column("namespace", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("namespace", "user_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_engine_session_users_busy", "engine_session_users", ["namespace", "n", "user_id"])
    session_counts.create(op.get_bind())


def downgrade() -> None:
    session_counts.drop(op.get_bind())
    op.drop_table("engine_session_users")
    op.drop_table("engine_session_counts")
    op.drop_index("ix_engine_sessions_expiring", _SESSIONS)
    for name, columns in (("used", ["namespace", "accessed_us", "handle"]), *_OF_SOME):
        op.drop_index(f"ix_engine_sessions_{name}", _SESSIONS)
        op.create_index(f"ix_engine_sessions_{name}", _SESSIONS, columns, unique=name == "lookup")
    op.drop_column(_SESSIONS, "expiring_us")

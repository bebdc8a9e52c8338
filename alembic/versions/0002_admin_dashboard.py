"""the log of sessions, the schedule, and what an admin's tables are ordered by"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from jambot.db.types import ClearFact, UtcDateTime

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_LISTED = {"sqlite_where": sa.text("deleted_at IS NULL"), "postgresql_where": sa.text("deleted_at IS NULL")}


def upgrade() -> None:
    op.create_table(
        "session_log",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("handle", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_session_log_handle", "session_log", ["handle", "id"])
    op.create_index("ix_session_log_user", "session_log", ["user_id", "id"])
    op.create_index("ix_session_log_event", "session_log", ["event", "id"])
    op.create_table(
        "scheduled_jobs",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("next_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=True),
        sa.Column("lease_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    # Filled by the database itself. PostgreSQL indexes only the stored kind, SQLite adds only the other.
    stored = op.get_bind().dialect.name == "postgresql"
    for name, path in (("ip_address", ("ip_address",)), ("device", ("metadata", "device"))):
        filled = sa.Computed(ClearFact(*path), persisted=stored)
        op.add_column("engine_sessions", sa.Column(name, sa.Text(), filled))
    op.drop_index("ix_engine_sessions_ends", "engine_sessions")
    op.create_index("ix_engine_sessions_ends", "engine_sessions", ["namespace", "expires_us", "handle"])
    op.create_index("ix_engine_sessions_used", "engine_sessions", ["namespace", "accessed_us", "handle"])
    for name, column in (("kind", "kind"), ("address", "ip_address"), ("device", "device")):
        columns = ["namespace", column, "created_us", "handle"]
        op.create_index(f"ix_engine_sessions_{name}", "engine_sessions", columns)
    op.create_index("ix_session_samples_at", "session_samples", ["resolution", "at"])
    op.drop_index("ix_audit_action", "audit")
    op.create_index("ix_audit_action_at", "audit", ["action", "at", "id"])
    op.create_index("ix_audit_at", "audit", ["at", "id"])
    op.create_index("ix_users_created", "users", ["created_at", "id"])
    op.create_index("ix_user_sessions_used", "user_sessions", ["last_activity_at", "id"], **_LISTED)


def downgrade() -> None:
    op.drop_index("ix_user_sessions_used", "user_sessions")
    op.drop_index("ix_users_created", "users")
    op.drop_index("ix_audit_at", "audit")
    op.drop_index("ix_audit_action_at", "audit")
    op.create_index("ix_audit_action", "audit", ["action"])
    op.drop_index("ix_session_samples_at", "session_samples")
    for name in ("device", "address", "kind", "used", "ends"):
        op.drop_index(f"ix_engine_sessions_{name}", "engine_sessions")
    op.create_index("ix_engine_sessions_ends", "engine_sessions", ["namespace", "expires_us"])
    op.drop_column("engine_sessions", "device")
    op.drop_column("engine_sessions", "ip_address")
    op.drop_table("scheduled_jobs")
    op.drop_table("session_log")

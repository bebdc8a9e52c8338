"""keys domains and grants"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import jambot.db.types

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "domains",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.Column("created_at", jambot.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name_key"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", jambot.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", jambot.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", jambot.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_used_from", sa.String(length=64), nullable=False),
        sa.Column("revoked_at", jambot.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_keys_user_id"), ["user_id"], unique=False)

    op.create_table(
        "domain_members",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("domain_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("added_by", sa.String(length=36), nullable=True),
        sa.Column("added_at", jambot.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("domain_id", "user_id"),
    )
    with op.batch_alter_table("domain_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_domain_members_user_id"), ["user_id"], unique=False)

    op.create_table(
        "grants",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("domain_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("granted_by", sa.String(length=36), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("mission_id", sa.String(length=36), nullable=True),
        sa.Column("granted_at", jambot.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", jambot.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", jambot.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["granted_by"], ["users.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.create_index("ix_grants_domain", ["domain_id", "granted_at"], unique=False)
        batch_op.create_index("ix_grants_open", ["ended_at", "ends_at"], unique=False)
        batch_op.create_index("ix_grants_user", ["user_id", "ends_at"], unique=False)

    # Not as a batch: a table that is made anew loses its triggers, which count workspaces.
    op.add_column("user_sessions", sa.Column("domain_id", sa.String(length=36), nullable=True))
    op.create_index("ix_user_sessions_domain_id", "user_sessions", ["domain_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_user_sessions_domain_id", "user_sessions")
    op.drop_column("user_sessions", "domain_id")

    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.drop_index("ix_grants_user")
        batch_op.drop_index("ix_grants_open")
        batch_op.drop_index("ix_grants_domain")

    op.drop_table("grants")
    with op.batch_alter_table("domain_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_domain_members_user_id"))

    op.drop_table("domain_members")
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_keys_user_id"))

    op.drop_table("api_keys")
    op.drop_table("domains")

"""logins remembered and open pages"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import jambot.db.types

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "login_records",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=True),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("ip_address", sa.String(length=64), nullable=False),
        sa.Column("opened_at", jambot.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", jambot.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", jambot.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=32), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("confirmed_at", jambot.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("login_records", schema=None) as batch_op:
        batch_op.create_index("ix_login_records_device", ["user_id", "device_id"], unique=False)
        batch_op.create_index("ix_login_records_user", ["user_id", "opened_at"], unique=False)

    op.create_table(
        "open_pages",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("login_id", sa.String(length=36), nullable=False),
        sa.Column("workspace_id", sa.String(length=36), nullable=True),
        sa.Column("opened_at", jambot.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", jambot.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["user_sessions.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("open_pages", schema=None) as batch_op:
        batch_op.create_index("ix_open_pages_seen", ["seen_at"], unique=False)
        batch_op.create_index("ix_open_pages_user", ["user_id", "login_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("open_pages", schema=None) as batch_op:
        batch_op.drop_index("ix_open_pages_user")
        batch_op.drop_index("ix_open_pages_seen")

    op.drop_table("open_pages")
    with op.batch_alter_table("login_records", schema=None) as batch_op:
        batch_op.drop_index("ix_login_records_user")
        batch_op.drop_index("ix_login_records_device")

    op.drop_table("login_records")

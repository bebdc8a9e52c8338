"""how many workspaces each person has listed"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from jambot.db import count_schema

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "workspace_counts",
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "status"),
    )
    count_schema.create(op.get_bind())


def downgrade() -> None:
    count_schema.drop(op.get_bind())
    op.drop_table("workspace_counts")

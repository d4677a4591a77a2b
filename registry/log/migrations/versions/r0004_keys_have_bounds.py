"""Keys open some productions alone, and keys and studios have limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.log.engine.text import TEXT

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rates",
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("holder"),
    )
    op.add_column("view_keys", sa.Column("productions", TEXT, nullable=False, server_default=""))
    for table in ("view_keys", "view_studios"):
        op.add_column(table, sa.Column("requests_per_minute", sa.Integer(), nullable=True))
        op.add_column(table, sa.Column("units_per_day", TEXT, nullable=True))

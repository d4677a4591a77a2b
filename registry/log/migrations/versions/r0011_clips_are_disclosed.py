"""Clips say that they are generated and which marks their file bears; each delivery has its disclosure record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.log.engine.text import TEXT

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "view_clips", sa.Column("ai_generated", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column(
        "view_clips", sa.Column("depicts_real_person", TEXT, nullable=False, server_default="unknown")
    )
    op.add_column("view_clips", sa.Column("marks", sa.LargeBinary(), nullable=True))
    op.create_table(
        "view_disclosures",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("delivery", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("clip", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), nullable=False),
        sa.Column("delivered_by", TEXT, nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "delivery"),
    )
    op.create_index("disclosures_by_clip", "view_disclosures", ["log", "clip", "position"], unique=False)
    op.create_index("disclosures_by_digest", "view_disclosures", ["log", "sha256"], unique=False)

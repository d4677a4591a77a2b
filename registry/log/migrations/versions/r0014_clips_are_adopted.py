"""Clips that were not made here: what was said of them; nobody may know whether a machine made one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.log.engine.text import TEXT

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """All clips there are were generated: no event adopted any before."""
    op.drop_column("view_clips", "ai_generated")
    op.add_column(
        "view_clips", sa.Column("ai_generated", sa.Boolean(), nullable=True, server_default=sa.true())
    )
    op.add_column("view_clips", sa.Column("adopted", sa.LargeBinary(), nullable=True))
    op.add_column("view_clips", sa.Column("twin", TEXT, nullable=True))
    op.create_index("clips_by_twin", "view_clips", ["log", "scene", "twin"], unique=True)
    op.add_column("view_continuity", sa.Column("adopted", TEXT, nullable=True))

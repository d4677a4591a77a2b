"""Clips have verdicts and notes, continuity records corrections, and what comes from elsewhere keeps what it is called there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.log.engine.text import TEXT

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("view_clips", sa.Column("approved", sa.Boolean(), nullable=True))
    op.add_column("view_clips", sa.Column("verdict", sa.LargeBinary(), nullable=True))
    for table in ("view_characters", "view_scenes", "view_shots"):
        op.add_column(table, sa.Column("client_reference", TEXT, nullable=True))
    op.create_table(
        "view_notes",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("clip", TEXT, nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.Column("noted_by", TEXT, nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=True),
        sa.Column("text", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("log", "position"),
    )
    op.create_index(op.f("ix_view_notes_clip"), "view_notes", ["clip"], unique=False)
    op.create_table(
        "view_corrections",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("scene", TEXT, nullable=False),
        sa.Column("generation", TEXT, nullable=False),
        sa.Column("corrected_at", sa.BigInteger(), nullable=False),
        sa.Column("corrected_by", TEXT, nullable=False),
        sa.Column("correction", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "position"),
    )
    op.create_index(op.f("ix_view_corrections_scene"), "view_corrections", ["scene"], unique=False)

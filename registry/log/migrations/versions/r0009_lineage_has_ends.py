"""Edges of lineage have a detail and an end, and may be said again; things say since when they are retired or erased.

What was written before is kept as it stands. Kinds of edges that are new, and the ends of old ones, stand in the log: `continuity
rebuild --replace --reason …` writes them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.log.engine.text import TEXT

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("retired", "erased"):
        op.add_column("view_nodes", sa.Column(name, sa.BigInteger(), nullable=True))
    op.create_table(
        "view_edges_with_ends",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.BigInteger(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("evidence", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("log", "made", "source", "kind", "position"),
    )
    op.execute(
        "INSERT INTO view_edges_with_ends (log, made, source, kind, position, evidence, detail) "
        "SELECT log, made, source, kind, position, evidence, '' FROM view_edges"
    )
    op.drop_table("view_edges")
    op.rename_table("view_edges_with_ends", "view_edges")
    op.create_index(
        "edges_by_source", "view_edges", ["log", "source", "position", "made", "kind"], unique=False
    )

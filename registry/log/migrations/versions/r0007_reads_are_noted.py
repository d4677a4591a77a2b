"""Reads of a person's bytes, the evidence of consents, and what took the place of a picture."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from registry.log.engine.text import TEXT

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "view_reads",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("studio", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("thing", TEXT, nullable=False),
        sa.Column("form", TEXT, nullable=False),
        sa.Column("part", TEXT, nullable=False),
        sa.Column("persons", TEXT, nullable=False),
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("log_position", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index("reads_by_studio", "view_reads", ["studio", "position"], unique=False)
    op.create_index("reads_by_thing", "view_reads", ["studio", "thing", "position"], unique=False)
    op.create_index("reads_by_key", "view_reads", ["studio", "key", "position"], unique=False)
    op.create_index("assets_by_successor", "view_assets", ["log", "superseded_by"], unique=False)
    evidence = op.create_table(
        "view_evidence",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("asset", TEXT, nullable=False),
        sa.Column("consent", TEXT, nullable=False),
        sa.Column("likeness", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "asset", "consent"),
    )
    granted = sa.text("SELECT log, stream, position, body FROM events WHERE type = 'ConsentGranted'")
    op.bulk_insert(evidence, [_proved(row) for row in op.get_bind().execute(granted)])


def _proved(row: sa.Row[tuple[str, str, int, bytes]]) -> dict[str, object]:
    """What the projection writes of a consent that was granted before; its evidence stands in clear."""
    said = json.loads(bytes(row.body))
    return {
        "log": row.log,
        "asset": said["evidence"],
        "consent": said["consent"],
        "likeness": row.stream,
        "position": row.position,
    }

"""Webhooks: whom a studio tells of what happens, how far each has come, and what could not be told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.log.engine.text import TEXT

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "view_webhooks",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("webhook", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("types", sa.LargeBinary(), nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("secret", TEXT, nullable=False),
        sa.Column("secret_sha256", TEXT, nullable=False),
        sa.Column("old_secret", TEXT, nullable=False),
        sa.Column("old_sha256", TEXT, nullable=False),
        sa.Column("old_until", sa.BigInteger(), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("paused_at", sa.BigInteger(), nullable=True),
        sa.Column("resumed", sa.BigInteger(), nullable=False),
        sa.Column("replayed", sa.BigInteger(), nullable=False),
        sa.Column("replay_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "webhook"),
    )
    op.create_table(
        "webhook_progress",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("webhook", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rests_until", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("problem", TEXT, nullable=False),
        sa.Column("turned_at", sa.BigInteger(), nullable=False),
        sa.Column("resumed", sa.BigInteger(), nullable=False),
        sa.Column("replayed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "webhook"),
    )
    op.create_table(
        "webhook_stragglers",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("webhook", TEXT, nullable=False),
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "webhook", "stream"),
    )
    op.create_table(
        "webhook_dead_letters",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("webhook", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", TEXT, nullable=False),
        sa.Column("died_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("log", "webhook", "position"),
    )

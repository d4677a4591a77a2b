"""The first schema: the log, its guards, and what works beside it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.log.engine.append_only import GUARDS
from registry.log.engine.text import TEXT

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("command_sha256", TEXT, nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "key"),
    )
    op.create_index("answers_by_expiry", "answers", ["expires"], unique=False)
    op.create_table(
        "events",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("causation_id", TEXT, nullable=False),
        sa.Column("correlation_id", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "position"),
        sa.UniqueConstraint("log", "event_id", name="one_event"),
        sa.UniqueConstraint("log", "stream", "version", name="one_winner"),
    )
    op.create_index("events_by_type", "events", ["log", "type", "position"], unique=False)
    op.create_table(
        "heads",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("closed", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("log"),
    )
    op.create_table(
        "installation",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "lanes",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("paused_until", sa.BigInteger(), nullable=False),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("log", "account", "model"),
    )
    op.create_table(
        "leases",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("work", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("memory", TEXT, nullable=False),
        sa.Column("let_go", sa.BigInteger(), nullable=False),
        sa.Column("pulled", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("log", "work"),
    )
    op.create_index("leases_by_due", "leases", ["due"], unique=False)
    op.create_index("leases_by_expiry", "leases", ["expires"], unique=False)
    op.create_table(
        "relays",
        sa.Column("seal", TEXT, nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seal"),
    )
    op.create_table(
        "subscriptions",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "name"),
    )
    op.create_table(
        "turns",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "account", "model"),
    )
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)

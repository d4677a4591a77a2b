"""Who did what: events are found by who did them."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """On PostgreSQL writers wait while it is built; some seconds for a million events."""
    op.create_index("events_by_actor", "events", ["log", "actor", "position"], unique=False)

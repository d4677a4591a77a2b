"""Keys rotate, expire and are used; and on PostgreSQL the guard of the events is planned anew each time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.log.engine.append_only import GUARDS
from registry.log.engine.text import TEXT

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_GUARD = "CREATE FUNCTION events_next"


def upgrade() -> None:
    op.create_table(
        "key_uses",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    for column in (
        sa.Column("version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("old_sha256", TEXT, nullable=False, server_default=""),
        sa.Column("old_until", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
    ):
        op.add_column("view_keys", column)
    op.execute(
        "UPDATE view_keys SET version = (SELECT max(version) FROM events WHERE log = 'system' AND stream = view_keys.key)"
    )
    for guard in GUARDS[op.get_bind().dialect.name]:
        if guard.startswith(_GUARD):  # a database that was made with 0001 as it is now has it already
            op.execute(guard.replace(_GUARD, _GUARD.replace("CREATE", "CREATE OR REPLACE")))

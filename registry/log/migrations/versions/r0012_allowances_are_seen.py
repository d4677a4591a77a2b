"""How much of a day's allowance is spent."""

from __future__ import annotations

import json
from decimal import Decimal

import sqlalchemy as sa
from alembic import op

from registry.log.engine.text import TEXT

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allowances = op.create_table(
        "view_allowances",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("allowance", TEXT, nullable=False),
        sa.Column("submission", TEXT, nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("micro", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "allowance", "submission"),
    )
    op.create_index("allowances_by_day", "view_allowances", ["day", "log", "allowance"], unique=False)
    op.bulk_insert(allowances, _parts(op.get_bind()))


def _parts(connection: sa.Connection) -> list[dict[str, object]]:
    """What the projection writes of the events there are; nothing in them is sealed."""
    asked = "SELECT log, stream, type, body FROM events WHERE type LIKE 'Allowance%' ORDER BY log, position"
    parts: dict[tuple[str, str, str], dict[str, object]] = {}
    for log, stream, kind, body in connection.execute(sa.text(asked)):
        said = json.loads(bytes(body))
        key = (log, stream, said["submission"])
        if kind == "AllowanceReleased":
            parts.pop(key, None)
            continue
        micro = int(Decimal(said["units"]) * 1_000_000)
        day = said["day"] if kind == "AllowanceReserved" else parts[key]["day"]
        parts[key] = {
            "log": log, "allowance": stream, "submission": said["submission"], "day": day, "micro": micro
        }  # fmt: skip
    return list(parts.values())

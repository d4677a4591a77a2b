"""Digests of what is kept, and what frames look like: by them a file is recognised, or a copy of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from registry.log.engine.text import TEXT

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_PARTS = 8


def upgrade() -> None:
    _digests()
    _looks()


def _digests() -> None:
    """The keyed digests of originals and the digests of clips stand in views already; of the rest nothing was kept before."""
    digests = op.create_table(
        "view_digests",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("thing", TEXT, nullable=False),
        sa.Column("kept", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "digest", "thing", "kept"),
    )
    op.create_index("digests_by_thing", "view_digests", ["log", "thing"], unique=False)
    unprinted = op.create_table(
        "view_unprinted",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("thing", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", "thing"),
    )
    connection = op.get_bind()
    assets = sa.text(
        "SELECT log, asset, position, fingerprint FROM view_assets WHERE fingerprint IS NOT NULL"
    )
    rows = [
        _digest(row.log, row.fingerprint, row.asset, "original", row.position)
        for row in connection.execute(assets)
    ]
    clips = sa.text("SELECT log, clip, position, stored FROM view_clips")
    for row in connection.execute(clips):
        sha256 = json.loads(bytes(row.stored))["sha256"]
        rows.append(_digest(row.log, sha256, row.clip, "clip", row.position))
    op.bulk_insert(digests, rows)
    op.bulk_insert(unprinted, list(_never_looked_at(connection)))


def _digest(log: str, digest: str, thing: str, kept: str, position: int) -> dict[str, object]:
    return {"log": log, "digest": digest, "thing": thing, "kept": kept, "position": position}


def _never_looked_at(connection: sa.Connection) -> Iterator[dict[str, object]]:
    """Results and footage from before, but those that were erased."""
    erased = {
        (row.log, clip)
        for row in connection.execute(
            sa.text(
                "SELECT log, stream, type, body FROM events WHERE type IN ('ClipErased', 'LikenessErased')"
            )
        )
        for clip in ([row.stream] if row.type == "ClipErased" else json.loads(bytes(row.body))["clips"])
    }
    results = sa.text("SELECT log, position, body FROM events WHERE type = 'ResultStored'")
    for row in connection.execute(results):
        clip = json.loads(bytes(row.body))["clip"]
        if (row.log, clip) not in erased:
            yield {"log": row.log, "thing": clip, "position": row.position}
    footage = sa.text(
        "SELECT log, asset, position FROM view_assets WHERE kind = 'video' AND fingerprint IS NOT NULL"
    )
    for row in connection.execute(footage):
        yield {"log": row.log, "thing": row.asset, "position": row.position}


def _looks() -> None:
    """The same fingerprints of pictures, with the parts they are found by, and room for those of frames."""
    before = sa.text("SELECT log, asset, position, kind, bits FROM view_looks_like")
    rows = [_looking(row) for row in op.get_bind().execute(before)]
    op.drop_table("view_looks_like")
    looks = op.create_table(
        "view_looks_like",
        sa.Column("log", TEXT, nullable=False),
        sa.Column("thing", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        *(sa.Column(f"part_{part}", sa.BigInteger(), nullable=False) for part in range(_PARTS)),
        sa.PrimaryKeyConstraint("log", "thing", "number"),
    )
    for part in range(_PARTS):
        op.create_index(f"looks_like_{part}", "view_looks_like", ["log", f"part_{part}"], unique=False)
    op.bulk_insert(looks, rows)


def _looking(row: sa.Row[Any]) -> dict[str, object]:
    bits = bytes(row.bits)
    written = f"{int.from_bytes(bits):0288b}"
    parts = {f"part_{part}": int(written[part::_PARTS], 2) for part in range(_PARTS)}
    seen = {"thing": row.asset, "number": -1, "position": row.position, "kind": row.kind, "bits": bits}
    return {"log": row.log, **seen, **parts}

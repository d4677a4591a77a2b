"""The certificate of a rebuild: what is put on record of it, which stays small however many logs and rows there are."""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import version
from typing import Final

from registry.events.canonical import canonical
from registry.events.rebuild import TableDiffered, ViewsRebuilt
from registry.log.rebuild.rebuild import Rebuilt

_LOGS_NAMED: Final = 100


def certificate(rebuilt: Rebuilt, reason: str) -> ViewsRebuilt:
    """What a rebuild found, as an event; `reason` is why rows were to be replaced."""
    positions = dict(sorted(rebuilt.positions.items()))
    differing = [table for table in rebuilt.tables if not table.equal]
    return ViewsRebuilt(
        logs=len(positions),
        events=rebuilt.events,
        positions=dict(list(positions.items())[:_LOGS_NAMED]),
        positions_sha256=sha256(canonical(positions)).hexdigest(),
        rows={table.table: table.rows for table in rebuilt.tables},
        digests=rebuilt.digests,
        differences=tuple(
            TableDiffered(
                table=table.table,
                missing=table.missing,
                extra=table.extra,
                changed=table.changed,
                keys=table.keys,
            )
            for table in differing
        ),
        replaced=rebuilt.replaced,
        reason=reason,
        program_version=version("continuity"),
    )

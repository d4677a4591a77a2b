"""A long log for measurements: a short history that fills every view, told again and again with ids of its own.

Each telling is one production with its people, scenes and bindings, and some deliveries after the first. The events go
straight into the log, sealed and hashed as the writer does it, and no view is projected: making them is what is
measured.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson
from sqlalchemy import delete, insert

from registry.events.catalogue import read_event
from registry.log.rows import Place, RowWriter
from registry.log.tables import EVENTS, HEADS
from registry.proof.leaf import leaf_hash
from tests.registry.log.opened import ME, START, STUDIO, Opened, opened
from tests.registry.log.story import CLIP, MADE, PAID, tell

DELIVERIES: Final = 10
_BATCH: Final = 5_000
_ID: Final = re.compile(r"([a-z]+)_01jd(\d{22})")
_OF_A_DELIVERY: Final = frozenset({"generation", "submission", "clip"})
_AFTERWARDS: Final = frozenset({"ClipKept", "ClipApproved", "ClipRejected", "ClipNoted", "ClipDelivered"})
"""What people say of a clip when it is there."""
_ALSO_OF_A_DELIVERY: Final = frozenset({"BudgetReserved", "BudgetSettled", "ContinuityRecorded"})
_SAME: Final = frozenset({"studio", "key"})

Told = tuple[str, str, bytes]
"""(stream, event name, body with nothing sealed)"""


def fill(log: Opened, count: int, *, deliveries: int = DELIVERIES) -> int:
    """Write at least `count` events into an empty log, so many deliveries a telling after the first; answers how many."""
    writer = RowWriter(log.registry._sealer, leaf_hash)
    writer.begin(log.registry._sealer.erasures())
    versions: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []
    position = 0
    for stream, name, body in _lives(count, deliveries):
        position += 1
        versions[stream] += 1
        place = Place(
            STUDIO, stream, versions[stream], position, f"event_01jd{position:022d}", START + position
        )
        event = read_event(name, 1, _unlike_any_other(orjson.loads(body), stream, position))
        rows.append(writer.row(event, place, ME)[0])
        if len(rows) == _BATCH:
            _write(log, writer, rows)
    _write(log, writer, rows)
    return position


def _write(log: Opened, writer: RowWriter, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    writer.flush()
    with log.database.writing() as connection:
        connection.execute(insert(EVENTS), rows)
        connection.execute(delete(HEADS).where(HEADS.c.log == STUDIO))
        head = {name: rows[-1][name] for name in ("log", "position", "recorded_at")}
        connection.execute(insert(HEADS), [head])
    rows.clear()


def _lives(count: int, deliveries: int) -> Iterator[Told]:
    whole, delivery = _told()
    made, telling = 0, 0
    while made < count:
        yield from (_renumbered(event, telling * 1_000) for event in whole)
        for number in range(1, deliveries + 1):
            yield from (
                _renumbered(_renumbered(event, telling * 1_000), number * 10, _OF_A_DELIVERY)
                for event in delivery
            )
        made += len(whole) + deliveries * len(delivery)
        telling += 1


def _told() -> tuple[list[Told], list[Told]]:
    """The story's events, and those of its delivered generation."""
    with TemporaryDirectory() as folder, opened(Path(folder)) as log:
        tell(log)
        told = [
            (one.stream, one.type, orjson.dumps(one.event.model_dump(mode="json")))
            for one in log.registry.feed.after(STUDIO, 0, limit=1_000)
        ]
    delivered = [
        (stream, name, body)
        for stream, name, body in told
        if (stream in (MADE, PAID, CLIP) and name not in _AFTERWARDS)
        or (name in _ALSO_OF_A_DELIVERY and (MADE.encode() in body or PAID.encode() in body))
    ]
    return told, delivered


def _renumbered(event: Told, by: int, kinds: Collection[str] = ()) -> Told:
    stream, name, body = event

    def renumber(found: re.Match[str]) -> str:
        kind, number = found[1], int(found[2])
        if kind in _SAME or (kinds and kind not in kinds):
            return found[0]
        return f"{kind}_01jd{number + by:022d}"

    return _ID.sub(renumber, stream), name, _ID.sub(renumber, body.decode()).encode()


def _unlike_any_other(body: dict[str, Any], stream: str, position: int) -> dict[str, Any]:
    """What no two may share in a studio."""
    own = {
        "fingerprint": f"{position:064x}",
        "task_id": f"task-{stream[-26:]}",
        "element_id": position,
        "voice_id": f"voice-{position}",
    }
    return {name: own[name] if name in own and value else value for name, value in body.items()}

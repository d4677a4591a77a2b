"""What a report shows of each clip: its receipt's statement, its record opened, its pictures, its lineage drawn.

A picture is on record as read before it is made, whoever it shows (`registry.auditing`). What is erased is shown as erased.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO, Final

from api.reporting.drawing import draw
from api.reporting.told import Picture, Shown, Source
from registry.blobs import Blobs, media
from registry.blobs.aside import on_disk
from registry.blobs.pictures import thumbnail
from registry.errors import BlobError, BlobStoreDown
from registry.events.reads import Form
from registry.events.references import StoredBytes
from registry.proof.statement import Statement
from registry.registry import Connection
from registry.views import assets, clips, continuity
from registry.views.lineage import lineage

_SIDE: Final = 320
STEPS: Final = 5
"""How far back lineage is drawn; what is farther stands in the events, and in the drawings of earlier clips."""
_MOST_EDGES: Final = 1_000
Note = Callable[[str, Form], None]
"""(thing, form): told before its bytes are read; what it raises keeps them here."""


@dataclass
class Pictures:
    """Makes each picture once; `kept` are those made, by id."""

    blobs: Blobs
    note: Note
    kept: dict[str, Picture] = field(default_factory=dict)

    def poster(self, card: clips.ClipCard) -> Picture:
        """The first frame of a clip."""
        if not media.can_decode():
            return Picture(None, why="first frames need PyAV, which is not installed there")
        return self._made(card.id, None if card.erased else card.stored, "poster", media.poster)

    def thumbnail(self, card: assets.AssetCard) -> Picture | None:
        """A small picture; None of what is no picture."""
        if card.kind != "picture":
            return None
        shown = None if card.erased else card.rendition
        return self._made(card.id, shown, "thumbnail", partial(thumbnail, side=_SIDE))

    def forget(self) -> None:
        """Let go of the bytes made so far; their files are written."""
        self.kept = {one: Picture(picture.file, why=picture.why) for one, picture in self.kept.items()}

    def _made(
        self, thing: str, stored: StoredBytes | None, form: Form, make: Callable[[BinaryIO], bytes]
    ) -> Picture:
        if thing not in self.kept:
            self.kept[thing] = self._make(thing, stored, form, make)
        return self.kept[thing]

    def _make(
        self, thing: str, stored: StoredBytes | None, form: Form, make: Callable[[BinaryIO], bytes]
    ) -> Picture:
        if stored is None:
            return Picture(None, why="erased")
        self.note(thing, form)
        try:
            with on_disk(self.blobs, stored) as file:
                return Picture(f"pictures/{thing}.jpg", make(file))
        except BlobStoreDown:
            raise
        except BlobError as gone:
            return Picture(None, why=f"its bytes cannot be shown ({gone.code})")


@dataclass(frozen=True)
class Teller:
    """Tells clips of one log."""

    log: str
    pictures: Pictures | None

    def shown(self, connection: Connection, statement: Statement) -> Shown:
        """One clip, by what its receipt proves."""
        card = clips.clip(connection, self.log, statement.clip)
        entry = continuity.record_at(connection, self.log, card.scene, statement.record)
        found = lineage(connection, self.log, card.id, depth=STEPS, limit=_MOST_EDGES, named=True)
        names = {thing.id: thing.name for thing in found.things if thing.name}
        names[card.id] = f"{card.duration_us / 1_000_000:.2f} s"
        cards = assets.find_assets(
            connection, self.log, [one.id for one in statement.inputs if one.id.startswith("asset_")]
        )
        return Shown(
            card=card,
            statement=statement,
            record=entry.record,
            poster=Picture(None, why="left out") if self.pictures is None else self.pictures.poster(card),
            sources=tuple(self._sources(statement, names, cards)),
            drawing=draw(card.id, found.edges, names),
            names=names,
        )

    def _sources(
        self, statement: Statement, names: Mapping[str, str], cards: Mapping[str, assets.AssetCard]
    ) -> Iterator[Source]:
        for one in statement.inputs:
            card = cards.get(one.id)
            picture = self.pictures.thumbnail(card) if self.pictures and card else None
            yield Source(one.id, names.get(one.id, ""), one.position, one.erased, picture)

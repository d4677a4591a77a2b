"""What a report shows of each clip: its receipt's statement, its record opened, its pictures, its lineage drawn.

A picture is on record as read before it is made, whoever it shows (`registry.auditing`). What is erased is shown as erased.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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
from registry.views import accounts, assets, characters, clips, continuity, scenes
from registry.views.lineage import Lineage, lineage

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
    """Tells clips of one log; `known` are the names of scenes and accounts that were asked for."""

    log: str
    pictures: Pictures | None
    known: dict[str, str] = field(default_factory=dict)

    def shown(self, connection: Connection, statement: Statement) -> Shown:
        """One clip, by what its receipt proves."""
        card = clips.clip(connection, self.log, statement.clip)
        record = continuity.record_at(connection, self.log, card.scene, statement.record).record
        found = lineage(connection, self.log, card.id, depth=STEPS, limit=_MOST_EDGES)
        things = _things(found)
        cards = assets.find_assets(connection, self.log, [one for one in things if one.startswith("asset_")])
        names = {one: card.label for one, card in cards.items()} | self._names(connection, things)
        names[card.id] = f"{card.duration_us / 1_000_000:.2f} s"
        return Shown(
            card=card,
            statement=statement,
            record=record,
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

    def _names(self, connection: Connection, things: Iterable[str]) -> dict[str, str]:
        """What people call characters, scenes and accounts; the others keep their kind."""
        by_kind: dict[str, list[str]] = {}
        for thing in things:
            by_kind.setdefault(thing.partition("_")[0], []).append(thing)
        people = characters.find_characters(connection, self.log, by_kind.get("character", ()))
        found = {card.id: card.name for card in people}
        for thing in (*by_kind.get("scene", ()), *by_kind.get("account", ())):
            if thing not in self.known:
                self.known[thing] = _name(connection, self.log, thing)
            found[thing] = self.known[thing]
        return found


def _name(connection: Connection, log: str, thing: str) -> str:
    if thing.startswith("scene_"):
        return scenes.scene(connection, log, thing).name
    return accounts.account(connection, log, thing).name


def _things(found: Lineage) -> list[str]:
    return list(dict.fromkeys(end for edge in found.edges for end in (edge.made, edge.source)))

"""What a report tells: a production, scene or clip, and each of its clips with what was proven and what people read of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from api.reporting.drawing import Drawing
from registry.events.scene import ContinuityRecorded
from registry.proof.statement import Statement
from registry.views.clips import ClipCard


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture beside the report, by its file's name in the bundle; none where the bytes were erased or cannot be drawn."""

    file: str | None
    content: bytes = field(default=b"", repr=False)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Something a clip was made from: what people call it, where it came into the log, whether it is erased."""

    id: str
    label: str
    position: int
    erased: bool
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One clip of a report; of an adopted one there is no `record`. `names` are what people call the things in it, by id."""

    card: ClipCard
    statement: Statement
    record: ContinuityRecorded | None
    poster: Picture
    sources: tuple[Source, ...]
    drawing: Drawing
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class About:
    """What the report is about, and the checkpoint that all of it is proven under."""

    id: str
    name: str
    studio: str
    origin: str
    size: int
    root: str
    keys: tuple[str, ...]
    clips: int
    until: int
    """When the last event under the checkpoint was recorded, in microseconds since 1970."""


def moment(microseconds: int) -> str:
    """A time as people read it, to the second, in UTC."""
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

"""A cut as an OpenTimelineIO timeline: approved takes in shot order, gaps where none is approved, lineage as metadata.

Under `continuity` every clip says what it was made from: its generation, cast, elements, pictures, plan, parents, and where its
record stands in the log; whether a machine made it, whether it depicts a real person, and which marks its file bears. Adopted
footage says who is seen in it, and that it was adopted; where it is from, which are words, stays in the house. The cast stands
there by id only, as the file leaves the house and an erasure does not reach it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

if TYPE_CHECKING:
    from opentimelineio import opentime, schema

    from registry.views.clips import ClipCard
    from registry.views.cuts import Cut, Slot, Take

Rate = Literal["23.976", "24", "25", "29.97", "30", "48", "50", "59.94", "60"]
"""Frames a second of the timeline, as editors name them."""
MEDIA_TYPE: Final = "application/vnd.pixar.opentimelineio+json"
GAP_SECONDS: Final = 5
"""How long a planned shot without an approved take is: what a shot request asks for unless it says otherwise."""
_NTSC: Final[dict[str, Fraction]] = {
    "23.976": Fraction(24_000, 1_001),
    "29.97": Fraction(30_000, 1_001),
    "59.94": Fraction(60_000, 1_001),
}
_RATES: Final = {name: _NTSC.get(name, Fraction(name)) for name in get_args(Rate)}
_SECOND_US: Final = 1_000_000


def can_write() -> bool:
    """Whether OpenTimelineIO is installed (the extra `otio`)."""
    return find_spec("opentimelineio") is not None


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a timeline is written: its frame rate, and where each clip's media is."""

    rate: Rate
    media: Callable[[ClipCard], str]


def of_scene(cut: Cut, wanted: Wanted) -> bytes:
    """A scene's timeline: one track."""
    from opentimelineio import schema

    made = schema.Timeline(
        cut.scene.name, metadata=_told(scene=cut.scene.id, production=cut.scene.production)
    )
    made.tracks.append(_track(cut, wanted))
    return _written(made)


def of_production(name: str, production: str, cuts: Iterable[Cut], wanted: Wanted) -> bytes:
    """A production's timeline: one track of scenes, each a stack with a track of its own."""
    from opentimelineio import schema

    made = schema.Timeline(name, metadata=_told(production=production))
    track = schema.Track("scenes", kind=schema.TrackKind.Video)
    for cut in cuts:
        place = _told(scene=cut.scene.id, episode=cut.scene.episode, number=cut.scene.number)
        track.append(schema.Stack(cut.scene.name, children=[_track(cut, wanted)], metadata=place))
    made.tracks.append(track)
    return _written(made)


def _track(cut: Cut, wanted: Wanted) -> schema.Track:
    from opentimelineio import schema

    track = schema.Track(cut.scene.name, kind=schema.TrackKind.Video, metadata=_told(scene=cut.scene.id))
    for slot in cut.slots:
        track.append(_clip(slot, wanted) if slot.takes else _gap(slot, wanted))
    return track


def _gap(slot: Slot, wanted: Wanted) -> schema.Gap:
    from opentimelineio import schema

    length = _range(GAP_SECONDS * _SECOND_US, wanted.rate)
    return schema.Gap(name=_name(slot), source_range=length, metadata=_told(**_planned(slot)))


def _clip(slot: Slot, wanted: Wanted) -> schema.Clip:
    """The newest approval is what plays; earlier ones are further media of the same clip."""
    from opentimelineio import schema

    *others, newest = slot.takes
    key = schema.Clip.DEFAULT_MEDIA_KEY
    made = schema.Clip(
        name=_name(slot),
        source_range=_range(newest.clip.duration_us, wanted.rate),
        metadata=_told(**_planned(slot), **_lineage(newest)),
    )
    media = {key: _media(newest, wanted)} | {take.clip.id: _media(take, wanted) for take in others}
    made.set_media_references(media, key)
    for note in newest.notes:
        marked = _range(0, wanted.rate, start_us=note.at_us or 0)
        told = _told(
            noted_by=note.noted_by, position=note.position, on="clip" if note.at_us is None else "time"
        )
        made.markers.append(schema.Marker(name=note.text, marked_range=marked, metadata=told))
    return made


def _media(take: Take, wanted: Wanted) -> schema.ExternalReference:
    from opentimelineio import schema

    reference = schema.ExternalReference(
        target_url=wanted.media(take.clip),
        available_range=_range(take.clip.duration_us, wanted.rate),
        metadata=_told(**_lineage(take)),
    )
    reference.name = take.clip.id
    return reference


def _lineage(take: Take) -> dict[str, Any]:
    """What the clip is, and what it was made from."""
    clip, card, record = take.clip, take.record, take.record.record
    made = {} if record is None else {
        "pattern": record.pattern,
        "elements": [*record.elements],
        "assets": [*record.assets],
        "parents": [*record.parents],
        "plan_digest": record.plan_digest,
    }  # fmt: skip
    return {
        "clip": clip.id,
        "sha256": clip.stored.sha256,
        "bytes": clip.stored.bytes,
        "media_type": clip.stored.media_type,
        "duration_us": clip.duration_us,
        "width": clip.width,
        "height": clip.height,
        "has_audio": clip.has_audio,
        "ai_generated": clip.ai_generated,
        "depicts_real_person": clip.depicts_real_person,
        "marks": clip.marks.model_dump(mode="json"),
        "origin": clip.origin,
        "generation": clip.generation,
        "submission": clip.submission,
        "position": card.position,
        "framing": card.framing,
        "cast": [
            {"character": one.character, "version": one.version, "look": card.looks[one.character]}
            for one in card.cast
        ],
        **made,
        "approved_by": clip.verdict.by if clip.verdict else None,
        "approved_at": clip.verdict.said_at if clip.verdict else None,
    }


def _planned(slot: Slot) -> dict[str, Any]:
    shot = slot.shot
    if shot is None:
        return {"shot": None}
    return {"shot": shot.id, "number": shot.number, "client_reference": shot.client_reference}


def _name(slot: Slot) -> str:
    if slot.shot is None:
        return slot.takes[-1].clip.id
    called = (slot.shot.client_reference or "").rpartition("/")[2]
    return called or f"shot {slot.shot.number}"


def _range(length_us: int, rate: Rate, *, start_us: int = 0) -> opentime.TimeRange:
    """Whole frames that lie within a length; at least one, but for a point."""
    from opentimelineio import opentime

    a_second = _RATES[rate]
    frames = int(length_us * a_second / _SECOND_US)
    start = int(start_us * a_second / _SECOND_US)
    length = max(1, frames) if length_us else 0
    return opentime.TimeRange(
        opentime.RationalTime(start, float(a_second)), opentime.RationalTime(length, float(a_second))
    )


def _told(**said: Any) -> dict[str, Any]:
    return {"continuity": said}


def _written(made: schema.Timeline) -> bytes:
    written: str = made.to_json_string(indent=2)
    return f"{written}\n".encode()

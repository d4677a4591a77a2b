"""What in a studio's log speaks of a person: the streams that an erasure destroys the keys of, and the clips that show them.

Read from the events as they are stored, without opening anything: every link is an id in clear. So it can be asked again after
the keys are destroyed, and the answer is the same, whatever was linked before the link to the person was made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from registry.log.feed.feed import Stored, stored

if TYPE_CHECKING:
    from registry.registry import Registry

LINKING: Final = (
    "AssetRegistered",
    "AssetSuperseded",
    "ClipAdopted",
    "ClipRecorded",
    "ConsentGranted",
    "ContinuityRecorded",
    "ElementAdopted",
    "ElementMintRequested",
    "ErasureOrdered",
    "GenerationRequested",
    "LikenessLinked",
    "LikenessUnlinked",
    "PlanCompiled",
    "ReferenceAssigned",
    "ReferenceWithdrawn",
    "SubmissionIntended",
    "VoiceAdopted",
    "VoiceMintRequested",
)
"""The events that say what belongs to whom."""


@dataclass(frozen=True, slots=True)
class Linked:
    """Everything of a likeness, each in the order it came up. `kept` are its pictures that stand for other people too.

    `objects` is how many blobs its assets and submissions have.
    """

    likeness: str
    characters: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    generations: tuple[str, ...] = ()
    submissions: tuple[str, ...] = ()
    clips: tuple[str, ...] = ()
    frames: tuple[tuple[str, str], ...] = ()
    """(asset, clip): pictures cut from those clips that are nobody's reference; they share the clip's fate."""
    objects: int = 0

    @property
    def streams(self) -> tuple[str, ...]:
        """Those whose keys are destroyed. Clips keep theirs: what is decided of them must stay readable."""
        made = (*self.elements, *self.voices, *self.generations, *self.submissions)
        return (self.likeness, *self.characters, *self.assets, *made)


def linked_to(likeness: str, events: Iterable[Stored]) -> Linked:
    """What belongs to a likeness, by a log's linking events in their order; links as they were when its erasure was ordered."""
    walked = _Walk(likeness)
    listed = list(events)
    walked.people(listed)
    walked.pictures(listed)
    walked.made(listed)
    return walked.result()


def find_linked(registry: Registry, studio: str, likeness: str) -> Linked:
    """What belongs to a likeness now, or, once its erasure is ordered, what belonged to it then and was made since."""
    with registry.snapshot(studio) as connection:
        return linked_to(likeness, stored(connection, studio, LINKING))


@dataclass
class _Walk:
    """Three walks: who the person is here, which bytes show them, what was made of those."""

    likeness: str
    characters: dict[str, None] = field(default_factory=dict)
    shown: dict[str, None] = field(default_factory=dict)
    others: dict[str, set[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(set))
    elements: dict[str, None] = field(default_factory=dict)
    voices: dict[str, None] = field(default_factory=dict)
    generations: dict[str, None] = field(default_factory=dict)
    submissions: dict[str, None] = field(default_factory=dict)
    clips: dict[str, None] = field(default_factory=dict)
    frames: dict[str, str] = field(default_factory=dict)
    objects: dict[str, int] = field(default_factory=dict)

    def people(self, events: Sequence[Stored]) -> None:
        for event in events:
            if event.type == "ErasureOrdered" and event.stream == self.likeness:
                return
            if event.body.get("likeness") != self.likeness:
                continue
            if event.type == "LikenessLinked":
                self.characters[event.stream] = None
            elif event.type == "LikenessUnlinked":
                self.characters.pop(event.stream, None)

    def pictures(self, events: Sequence[Stored]) -> None:
        for event in events:
            self._shows(event)
        for (
            event
        ) in events:  # what takes the place of a picture of theirs, or left its place to one, shows them too
            if event.type == "AssetSuperseded" and event.stream in self.shown:
                self.shown[event.body["by"]] = None
        for event in reversed(events):
            if event.type == "AssetSuperseded" and event.body["by"] in self.shown:
                self.shown[event.stream] = None

    def _shows(self, event: Stored) -> None:
        body, theirs = event.body, event.stream in self.characters
        match event.type:
            case "ReferenceAssigned" if theirs:
                self.shown[body["asset"]] = None
            case "ReferenceAssigned":
                self.others[body["asset"]].add(_role(event))
            case "ReferenceWithdrawn" if not theirs:
                self.others[body["asset"]].discard(_role(event))
            case "ConsentGranted" if event.stream == self.likeness:
                self.shown[body["evidence"]] = None
            case "ConsentGranted":
                self.others[body["evidence"]].add((event.stream,))
            case "ElementAdopted" if body["character"] in self.characters:
                self.elements[event.stream] = None
            case "VoiceAdopted" if body["character"] in self.characters:
                self.voices[event.stream] = None
            case "ElementMintRequested" if body["inputs"]["character"] in self.characters:
                self.elements[event.stream] = None
                inputs = body["inputs"]
                self._assets(inputs["frontal"], *inputs["views"], inputs["video"])
            case "VoiceMintRequested" if body["inputs"]["character"] in self.characters:
                self.voices[event.stream] = None
                self._assets(body["inputs"]["recording"])
            case _:
                pass

    def _assets(self, *named: str | None) -> None:
        self.shown |= {name: None for name in named if name and name.startswith("asset_")}

    def made(self, events: Sequence[Stored]) -> None:
        for event in events:
            body = event.body
            match event.type:
                case "AssetRegistered":
                    self.objects[event.stream] = 1 if body["picture"] is None else 2
                    clip = (body["derived_from"] or {}).get("clip")
                    if clip in self.clips:
                        self.frames[event.stream] = clip
                case "GenerationRequested" | "PlanCompiled" if self._about(body["subjects"]):
                    self.generations[event.stream] = None
                case "SubmissionIntended" if self._theirs(body["subject"]) or self._about(body["subjects"]):
                    self.submissions[event.stream] = None
                case "ClipRecorded" if body["generation"] in self.generations:
                    self.clips[event.stream] = None
                case "ClipAdopted" if self._is_seen(body):
                    self.clips[event.stream] = None
                case "ContinuityRecorded" if body["clip"] and self._carries(body):
                    self.clips[body["clip"]] = None
                    self.generations[body["generation"]] = None
                    if body["submission"]:
                        self.submissions[body["submission"]] = None
                case _:
                    pass

    def _theirs(self, subject: str) -> bool:
        return subject in self.generations or subject in self.elements or subject in self.voices

    def _about(self, subjects: Iterable[str]) -> bool:
        return any(subject in self.characters or subject == self.likeness for subject in subjects)

    def _is_seen(self, adopted: dict[str, Any]) -> bool:
        """Whether whoever adopted a clip says that they are seen in it."""
        cast = (member["character"] for member in adopted["cast"])
        return self.likeness in adopted["likenesses"] or self._about(cast)

    def _carries(self, record: dict[str, Any]) -> bool:
        """Whether a clip shows them: they are cast, it stands on a picture of theirs, or it goes on from a clip that does."""
        return (
            self._about(record["subjects"])
            or self._about(member["character"] for member in record["cast"])
            or any(asset in self.shown or asset in self.frames for asset in record["assets"])
            or any(parent in self.clips for parent in record["parents"])
        )

    def result(self) -> Linked:
        kept = tuple(asset for asset in self.shown if self.others.get(asset))
        assets = tuple(asset for asset in self.shown if asset not in kept)
        frames = tuple((asset, clip) for asset, clip in self.frames.items() if asset not in self.shown)
        return Linked(
            self.likeness,
            characters=tuple(self.characters),
            assets=assets,
            kept=kept,
            elements=tuple(self.elements),
            voices=tuple(self.voices),
            generations=tuple(self.generations),
            submissions=tuple(self.submissions),
            clips=tuple(self.clips),
            frames=frames,
            objects=sum(self.objects.get(asset, 0) for asset in assets),
        )


def _role(event: Stored) -> tuple[Any, ...]:
    return (event.stream, event.body["role"], event.body.get("look"))

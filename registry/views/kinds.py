"""Which steps lineage knows: what each says, which events say it on which evidence, and which end it.

This table is the one place where that is decided; docs/reference/lineage.md is written from it, and a test holds every row that a
projection writes to it. A step points from what was made to what it was made from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

EdgeKind = Literal[
    "in", "cast", "grounded-on", "frames", "wears", "look-of", "shows", "carries", "depicts", "reference", "made-from",
    "speaks-with", "voice-of", "likeness-of", "remint-of", "supersedes", "continues", "edits", "frame-of", "approved-by",
    "paid-with", "on-account",
]  # fmt: skip
Evidence = Literal["witnessed", "reported", "attested", "inferred"]
GRADES: Final[Mapping[Evidence, str]] = {
    "witnessed": "we did it ourselves: compiled, sent or stored it",
    "reported": "the vendor says so",
    "attested": "a person or a program with a key says so",
    "inferred": "nobody said or saw it; it follows from what is recorded",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of step. `said` names the events that say it and on which evidence, `ended` those after which it holds no more."""

    made: str
    source: str
    means: str
    said: Mapping[str, tuple[Evidence, ...]]
    ended: tuple[str, ...] = ()
    detail: str = ""
    """What an edge's `detail` holds; empty where it holds nothing."""


_BY_US: Final[tuple[Evidence, ...]] = ("witnessed",)
_BY_WORD: Final[tuple[Evidence, ...]] = ("attested",)
_MINTS: Final = {"ElementMintRequested": _BY_US, "VoiceMintRequested": _BY_US}
_NO_MINT: Final = ("ElementMintFailed", "VoiceMintFailed")

KINDS: Final[Mapping[EdgeKind, Kind]] = {
    "in": Kind(
        "clip, scene",
        "scene, production",
        "the clip was made in the scene, or adopted into it; the scene belongs to the production",
        {"ClipRecorded": _BY_US, "ClipAdopted": _BY_WORD, "SceneOpened": _BY_WORD},
    ),
    "cast": Kind(
        "scene",
        "character",
        "the character plays in the scene; who starts at a clip is not led to it, as not all of a cast is in every clip",
        {"CharacterCast": _BY_WORD},
        ("CastReleased",),
    ),
    "grounded-on": Kind(
        "clip",
        "asset, element",
        "the picture or element stood in the payload",
        {"ContinuityRecorded": _BY_US},
    ),
    "frames": Kind(
        "clip",
        "asset",
        "the picture stood in the payload as the clip's first or last frame",
        {"ContinuityRecorded": _BY_US},
        detail="`opening`, `closing`, or both",
    ),
    "wears": Kind(
        "clip, element",
        "look",
        "a character is in this look",
        {
            "ContinuityRecorded": _BY_US,
            "ContinuityCorrected": _BY_WORD,
            "ClipAdopted": _BY_WORD,
            "ElementAdopted": _BY_WORD,
            "ElementMintRequested": _BY_US,
        },
        ("ContinuityCorrected", "ElementMintFailed"),
        detail="the character",
    ),
    "look-of": Kind(
        "look", "character", "it is a look of the character", {"LookDefined": _BY_WORD}, ("LookRetired",)
    ),
    "shows": Kind(
        "clip",
        "character",
        "the character is in the clip; inferred where nothing of it stood in the payload, as in a clip that goes on from another",
        {"ContinuityRecorded": ("witnessed", "inferred"), "ClipAdopted": _BY_WORD},
    ),
    "carries": Kind(
        "clip",
        "likeness",
        "a real person is in the clip, through a character that shows them, or as whoever adopted the clip says",
        {"ContinuityRecorded": ("witnessed", "inferred"), "ClipAdopted": _BY_WORD},
    ),
    "depicts": Kind(
        "element",
        "character",
        "the element shows the character",
        {"ElementAdopted": _BY_WORD, "ElementMintRequested": _BY_US},
        ("ElementMintFailed",),
    ),
    "reference": Kind(
        "character, look",
        "asset",
        "the picture stands for the character, or for the character in the look",
        {"ReferenceAssigned": _BY_WORD},
        ("ReferenceWithdrawn",),
        detail="the role",
    ),
    "made-from": Kind(
        "element, voice", "asset, clip", "it is part of the recipe", {**_MINTS}, _NO_MINT
    ),
    "speaks-with": Kind(
        "clip, element, character",
        "voice",
        "the voice is heard, was made part of the element, is the one the character speaks with",
        {"ContinuityRecorded": _BY_US, "ElementMintRequested": _BY_US, "VoiceBound": _BY_WORD},
        ("VoiceBound", "VoiceUnbound", "ElementMintFailed"),
    ),
    "voice-of": Kind(
        "voice",
        "character",
        "the voice is the character's",
        {"VoiceAdopted": _BY_WORD, "VoiceMintRequested": _BY_US},
        ("VoiceMintFailed",),
    ),
    "likeness-of": Kind(
        "character",
        "likeness",
        "a real person is behind the character",
        {"LikenessLinked": _BY_WORD},
        ("LikenessUnlinked",),
    ),
    "remint-of": Kind(
        "element, voice", "element, voice", "it takes the other's place", {**_MINTS}, _NO_MINT
    ),
    "supersedes": Kind("asset", "asset", "it takes the other's place", {"AssetSuperseded": _BY_WORD}),
    "continues": Kind(
        "clip, scene",
        "clip",
        "it goes on from the clip",
        {"ContinuityRecorded": _BY_US, "SceneContinuedFrom": _BY_WORD},
        ("SceneContinuedFrom",),
    ),
    "edits": Kind("clip", "clip", "it is a change of the clip", {"ContinuityRecorded": _BY_US}),
    "frame-of": Kind("asset", "clip", "the picture was taken from the clip", {"AssetRegistered": _BY_WORD}),
    "approved-by": Kind(
        "clip",
        "key",
        "the holder of the key took the clip as a take",
        {"ClipApproved": _BY_WORD},
        ("ApprovalWithdrawn", "ClipRejected", "ClipWithdrawn", "ClipErased"),
    ),
    "paid-with": Kind(
        "clip, element, voice, submission",
        "submission, production",
        "it came of this paid call; the call was paid from the production's budget",
        {
            "SubmissionIntended": _BY_US,
            "ContinuityRecorded": ("reported", "witnessed"),
            "BudgetSettled": ("reported", "inferred"),
        },
        detail="Kling units, where the vendor says them or they are assumed",
    ),
    "on-account": Kind(
        "element, voice, submission",
        "account",
        "it lives, or was sent, on the Kling account",
        {
            "ElementAdopted": _BY_WORD,
            "VoiceAdopted": _BY_WORD,
            **_MINTS,
            "SubmissionIntended": _BY_US,
        },
        _NO_MINT,
    ),
}  # fmt: skip
INTRODUCED: Final[Mapping[str, str]] = {
    "AccountOpened": "account",
    "AssetRegistered": "asset",
    "CharacterIntroduced": "character",
    "ClipAdopted": "clip",
    "ClipRecorded": "clip",
    "ElementAdopted": "element",
    "ElementMintRequested": "element",
    "LikenessRegistered": "likeness",
    "ProductionOpened": "production",
    "SceneOpened": "scene",
    "SubmissionIntended": "submission",
    "VoiceAdopted": "voice",
    "VoiceMintRequested": "voice",
}
"""The events that begin a stream which takes part. A look takes part from its first definition on, a key from its first
approval, and a submission whose intent stands elsewhere from the first event on that names it."""
RETIRED: Final = ("AssetRetired", "CharacterRetired", "ElementRetired", "VoiceRetired", "ClipWithdrawn")
ERASED: Final = ("AssetErased", "CharacterErased", "LikenessErased", "ClipErased")
"""The events after which a thing is told as retired (of a clip: withdrawn), or as erased. Its edges stay."""


def look_id(character: str, look: str) -> str:
    """What a look is called in lineage: its character's id, a colon, its name."""
    return f"{character}:{look}"


def kind_of(thing: str) -> str:
    """The kind of a thing by its id: `look` of `character_01h…:winter`, `program` of an actor that is no key."""
    if ":" in thing:
        return "look"
    return thing.partition("_")[0] if "_" in thing else "program"


def character_of(thing: str) -> str:
    """The character itself, or the one whose look it is."""
    return thing.partition(":")[0]


def events_told() -> frozenset[str]:
    """Every event that lineage is made of."""
    said: Iterable[str] = (name for kind in KINDS.values() for name in (*kind.said, *kind.ended))
    return frozenset({*said, *INTRODUCED, *RETIRED, *ERASED})

"""Everything a resolution reads, loaded as of one position of the log and frozen; nothing here looks anything up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from generation.policies import GUIDE, Policies
from registry.deciders.likeness import Likeness
from registry.deciders.looks import Look
from registry.events.element import ElementInputs
from registry.events.references import AssetKind, CharacterKind, Depicts, ReferenceRole


@dataclass(frozen=True, slots=True)
class AccountGround:
    """The Kling account that pays: elements live on one account and never cross (contract section 6)."""

    id: str
    region: str
    host: str


@dataclass(frozen=True, slots=True)
class SceneGround:
    """The scene and its cast, character ids in the order they were cast, and its planned shots.

    `setting` serves requests that name none.
    """

    id: str
    name: str
    cast: tuple[str, ...] = ()
    setting: str = ""
    shots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReferenceGround:
    """A picture that shows a character, and how, in which look (None: as introduced)."""

    role: ReferenceRole
    asset: str
    look: str | None = None


@dataclass(frozen=True, slots=True)
class ElementGround:
    """A Kling element that shows a character in a look. `kind` is what it was made from, where that is known.

    `retired` is whatever keeps anything new from standing on it; `lost` what a census saw. `made_of` is its recipe, which only
    those have that we made.
    """

    id: str
    element_id: int
    account: str
    kind: Literal["image", "video"] | None = None
    retired: bool = False
    look: str | None = None
    lost: str | None = None
    made_of: ElementInputs | None = None
    cause: str = ""
    """Why it is `retired`, in words that go on from its id."""


@dataclass(frozen=True, slots=True)
class VoiceGround:
    """A voice of a character. A preset of the vendor's has no `account`; `voice_id` is "" until it is made.

    `remint_of` is the voice whose place it takes; `retired` says that nobody new may speak with it, `cause` why it is not `live`,
    in words that go on from its id.
    """

    id: str
    voice_id: str
    account: str | None
    live: bool = True
    retired: bool = False
    remint_of: str | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class LikenessGround:
    """The real person behind a character, with what they allow."""

    id: str
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class CharacterGround:
    """A character as of the version the request would use, in the look it would use (None: as introduced).

    `current` is the newest version there is, and `pinned_by` says what holds on to an older one or to a look. `voice` is what it
    speaks with on the paying account, and `voices` are all of its own, oldest first.
    """

    id: str
    name: str
    kind: CharacterKind
    version: int
    references: tuple[ReferenceGround, ...] = ()
    elements: tuple[ElementGround, ...] = ()
    retired: bool = False
    current: int = 0
    pinned_by: Literal["scene", "production", "request"] | None = None
    look: str | None = None
    looks: Mapping[str, Look] = field(default_factory=dict)
    depicts: Depicts = "fictional"
    likeness: LikenessGround | None = None
    voice: VoiceGround | None = None
    voices: tuple[VoiceGround, ...] = ()


@dataclass(frozen=True, slots=True)
class AppearanceGround:
    """Somebody who can be recognised without being cast: by a picture that is sent, or in the clip that is gone on from.

    `heard` says that the clip holds their voice. `path` is what of the request brings them in.
    """

    path: str
    character: CharacterGround
    asset: str | None = None
    clip: str | None = None
    heard: bool = False


@dataclass(frozen=True, slots=True)
class AssetGround:
    """Source bytes and their rendition: key, SHA-256, length in bytes, upright pixels, format. Only pictures have a rendition.

    A picture cut from a clip of ours names that clip and the clip's scene (guide 3D asks where a first frame comes from).
    """

    id: str
    kind: AssetKind
    digest: str
    rendition_key: str | None = None
    rendition_digest: str | None = None
    rendition_bytes: int = 0
    width: int = 0
    height: int = 0
    format: str = ""
    retired: bool = False
    superseded_by: str | None = None
    made_from_clip: str | None = None
    made_from_scene: str | None = None


@dataclass(frozen=True, slots=True)
class ParentGround:
    """The clip to continue from or to edit, and where the vendor still serves it.

    `url` is None while there is no result; `running` says that there may still be one. `sha256` is our copy's digest; `relay`
    says that we could serve it instead. An `adopted` clip has neither task nor address at the vendor; its size is known, in
    `bytes` and pixels.
    """

    clip: str
    generation: str
    task_id: str | None
    url: str | None
    url_expires_at_us: int | None
    duration_seconds: float
    scene: str
    running: bool = False
    sha256: str | None = None
    relay: bool = False
    adopted: bool = False
    bytes: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class TakeGround:
    """The clip that a retake answers, and the mode it was made in (None when that is not on record)."""

    clip: str
    mode: str | None = None


@dataclass(frozen=True, slots=True)
class Grounds:
    """The world of one request as of `position`, at `now_us` (microseconds).

    `people` is keyed by every name, alias or id the request uses (cast and speakers) and by the ids of the scene's cast; `assets`
    by the ids the request names and the ids the people's references name. What does not exist is absent, and
    `production` is None where neither the request nor its scene leads to one. `ambiguous` holds the words that could mean
    several characters, with their ids. `portraits` holds the opening picture's id when it stands for a character, cast or not.
    `policies` are the installation's, not of a position.
    """

    studio: str
    position: int
    now_us: int
    account: AccountGround | None
    production: str | None
    scene: SceneGround | None
    people: Mapping[str, CharacterGround] = field(default_factory=dict)
    assets: Mapping[str, AssetGround] = field(default_factory=dict)
    parent: ParentGround | None = None
    retake: TakeGround | None = None
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    portraits: frozenset[str] = frozenset()
    policies: Policies = GUIDE
    territories: tuple[str, ...] = ()
    """Where the production is released; empty is the whole world."""
    appearing: tuple[AppearanceGround, ...] = ()
    withdrawn: frozenset[str] = frozenset()
    """Clips that the request goes on from, answers or cuts a picture from, and that are not to be used any more."""
    unplayed: Mapping[str, str] = field(default_factory=dict)
    """Adopted clips among them in which somebody real is seen whom no character plays, with who that is, in words."""

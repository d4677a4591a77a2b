"""What compiling answers: a `Plan`, complete and without a single byte of picture, and the `Preview` a caller sees of it.

Both are JSON both ways. The log keeps the plan; the worker carries it out and decides nothing again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from generation.policies import Policies
from generation.prices import Estimate
from generation.rules.finding import Finding


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Why(_Answer):
    """One reason: the pattern chosen (or refused), a decision taken on the way, or a pattern that nearly fitted."""

    subject: str
    verdict: Literal["chosen", "refused", "near miss", "noted"]
    because: str
    cites: tuple[str, ...]


class Grounded(_Answer):
    """What stands for whom: an element, a picture (ours, or elsewhere by `url`), a frame or a clip.

    `marker` is how the prompt points at it; a person is as of `version`, in `look`; `consent` is what allows to show the real
    person behind somebody.
    """

    role: Literal["person", "opening", "closing", "reference", "parent"]
    marker: str | None
    character: str | None = None
    name: str | None = None
    version: int | None = None
    look: str | None = None
    element: str | None = None
    element_id: int | None = None
    asset: str | None = None
    url: str | None = None
    clip: str | None = None
    likeness: str | None = None
    consent: str | None = None


class Shown(_Answer):
    """Somebody who can be recognised in the clip: cast, by a portrait among the pictures (`asset`), or in the clip gone on from.

    `heard` says that the voice is used too; `consent` is what allows it where a real person is behind.
    """

    character: str
    version: int
    heard: bool = False
    cast: bool = True
    asset: str | None = None
    clip: str | None = None
    likeness: str | None = None
    consent: str | None = None


class Mapped(_Answer):
    """One person's number, the same for face, reference and voice. `voice` is None for those who do not speak.

    `speaks_with` is the voice that is heard, the one the person's element was made with, and `voice_id` Kling's id of it; both
    are None where Kling chooses, or nobody knows.
    """

    number: int
    character: str
    name: str
    reference: str
    voice: str | None
    speaks_with: str | None = None
    voice_id: str | None = None


class Attachment(_Answer):
    """What fills a placeholder just before sending: a rendition's bytes (key, SHA-256, length), or a clip's address.

    With `relay` the address is one of ours, made with the intent, for the clip's (or a recording's) bytes of that SHA-256.
    """

    ref: str
    asset: str | None = None
    clip: str | None = None
    key: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    url: str | None = None
    relay: bool = False


class Plan(_Answer):
    """One payload, compiled once, with references in place of bytes.

    `plan_digest` covers endpoint, pattern and payload with each picture's id, and not the external id, the callback token
    or a clip's address, nor who serves it: the clip is the same. `wire_bytes` is the exact length of the compact JSON body with
    everything attached, before the submission adds its external id, callback address and relay. `duration` is in seconds;
    `policies` are those it was compiled under, `as_of` is the log position that was read, `compiled_at_us` the clock.
    `findings` holds the accepted cautions with their reasons, and the advice.
    """

    pattern: str
    evidence: str
    endpoint: str
    account: str
    payload: dict[str, Any]
    attachments: tuple[Attachment, ...]
    plan_digest: str
    wire_bytes: int
    findings: tuple[Finding, ...]
    why: tuple[Why, ...]
    grounded: tuple[Grounded, ...]
    mapping: tuple[Mapped, ...]
    shows: tuple[Shown, ...] = ()
    estimate: Estimate
    duration: int
    sound: Literal["on", "off"]
    framing: str | None
    parents: tuple[str, ...]
    policies: Policies
    as_of: int
    compiled_at_us: int
    compiler_version: str

    @property
    def model(self) -> str:
        """Whose slots the paid call takes."""
        return model_of(self.payload)


class Preview(_Answer):
    """What would be sent, or why nothing can be.

    The payload is shown unless something refuses it; `sendable` says whether the same request would be taken as it is (one with
    a caution and no reason is not). `estimate` is for one take, `total` for all `takes`.
    """

    sendable: bool
    pattern: str | None = None
    evidence: str | None = None
    endpoint: str | None = None
    payload: dict[str, Any] | None = None
    plan_digest: str | None = None
    wire_bytes: int | None = None
    findings: tuple[Finding, ...] = ()
    why: tuple[Why, ...] = ()
    grounded: tuple[Grounded, ...] = ()
    mapping: tuple[Mapped, ...] = ()
    shows: tuple[Shown, ...] = ()
    estimate: Estimate | None = None
    takes: int = 1
    total: Estimate | None = None


MintEndpoint = Literal["advanced-custom-elements", "custom-voices"]
LANE_OF_MINT: Final[Mapping[MintEndpoint, str]] = {
    "advanced-custom-elements": "element",
    "custom-voices": "voice",
}
"""Endpoint -> what stands for a model where slots are counted: these calls name none."""


class MintPlan(_Answer):
    """The one paid call that makes an element or a voice, compiled once, with references in place of bytes and addresses.

    `grounds` are the streams it stands on, of which none may be retired when it is sent; `likenesses` the real people behind
    them, `voiced` whether somebody's voice is used. `recipe_digest` covers inputs, name and description; `plan_digest` what would
    be sent, a picture by its digest and a clip by its id. The rest is as in `Plan`.
    """

    endpoint: MintEndpoint
    account: str
    payload: dict[str, Any]
    attachments: tuple[Attachment, ...]
    recipe_digest: str
    plan_digest: str
    findings: tuple[Finding, ...]
    grounds: tuple[str, ...]
    likenesses: tuple[str, ...] = ()
    voiced: bool = False
    production: str | None = None
    estimate: Estimate
    compiled_at_us: int
    compiler_version: str

    @property
    def model(self) -> str:
        """Whose slots the paid call takes."""
        return LANE_OF_MINT[self.endpoint]


class MintPreview(_Answer):
    """What would be sent to make an element or a voice, or why nothing can be.

    `sendable` says whether the same request would be taken as it is; `payload` shows references where bytes and addresses go.
    """

    sendable: bool
    endpoint: MintEndpoint
    account: str | None = None
    payload: dict[str, Any]
    recipe_digest: str | None = None
    plan_digest: str | None = None
    findings: tuple[Finding, ...] = ()
    estimate: Estimate


Paid = Plan | MintPlan
"""What one paid call is compiled to, whatever it makes."""


def model_of(payload: Mapping[str, Any]) -> str:
    """The model a payload asks for, which its slots and its price belong to."""
    return str(payload.get("model_name", ""))

"""What compiling answers: a `Plan`, complete and without a single byte of picture, and the `Preview` a caller sees of it.

Both are JSON both ways. The log keeps the plan; the worker carries it out and decides nothing again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

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

    `marker` is how the prompt points at it.
    """

    role: Literal["person", "opening", "closing", "reference", "parent"]
    marker: str | None
    character: str | None = None
    name: str | None = None
    version: int | None = None
    element: str | None = None
    element_id: int | None = None
    asset: str | None = None
    url: str | None = None
    clip: str | None = None


class Mapped(_Answer):
    """One person's number, the same for face, reference and voice. `voice` is None for those who do not speak."""

    number: int
    character: str
    name: str
    reference: str
    voice: str | None


class Attachment(_Answer):
    """What fills a placeholder just before sending: a rendition's bytes (key, SHA-256, length), or a clip's address.

    With `relay` the address is one of ours, made with the intent, for the clip's bytes of that SHA-256.
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
    estimate: Estimate
    duration: int
    sound: Literal["on", "off"]
    framing: str | None
    parents: tuple[str, ...]
    policies: Policies
    as_of: int
    compiled_at_us: int
    compiler_version: str


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
    estimate: Estimate | None = None
    takes: int = 1
    total: Estimate | None = None


def model_of(payload: Mapping[str, Any]) -> str:
    """The model a payload asks for, which its slots and its price belong to."""
    return str(payload.get("model_name", ""))

"""What callers say about shots and takes: plans, verdicts, remarks; about records; and what they would ask for a whole scene."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, StrictInt, model_validator

from api.bodies import CLIP, Body, Name, Reason, Reference, Text, Why
from registry.events.clip import RejectionCause
from registry.events.ids import CharacterId, ClipId, ShotId
from registry.events.references import LookName
from registry.events.scene import LookWorn

_MOST_US = 24 * 3600 * 1_000_000


def _example(**said: Any) -> ConfigDict:
    return ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [said]})


class ParentClip(Body):
    """The clip of another scene where this one takes up (guide E)."""

    model_config = _example(clip=CLIP)

    clip: ClipId


class NewShot(Body):
    """A moment to film."""

    model_config = _example(action="They argue over the last seat.", framing="medium close shot")

    action: Reason
    framing: Name | None = None
    client_reference: Reference | None = None


class TakeApproval(Body):
    """What is to be said of the take, if anything."""

    model_config = _example(note="the look at the end is right")

    note: Text = ""


class TakeRejection(Body):
    """Why the take is no good: a cause of the guide's evaluation rule, and in words.

    `accept` gives the reason for a caution by its id: `W601` is raised when sync is blamed on a framing too wide to read lips.
    """

    model_config = _example(cause="identity_drift", reason="her face changes when she turns")

    cause: RejectionCause
    reason: Why
    accept: dict[Name, Why] = Field(default_factory=dict, max_length=10)


class WhyNot(Body):
    """Why an approval is taken back, or a clip is not to be used."""

    model_config = _example(reason="the director chose the other take")

    reason: Why


class NewNote(Body):
    """A remark; `at_us` is its time code, microseconds from the clip's beginning; null: it is about the whole clip."""

    model_config = _example(text="she blinks twice here", at_us=1_250_000)

    text: Reason
    at_us: Annotated[StrictInt, Field(ge=0, le=_MOST_US)] | None = None


class Correction(Body):
    """What a record says wrongly, and why that is known now. What is left out stands; `looks` are by character id."""

    model_config = _example(framing="wide shot", reason="the camera pulls back, whatever was asked for")

    shot: ShotId | None = None
    framing: Name | None = None
    looks: dict[CharacterId, LookName | None] = Field(default_factory=dict, max_length=20)
    reason: Why

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.shot is None and self.framing is None and not self.looks:
            raise ValueError("say what is to be set right: shot, framing or looks")
        return self

    @property
    def worn(self) -> tuple[LookWorn, ...]:
        return tuple(LookWorn(character=who, look=look) for who, look in self.looks.items())


class Rehearsal(Body):
    """How a scene's planned shots would be asked for: fields of a shot request for all of them, and for single ones by shot id.

    Both are JSON merge patches (RFC 7396) over what the shot plans: its action and framing, the scene's whole cast, 5 seconds.
    """

    model_config = _example(every={"duration": 5, "mode": "std"}, shots={})

    every: dict[str, Any] = Field(default_factory=dict)
    shots: dict[str, dict[str, Any]] = Field(default_factory=dict, max_length=200)

"""What callers ask: one shot, in film words, parsed once into a frozen `ShotRequest` with every problem named at once.

A field that is not part of the model is refused by name, never read and dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    ModelWrapValidatorHandler,
    StrictBool,
    StrictInt,
    StringConstraints,
    Tag,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from generation.addresses import is_web_address
from generation.exclusions import BY_ADDRESS, BY_ID, exclusions, pointed
from generation.moments import microseconds
from registry.events.references import LookName, Sha256, Units


def _storable(text: str) -> str:
    """The log keeps text exactly, on every engine: no NUL, no lone surrogates."""
    if "\x00" in text:
        raise ValueError("the text holds a NUL character")
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("the text holds a lone surrogate")
    return text


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_storable)]
Name = Annotated[Words, StringConstraints(max_length=200)]
"""An id, or the name or alias of a character."""
Reason = Annotated[Words, StringConstraints(min_length=3, max_length=1000)]


def _address(text: str) -> str:
    if not is_web_address(text):
        raise ValueError("a picture's address is absolute, http or https, and holds no credentials")
    return text


Address = Annotated[Words, StringConstraints(max_length=2000), AfterValidator(_address)]


def _moment(text: str) -> str:
    microseconds(text)
    return text


Moment = Annotated[str, AfterValidator(_moment)]

Identity = Literal["auto", "elements", "images"]
Mode = Literal["std", "pro", "4k"]
Route = Literal["auto", "omni", "image2video", "text2video"]


WITHOUT_EXCLUSIONS: Final = {"exclusions": False}
"""The context in which fields that exclude each other are parsed side by side, to look up what each of them names."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CastEntry(_Part):
    """Somebody who is in the picture.

    `identity` says what the face stands on: a Kling element of the account (`elements`), a reference picture (`images`), or
    whichever serves the whole cast alike (`auto`, guide F3). Whoever has, or had, an element for the look in use must have a live
    one under `auto`, unless `fall_back` lets this request stand on a picture instead. `look` is what the character wears; null
    leaves it to the pins.
    """

    character: Name
    look: LookName | None = None
    identity: Identity = "auto"
    fall_back: StrictBool = False

    @model_validator(mode="after")
    def _falls_back_from_auto(self) -> Self:
        if self.fall_back and self.identity != "auto":
            raise ValueError(f"fall_back goes with identity auto, not with {self.identity}")
        return self


class Turn(_Part):
    """One line of one speaker, in speaking order."""

    speaker: Name
    line: Annotated[Words, StringConstraints(max_length=500)]


class Dialogue(_Part):
    """What is said, in which language (guide F3: named explicitly), with which timing, e.g. `natural`."""

    language: Annotated[Words, StringConstraints(max_length=40)]
    timing: Annotated[Words, StringConstraints(max_length=80)] = "natural"
    turns: tuple[Turn, ...] = Field(min_length=1, max_length=20)


class RemotePicture(_Part):
    """A picture that somebody else keeps, by its address: a caution, because we neither hold nor check it (guide 2B)."""

    url: Address


def _kind_of_name(named: Any) -> str:
    return BY_ADDRESS if isinstance(named, Mapping | RemotePicture) else BY_ID


PictureName = Annotated[
    Annotated[Name, Tag(BY_ID)] | Annotated[RemotePicture, Tag(BY_ADDRESS)], Discriminator(_kind_of_name)
]
"""A picture of ours by asset id, or one elsewhere by address."""


class ShotPart(_Part):
    """One shot among several in one clip (guide D).

    `duration` is in seconds; `cast` names who of the cast is in this shot (null: everybody); `framing` and `dialogue` are this
    shot's own.
    """

    action: Annotated[Words, StringConstraints(max_length=512)] | None = None
    duration: StrictInt = Field(ge=1, le=180)
    framing: Annotated[Words, StringConstraints(max_length=200)] | None = None
    cast: tuple[Name, ...] | None = Field(default=None, max_length=20)
    dialogue: Dialogue | None = None


class ShotRequest(_Part):
    """One shot of a scene.

    `cast`: null is the scene's whole cast, `[]` is nobody. `opening` and `closing` are the exact first and last frame (guide A,
    B), `references` are pictures of things and places, `continue_from` a clip (or the generation that made it) to go on from
    (guide E), `edit` one to change (guide V.1). `shots` tells several shots in one clip (guide D). `duration` is in seconds, and
    the sum of the shots unless it is named. `mode` is `std` unless a reason, `purpose: final` or a weak `std` take
    (`retake_of`) speaks for more. `sound` is on exactly when somebody speaks, unless it is named. `prompt` is sent as it stands
    instead of the composed one. `accept` gives the written reason for a caution, by the finding's id. Null leaves `setting` to
    the scene, `adapt_wardrobe` to the pattern and `keep_original_sound` at yes.

    These change nothing of what is sent: `takes` asks for as many clips of the same plan, `approval` for a person's word before
    anything is sent, `max_units` is the most one take may cost (Kling units), `plan_digest` is that of the plan a preview showed:
    another one is refused. `accepted_by` is who has seen plan and price, in the caller's word; an approver's own word is for
    `approval`. Of a production's waiting requests the higher `priority` goes first, then the earlier `needed_by` (RFC 3339 with
    its offset).

    Raises pydantic's ValidationError with every problem, each at its place.
    """

    scene: Name | None = None
    production: Name | None = None
    shot: Name | None = None
    client_reference: Annotated[Words, StringConstraints(max_length=200)] | None = None
    purpose: Literal["draft", "final"] = "draft"
    retake_of: Name | None = None
    cast: tuple[CastEntry, ...] | None = Field(default=None, max_length=20)
    action: Annotated[Words, StringConstraints(max_length=2500)] | None = None
    setting: Annotated[Words, StringConstraints(max_length=1000)] | None = None
    framing: Annotated[Words, StringConstraints(max_length=200)] | None = None
    adapt_wardrobe: StrictBool | None = None
    dialogue: Dialogue | None = None
    opening: PictureName | None = None
    closing: PictureName | None = None
    references: tuple[PictureName, ...] = Field(default=(), max_length=20)
    shots: tuple[ShotPart, ...] | None = Field(default=None, min_length=1, max_length=20)
    continue_from: Name | None = None
    edit: Name | None = None
    keep_original_sound: StrictBool | None = None
    prompt: (
        Annotated[str, StringConstraints(min_length=1, max_length=20_000), AfterValidator(_storable)] | None
    ) = None
    route: Route = "auto"
    duration: StrictInt = Field(default=5, ge=1, le=3600)
    aspect_ratio: Literal["16:9", "9:16", "1:1"] = "16:9"
    mode: Mode = "std"
    mode_reason: Reason | None = None
    sound: Literal["on", "off"] | None = None
    watermark: StrictBool = False
    accept: dict[Name, Reason] = Field(default_factory=dict, max_length=50)
    takes: StrictInt = Field(default=1, ge=1, le=10)
    approval: StrictBool = False
    max_units: Units | None = None
    plan_digest: Sha256 | None = None
    accepted_by: Name | None = None
    priority: StrictInt = Field(default=0, ge=-100, le=100)
    needed_by: Moment | None = None

    @property
    def conversations(self) -> tuple[tuple[str, Dialogue], ...]:
        """Every dialogue with its place in the request: the clip's own, or those of its shots."""
        parts = [("dialogue", self.dialogue)]
        parts += [(f"shots[{index}].dialogue", shot.dialogue) for index, shot in enumerate(self.shots or ())]
        return tuple((path, dialogue) for path, dialogue in parts if dialogue is not None)

    @property
    def pictures(self) -> tuple[tuple[str, PictureName], ...]:
        """Every picture that is named, with its place in the request."""
        named = [(f"references[{index}]", name) for index, name in enumerate(self.references)]
        named += [("opening", self.opening)] if self.opening is not None else []
        named += [("closing", self.closing)] if self.closing is not None else []
        return tuple(named)

    @model_validator(mode="wrap")
    @classmethod
    def _every_problem_at_once(
        cls, raw: Any, parse: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        return cls.judged(raw, parse, info)

    @classmethod
    def judged(cls, raw: Any, parse: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        """Exclusions are judged on what was sent, so that they are reported beside a misspelt field and not after it."""
        judged = isinstance(raw, Mapping) and info.context is not WITHOUT_EXCLUSIONS
        problems = list(exclusions(raw)) if judged else []
        try:
            request = parse(raw)
        except ValidationError as refused:
            raise ValidationError.from_exception_data(
                cls.__name__, [pointed(error) for error in refused.errors(include_url=False)] + problems
            ) from None
        if problems:
            raise ValidationError.from_exception_data(cls.__name__, problems)
        return request._lasting_as_its_shots()

    def _lasting_as_its_shots(self) -> Self:
        if self.shots is None or "duration" in self.model_fields_set:
            return self
        return self.model_copy(update={"duration": sum(shot.duration for shot in self.shots)})

"""What callers ask: one shot, in film words, parsed once into a frozen `ShotRequest` with every problem named at once.

A field that the approved patterns of this version cannot honour is not part of the model: asking for it is refused by name
(`NOT_YET`), never read and dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    StrictBool,
    StrictInt,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

NOT_YET: Final[Mapping[str, str]] = {
    "shots": "several shots in one clip (guide D)",
    "edit": "editing an existing clip",
    "closing": "a closing frame (guide B)",
    "takes": "several takes from one request; send one request per take",
    "approval": "waiting for a person's approval before sending",
    "max_units": "a ceiling on the price; read the estimate of a preview",
    "retake_of": "a take that answers an earlier one",
    "look": "casting a look",
    "url": "a picture by its address; register the picture as an asset and name that",
}


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

Identity = Literal["auto", "elements", "images"]
Mode = Literal["std", "pro", "4k"]
Route = Literal["auto", "omni", "image2video", "text2video"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CastEntry(_Part):
    """Somebody who is in the picture.

    `identity` says what the face stands on: a Kling element of the account (`elements`), a reference picture (`images`), or
    whichever serves the whole cast alike (`auto`, guide F3).
    """

    character: Name
    identity: Identity = "auto"


class Turn(_Part):
    """One line of one speaker, in speaking order."""

    speaker: Name
    line: Annotated[Words, StringConstraints(max_length=500)]


class Dialogue(_Part):
    """What is said, in which language (guide F3: named explicitly), with which timing, e.g. `natural`."""

    language: Annotated[Words, StringConstraints(max_length=40)]
    timing: Annotated[Words, StringConstraints(max_length=80)] = "natural"
    turns: tuple[Turn, ...] = Field(min_length=1, max_length=20)


class ShotRequest(_Part):
    """One shot of a scene.

    `cast`: null is the scene's whole cast, `[]` is nobody. `opening` is the exact first frame (guide A), `references` are
    pictures of things and places, `continue_from` a clip (or the generation that made it) to go on from (guide E).
    `duration` is in seconds. `mode` is `std` unless a reason or `purpose: final` speaks for more. `sound` is on exactly when
    somebody speaks, unless it is named. `prompt` is sent as it stands instead of the composed one. `accept` gives the written
    reason for a caution, by the finding's id. Null leaves `setting` to the scene, `adapt_wardrobe` to the pattern and
    `keep_original_sound` at yes.
    Raises pydantic's ValidationError with every problem, each at its place.
    """

    scene: Name | None = None
    production: Name | None = None
    shot: Name | None = None
    client_reference: Annotated[Words, StringConstraints(max_length=200)] | None = None
    purpose: Literal["draft", "final"] = "draft"
    cast: tuple[CastEntry, ...] | None = Field(default=None, max_length=20)
    action: Annotated[Words, StringConstraints(max_length=2500)] | None = None
    setting: Annotated[Words, StringConstraints(max_length=1000)] | None = None
    framing: Annotated[Words, StringConstraints(max_length=200)] | None = None
    adapt_wardrobe: StrictBool | None = None
    dialogue: Dialogue | None = None
    opening: Name | None = None
    references: tuple[Name, ...] = Field(default=(), max_length=20)
    continue_from: Name | None = None
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

    @model_validator(mode="wrap")
    @classmethod
    def _every_problem_at_once(cls, raw: Any, parse: ModelWrapValidatorHandler[Self]) -> Self:
        """Exclusions are judged on what was sent, so that they are reported beside a misspelt field and not after it."""
        problems = list(_exclusions(raw)) if isinstance(raw, Mapping) else []
        try:
            request = parse(raw)
        except ValidationError as refused:
            raise ValidationError.from_exception_data(
                cls.__name__, [_pointed(error) for error in refused.errors(include_url=False)] + problems
            ) from None
        if problems:
            raise ValidationError.from_exception_data(cls.__name__, problems)
        return request


def _exclusions(raw: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
    given = {key for key, value in raw.items() if value not in (None, "")}
    if not given & {"scene", "production"}:
        yield _problem(
            "missing", "name the scene, or the production whose unplaced scene takes the clip", "scene", None
        )
    for field in ("action", "dialogue", "setting"):
        if {"prompt", field} <= given:
            message = f"prompt is sent as it stands, so {field} would be lost: drop one of the two"
            yield _problem("excluded", message, field, raw[field])
    if not given & {"prompt", "action", "dialogue", "setting"}:
        message = "say what happens: an action, a setting, a dialogue, or a prompt of your own"
        yield _problem("missing", message, "action", None)
    if "keep_original_sound" in given and "continue_from" not in given:
        message = "keep_original_sound speaks about the clip of continue_from, and none is named"
        yield _problem("excluded", message, "keep_original_sound", raw["keep_original_sound"])


def _problem(kind: str, message: str, field: str, value: Any) -> InitErrorDetails:
    return InitErrorDetails(type=_described(kind, message), loc=(field,), input=value)


def _described(kind: str, message: str) -> PydanticCustomError:
    return PydanticCustomError(kind, message)  # without a context, braces in the message stay as they are


def _pointed(error: ErrorDetails) -> InitErrorDetails:
    """The same error, with a message that says more where the field belongs to what later versions honour."""
    kind, message, place = error["type"], error["msg"], error["loc"]
    field = str(place[-1]) if place else ""
    if kind == "extra_forbidden" and field in NOT_YET:
        kind, message = "not_yet", f"{field} is not honoured by this version: {NOT_YET[field]}"
    elif kind == "extra_forbidden":
        message = f"{field} is no field of a shot request"
    elif place[:1] == ("references",) and isinstance(error["input"], Mapping) and "url" in error["input"]:
        kind, message = "not_yet", f"url is not honoured by this version: {NOT_YET['url']}"
    return InitErrorDetails(type=_described(kind, message), loc=place, input=error["input"])

"""Which fields of a shot request exclude or need each other, judged on what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

BY_ID, BY_ADDRESS = "by id", "by address"
"""The two ways to name a picture; the parser's own marks, taken out of the places that callers see."""

_EXCLUDES: Final[tuple[tuple[str, str, str], ...]] = (
    ("prompt", "action", "prompt is sent as it stands, so action would be lost: drop one of the two"),
    ("prompt", "dialogue", "prompt is sent as it stands, so dialogue would be lost: drop one of the two"),
    ("prompt", "setting", "prompt is sent as it stands, so setting would be lost: drop one of the two"),
    ("prompt", "shots", "prompt is sent as it stands, so shots would be lost: drop one of the two"),
    ("shots", "dialogue", "with shots, each shot has its own dialogue: move it into the shot it belongs to"),
    ("continue_from", "edit", "a clip is continued or edited, not both: drop one of the two"),
    ("edit", "opening", "an edited clip brings its own first frame: drop opening, or use references"),
    ("edit", "closing", "an edited clip brings its own last frame: drop closing, or use references"),
)
"""(when this is given, this must not be, why); contract R19 for frames on an edit, guide E and V.1 for the clips."""


def exclusions(raw: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
    """Everything that does not go together in one request, each at the field to drop."""
    given = {key for key, value in raw.items() if value not in (None, "")}
    if not given & {"scene", "production"}:
        message = "name the scene, or the production whose unplaced scene takes the clip"
        yield _problem("missing", message, "scene", None)
    for one, other, message in _EXCLUDES:
        if {one, other} <= given:
            yield _problem("excluded", message, other, raw[other])
    if not given & {"prompt", "action", "dialogue", "setting", "shots"}:
        message = "say what happens: an action, a setting, a dialogue, shots, or a prompt of your own"
        yield _problem("missing", message, "action", None)
    yield from _idle_shots(raw.get("shots"))
    if "keep_original_sound" in given and not given & {"continue_from", "edit"}:
        message = "keep_original_sound speaks about the clip of continue_from or edit, and none is named"
        yield _problem("excluded", message, "keep_original_sound", raw["keep_original_sound"])


def _idle_shots(shots: Any) -> Iterator[InitErrorDetails]:
    for index, shot in enumerate(shots if isinstance(shots, list | tuple) else ()):
        if isinstance(shot, Mapping) and not any(shot.get(key) for key in ("action", "dialogue")):
            message = "say what happens in this shot: an action or a dialogue"
            yield InitErrorDetails(
                type=_described("missing", message), loc=("shots", index, "action"), input=None
            )


def pointed(error: ErrorDetails) -> InitErrorDetails:
    """The same error at its place in the request, with a message of ours for an unknown field."""
    kind, message = error["type"], error["msg"]
    place = tuple(part for part in error["loc"] if part not in (BY_ID, BY_ADDRESS))
    field = str(place[-1]) if place else ""
    if kind == "extra_forbidden":
        message = f"{field} is no field of a shot request"
    return InitErrorDetails(type=_described(kind, message), loc=place, input=error["input"])


def _problem(kind: str, message: str, field: str, value: Any) -> InitErrorDetails:
    return InitErrorDetails(type=_described(kind, message), loc=(field,), input=value)


def _described(kind: str, message: str) -> PydanticCustomError:
    return PydanticCustomError(kind, message)  # without a context, braces in the message stay as they are

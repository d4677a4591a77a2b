"""What the service answers, typed: the registry's own cards, and the service's few answers that hold more than one card.

The client takes unknown fields in its stride (a newer service may say more); missing ones are an `UnexpectedAnswer`.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from api.access import Me
from api.bodies import AssetAnswer, FeedEvent, GenerationAnswer
from api.client.errors import UnexpectedAnswer
from registry.views.clips import ClipCard
from registry.views.submissions import SubmissionCard

__all__ = [
    "AdoptedClip",
    "AssetAnswer",
    "FeedEvent",
    "GenerationAnswer",
    "Me",
    "RegisteredAsset",
    "in_doubt",
    "member",
    "outcome_unknown",
    "read_as",
]

T = TypeVar("T", bound=BaseModel)
_UNKNOWN: Final = ("unknown", "disproved", "quarantined")


class RegisteredAsset(BaseModel):
    """What became of an upload: `created` is False when the same bytes were registered before."""

    model_config = ConfigDict(frozen=True)

    asset: AssetAnswer
    created: bool


class AdoptedClip(BaseModel):
    """What became of footage: `created` is False when it was adopted into that scene before, with the same words."""

    model_config = ConfigDict(frozen=True)

    clip: ClipCard
    created: bool


def outcome_unknown(answer: GenerationAnswer) -> bool:
    """Whether nobody knows, as yet, if the provider accepted the paid call."""
    return answer.outcome is None and in_doubt(answer.submission_card)


def in_doubt(paid: SubmissionCard | None) -> bool:
    """Whether a paid call may or may not have been accepted, as far as anybody knows."""
    return paid is not None and paid.state in _UNKNOWN


def read_as(model: type[T], value: Any) -> T:
    """The answer as its type. Raises UnexpectedAnswer."""
    try:
        return model.model_validate(value, extra="ignore")
    except ValidationError as refused:
        first = refused.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "(the whole answer)"
        raise UnexpectedAnswer(f"the answer is no {model.__name__}: {place}: {first['msg']}") from None


def member(value: Any, name: str) -> Any:
    """A member of an answered object. Raises UnexpectedAnswer."""
    if not isinstance(value, dict) or name not in value:
        raise UnexpectedAnswer(f"the answer has no {name!r}")
    return value[name]

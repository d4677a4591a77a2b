"""The Python client: typed calls to a Continuity service, safe to repeat, which the command line itself uses.

with ContinuityClient("http://127.0.0.1:8000", key) as continuity:
    mina = continuity.introduce_character("Mina", aliases=["mina"], depicts="fictional")
    portrait = continuity.register_asset(Path("mina.png")).asset
    continuity.assign_reference(mina.id, portrait.id, "frontal")
    asked = continuity.request_generation({"scene": scene, "action": "Mina waits at the window."})
    ended = continuity.wait_for_generation(asked.id)
    continuity.download_clip(ended.clip, Path("take-1.mp4"))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from api.client.errors import (
    Ambiguous,
    ContinuityError,
    DigestMismatch,
    LocalFailure,
    OutcomeUnknown,
    StillRunning,
    UnexpectedAnswer,
    Unreachable,
)

if TYPE_CHECKING:
    from api.client.answers import AdoptedClip, FeedEvent, GenerationAnswer, RegisteredAsset
    from api.client.connection import ContinuityClient
    from api.client.feed import Reading
    from api.client.watching import LogWatch
    from api.client.wire import Manners

__all__ = [
    "AdoptedClip",
    "Ambiguous",
    "ContinuityClient",
    "ContinuityError",
    "DigestMismatch",
    "FeedEvent",
    "GenerationAnswer",
    "LocalFailure",
    "LogWatch",
    "Manners",
    "OutcomeUnknown",
    "Reading",
    "RegisteredAsset",
    "StillRunning",
    "UnexpectedAnswer",
    "Unreachable",
]

_AT_FIRST_USE: Final = {
    "AdoptedClip": "answers",
    "ContinuityClient": "connection",
    "FeedEvent": "answers",
    "GenerationAnswer": "answers",
    "LogWatch": "watching",
    "Manners": "wire",
    "Reading": "feed",
    "RegisteredAsset": "answers",
}
"""What is imported when it is asked for: a command that only raises one of the errors starts in a third of the time."""


def __getattr__(name: str) -> Any:
    if name not in _AT_FIRST_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_AT_FIRST_USE[name]}"), name)

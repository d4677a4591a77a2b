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

from typing import Self

import httpx

from api.client.answers import FeedEvent, GenerationAnswer, RegisteredAsset
from api.client.erasures import ErasureCalls
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
from api.client.feed import FeedCalls, Reading
from api.client.film import FilmCalls
from api.client.keys import KeyCalls
from api.client.minting import MintCalls
from api.client.pictures import PictureCalls
from api.client.record import RecordCalls
from api.client.rights import RightsCalls
from api.client.story import StoryCalls
from api.client.uses import UseCalls
from api.client.voices import VoiceCalls
from api.client.wire import Manners, Wire

__all__ = [
    "Ambiguous",
    "ContinuityClient",
    "ContinuityError",
    "DigestMismatch",
    "FeedEvent",
    "GenerationAnswer",
    "LocalFailure",
    "Manners",
    "OutcomeUnknown",
    "Reading",
    "RegisteredAsset",
    "StillRunning",
    "UnexpectedAnswer",
    "Unreachable",
]


class ContinuityClient(
    PictureCalls,
    MintCalls,
    VoiceCalls,
    RightsCalls,
    ErasureCalls,
    StoryCalls,
    FilmCalls,
    RecordCalls,
    FeedCalls,
    UseCalls,
    KeyCalls,
):
    """A connection to one service under one key; close it, or use it in a `with`.

    `timeout` is in seconds, for each step of a call. Every method raises ContinuityError and its subclasses.
    """

    def __init__(
        self,
        base_url: str,
        key: str | None,
        *,
        transport: httpx.BaseTransport | None = None,
        timeout: float = 30.0,
        manners: Manners | None = None,
    ) -> None:
        super().__init__(Wire(base_url, key, transport=transport, timeout=timeout, manners=manners))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._wire.close()

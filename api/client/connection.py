"""The client itself: every group of calls, over one connection."""

from __future__ import annotations

from typing import Self

import httpx

from api.client.adoptions import AdoptionCalls
from api.client.disclosures import DisclosureCalls
from api.client.erasures import ErasureCalls
from api.client.feed import FeedCalls
from api.client.film import FilmCalls
from api.client.history import HistoryCalls
from api.client.keys import KeyCalls
from api.client.lineage import LineageCalls
from api.client.log import LogCalls
from api.client.lookup import LookupCalls
from api.client.minting import MintCalls
from api.client.pictures import PictureCalls
from api.client.proof import ProofCalls
from api.client.reads import ReadCalls
from api.client.record import RecordCalls
from api.client.rights import RightsCalls
from api.client.story import StoryCalls
from api.client.takes import TakeCalls
from api.client.uses import UseCalls
from api.client.voices import VoiceCalls
from api.client.webhooks import WebhookCalls
from api.client.wire import Manners, Wire


class ContinuityClient(
    PictureCalls,
    MintCalls,
    VoiceCalls,
    RightsCalls,
    ErasureCalls,
    StoryCalls,
    FilmCalls,
    TakeCalls,
    AdoptionCalls,
    DisclosureCalls,
    RecordCalls,
    LineageCalls,
    LookupCalls,
    FeedCalls,
    UseCalls,
    HistoryCalls,
    KeyCalls,
    LogCalls,
    ReadCalls,
    ProofCalls,
    WebhookCalls,
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

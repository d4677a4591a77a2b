"""A live service as a source of rows for the verifier: every event of the studio by the API, and the checkpoints it hands out."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from api.client import ContinuityError
from registry.proof.held import HeldNote
from registry.proof.leaf import COLUMNS
from registry.proof.sources.source import BATCH, SourceDamaged, SourceUnusable, as_bytes
from registry.proof.walk import Row

if TYPE_CHECKING:
    from api.client import ContinuityClient, FeedEvent


class ServedLog:
    """The studio that a key opens. Its own newest checkpoint counts only when a key that you hold has signed it."""

    def __init__(self, client: ContinuityClient) -> None:
        self._client = client
        try:
            self._studio = client.me().studio
            self._note = client.checkpoint()
        except ContinuityError as failure:
            raise SourceUnusable(f"{failure.code}: {failure.message}") from None
        self._events = 0

    def heads(self) -> dict[str, int]:
        return {self._studio: int(self._note.split("\n")[1])}

    def rows(self) -> Iterator[Sequence[Row]]:
        """Up to the checkpoint: what comes later is not under it yet."""
        end, some = self.heads()[self._studio], []
        try:
            for event in self._client.events():
                if event.position > end:
                    break
                some.append(self._row(event))
                if len(some) == BATCH:
                    yield some
                    some = []
        except ContinuityError as failure:
            raise SourceDamaged(f"the events cannot be read on: {failure.code}: {failure.message}") from None
        except (ValueError, TypeError) as broken:
            raise SourceDamaged(f"an event is not told as events are: {broken}") from None
        yield some

    def notes(self) -> Iterator[HeldNote]:
        yield HeldNote("the service's newest checkpoint", self._note.encode())

    def misfits(self) -> Iterator[tuple[str, int, str]]:
        yield from ()

    def close(self) -> None:
        self._client.close()

    def _row(self, event: FeedEvent) -> Row:
        told = {name: getattr(event, name, None) for name in COLUMNS}
        told |= {"log": self._studio, "body": b64decode(event.body_base64, validate=True)}
        return [*as_bytes([told[name] for name in COLUMNS]), bytes.fromhex(event.leaf_hash)]

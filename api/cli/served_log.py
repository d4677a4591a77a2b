"""A live service as a source of rows for the verifier: every event of the studio by the API, and the checkpoints it hands out."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from api.client import ContinuityError
from registry.errors import HistoryTampered
from registry.proof.held import HeldNote
from registry.proof.leaf import COLUMNS
from registry.proof.sources.source import BATCH, SourceDamaged, SourceUnusable, as_bytes
from registry.proof.walk import Row

if TYPE_CHECKING:
    from api.client import ContinuityClient, FeedEvent


_SINGLY: Final = 1_000
"""Positions that are asked for by themselves before the feed is tried again."""


class ServedLog:
    """The studio that a key opens. Its own newest checkpoint counts only when a key that you hold has signed it."""

    def __init__(self, client: ContinuityClient) -> None:
        self._client = client
        try:
            self._studio = client.me().studio
            self._note = client.checkpoint()
        except ContinuityError as failure:
            raise _lost(failure) from None

    def heads(self) -> dict[str, int]:
        return {self._studio: int(self._note.split("\n")[1])}

    def rows(self) -> Iterator[Sequence[Row]]:
        """Up to the checkpoint: what comes later is not under it yet. Raises SourceDamaged and SourceUnusable."""
        some: list[Row] = []
        for event in self._shown(self.heads()[self._studio]):
            try:
                some.append(self._row(event))
            except (ValueError, TypeError) as broken:
                raise SourceDamaged(f"an event is not told as events are: {broken}") from None
            if len(some) == BATCH:
                yield some
                some = []
        yield some

    def _shown(self, end: int) -> Iterator[FeedEvent]:
        """Every event that the service shows. Where it tells of a hole each position is asked for by itself: the walk says which
        are missing, and goes on behind them.
        """
        after = 0
        while after < end:
            try:
                for event in self._client.events(after=after):
                    if event.position > end:
                        return
                    yield event
                    after = event.position
                return
            except ContinuityError as failure:
                if failure.code != HistoryTampered.code:
                    raise _lost(failure) from None
            except (ValueError, TypeError) as broken:
                raise SourceDamaged(f"an event is not told as events are: {broken}") from None
            for position in range(after + 1, min(after + _SINGLY, end) + 1):
                yield from self._at(position)
                after = position

    def _at(self, position: int) -> Iterator[FeedEvent]:
        """The event at a position, if the service has it."""
        try:
            event = self._client.event_at(position)
        except ContinuityError as failure:
            if failure.code != HistoryTampered.code:
                raise _lost(failure) from None
        else:
            if event is not None and event.position == position:
                yield event

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


def _lost(failure: ContinuityError) -> SourceUnusable:
    """It does not answer, or not us: that says nothing of its log."""
    return SourceUnusable(f"{failure.code}: {failure.message}")

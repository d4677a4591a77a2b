"""Calls about the past: what happened to anything, as what it stood, what changed; and past requests compiled again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from api.client.wire import Calls, at
from generation.replayed import DeterminismPage, GenerationReplay
from registry.past.told import Difference, Happened, InFull, Stood

AUDITING_SECONDS: Final = 120
"""How long the service may take for one page of an audit."""
_AT_ONCE: Final = 20


class HistoryCalls(Calls):
    """Points are written as `v3` (a version), `41` (a position of the log) or `2026-06-12T18:00:00Z` (a moment)."""

    def history(
        self,
        thing: str,
        *,
        type: str | None = None,
        actor: str | None = None,
        sort: Literal["oldest", "newest"] = "oldest",
    ) -> Iterator[Happened]:
        """Everything that happened to a thing, each event once; those of a type, or by a key, alone where they are named."""
        return self._wire.pages(Happened, at("history", thing), type=type, actor=actor, sort=sort)

    def event(self, thing: str, version: int) -> InFull:
        """One event in full, with what led to it and what it led to."""
        return self._wire.read(InFull, at("history", thing, "events", str(version)))

    def state(self, thing: str, *, as_of: str | int | None = None) -> Stood:
        """A thing as it stood at a point, or stands now."""
        return self._wire.read(Stood, at("history", thing, "state"), as_of=as_of)

    def difference(
        self, thing: str, *, since: str | int | None = None, until: str | int | None = None
    ) -> Difference:
        """What changed from one point (its beginning unless said) to another (now unless said)."""
        return self._wire.read(Difference, at("history", thing, "difference"), since=since, until=until)

    def replay(self, generation: str) -> GenerationReplay:
        """A generation's plans compiled again from the log as it was then, and its bytes made again. Nothing is sent."""
        return self._wire.read(
            GenerationReplay, at("generations", generation, "replay"), patience=AUDITING_SECONDS
        )

    def audit_determinism(
        self, *, production: str | None = None, sample: int | None = None, seed: str = ""
    ) -> Iterator[DeterminismPage]:
        """Past generations compiled again, all or a sample of them, page by page; the counts of the pages add up."""
        after: int | None = 0
        until: int | None = None
        while after is not None:
            page = self._wire.read(
                DeterminismPage,
                at("audit", "determinism"),
                patience=AUDITING_SECONDS,
                production=production,
                sample=sample,
                seed=seed or None,
                after=after or None,
                limit=_AT_ONCE,
                until=until,
            )
            yield page
            after, until = page.next, page.until

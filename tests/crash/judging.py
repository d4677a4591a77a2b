"""Was anything paid twice, lost or stuck? Judged from the provider's ledger and the log, for one subject's events alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from registry.deciders.generation import Generation
from tests.crash.invariants import by_stream, check_events
from tests.servers.sandbox import Sandbox
from tests.servers.world import World


@dataclass
class Began:
    """A generation or a mint, with the log's position and the ledger's length before it."""

    subject: str
    position: int
    posts: int


def verdict(world: World, provider: Sandbox, began: Began, stuck: str) -> dict[str, Any]:
    """`double` and `lost` count paid tasks; `stuck` and `wrong` say what is, in words, and are empty when nothing is."""
    posts = provider.ledger(after=began.posts)
    paid = [post for post in posts if post["accepted"]]
    kept = outcome_of(world, began.subject) == "delivered"
    return {
        "double": max(0, len(paid) - 1),
        "lost": 0 if kept or stuck else len(paid),
        "stuck": stuck,
        "wrong": _wrong(world, began, posts),
    }


def outcome_of(world: World, subject: str) -> str | None:
    """How it ended, as the log has it; None while it goes on."""
    state = world.registry.state(world.studio, subject).state
    outcome = state.outcome if isinstance(state, Generation) else state.mint.outcome
    return None if outcome is None else str(outcome)


def _wrong(world: World, began: Began, posts: list[dict[str, Any]]) -> str:
    """The first broken invariant."""
    events = world.registry.feed.after(world.studio, began.position, limit=10_000)
    try:
        check_events(world.desk.blobs, events, [post for post in posts if post["whole"]])
    except AssertionError as broken:
        types = {name: [event.type for event in stream] for name, stream in by_stream(events).items()}
        return f"{broken!r} in {types}"
    return ""

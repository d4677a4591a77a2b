"""Invariant I9: at every intent and every resend, everybody shown is fictional or has allowed it, by the log up to there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from registry.deciders.kinds import DECIDERS
from registry.deciders.likeness import Use
from registry.events.envelope import Recorded
from registry.events.ids import prefix_of
from registry.events.personal import Erased
from registry.events.submission import SubmissionIntended, SubmissionResent

_FOLDED = ("character", "likeness", "production", "generation", "submission")


def consents_hold(log: Sequence[Recorded]) -> None:
    """I9: consents valid at the intent's position. What the log does not hold counts as fictional."""
    states: dict[str, Any] = {}
    for recorded in log:
        kind = prefix_of(recorded.stream)
        if kind not in _FOLDED:
            continue
        decider = DECIDERS[kind]
        states[recorded.stream] = decider.evolve(states.get(recorded.stream, decider.initial), recorded.event)
        if isinstance(recorded.event, SubmissionIntended | SubmissionResent):
            _everybody_allows(states, recorded)


def _everybody_allows(states: dict[str, Any], sent: Recorded) -> None:
    generation = states.get(states[sent.stream].intent.subject)
    if generation is None or generation.plan is None or isinstance(generation.plan.plan, Erased):
        return
    plan, requested = generation.plan.plan, generation.requested
    heard = {one["character"]: one["heard"] for one in plan.get("shows", ())}
    heard |= {one["character"]: False for one in plan["grounded"] if one["character"] not in heard}
    production = states.get(requested.production)
    territories = production.territories if production else ()
    for name, voice in heard.items():
        character = states.get(name)
        if character is None or character.portrayal.depicts == "fictional":
            continue
        likeness = states.get(character.portrayal.likeness)
        use = Use(requested.production, requested.request["purpose"], voice, sent.recorded_at)
        allowed = likeness is not None and likeness.covering(use, territories) is not None
        assert allowed, f"{name} was sent at {sent.position} without consent"

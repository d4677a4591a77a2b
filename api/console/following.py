"""How a generation on its way is told to people: where it stands, what it waits for, and what happened. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

from api.bodies import GenerationAnswer
from generation.queued import Waits
from registry.past.told import Happened

State = Literal["done", "now", "to come", "left out"]

STAGES: Final[Mapping[str, str]] = {
    "waiting": "waits for the clip it goes on from",
    "approval": "waits for an approval",
    "voided": "waits for a new plan",
    "planned": "waits to be sent",
    "submitting": "is being made",
    "stored": "is being recorded",
    "ended": "has ended",
}
"""Stage -> what a person calls it."""
OUTCOMES: Final[Mapping[str, tuple[str, str]]] = {
    "delivered": ("good", "The clip is there."),
    "failed": ("bad", "Kling did not make it."),
    "refused": ("bad", "It was refused, and nothing was made."),
    "lost": ("bad", "It was made, and its result is lost."),
    "cancelled": ("warn", "It was cancelled."),
    "abandoned": ("bad", "A person gave it up."),
}
"""Outcome -> its mark, and what a person calls it."""
_ID: Final = re.compile(r"\b([a-z]+)_[0-9a-hjkmnp-tv-z]{26}\b")


class Step(NamedTuple):
    """A step on the way of a generation; `at` is when it was done."""

    name: str
    state: State
    at: int | None


def steps_of(card: GenerationAnswer) -> list[Step]:
    """The way from the request to the clip, as far as it came."""
    paid = card.submission_card
    made = paid.done_at if paid and card.outcome not in ("failed", "refused") else None
    way = [
        ("Sent to Kling", paid is not None, paid.intended_at if paid else None),
        ("Accepted", paid is not None and paid.confirmed_at is not None, paid.confirmed_at if paid else None),
        ("Made", made is not None, made),
        ("Kept here", card.clip is not None, card.ended_at if card.clip else None),
    ]
    if card.stage in ("approval", "voided") or card.approved_by is not None:
        way.insert(0, ("Approved", card.approved_by is not None, None))
    steps = [Step("Asked for", "done", card.requested_at)]
    coming: State = "now"
    for name, done, at in way:
        state: State = "done" if done else "left out" if card.outcome is not None else coming
        steps.append(Step(name, state, at))
        coming = coming if done else "to come"
    return steps


def standing(card: GenerationAnswer, waits: Waits | None) -> tuple[str, str]:
    """A mark, and where it stands in one sentence."""
    if card.outcome is not None:
        return OUTCOMES[card.outcome]
    if card.stage in ("approval", "voided") or (
        waits is not None and waits.code in ("quarantine", "hold", "restored")
    ):
        mark = "warn"
    else:
        mark = "busy"
    why = waits.why if waits is not None else STAGES.get(card.stage, card.stage)
    return mark, f"It {why}." if why.startswith(("is ", "waits ")) else f"{why[:1].upper()}{why[1:]}."


def told_by(events: Iterable[Happened], names: Mapping[str, str]) -> list[tuple[int, str, str]]:
    """When, what and by whom, in the order it happened; things are called by their names."""
    return [
        (
            one.recorded_at,
            _ID.sub(lambda found: _called(found, names), one.sentence),
            one.holder or _worker(one.actor),
        )
        for one in sorted(events, key=lambda one: one.position)
    ]


def ids_in(events: Iterable[Happened]) -> list[str]:
    """What the sentences speak of."""
    return list(dict.fromkeys(found[0] for one in events for found in _ID.finditer(one.sentence)))


def _called(found: re.Match[str], names: Mapping[str, str]) -> str:
    return names.get(found[0]) or f"{found[1]} …{found[0][-6:]}"


def _worker(actor: str) -> str:
    return "" if actor.startswith("key_") else actor

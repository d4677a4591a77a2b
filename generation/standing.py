"""What a paid call stands on and whom it shows, as the intent's append guards it once more (invariant I9)."""

from __future__ import annotations

from collections.abc import Iterable

from generation.plan import Plan
from registry.deciders.likeness import Use
from registry.deciders.standing import Standing
from registry.events.references import Purpose


def standing_of(plan: Plan, *, production: str | None, purpose: Purpose, at: int) -> Standing:
    """Every stream whose retirement since the compile must stop the send, and everybody whose consent must hold at `at`.

    The voices that are heard count too: they are those the elements were made with.
    """
    named = (
        name
        for ground in plan.grounded
        for name in (ground.character, ground.element, ground.asset, ground.clip)
    )
    voices = (speaker.speaks_with for speaker in plan.mapping)
    return Standing(
        grounds=_once((*named, *voices)),
        likenesses=_once(one.likeness for one in plan.shows),
        use=Use(production, purpose, voice=False, at=at),
        shows=_once(one.character for one in plan.shows),
        heard=frozenset(one.character for one in plan.shows if one.heard),
    )


def _once(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name is not None))

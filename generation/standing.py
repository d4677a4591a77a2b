"""What a paid call stands on and whom it shows, as the intent's append guards it once more (invariant I9)."""

from __future__ import annotations

from collections.abc import Iterable

from generation.plan import Grounded, Plan, Shown
from registry.deciders.likeness import Use
from registry.deciders.standing import Standing
from registry.events.references import Purpose


def standing_of(plan: Plan, *, production: str | None, purpose: Purpose, at: int) -> Standing:
    """Every stream whose retirement since the compile must stop the send, and everybody whose consent must hold at `at`."""
    return standing_on(
        plan.grounded,
        plan.shows,
        Use(production, purpose, voice=False, at=at),
    )


def standing_on(grounded: Iterable[Grounded], shows: Iterable[Shown], use: Use) -> Standing:
    """The same for anything that is grounded on things of ours and shows people."""
    named = (
        name for ground in grounded for name in (ground.character, ground.element, ground.asset, ground.clip)
    )
    shown = tuple(shows)
    return Standing(
        grounds=_once(named),
        likenesses=_once(one.likeness for one in shown),
        use=use,
        shows=_once(one.character for one in shown),
        heard=frozenset(one.character for one in shown if one.heard),
    )


def _once(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name is not None))

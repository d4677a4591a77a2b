"""Every event the log may hold: name and version -> class. What is not here stops the reader, by name.

Nothing is released yet: until version 1.0 formats may change in place. From then on a changed class gets a new VERSION, and
`UPCASTERS` lifts the older body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from registry.errors import UnknownEvent
from registry.events import (
    account,
    allowance,
    asset,
    character,
    clip,
    element,
    generation,
    likeness,
    pins,
    production,
    reads,
    rebuild,
    restore,
    scene,
    signing,
    studio,
    submission,
    voice,
    webhook,
)
from registry.events.envelope import Event

Body = dict[str, Any]


def _by_name(classes: Iterable[type[Event]]) -> dict[tuple[str, int], type[Event]]:
    found: dict[tuple[str, int], type[Event]] = {}
    for event_type in classes:
        address = (event_type.NAME, event_type.VERSION)
        if address in found:
            raise RuntimeError(f"two event classes claim {address}")
        found[address] = event_type
    return found


_SUBJECTS = (
    studio,
    allowance,
    account,
    restore,
    rebuild,
    reads,
    signing,
    asset,
    character,
    likeness,
    element,
    voice,
    production,
    scene,
    pins,
    generation,
    submission,
    clip,
    webhook,
)

EVENTS: Final = _by_name(
    member
    for subject in _SUBJECTS
    for member in vars(subject).values()
    if isinstance(member, type) and issubclass(member, Event) and member.__module__ == subject.__name__
)

UPCASTERS: Final[dict[tuple[str, int], Callable[[Body], tuple[int, Body]]]] = {}
"""(name, old version) -> a function from the old body to (newer version, newer body)."""


def read_event(name: str, version: int, body: Body) -> Event:
    """The event a stored body says, lifted to the newest version. Raises UnknownEvent."""
    while (lift := UPCASTERS.get((name, version))) is not None:
        version, body = lift(body)
    event_type = EVENTS.get((name, version))
    if event_type is None:
        raise UnknownEvent(
            f"the log holds {name} version {version}, which this code does not know",
            hint="run a version of Continuity that knows it; reading on would skip history",
        )
    return event_type.model_validate(body)

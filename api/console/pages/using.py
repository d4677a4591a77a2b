"""Where something is used and what happened to it, as pages show it: the newest first, with names in place of ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.console.words import ids_in
from api.routes.commanding import Visit
from registry.log.history import Part
from registry.past import happened
from registry.past.told import Happened
from registry.views import uses
from registry.views.naming import names_of
from registry.views.page import Span
from registry.views.uses import UseCard

_SHOWN: Final = 60
_LATELY: Final = Part(limit=15, newest=True)
_PLACES: Final = ("production", "scene", "character", "element", "voice")


@dataclass(frozen=True, slots=True)
class Used:
    """Uses, the newest first; `clips` are those that were made, each once. `more` says that there are older ones."""

    uses: tuple[UseCard, ...]
    clips: tuple[str, ...]
    names: Mapping[str, str]
    more: bool


@dataclass(frozen=True, slots=True)
class Lately:
    """What happened last, newest first, and what those are called that it speaks of."""

    events: tuple[Happened, ...]
    names: Mapping[str, str]


def lately(visit: Visit, thing: str) -> Lately:
    """The newest events of a thing."""
    events = happened.history(visit.registry, visit.studio, thing, _LATELY).items
    named = {one for event in events for one in ids_in(event.sentence)}
    return Lately(events, visit.read(names_of, sorted(named)))


def where_used(visit: Visit, thing: str, *, most: int = _SHOWN) -> Used | None:
    """The newest uses of a thing; None for who may see single productions alone, as uses tell of the whole studio."""
    if visit.within:
        return None
    found = visit.read(uses.uses, thing, span=Span(limit=most, newest=True))
    named = {getattr(one, place) for one in found.items for place in _PLACES}
    return Used(
        uses=tuple(one for one in found.items if one.clip is None),
        clips=tuple(dict.fromkeys(one.clip for one in found.items if one.clip is not None)),
        names=visit.read(names_of, sorted(named - {None})),
        more=found.next is not None,
    )

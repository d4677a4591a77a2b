"""What pages call the things and people that they name: not ids."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from api.console.words import ids_in
from api.routes.commanding import Visit
from registry.events.ids import SYSTEM_LOG
from registry.past.told import Happened
from registry.views import access
from registry.views.naming import names_of


def holders_of(visit: Visit, keys: Collection[str]) -> dict[str, str]:
    """The holders of some keys of the studio, by key."""
    with visit.registry.reading(SYSTEM_LOG) as connection:
        return access.holders(connection, visit.studio, keys)


def called_in(visit: Visit, events: Iterable[Happened]) -> dict[str, str]:
    """What the things are called that sentences about events name, by their ids."""
    return visit.read(names_of, {one for event in events for one in ids_in(event.sentence)})

"""Who holds the keys that pages name: people, not ids."""

from __future__ import annotations

from collections.abc import Collection

from api.routes.commanding import Visit
from registry.events.ids import SYSTEM_LOG
from registry.views import access


def holders_of(visit: Visit, keys: Collection[str]) -> dict[str, str]:
    """The holders of some keys of the studio, by key."""
    with visit.registry.reading(SYSTEM_LOG) as connection:
        return access.holders(connection, visit.studio, keys)

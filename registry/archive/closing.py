"""Giving a studio away, and calling that off. Nobody appends to a studio that is worked on elsewhere."""

from __future__ import annotations

from registry.archive.house import House
from registry.deciders.studio import MoveStudio, ReopenStudio, Studio
from registry.errors import ArchiveError
from registry.events.ids import SYSTEM_LOG
from registry.events.studio import StudioReopened


def close_studio(house: House, studio: str) -> None:
    """From the return on nothing is appended to the studio here, and nothing is sent. May be repeated. Raises NotFound."""
    house.registry.handle(studio, [MoveStudio(stream=studio)], context=house.context)
    house.registry.moves.close(studio, "moved")


def reopen_studio(house: House, studio: str, *, reason: str) -> None:
    """Call a move off: the studio may grow here again, and nothing is sent until a person accepts.

    One that was cut short is finished by giving it again. Raises NotFound and NotMoved.
    """
    known: Studio = house.registry.state(SYSTEM_LOG, studio).state
    standing = house.registry.moves.standing(studio)
    if standing.closed == "arriving":
        raise ArchiveError(f"{studio} is being brought in", hint="finish its import: it opens the studio")
    if known.moved or standing.closed != "moved":
        reopened = StudioReopened(
            position=standing.position,
            doubt=house.registry.make_id("event"),
            at=house.registry.clock(),
            reason=reason,
        )
        house.registry.handle(studio, [ReopenStudio(stream=studio, reopened=reopened)], context=house.context)
    house.registry.moves.close(studio, "")

"""Where things are: each kind that belongs to a production is found in it, in its own studio's log alone."""

from __future__ import annotations

import pytest

from registry.views.places import production_of
from tests.registry.events.golden import an_id
from tests.registry.log.opened import STUDIO, Opened
from tests.registry.log.story import CLIP, MADE, MINA, SCENE, SHOW


@pytest.mark.parametrize("thing", [SHOW, SCENE, MADE, CLIP])
def test_it_is_in_its_production(told: Opened, thing: str) -> None:
    """In another studio's log it is nowhere, like another of its kind in this one."""
    with told.registry.reading(STUDIO) as connection:
        assert production_of(connection, STUDIO, thing) == SHOW
        assert production_of(connection, an_id("studio", 5), thing) is None
        assert production_of(connection, STUDIO, an_id(thing.partition("_")[0], 99)) is None


@pytest.mark.parametrize("thing", [MINA, "", "scenery"])
def test_what_belongs_to_no_production_is_in_none(told: Opened, thing: str) -> None:
    """Characters are the studio's; what is no id at all is not looked for."""
    with told.registry.reading(STUDIO) as connection:
        assert production_of(connection, STUDIO, thing) is None

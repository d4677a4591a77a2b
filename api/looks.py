"""What callers send about looks and pins."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from api.bodies import CHARACTER, Body, CharacterVersion, Name, Text
from registry.events.references import LookName


def _example(**said: Any) -> ConfigDict:
    return ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [said]})


class NewLook(Body):
    """What is worn, how it is styled, at which age, under a name. In a look there is already, what is left out stays."""

    model_config = _example(look="winter", wardrobe="a grey wool coat", styling="hair tied back", age="34")

    look: LookName
    wardrobe: Text | None = None
    styling: Text | None = None
    age: Text | None = None


class NewPin(Body):
    """Whom to hold on to, by id, name or alias: as of a version (null: the newest), in a look (null: as introduced)."""

    model_config = _example(character=CHARACTER, look="winter")

    character: Name
    version: CharacterVersion | None = None
    look: LookName | None = None

"""What callers say of footage that was not made here: the words beside its bytes."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self

from pydantic import StringConstraints, model_validator

from api.bodies import Body, Label, Why
from registry.deciders.attesting import Seen
from registry.deciders.command import TEXT_LENGTH
from registry.events.ids import ID_SUFFIX, ProductionId, SceneId, ShotId
from registry.events.marks import Depiction

Generated = Literal["yes", "no", "unknown"]
_LOOK: Final = r"[^\s\x00-\x1f/](?:[^\x00-\x1f/]{0,58}[^\s\x00-\x1f/])?"
_SEEN: Final = rf"character_{ID_SUFFIX}(?::{_LOOK})?"
_PERSON: Final = rf"likeness_{ID_SUFFIX}"
_ONE: Final = re.compile(rf"(character_{ID_SUFFIX})(?::(.+?))?(?=,character_|$)")
Characters = Annotated[
    str, StringConstraints(pattern=rf"^(?:{_SEEN}(?:,{_SEEN})*)?$", max_length=TEXT_LENGTH)
]
"""Ids with commas between; a look stands after its character and a colon, as lineage writes it."""
Likenesses = Annotated[
    str, StringConstraints(pattern=rf"^(?:{_PERSON}(?:,{_PERSON})*)?$", max_length=TEXT_LENGTH)
]
_WORDS: Final[dict[Generated, bool | None]] = {"yes": True, "no": False, "unknown": None}


class NewAdoption(Body):
    """What somebody says of footage from elsewhere, and answers for: where it is from, and who is seen in it.

    It stands in a `scene`, or in its `production` outside any scene: one of them is named. `characters` are those that are seen,
    by id, each perhaps with a look (`character_…:winter`); `likenesses` real people whom no character shows.
    """

    source: Why
    ai_generated: Generated
    label: Label = ""
    depicts_real_person: Depiction = "unknown"
    scene: SceneId | None = None
    production: ProductionId | None = None
    shot: ShotId | None = None
    characters: Characters = ""
    likenesses: Likenesses = ""

    @model_validator(mode="after")
    def _stands_somewhere(self) -> Self:
        if self.scene is None and self.production is None:
            raise ValueError("say where it stands: scene or production")
        for named in ([one.character for one in self.seen], self.people):
            twice = {one for one in named if named.count(one) > 1}
            if twice:
                raise ValueError(f"{min(twice)} is named twice")
        return self

    @property
    def seen(self) -> tuple[Seen, ...]:
        return tuple(Seen(who, look or None) for who, look in _ONE.findall(self.characters))

    @property
    def people(self) -> tuple[str, ...]:
        return tuple(self.likenesses.split(",")) if self.likenesses else ()

    @property
    def generated(self) -> bool | None:
        """Whether a machine made it; None where nobody knows."""
        return _WORDS[self.ai_generated]

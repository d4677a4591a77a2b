"""Tools that read: search, show, takes, lineage, uses, impact, spend. They write nothing and spend nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field

from api.client import ContinuityClient, LocalFailure
from api.mcp.answers import Characters, Past, Scenes, Shown, Take, Takes, Uses, first_of
from api.money import SpendAnswer
from generation.impact import Impact
from registry.events.ids import is_id
from registry.views.lineage import Lineage

Limit = Annotated[int, Field(ge=1, le=200, description="At most so many.")]
Text = Annotated[str, Field(max_length=200, description="Part of a name, in any case; empty for all.")]
SceneId = Annotated[str, Field(description="A scene's id, scene_…")]
ProductionId = Annotated[str, Field(description="A production's id, production_…")]
Thing = Annotated[str, Field(description="An id, as search and show name it.")]

_HIDDEN: Final = frozenset({"kling_url", "kling_watermark_url"})
"""Addresses at which anybody may fetch a clip without a key; whoever may have it downloads it from the service."""


class Looking:
    """What every key may ask that has a role."""

    def __init__(self, client: ContinuityClient) -> None:
        self._client = client

    def search_characters(self, text: Text = "", limit: Limit = 20) -> Characters:
        """Characters whose name or an alias holds the text, in the order they were introduced."""
        found, more = first_of(
            (card for card in self._client.characters() if _holds(text, card.name, *card.aliases)), limit
        )
        return Characters(items=found, more=more)

    def search_scenes(
        self, text: Text = "", production: ProductionId | None = None, limit: Limit = 20
    ) -> Scenes:
        """Scenes whose name or setting holds the text, with cast, planned shots and pins; of one production if it is named."""
        scenes = self._client.scenes(production=production)
        found, more = first_of((card for card in scenes if _holds(text, card.name, card.setting)), limit)
        return Scenes(items=found, more=more)

    def show(self, thing: Thing) -> Shown:
        """One character, scene, production, asset, element, voice, clip or generation, by its id."""
        reads: Mapping[str, Any] = {
            "character": self._client.character,
            "scene": self._client.scene,
            "production": self._client.production,
            "asset": self._client.asset,
            "element": self._client.element,
            "voice": self._client.voice,
            "clip": self._client.clip,
            "generation": self._client.generation,
        }
        for kind, read in reads.items():
            if is_id(thing, kind):
                card: BaseModel = read(thing)
                return Shown(kind=kind, card=card.model_dump(mode="json", exclude=set(_HIDDEN)))
        known = ", ".join(f"{kind}_…" for kind in reads)
        raise LocalFailure("unknown-kind", f"{thing!r} is no id that can be shown", f"name one of {known}")

    def list_takes(self, scene: SceneId, limit: Limit = 50) -> Takes:
        """The stored clips of a scene, oldest first."""
        found, more = first_of(map(Take.of, self._client.clips(scene=scene)), limit)
        return Takes(items=found, more=more)

    def lineage(  # noqa: PLR0913 - what may be asked of it
        self,
        thing: Thing,
        direction: Annotated[
            Literal["ancestors", "descendants"],
            Field(description="What it was made from, or what was made from it."),
        ] = "ancestors",
        *,
        depth: Annotated[int, Field(ge=1, le=20, description="Steps to go.")] = 10,
        types: Annotated[str | None, Field(description="Kinds of steps to go along, by commas.")] = None,
        as_of: Annotated[
            str | None, Field(description="A position of the log or a moment (RFC 3339).")
        ] = None,
        after: Annotated[int, Field(ge=0, description="`next` of the answer before.")] = 0,
        limit: Annotated[int, Field(ge=1, le=500, description="At most so many steps.")] = 200,
    ) -> Lineage:
        """What a clip, element, asset, character or scene was made from, or what was made from it, step by step.

        Each step says on which evidence it stands; `until` says that it holds no more. `next` says that there are others.
        """
        asked = {"direction": direction, "depth": depth, "types": types, "as_of": as_of}
        return self._client.lineage_page(thing, after=after, limit=limit, **asked)

    def history(
        self,
        thing: Thing,
        limit: Limit = 50,
        newest: Annotated[bool, Field(description="The newest first.")] = True,
    ) -> Past:
        """Who did what to anything that has an id, why, when, and under which request, an event each."""
        found, more = first_of(self._client.history(thing, sort="newest" if newest else "oldest"), limit)
        return Past(items=found, more=more)

    def uses(
        self,
        thing: Thing,
        look: Annotated[str | None, Field(description="One look of a character.")] = None,
        limit: Limit = 50,
    ) -> Uses:
        """Where an asset, element, voice, likeness or character is used: scenes, generations, clips."""
        found, more = first_of(self._uses(thing, look), limit)
        return Uses(items=found, more=more)

    def _uses(self, thing: str, look: str | None) -> Iterator[Any]:
        return self._client.uses(thing, look=look)

    def impact(
        self,
        thing: Thing,
        change: Annotated[
            str | None,
            Field(
                description="retire unless said; of an asset also supersede or withdraw, of a character voice or look:NAME."
            ),
        ] = None,
    ) -> Impact:
        """What a change would touch before it is made: pins, bindings that go stale, planned shots, open generations, cost."""
        return self._client.impact(thing, change=change)

    def spend(
        self,
        production: ProductionId,
        after: Annotated[int, Field(ge=0, description="`next` of the page before.")] = 0,
    ) -> SpendAnswer:
        """A production's budget, what is left of it, what is reserved and spent in units and dollars, and its paid calls."""
        return self._client.spend(production, after=after)


def _holds(text: str, *said: str) -> bool:
    wanted = text.casefold()
    return any(wanted in one.casefold() for one in said)

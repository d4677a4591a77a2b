"""What the form that asks for a clip offers: the scene's people, its shots and clips, and pictures to stand on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from api.console.asked import Said
from registry.registry import Connection
from registry.views import assets, clips, generations, productions, scenes
from registry.views.assets import AssetCard
from registry.views.characters import CharacterCard, find_characters
from registry.views.clips import ClipCard
from registry.views.generations import GenerationCard
from registry.views.page import Span
from registry.views.productions import ProductionCard
from registry.views.scenes import SceneCard

PICTURES: Final = 24
"""Pictures that are offered at once; as many more each time they are asked for."""
_MOST_PICTURES: Final = 480
_MOST_PLACES: Final = 200
_CLIPS: Final = 24


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may be in the shot, in the look that was chosen, or the one that is `pinned`."""

    number: int
    character: CharacterCard
    ticked: bool
    look: str
    identity: str
    fall_back: bool
    pinned: str | None = None
    in_scene: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to choose from. `more`: there are further pictures; `unknown`: names of nobody, or of several."""

    scene: SceneCard | None
    production: ProductionCard
    cast: tuple[Member, ...]
    unknown: tuple[str, ...]
    clips: tuple[ClipCard, ...]
    running: tuple[GenerationCard, ...]
    pictures: tuple[AssetCard, ...]
    shown: int
    more: bool

    @property
    def strangers(self) -> bool:
        """Whether somebody is named who does not play in the scene."""
        return bool(self.unknown) or any(not member.in_scene for member in self.cast)

    @property
    def names(self) -> tuple[str, ...]:
        """What stands in the fields for somebody else: what nobody is known by, and room for one more."""
        return (*self.unknown, "")

    def meant(self, name: str) -> str:
        """The id of the member who is called so, in any case; the name itself where nobody is."""
        return next((one.character.id for one in self.cast if _called(one.character, name)), name)

    def all_meant(self, names: Iterable[str]) -> list[str]:
        return [self.meant(name) for name in names]


def offer(connection: Connection, log: str, said: Said) -> Offer:
    """What the form offers for what it says so far. Raises NotFound."""
    scene = scenes.scene(connection, log, said.one("scene")) if said.one("scene") else None
    production = productions.production(
        connection, log, scene.production if scene else said.one("production")
    )
    pictures, shown, more = _pictures(connection, log, said)
    return Offer(
        scene,
        production,
        *_cast(connection, log, scene, production, said),
        _clips(connection, log, scene, said),
        tuple(generations.open_in(connection, log, [scene.id])) if scene else (),
        pictures,
        shown,
        more,
    )


def _cast(
    connection: Connection, log: str, scene: SceneCard | None, production: ProductionCard, said: Said
) -> tuple[tuple[Member, ...], tuple[str, ...]]:
    """Everybody who plays in the scene and whoever else is named; and the names that mean nobody, or several."""
    playing = [member.character for member in scene.cast] if scene else []
    named = {row: name for row in range(said.rows("cast")) if (name := said.one(f"cast.{row}.character"))}
    found = find_characters(connection, log, [*playing, *named.values()])
    rows = {row: _meant(name, found, playing) for row, name in named.items()}
    known = {one.id: one for one in found}
    pins = {pin.character: pin.look for pin in (*production.pins, *(scene.pins if scene else ()))}
    who = dict.fromkeys([*(one for one in playing if one in known), *filter(None, rows.values())])
    members = (
        _member(number, known[one], next((row for row in rows if rows[row] == one), None), said)
        for number, one in enumerate(who)
    )
    return tuple(
        replace(one, pinned=pins.get(one.character.id), in_scene=one.character.id in playing)
        for one in members
    ), tuple(name for row, name in named.items() if rows[row] is None)


def _meant(name: str, found: Sequence[CharacterCard], playing: Sequence[str]) -> str | None:
    """Who is called so: somebody of the scene, or else the only one."""
    called = [one.id for one in found if _called(one, name)]
    here = [one for one in called if one in playing]
    return here[0] if here else called[0] if len(called) == 1 else None


def _member(number: int, card: CharacterCard, row: int | None, said: Said) -> Member:
    at = f"cast.{number if row is None else row}"
    return Member(
        number,
        card,
        ticked=row is not None,
        look=said.one(f"{at}.look"),
        identity=said.one(f"{at}.identity", "auto"),
        fall_back=said.ticked(f"{at}.fall_back"),
    )


def _called(card: CharacterCard, name: str) -> bool:
    return name.casefold() in {word.casefold() for word in (card.id, card.name, *card.aliases)}


def _clips(connection: Connection, log: str, scene: SceneCard | None, said: Said) -> tuple[ClipCard, ...]:
    """The scene's newest clips, and whichever are named: the one it goes on from among them."""
    found: list[ClipCard] = []
    if scene is not None:
        newest = Span(limit=_CLIPS, newest=True)
        found += clips.clips(connection, log, scene=scene.id, span=newest).items
    wanted = [said.one(place) for place in ("continue_from", "edit", "retake_of")]
    wanted += [scene.continued_from or ""] if scene else []
    for clip in dict.fromkeys(wanted):
        if clip.startswith("clip_") and all(one.id != clip for one in found):
            found.append(clips.clip(connection, log, clip))
    return tuple(one for one in found if not one.erased)


def _pictures(connection: Connection, log: str, said: Said) -> tuple[tuple[AssetCard, ...], int, bool]:
    """The chosen pictures, then the newest."""
    count = said.one("ask.pictures", str(PICTURES))
    most = min(int(count), _MOST_PICTURES) if count.isdecimal() and len(count) < 5 else PICTURES
    newest = assets.assets(connection, log, kind="picture", span=Span(limit=most, newest=True))
    chosen = [*said.every("opening"), *said.every("closing"), *said.every("references")]
    there = assets.find_assets(connection, log, chosen)
    listed = {one: there[one] for one in chosen if one in there} | {one.id: one for one in newest.items}
    usable = [
        one for one in listed.values() if one.kind == "picture" and (not one.retired or one.id in there)
    ]
    return tuple(usable), most, newest.next is not None and most < _MOST_PICTURES


def faces_of(connection: Connection, log: str, who: Iterable[str]) -> dict[str, CharacterCard]:
    """Characters by their ids, to show whom something stands for."""
    wanted = list(who)
    return {one.id: one for one in find_characters(connection, log, wanted)} if wanted else {}


def places_to_film(
    connection: Connection, log: str, within: Sequence[str]
) -> list[tuple[productions.Called, list[scenes.Placed]]]:
    """The open scenes of each production in story order, its own for what is of no scene last: where a clip may stand."""
    shows = {
        one.id: one
        for one in productions.called(connection, log, most=_MOST_PLACES, within=within)
        if not one.closed
    }
    found: dict[str, list[scenes.Placed]] = {}
    for scene in scenes.still_open(connection, log, most=_MOST_PLACES, within=within):
        if scene.production in shows:
            found.setdefault(scene.production, []).append(scene)
    return [(shows[one], sorted(some, key=partial(_in_the_story, shows[one]))) for one, some in found.items()]


def _in_the_story(show: productions.Called, scene: scenes.Placed) -> tuple[bool, int, int]:
    return scene.id == show.unplaced, scene.episode, scene.number

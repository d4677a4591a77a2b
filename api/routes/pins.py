"""Pins: scenes and productions that hold on to a character as it was, let go of it, or move on; and what a move would change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from api.looks import NewPin
from api.routes.answering import Answer, Reply, answer_card, card_reply
from api.routes.commanding import Change, Visit, named
from generation.pin_impact import PinImpact
from generation.repinning import impact_of_move
from registry.deciders.pins import MovePin, PinCharacter, Pinning, ReleasePin
from registry.errors import InvalidCommand, NotFound
from registry.events.ids import is_id
from registry.registry import Connection
from registry.views import characters, productions, scenes
from registry.views.productions import ProductionCard
from registry.views.scenes import SceneCard


def meant(visit: Visit, word: str) -> str:
    """The one character that an id, a name or an alias means. Raises NotFound and InvalidCommand."""
    if is_id(word, "character"):
        return word
    found = visit.read(characters.find_characters, [word])
    live = [card for card in found if not card.retired] or found
    if not live:
        raise NotFound(
            f"no character is called {word!r}", hint="introduce the character first, or name it by id"
        )
    if len(live) > 1:
        raise InvalidCommand(
            f"{word!r} could be {' or '.join(card.id for card in live)}",
            hint="name the character by id",
            path="character",
        )
    return live[0].id


def _changed(change: Change, make: Callable[[], Pinning]) -> Answer[Any]:
    """`make` may ask who is meant, so it is asked only where the request was not answered before."""
    if (first := change.earlier()) is not None:
        return first
    command = make()

    def reply(connection: Connection) -> Reply:
        show: Callable[[Connection, str, str], Any]
        show = scenes.scene if is_id(command.stream, "scene") else productions.production
        return card_reply(show(connection, change.studio, command.stream))

    return change.make(command, reply=reply)


def _pin(change: Change, holder: str, data: NewPin) -> Answer[Any]:
    return _changed(
        change,
        lambda: PinCharacter(
            stream=holder, character=meant(change, data.character), version=data.version, look=data.look
        ),
    )


def _impact(visit: Visit, holder: str, character: str) -> Answer[PinImpact]:
    return answer_card(impact_of_move(visit.registry, visit.studio, holder, meant(visit, character)))


@post("/scenes/{scene:str}/pins", status_code=200, sync_to_thread=True)
def pin_in_scene(
    scene: FromPath[str], data: JSONBody[NewPin], change: NamedDependency[Change]
) -> Answer[SceneCard]:
    """Use the character as of a version and in a look in this scene, whatever becomes of it. Goes before its production's pin."""
    return _pin(change, named("scene", scene), data)


@delete("/scenes/{scene:str}/pins/{character:str}", status_code=200, sync_to_thread=True)
def unpin_in_scene(
    scene: FromPath[str],
    character: FromPath[str],
    change: NamedDependency[Change],
    reason: FromQuery[str] = "",
) -> Answer[SceneCard]:
    """Use the character as its production pins it, or as it is now."""
    stream = named("scene", scene)
    return _changed(
        change, lambda: ReleasePin(stream=stream, character=meant(change, character), reason=reason)
    )


@post("/scenes/{scene:str}/pins/{character:str}/move", status_code=200, sync_to_thread=True)
def move_pin_in_scene(
    scene: FromPath[str], character: FromPath[str], change: NamedDependency[Change]
) -> Answer[SceneCard]:
    """Move the pin to the character as it is now, in the same look."""
    stream = named("scene", scene)
    return _changed(change, lambda: MovePin(stream=stream, character=meant(change, character)))


@get("/scenes/{scene:str}/pins/{character:str}/impact", sync_to_thread=True)
def impact_in_scene(
    scene: FromPath[str], character: FromPath[str], visit: NamedDependency[Visit]
) -> Answer[PinImpact]:
    """What moving the pin would change: pictures, words, elements that would go stale, shots and requests it meets."""
    return _impact(visit, named("scene", scene), character)


@post("/productions/{production:str}/pins", status_code=200, sync_to_thread=True)
def pin_in_production(
    production: FromPath[str], data: JSONBody[NewPin], change: NamedDependency[Change]
) -> Answer[ProductionCard]:
    """Use the character as of a version and in a look in every scene of the show that has no pin of its own."""
    return _pin(change, named("production", production), data)


@delete("/productions/{production:str}/pins/{character:str}", status_code=200, sync_to_thread=True)
def unpin_in_production(
    production: FromPath[str],
    character: FromPath[str],
    change: NamedDependency[Change],
    reason: FromQuery[str] = "",
) -> Answer[ProductionCard]:
    """Use the character as it is now again, where no scene pins it."""
    stream = named("production", production)
    return _changed(
        change, lambda: ReleasePin(stream=stream, character=meant(change, character), reason=reason)
    )


@post("/productions/{production:str}/pins/{character:str}/move", status_code=200, sync_to_thread=True)
def move_pin_in_production(
    production: FromPath[str], character: FromPath[str], change: NamedDependency[Change]
) -> Answer[ProductionCard]:
    """Move the pin to the character as it is now, in the same look."""
    stream = named("production", production)
    return _changed(change, lambda: MovePin(stream=stream, character=meant(change, character)))


@get("/productions/{production:str}/pins/{character:str}/impact", sync_to_thread=True)
def impact_in_production(
    production: FromPath[str], character: FromPath[str], visit: NamedDependency[Visit]
) -> Answer[PinImpact]:
    """What moving the pin would change, in every scene that uses the character by it."""
    return _impact(visit, named("production", production), character)


ROUTES: Any = Router(
    "/",
    route_handlers=[
        pin_in_scene,
        unpin_in_scene,
        move_pin_in_scene,
        impact_in_scene,
        pin_in_production,
        unpin_in_production,
        move_pin_in_production,
        impact_in_production,
    ],
    opt={"reach": "production", "changes": "asset_writer"},
    tags=["Pins"],
)

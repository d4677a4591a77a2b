"""Loading the grounds of a request: one snapshot of the registry, everything the resolution may ask for, nothing decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import NamedTuple

from generation.grounds import AccountGround, CharacterGround, Grounds, ParentGround, TakeGround
from generation.hindsight import Hindsight
from generation.present import Present
from generation.shot import ShotRequest
from generation.source import FoundCharacter, FoundScene, Source
from registry.errors import InvalidCommand, NotFound
from registry.events.ids import is_id
from registry.registry import Registry


class Gathered(NamedTuple):
    """The grounds, and where the result will be recorded (the production's unplaced scene when none was named)."""

    grounds: Grounds
    production: str
    scene: str


def gather(registry: Registry, studio: str, request: ShotRequest, *, as_of: int | None = None) -> Gathered:
    """Everything `request` stands on, as of the log's newest position, or as of a position the log had before.

    The grounds of a position are judged at the time its event was recorded. Raises NotFound, and InvalidCommand (also for a
    position the log does not have, and for what was erased since).
    """
    with registry.snapshot() as connection:
        if as_of is None:
            found = _gathered(studio, request, Present(registry, connection, studio))
        else:
            found = _gathered(studio, request, Hindsight(registry, connection, studio, position=as_of))
    return _with_relay(found) if registry.relays_clips else found


def _with_relay(found: Gathered) -> Gathered:
    """The same grounds where this installation can serve the parent's bytes itself."""
    parent = found.grounds.parent
    if parent is None or parent.sha256 is None:
        return found
    return found._replace(grounds=replace(found.grounds, parent=replace(parent, relay=True)))


def _gathered(studio: str, request: ShotRequest, source: Source) -> Gathered:
    scene = _scene(request, source)
    production = source.production(scene.production if scene else str(request.production))
    people = _people(request, scene, source)
    wanted = {person.id: person for person in people.values()}.values()
    pictures = [reference.asset for person in wanted for reference in person.references]
    grounds = Grounds(
        studio=studio,
        position=source.position,
        now_us=source.now_us,
        account=_account(production.account, source),
        production=production.id,
        scene=scene.ground if scene else None,
        people=people,
        assets=source.assets(list(dict.fromkeys([*_named_assets(request), *pictures]))),
        parent=_parent(request.continue_from or request.edit, source),
        retake=_retake(request.retake_of, source),
    )
    return Gathered(grounds, production.id, scene.ground.id if scene else production.unplaced)


def _scene(request: ShotRequest, source: Source) -> FoundScene | None:
    if request.scene is None:
        return None
    scene = source.scene(request.scene)
    if request.production not in (None, scene.production):
        raise InvalidCommand(
            f"{scene.ground.id} belongs to {scene.production}, not to {request.production}",
            hint="leave production out: the scene says it",
            path="production",
        )
    if request.shot is not None and request.shot not in scene.shots:
        raise NotFound(
            f"there is no {request.shot} in {scene.ground.id}", hint="look at the scene's shots", path="shot"
        )
    return scene


def _account(account: str | None, source: Source) -> AccountGround | None:
    return None if account is None else source.account(account)


def _people(request: ShotRequest, scene: FoundScene | None, source: Source) -> dict[str, CharacterGround]:
    """Characters by every word the request uses for them, and by id for the scene's cast."""
    in_scene = scene.ground.cast if scene else ()
    words = tuple(dict.fromkeys([*_words(request), *in_scene]))
    found = source.characters(words)
    called = {word: _called(word, found, in_scene) for word in words}
    _refuse_ambiguous(called)
    held = source.elements([who.ground.id for who in found])
    grounds = {
        who.ground.id: replace(
            who.ground,
            elements=tuple(element for character, element in held if character == who.ground.id),
        )
        for who in found
    }
    return {word: grounds[meant[0].ground.id] for word, meant in called.items() if meant}


def _words(request: ShotRequest) -> Iterable[str]:
    yield from (entry.character for entry in request.cast or ())
    yield from (turn.speaker for _, dialogue in request.conversations for turn in dialogue.turns)
    yield from (name for shot in request.shots or () for name in shot.cast or ())


def _called(word: str, found: list[FoundCharacter], in_scene: Collection[str]) -> list[FoundCharacter]:
    """Who a word means: an id is exact; a name means those of the scene's cast first, then anybody live, then anybody."""
    meant = [who for who in found if word == who.ground.id] or [who for who in found if who.is_called(word)]
    return (
        [who for who in meant if who.ground.id in in_scene]
        or [who for who in meant if not who.ground.retired]
        or meant
    )


def _refuse_ambiguous(called: dict[str, list[FoundCharacter]]) -> None:
    told = [
        f"{word!r} could be {' or '.join(who.ground.id for who in several)}"
        for word, several in called.items()
        if len(several) > 1
    ]
    if told:
        raise InvalidCommand(
            f"names that mean more than one character: {'; '.join(told)}",
            hint="name the character by id, or cast one of them in the scene",
            path="cast",
        )


def _named_assets(request: ShotRequest) -> list[str]:
    return [name for _, name in request.pictures if isinstance(name, str)]


def _parent(named: str | None, source: Source) -> ParentGround | None:
    """The clip to continue from, by its own id or by the generation that made it; None when there is no such thing."""
    if named is None:
        return None
    try:
        if not is_id(named, "generation"):
            return source.clip(named)
        generation = source.generation(named)
        if generation.clip is not None:
            return source.clip(generation.clip)
    except NotFound:
        return None
    return ParentGround(named, named, None, None, None, 0.0, generation.scene, generation.running)


def _retake(named: str | None, source: Source) -> TakeGround | None:
    """The clip that a retake answers, with the mode of its plan; None when there is no such clip."""
    if named is None:
        return None
    try:
        return source.take(named)
    except NotFound:
        return None

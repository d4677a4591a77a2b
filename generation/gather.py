"""Loading the grounds of a request: one snapshot of the registry, everything the resolution may ask for, nothing decided."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from generation.clearance import Clearance
from generation.grounds import AccountGround, CharacterGround, Grounds, ParentGround, VoiceGround
from generation.hindsight import Hindsight
from generation.pinned import as_pinned
from generation.policies import GUIDE, Policies
from generation.present import Present
from generation.shot import ShotRequest
from generation.source import FoundCharacter, FoundScene, Source, voice_in_use
from registry.deciders.element import assets_of
from registry.errors import NotFound
from registry.events.ids import is_id
from registry.registry import Registry

T = TypeVar("T")


class Gathered(NamedTuple):
    """The grounds, and where the result will be recorded: the production's unplaced scene when none was named, "" for nowhere."""

    grounds: Grounds
    production: str
    scene: str


def gather(
    registry: Registry,
    studio: str,
    request: ShotRequest,
    *,
    policies: Policies = GUIDE,
    as_of: int | None = None,
    at: int | None = None,
) -> Gathered:
    """Everything `request` stands on, as of the log's newest position, or as of a position the log had before.

    The grounds of a position are judged at `at` (microseconds since 1970), or else at the time its event was recorded. What is
    not there is absent. Raises InvalidCommand for a position the log does not have, and for what was erased since.
    """
    with registry.snapshot(studio) as connection:
        source = (
            Present(registry, connection, studio)
            if as_of is None
            else Hindsight(registry, connection, studio, position=as_of, at=at)
        )
        found = _gathered(studio, request, source)
        cleared = _cleared(found.grounds, request, Clearance(registry, connection, studio, source.position))
        found = found._replace(grounds=replace(cleared, policies=policies))
    return _with_relay(found) if policies.old_parents == "relay" else found


def _with_relay(found: Gathered) -> Gathered:
    """The same grounds where this installation can serve the parent's bytes itself."""
    parent = found.grounds.parent
    if parent is None or parent.sha256 is None:
        return found
    return found._replace(grounds=replace(found.grounds, parent=replace(parent, relay=True)))


def _gathered(studio: str, request: ShotRequest, source: Source) -> Gathered:
    scene = _found(source.scene, request.scene)
    production = _found(source.production, scene.production if scene else request.production)
    account = _account(production.account, source) if production else None
    called, people = _people(request, scene, source, account=account)
    people = as_pinned(people, scene=scene, production=production, source=source)
    wanted = {person.id: person for person in people.values()}.values()
    pictures = [reference.asset for person in wanted for reference in person.references]
    pictures += [
        asset
        for person in wanted
        for one in person.elements
        if one.made_of
        for asset in assets_of(one.made_of)
    ]
    grounds = Grounds(
        studio=studio,
        position=source.position,
        now_us=source.now_us,
        account=account,
        production=production.id if production else None,
        scene=scene.ground if scene else None,
        people=people,
        assets=source.assets(list(dict.fromkeys([*_named_assets(request), *pictures]))),
        parent=_parent(request.continue_from or request.edit, source),
        retake=_found(source.take, request.retake_of),
        portraits=source.portraits([request.opening]) if isinstance(request.opening, str) else frozenset(),
        ambiguous={
            word: tuple(who.ground.id for who in meant) for word, meant in called.items() if len(meant) > 1
        },
    )
    unplaced = production.unplaced if production else ""
    return Gathered(grounds, production.id if production else "", scene.ground.id if scene else unplaced)


def _cleared(grounds: Grounds, request: ShotRequest, clearance: Clearance) -> Grounds:
    """The same grounds with everybody who can be recognised, who is behind them, and what may not be used any more."""
    pictures = {place: name for place, name in request.pictures if isinstance(name, str)}
    path = "edit" if request.edit is not None else "continue_from"
    parent = grounds.parent.clip if grounds.parent else None
    appearing = clearance.appearing(
        pictures, parent, path=path, keeps_sound=request.keep_original_sound is not False
    )
    known = clearance.with_rights([*(one.character for one in appearing), *grounds.people.values()])
    return replace(
        grounds,
        people={word: known[person.id] for word, person in grounds.people.items()},
        appearing=tuple(replace(one, character=known[one.character.id]) for one in appearing),
        territories=clearance.territories(grounds.production),
        withdrawn=clearance.withdrawn((parent, request.retake_of), pictures.values()),
        unplayed=clearance.unplayed(parent, pictures.values()),
    )


def _found(ask: Callable[[str], T], named: str | None) -> T | None:
    """What is not there is left out: the resolution tells it beside everything else that is missing."""
    try:
        return None if named is None else ask(named)
    except NotFound:
        return None


def _account(account: str | None, source: Source) -> AccountGround | None:
    return None if account is None else source.account(account)


def _people(
    request: ShotRequest, scene: FoundScene | None, source: Source, *, account: AccountGround | None
) -> tuple[dict[str, list[FoundCharacter]], dict[str, CharacterGround]]:
    """Whom every word of the request and of the scene's cast could mean, and the characters of the words that mean one."""
    in_scene = scene.ground.cast if scene else ()
    words = tuple(dict.fromkeys([*_words(request), *in_scene]))
    found = source.characters(words, aside=_aside(request, in_scene))
    called = {word: _called(word, found, in_scene) for word in words}
    held = source.elements([who.ground.id for who in found])
    spoken = source.voices([who.ground.id for who in found])
    grounds = {
        who.ground.id: replace(
            _with_voices(who, spoken, account),
            elements=tuple(element for character, element in held if character == who.ground.id),
        )
        for who in found
    }
    return called, {word: grounds[meant[0].ground.id] for word, meant in called.items() if len(meant) == 1}


def _aside(request: ShotRequest, in_scene: Collection[str]) -> frozenset[str]:
    """Those of the scene's cast who cannot matter: the request says itself whom it casts, and by ids, which mean nobody else."""
    words = set(_words(request))
    named = request.cast is None or not all(is_id(word, "character") for word in words)
    return frozenset() if named else frozenset(in_scene) - words


def _with_voices(
    who: FoundCharacter, spoken: Sequence[tuple[str, VoiceGround]], account: AccountGround | None
) -> CharacterGround:
    voices = tuple(voice for character, voice in spoken if character == who.ground.id)
    in_use = voice_in_use(who.voice, voices, account.id if account else None)
    return replace(who.ground, voices=voices, voice=in_use)


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

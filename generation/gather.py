"""Loading the grounds of a request: one snapshot of the registry, everything the resolution may ask for, nothing decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from generation.grounds import (
    AccountGround,
    AssetGround,
    CharacterGround,
    ElementGround,
    Grounds,
    ParentGround,
    ReferenceGround,
    SceneGround,
    TakeGround,
)
from generation.shot import ShotRequest
from registry.errors import InvalidCommand, NotFound
from registry.events.ids import is_id
from registry.registry import Connection, Registry
from registry.views import (
    accounts,
    assets,
    characters,
    clips,
    elements,
    generations,
    productions,
    scenes,
    submissions,
)
from registry.views.characters import CharacterCard
from registry.views.scenes import SceneCard


class Gathered(NamedTuple):
    """The grounds, and where the result will be recorded (the production's unplaced scene when none was named)."""

    grounds: Grounds
    production: str
    scene: str


def gather(registry: Registry, studio: str, request: ShotRequest) -> Gathered:
    """Everything `request` stands on, as of the log's newest position. Raises NotFound and InvalidCommand."""
    with registry.snapshot() as connection:
        position = registry.head(connection, studio)
        scene = _scene(connection, studio, request)
        production = productions.production(connection, studio, _production_of(request, scene))
        people = _people(connection, studio, request, scene)
        wanted = {person.id: person for person in people.values()}.values()
        pictures = [reference.asset for person in wanted for reference in person.references]
        grounds = Grounds(
            studio=studio,
            position=position,
            now_us=registry.clock(),
            account=_account(connection, studio, production.account),
            production=production.id,
            scene=_scene_ground(scene),
            people=people,
            assets=_assets(connection, studio, [*_named_assets(request), *pictures]),
            parent=_parent(connection, studio, request.continue_from or request.edit),
            retake=_retake(connection, studio, request.retake_of),
        )
    return Gathered(grounds, production.id, scene.id if scene else production.unplaced)


def _scene(connection: Connection, studio: str, request: ShotRequest) -> SceneCard | None:
    if request.scene is None:
        return None
    scene = scenes.scene(connection, studio, request.scene)
    if request.production not in (None, scene.production):
        raise InvalidCommand(
            f"{scene.id} belongs to {scene.production}, not to {request.production}",
            hint="leave production out: the scene says it",
            path="production",
        )
    if request.shot is not None and request.shot not in {shot.id for shot in scene.shots}:
        raise NotFound(
            f"there is no {request.shot} in {scene.id}", hint="look at the scene's shots", path="shot"
        )
    return scene


def _scene_ground(scene: SceneCard | None) -> SceneGround | None:
    if scene is None:
        return None
    return SceneGround(scene.id, scene.name, tuple(member.character for member in scene.cast), scene.setting)


def _production_of(request: ShotRequest, scene: SceneCard | None) -> str:
    return scene.production if scene else str(request.production)


def _account(connection: Connection, studio: str, account: str | None) -> AccountGround | None:
    if account is None:
        return None
    card = accounts.account(connection, studio, account)
    return AccountGround(card.id, card.region, card.host)


def _people(
    connection: Connection, studio: str, request: ShotRequest, scene: SceneCard | None
) -> dict[str, CharacterGround]:
    """Characters by every word the request uses for them, and by id for the scene's cast."""
    in_scene = [member.character for member in scene.cast] if scene else []
    words = dict.fromkeys([*_words(request), *in_scene])
    found = characters.find_characters(connection, studio, words)
    _refuse_ambiguous(words, found, in_scene)
    held = elements.elements_of(connection, studio, [card.id for card in found])
    grounds = {
        card.id: CharacterGround(
            id=card.id,
            name=card.name,
            kind=card.kind,
            version=card.version,
            references=tuple(
                ReferenceGround(reference.role, reference.asset) for reference in card.references
            ),
            elements=tuple(
                ElementGround(
                    element.id, element.element_id, element.account, element.made_from, element.retired
                )
                for element in held
                if element.character == card.id
            ),
            retired=card.retired,
        )
        for card in found
    }
    called = {word: _called(word, found, in_scene) for word in words}
    return {word: grounds[cards[0].id] for word, cards in called.items() if cards}


def _words(request: ShotRequest) -> Iterable[str]:
    yield from (entry.character for entry in request.cast or ())
    yield from (turn.speaker for _, dialogue in request.conversations for turn in dialogue.turns)
    yield from (name for shot in request.shots or () for name in shot.cast or ())


def _called(word: str, found: list[CharacterCard], in_scene: list[str]) -> list[CharacterCard]:
    """Who a word means: an id is exact; a name means those of the scene's cast first, then anybody live, then anybody."""
    meant = [card for card in found if word == card.id] or [
        card for card in found if word.casefold() in {name.casefold() for name in (card.name, *card.aliases)}
    ]
    return (
        [card for card in meant if card.id in in_scene]
        or [card for card in meant if not card.retired]
        or meant
    )


def _refuse_ambiguous(words: Iterable[str], found: list[CharacterCard], in_scene: list[str]) -> None:
    several = {word: _called(word, found, in_scene) for word in words}
    told = [
        f"{word!r} could be {' or '.join(card.id for card in cards)}"
        for word, cards in several.items()
        if len(cards) > 1
    ]
    if told:
        raise InvalidCommand(
            f"names that mean more than one character: {'; '.join(told)}",
            hint="name the character by id, or cast one of them in the scene",
            path="cast",
        )


def _named_assets(request: ShotRequest) -> list[str]:
    return [name for _, name in request.pictures if isinstance(name, str)]


def _assets(connection: Connection, studio: str, ids: list[str]) -> Mapping[str, AssetGround]:
    cards = assets.find_assets(connection, studio, list(dict.fromkeys(ids)))
    cut_from = {card.derived_from.clip for card in cards.values() if card.derived_from}
    scene_of = {clip: clips.clip(connection, studio, clip).scene for clip in sorted(cut_from)}
    return {
        card.id: AssetGround(
            id=card.id,
            kind=card.kind,
            digest=card.original.sha256 if card.original else "",
            rendition_key=card.rendition.key if card.rendition else None,
            rendition_digest=card.rendition.sha256 if card.rendition else None,
            rendition_bytes=card.rendition.bytes if card.rendition else 0,
            width=card.picture.width if card.picture else 0,
            height=card.picture.height if card.picture else 0,
            format=_rendition_format(card),
            retired=card.retired,
            made_from_clip=card.derived_from.clip if card.derived_from else None,
            made_from_scene=scene_of[card.derived_from.clip] if card.derived_from else None,
        )
        for card in cards.values()
    }


def _rendition_format(card: assets.AssetCard) -> str:
    return card.rendition.media_type.removeprefix("image/") if card.rendition else ""


def _parent(connection: Connection, studio: str, named: str | None) -> ParentGround | None:
    """The clip to continue from, by its own id or by the generation that made it; None when there is no such thing."""
    if named is None:
        return None
    try:
        if not is_id(named, "generation"):
            return _parent_clip(connection, studio, named)
        generation = generations.generation(connection, studio, named)
    except NotFound:
        return None
    if generation.clip is not None:
        return _parent_clip(connection, studio, generation.clip)
    return ParentGround(named, generation.id, None, None, None, 0.0, generation.scene)


def _parent_clip(connection: Connection, studio: str, named: str) -> ParentGround:
    clip = clips.clip(connection, studio, named)
    return ParentGround(
        clip=clip.id,
        generation=clip.generation,
        task_id=submissions.submission(connection, studio, clip.submission).task_id,
        url=clip.kling_url,
        url_expires_at_us=clip.kling_url_expires_at,
        duration_seconds=clip.duration_us / 1_000_000,
        scene=clip.scene,
    )


def _retake(connection: Connection, studio: str, named: str | None) -> TakeGround | None:
    """The clip that a retake answers, with the mode of its plan; None when there is no such clip."""
    if named is None:
        return None
    try:
        clip = clips.clip(connection, studio, named)
    except NotFound:
        return None
    plan = generations.generation(connection, studio, clip.generation).plan or {}
    return TakeGround(clip.id, plan.get("payload", {}).get("mode"))

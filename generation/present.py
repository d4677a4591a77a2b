"""The registry as it is, read from its views: the source of grounds for requests that are taken now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from generation.grounds import (
    AccountGround,
    AssetGround,
    CharacterGround,
    ElementGround,
    ParentGround,
    ReferenceGround,
    SceneGround,
    TakeGround,
    VoiceGround,
)
from generation.source import (
    FoundCharacter,
    FoundGeneration,
    FoundProduction,
    FoundScene,
    adopted_ground,
    asset_ground,
    element_ground,
    voice_ground,
    voice_in_use,
)
from registry.deciders.character import Character
from registry.deciders.looks import Look
from registry.deciders.pins import Pin, Pins
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
    voices,
)
from registry.views.assets import AssetCard
from registry.views.characters import CharacterCard
from registry.views.looks import LookCard
from registry.views.pins import PinCard


class Present:
    """A source on one snapshot of the views: `position` is the log's head, `now_us` the clock."""

    def __init__(self, registry: Registry, connection: Connection, studio: str) -> None:
        self.position = registry.head(connection, studio)
        self.now_us = registry.clock()
        self._registry = registry
        self._connection = connection
        self._studio = studio

    def scene(self, scene: str) -> FoundScene:
        card = scenes.scene(self._connection, self._studio, scene)
        cast = tuple(member.character for member in card.cast)
        shots = tuple(shot.id for shot in card.shots)
        ground = SceneGround(card.id, card.name, cast, card.setting, shots)
        return FoundScene(ground, card.production, _pins(card.pins))

    def production(self, production: str) -> FoundProduction:
        card = productions.production(self._connection, self._studio, production)
        return FoundProduction(card.id, card.account, card.unplaced, _pins(card.pins))

    def account(self, account: str) -> AccountGround:
        card = accounts.account(self._connection, self._studio, account)
        return AccountGround(card.id, card.region, card.host)

    def characters(self, words: Collection[str], *, aside: Collection[str] = ()) -> list[FoundCharacter]:  # noqa: ARG002
        found = characters.find_characters(self._connection, self._studio, words)
        return [FoundCharacter(_character_ground(card), card.aliases, card.voice) for card in found]

    def versions(self, versions: Mapping[str, int]) -> dict[str, Character]:
        then = self._registry.versions(self._connection, self._studio, versions)
        return {id: folded.state for id, folded in then.items() if isinstance(folded.state, Character)}

    def elements(self, characters: Sequence[str]) -> list[tuple[str, ElementGround]]:
        """The view says which there are; what became of each, and its recipe, is its folded state's to say."""
        held = [card.id for card in elements.elements_of(self._connection, self._studio, characters)]
        states = self._registry.states(self._connection, self._studio, held, as_of=self.position)
        return [(states[id].state.character, element_ground(id, states[id].state)) for id in held]

    def voices(self, characters: Sequence[str]) -> list[tuple[str, VoiceGround]]:
        """The view says which there are; what became of each is its folded state's to say."""
        held = [card.id for card in voices.voices_of(self._connection, self._studio, characters)]
        states = self._registry.states(self._connection, self._studio, held, as_of=self.position)
        return [(states[id].state.character, voice_ground(id, states[id].state)) for id in held]

    def portraits(self, assets: Sequence[str]) -> frozenset[str]:
        return characters.portraits_among(self._connection, self._studio, assets)

    def assets(self, ids: Sequence[str]) -> dict[str, AssetGround]:
        cards = assets.find_assets(self._connection, self._studio, ids)
        scenes_of = {card.id: self._cut_from(card) for card in cards.values()}
        return {card.id: asset_ground(card.id, card, scene=scenes_of[card.id]) for card in cards.values()}

    def _cut_from(self, card: AssetCard) -> str | None:
        if card.derived_from is None:
            return None
        return clips.clip(self._connection, self._studio, card.derived_from.clip).scene

    def generation(self, generation: str) -> FoundGeneration:
        card = generations.generation(self._connection, self._studio, generation)
        return FoundGeneration(card.scene, card.clip, card.outcome is None)

    def clip(self, clip: str) -> ParentGround:
        card = clips.clip(self._connection, self._studio, clip)
        if card.generation is None or card.submission is None:
            facts = card.adopted.footage if card.adopted else None
            assert facts is not None, "a clip is recorded or adopted"  # noqa: S101
            return adopted_ground(card.id, card.scene, card.stored, facts)
        paid = submissions.submission(self._connection, self._studio, card.submission)
        return ParentGround(
            clip=card.id,
            generation=card.generation,
            task_id=paid.task_id,
            url=card.kling_url,
            url_expires_at_us=card.kling_url_expires_at,
            duration_seconds=card.duration_us / 1_000_000,
            scene=card.scene,
            sha256=card.stored.sha256,
        )

    def take(self, clip: str) -> TakeGround:
        card = clips.clip(self._connection, self._studio, clip)
        if card.generation is None:
            return TakeGround(card.id, None)
        plan = generations.generation(self._connection, self._studio, card.generation).plan or {}
        return TakeGround(card.id, plan.get("payload", {}).get("mode"))


def _character_ground(card: CharacterCard) -> CharacterGround:
    return CharacterGround(
        id=card.id,
        name=card.name,
        kind=card.kind,
        version=card.version,
        references=tuple(ReferenceGround(one.role, one.asset, one.look) for one in card.references),
        retired=card.retired,
        current=card.version,
        looks={look.look: _look(look) for look in card.looks},
    )


def _look(card: LookCard) -> Look:
    return Look(
        version=card.version,
        since=card.since,
        wardrobe=card.wardrobe,
        styling=card.styling,
        age=card.age,
        retired=card.retired,
    )


def _pins(cards: Sequence[PinCard]) -> Pins:
    return {card.character: Pin(card.version, card.look) for card in cards}


def own_voice(registry: Registry, studio: str, character: str, *, account: str | None) -> str | None:
    """What a character speaks with on an account; it has one only if one was bound to it. Raises NotFound."""
    with registry.snapshot(studio) as connection:
        bound = characters.character(connection, studio, character).voice
        held = Present(registry, connection, studio).voices([character])
    in_use = voice_in_use(bound, [voice for _, voice in held], account)
    return in_use.id if in_use else None

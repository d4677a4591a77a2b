"""The registry as it is, read from its views: the source of grounds for requests that are taken now."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from generation.grounds import (
    AccountGround,
    AssetGround,
    CharacterGround,
    ElementGround,
    ParentGround,
    ReferenceGround,
    SceneGround,
    TakeGround,
)
from generation.source import (
    FoundCharacter,
    FoundGeneration,
    FoundProduction,
    FoundScene,
    asset_ground,
    element_ground,
)
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
from registry.views.assets import AssetCard
from registry.views.characters import CharacterCard


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
        return FoundScene(SceneGround(card.id, card.name, cast, card.setting, shots), card.production)

    def production(self, production: str) -> FoundProduction:
        card = productions.production(self._connection, self._studio, production)
        return FoundProduction(card.id, card.account, card.unplaced)

    def account(self, account: str) -> AccountGround:
        card = accounts.account(self._connection, self._studio, account)
        return AccountGround(card.id, card.region, card.host)

    def characters(self, words: Collection[str]) -> list[FoundCharacter]:
        found = characters.find_characters(self._connection, self._studio, words)
        return [FoundCharacter(_character_ground(card), card.aliases) for card in found]

    def elements(self, characters: Sequence[str]) -> list[tuple[str, ElementGround]]:
        """The view says which there are; what became of each, and its recipe, is its folded state's to say."""
        held = [card.id for card in elements.elements_of(self._connection, self._studio, characters)]
        states = self._registry.states(self._connection, self._studio, held, as_of=self.position)
        return [(states[id].state.character, element_ground(id, states[id].state)) for id in held]

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
        plan = generations.generation(self._connection, self._studio, card.generation).plan or {}
        return TakeGround(card.id, plan.get("payload", {}).get("mode"))


def _character_ground(card: CharacterCard) -> CharacterGround:
    return CharacterGround(
        id=card.id,
        name=card.name,
        kind=card.kind,
        version=card.version,
        references=tuple(ReferenceGround(reference.role, reference.asset) for reference in card.references),
        retired=card.retired,
    )

"""The registry as it was at a position, folded from the log: the source of grounds for "what would this have sent then?"

Views only name candidates (who was introduced, what was adopted up to the position); every fact is the folded state's. What was
erased since is gone from the log too, so a request that stands on it is refused as unknown rather than answered differently.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from generation.grounds import (
    AccountGround,
    AssetGround,
    CharacterGround,
    ElementGround,
    ParentGround,
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
    references_of,
    voice_ground,
)
from registry.deciders.account import Account
from registry.deciders.asset import Asset
from registry.deciders.character import Character
from registry.deciders.clip import Clip
from registry.deciders.element import Element
from registry.deciders.generation import Generation
from registry.deciders.production import Production
from registry.deciders.scene import Scene
from registry.deciders.submission import Submission
from registry.deciders.voice import Voice
from registry.errors import InvalidCommand, NotFound
from registry.events.personal import Erased
from registry.registry import Connection, Registry
from registry.views import characters, elements, lineage, voices

S = TypeVar("S")


class Hindsight:
    """A source on the log up to `position`, inclusive.

    `now_us` is `at`, or else when the event at that position was recorded, so that the address of a clip has expired or not as it
    had then.
    Raises InvalidCommand for a position the log does not have.
    """

    def __init__(
        self,
        registry: Registry,
        connection: Connection,
        studio: str,
        *,
        position: int,
        at: int | None = None,
    ) -> None:
        head = registry.head(connection, studio)
        if not 1 <= position <= head:
            raise InvalidCommand(
                f"there is no position {position}: the log reaches from 1 to {head}",
                hint=f"name a position up to {head}, or leave as_of out for now",
            )
        self.position = position
        self.now_us = registry.recorded_at(connection, studio, position) if at is None else at
        self._registry = registry
        self._connection = connection
        self._studio = studio

    def scene(self, scene: str) -> FoundScene:
        state = self._one(scene, Scene)
        ground = SceneGround(scene, state.name, state.cast, state.setting, state.shots)
        return FoundScene(ground, state.production, state.pins)

    def production(self, production: str) -> FoundProduction:
        state = self._one(production, Production)
        return FoundProduction(production, state.account, state.unplaced, state.pins)

    def account(self, account: str) -> AccountGround:
        state = self._one(account, Account)
        return AccountGround(account, state.region, state.host)

    def characters(self, words: Collection[str], *, aside: Collection[str] = ()) -> list[FoundCharacter]:
        """Names are compared as they were then. A word that nobody bore then may be a name that was erased since."""
        likely = characters.candidates_until(self._connection, self._studio, self.position, words=words)
        meant = [
            who for who in self._folded(likely) if who.ground.id in words or any(map(who.is_called, words))
        ]
        if all(any(who.ground.id == word or who.is_called(word) for who in meant) for word in words):
            _refuse_erased(
                who.ground.id for who in meant if not who.ground.name and who.ground.id not in aside
            )
        else:
            everybody = characters.characters_until(self._connection, self._studio, self.position)
            _refuse_erased(who.ground.id for who in self._folded(everybody) if not who.ground.name)
        return meant

    def _folded(self, ids: Sequence[str]) -> list[FoundCharacter]:
        states = self._all(ids, Character)
        return [_found(id, *states[id]) for id in ids if id in states]

    def versions(self, versions: Mapping[str, int]) -> dict[str, Character]:
        then = self._registry.versions(self._connection, self._studio, versions)
        return {id: folded.state for id, folded in then.items() if isinstance(folded.state, Character)}

    def elements(self, characters: Sequence[str]) -> list[tuple[str, ElementGround]]:
        held = elements.elements_until(self._connection, self._studio, self.position, characters=characters)
        states = {id: state for id, (state, _) in self._all(held, Element).items()}
        made = [id for id in held if states[id].element_id is not None]
        return [(states[id].character, element_ground(id, states[id])) for id in made]

    def voices(self, characters: Sequence[str]) -> list[tuple[str, VoiceGround]]:
        begun = voices.voices_until(self._connection, self._studio, self.position, characters=characters)
        states = self._all(begun, Voice)
        return [(states[id][0].character, voice_ground(id, states[id][0])) for id in begun]

    def portraits(self, assets: Sequence[str]) -> frozenset[str]:
        states = self._all(lineage.ever_shown_by(self._connection, self._studio, assets), Character)
        shown = {reference.asset for state, _ in states.values() for reference in state.references}
        return frozenset(shown.intersection(assets))

    def assets(self, ids: Sequence[str]) -> dict[str, AssetGround]:
        states = self._all(ids, Asset)
        _refuse_erased(id for id, (state, _) in states.items() if state.original is None)
        return {id: asset_ground(id, state, scene=self._cut_from(state)) for id, (state, _) in states.items()}

    def _cut_from(self, asset: Asset) -> str | None:
        return None if asset.derived_from is None else self._one(asset.derived_from.clip, Clip).scene

    def generation(self, generation: str) -> FoundGeneration:
        state = self._one(generation, Generation)
        if state.requested is None:
            raise _nothing(generation)
        return FoundGeneration(state.requested.scene, state.clip, state.outcome is None)

    def clip(self, clip: str) -> ParentGround:
        state = self._one(clip, Clip)
        if (said := state.adopted) is not None:
            return adopted_ground(clip, said.scene, said.stored, said.footage)
        recorded = state.recorded
        if recorded is None:
            raise _nothing(clip)
        return ParentGround(
            clip=clip,
            generation=recorded.generation,
            task_id=self._one(recorded.submission, Submission).task_id,
            url=recorded.kling_url,
            url_expires_at_us=recorded.kling_url_expires_at,
            duration_seconds=recorded.duration_us / 1_000_000,
            scene=recorded.scene,
            sha256=recorded.stored.sha256,
        )

    def take(self, clip: str) -> TakeGround:
        made_by = self._one(clip, Clip).generation
        if not made_by:
            return TakeGround(clip, None)
        compiled = self._one(made_by, Generation).plan
        if compiled is None or isinstance(compiled.plan, Erased):
            _refuse_erased([made_by])
            return TakeGround(clip, None)
        return TakeGround(clip, compiled.plan.get("payload", {}).get("mode"))

    def _one(self, stream: str, kind: type[S]) -> S:
        found = self._all([stream], kind)
        if stream not in found:
            raise _nothing(stream)
        return found[stream][0]

    def _all(self, streams: Iterable[str], kind: type[S]) -> dict[str, tuple[S, int]]:
        """State and version of those streams that existed and are of this kind."""
        folded = self._registry.states(self._connection, self._studio, streams, as_of=self.position)
        return {
            stream: (then.state, then.version)
            for stream, then in folded.items()
            if isinstance(then.state, kind)
        }


def _found(id: str, state: Character, version: int) -> FoundCharacter:
    ground = CharacterGround(
        id=id,
        name=state.name,
        kind=state.kind,
        version=version,
        references=references_of(state),
        retired=state.retired,
        current=version,
        looks=state.looks,
    )
    return FoundCharacter(ground, state.aliases, state.portrayal.voice)


def _nothing(stream: str) -> NotFound:
    return NotFound(f"there is no {stream}", hint="check the id")


def _refuse_erased(ids: Iterable[str]) -> None:
    """A name or a digest that is gone makes the answer unknown, not another one."""
    if erased := ", ".join(ids):
        raise InvalidCommand(
            f"unknown: erased since ({erased})",
            hint="what this would have sent cannot be told any more",
        )

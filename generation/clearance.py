"""Who can be recognised in pictures and clips, and who is behind them, folded from the log as of a position.

Pins hold on to how somebody looks, never to who is behind them or to what they allow: that is always as of the position asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from generation.grounds import AppearanceGround, CharacterGround, LikenessGround
from generation.plan import Plan, Shown
from registry.deciders.asset import Asset
from registry.deciders.character import Character
from registry.deciders.clip import Clip
from registry.deciders.generation import Generation
from registry.deciders.likeness import Likeness
from registry.deciders.production import Production
from registry.deciders.standing import territories_of
from registry.events.ids import is_id
from registry.events.personal import Erased
from registry.events.references import CastMember
from registry.registry import Connection, Registry
from registry.views import lineage

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Clearance:
    """Answers about the log up to `position`, inclusive. What did not exist then is left out."""

    registry: Registry
    connection: Connection
    studio: str
    position: int

    def with_rights(self, people: Iterable[CharacterGround]) -> dict[str, CharacterGround]:
        """The same characters by id, each with whom it depicts and with the likeness behind it."""
        grounds = {person.id: person for person in people}
        characters = self._all(grounds, Character)
        linked = {one.portrayal.likeness for one in characters.values()} - {None}
        likenesses = self._all((name for name in linked if name), Likeness)
        return {
            id: _cleared(ground, characters[id], likenesses) if id in characters else ground
            for id, ground in grounds.items()
        }

    def people(self, characters: Iterable[str]) -> dict[str, CharacterGround]:
        """Characters of whom only the ids are known, each with whom it depicts and with the likeness behind it."""
        return self.with_rights(_unknown(who) for who in characters)

    def likenesses(self, ids: Iterable[str]) -> dict[str, Likeness]:
        """Real people as they are."""
        return self._all(ids, Likeness)

    def territories(self, production: str | None) -> tuple[str, ...]:
        """Where a production is released; empty is the whole world."""
        found = self._all([production] if production else [], Production)
        return territories_of(next(iter(found.values()), None))

    def appearing(
        self, pictures: dict[str, str], clip: str | None, *, path: str, keeps_sound: bool
    ) -> list[AppearanceGround]:
        """Who comes in by `pictures` (place in the request -> asset) and by the clip at `path`, with grounds yet to be filled."""
        assets = self._all(pictures.values(), Asset)
        found = [
            AppearanceGround(place, _unknown(who), asset=asset)
            for place, asset in pictures.items()
            for who in (*self._shown_by(asset), *self._cut_from(assets.get(asset)))
        ]
        if clip is not None:
            heard = self.heard_in(clip) if keeps_sound else frozenset()
            found += [
                AppearanceGround(path, _unknown(who), clip=clip, heard=heard is None or who in heard)
                for who in self.shown_in(clip)
            ]
        return found

    def shown_in(self, clip: str) -> list[str]:
        """Everybody in a clip's continuity cast."""
        return lineage.shown_in(self.connection, self.studio, clip) if is_id(clip, "clip") else []

    def withdrawn(self, clips: Iterable[str | None], pictures: Iterable[str]) -> frozenset[str]:
        """Those of `clips`, and of the clips that `pictures` were cut from, that are not to be used any more."""
        return frozenset(id for id, state in self._clips(clips, pictures).items() if state.withdrawn)

    def unplayed(self, clip: str | None, pictures: Iterable[str]) -> dict[str, str]:
        """Adopted clips, `clip` or one that `pictures` were cut from, that show somebody real whom no character plays, and whom.

        Consent is asked of whoever is behind a character, so nothing new may come of such a clip.
        """
        found: dict[str, str] = {}
        for id, state in self._clips([clip], pictures).items():
            said = state.adopted
            if said is None:
                continue
            played = {member.likeness for member in said.cast}
            if alone := [one for one in said.likenesses if one not in played]:
                found[id] = ", ".join(alone)
            elif said.depicts_real_person == "yes" and not self._shows_real(said.cast):
                found[id] = "somebody whom nobody named"
        return found

    def _shows_real(self, cast: Iterable[CastMember]) -> bool:
        characters = self._all((member.character for member in cast), Character)
        return any(state.portrayal.depicts == "real_person" for state in characters.values())

    def _clips(self, clips: Iterable[str | None], pictures: Iterable[str]) -> dict[str, Clip]:
        """`clips` that there are, and those that `pictures` were cut from."""
        assets = self._all(pictures, Asset)
        cut = (one.derived_from.clip for one in assets.values() if one.derived_from is not None)
        return self._all((clip for clip in (*clips, *cut) if clip is not None), Clip)

    def _shown_by(self, asset: str) -> Iterator[str]:
        """Whom a picture stands for, in whatever role and look."""
        likely = lineage.ever_shown_by(self.connection, self.studio, [asset])
        for id, state in self._all(likely, Character).items():
            if any(reference.asset == asset for reference in state.references):
                yield id

    def _cut_from(self, asset: Asset | None) -> list[str]:
        return self.shown_in(asset.derived_from.clip) if asset and asset.derived_from else []

    def heard_in(self, clip: str) -> frozenset[str] | None:
        """Whose voice a clip holds; None when that cannot be told, as of footage that was adopted: it counts as everybody's."""
        states = self._all([clip], Clip).values()
        if any(state.adopted and not state.adopted.footage.has_audio for state in states):
            return frozenset()
        made_by = [state.generation for state in states if state.generation]
        compiled = next((one.plan for one in self._all(made_by, Generation).values()), None)
        if compiled is None or isinstance(compiled.plan, Erased):
            return None
        shows: list[dict[str, Any]] = compiled.plan.get("shows", [])
        return frozenset(one["character"] for one in shows if one["heard"])

    def _all(self, streams: Iterable[str], kind: type[S]) -> dict[str, S]:
        folded = self.registry.states(self.connection, self.studio, streams, as_of=self.position)
        return {id: then.state for id, then in folded.items() if isinstance(then.state, kind)}


def seen_since(registry: Registry, studio: str, plan: Plan) -> list[Shown]:
    """Whom the plan's pictures of no cast stand for by now: somebody may have been recognised since it was compiled."""
    pictures = {one.asset: one.asset for one in plan.grounded if one.role != "person" and one.asset}
    if not pictures:
        return []
    with registry.snapshot(studio) as connection:
        clearance = Clearance(registry, connection, studio, registry.head(connection, studio))
        found = clearance.appearing(pictures, None, path="", keeps_sound=False)
        known = clearance.with_rights(one.character for one in found)
    behind = {id: ground.likeness.id for id, ground in known.items() if ground.likeness}
    return [
        Shown(character=id, version=ground.version, cast=False, likeness=behind.get(id))
        for id, ground in known.items()
    ]


def _unknown(character: str) -> CharacterGround:
    """Somebody of whom only the id is known as yet."""
    return CharacterGround(id=character, name="", kind="person", version=0)


def _cleared(ground: CharacterGround, state: Character, known: dict[str, Likeness]) -> CharacterGround:
    linked = state.portrayal.likeness
    behind = LikenessGround(linked, known[linked]) if linked in known else None
    if not ground.version:
        ground = replace(ground, name=state.name, kind=state.kind, version=state.version)
    return replace(ground, depicts=state.portrayal.depicts, likeness=behind)

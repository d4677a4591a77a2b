"""What moving a pin to the newest version would change, before it is moved: pictures, words, elements, and whom it meets."""

from __future__ import annotations

from collections.abc import Iterator

from generation.pin_impact import MetScene, OpenGeneration, PinImpact, Reworded, StaleElement
from generation.staleness import stale_of
from registry.deciders.character import Character, Reference
from registry.deciders.looks import Look
from registry.errors import NotFound
from registry.events.ids import is_id
from registry.registry import Connection, Registry
from registry.views import generations, pins, scenes
from registry.views.generations import GenerationCard
from registry.views.looks import ReferenceCard
from registry.views.pins import PinCard
from registry.views.scenes import SceneCard


def impact_of_move(registry: Registry, studio: str, holder: str, character: str) -> PinImpact:
    """Read on one snapshot; writes nothing. Raises NotFound for what is not pinned there."""
    with registry.snapshot(studio) as connection:
        held = pins.pins_of(connection, studio, [holder])[holder]
        pin = next((pin for pin in held if pin.character == character), None)
        if pin is None:
            raise NotFound(f"{character} is not pinned by {holder}", hint="look at what is pinned there")
        then = _as_of(registry, connection, studio, pin=pin, version=pin.version)
        now = _as_of(registry, connection, studio, pin=pin, version=pin.current_version)
        before, after = _counting(then, pin.look), _counting(now, pin.look)
        return PinImpact(
            holder=holder,
            pin=pin,
            obstacle=_obstacle(now, pin),
            references_added=tuple(map(_card, (one for one in after if one not in before))),
            references_removed=tuple(map(_card, (one for one in before if one not in after))),
            reworded=tuple(_reworded(then, now, pin.look)),
            stale_elements=tuple(_stale(registry, connection, studio, pin)),
            scenes=tuple(_met(connection, studio, holder, character)),
        )


def _as_of(
    registry: Registry, connection: Connection, studio: str, *, pin: PinCard, version: int
) -> Character:
    state = registry.versions(connection, studio, {pin.character: version})[pin.character].state
    if not isinstance(state, Character):
        raise RuntimeError(f"{pin.character} is no character")
    return state


def _counting(character: Character, look: str | None) -> list[Reference]:
    """The pictures that may stand for the character in that look."""
    return [one for one in character.references if one.look in (look, None)]


def _card(reference: Reference) -> ReferenceCard:
    return ReferenceCard(asset=reference.asset, role=reference.role, look=reference.look)


def _obstacle(now: Character, pin: PinCard) -> str:
    if now.retired:
        return f"{pin.character} is retired"
    if pin.look is not None and now.looks[pin.look].retired:
        return f"the look {pin.look!r} is retired"
    return ""


def _reworded(then: Character, now: Character, look: str | None) -> Iterator[Reworded]:
    texts = [("name", then.name, now.name)]
    if look is not None:
        before, after = then.looks.get(look, Look()), now.looks.get(look, Look())
        names = ("wardrobe", "styling", "age")
        texts += [(name, getattr(before, name), getattr(after, name)) for name in names]
    return (Reworded(what=what, before=one, after=other) for what, one, other in texts if one != other)


def _stale(registry: Registry, connection: Connection, studio: str, pin: PinCard) -> Iterator[StaleElement]:
    """The move uses the character as it is now, so what is stale by then is what is stale now, in the pinned look."""
    for element, why in stale_of(registry, connection, studio, [pin.character]):
        if element.look == pin.look:
            yield StaleElement(
                element=element.id, element_id=element.element_id, account=element.account, because=why
            )


def _met(connection: Connection, studio: str, holder: str, character: str) -> Iterator[MetScene]:
    """The scene itself; of a production the open scenes that cast the character or have it under way, and no pin of their own."""
    if is_id(holder, "scene"):
        found = [scenes.scene(connection, studio, holder)]
    else:
        found = scenes.open_scenes_of(connection, studio, holder, character=character)
    waiting = generations.open_in(connection, studio, [scene.id for scene in found])
    for scene in found:
        under_way = tuple(
            _under_way(card) for card in waiting if card.scene == scene.id and _shows(card, scene, character)
        )
        if is_id(holder, "scene") or under_way or any(one.character == character for one in scene.cast):
            yield MetScene(scene=scene.id, name=scene.name, shots=scene.shots, open_generations=under_way)


def _shows(card: GenerationCard, scene: SceneCard, character: str) -> bool:
    """By its plan; a request without one is taken to show whom the scene casts."""
    if card.plan is None:
        return any(one.character == character for one in scene.cast)
    return any(one.get("character") == character for one in card.plan.get("grounded", ()))


def _under_way(card: GenerationCard) -> OpenGeneration:
    approved = card.stage == "planned" and card.approved_by is not None
    keeps = not approved and card.stage not in ("waiting", "approval", "voided")
    return OpenGeneration(id=card.id, stage=card.stage, keeps_its_plan=keeps)

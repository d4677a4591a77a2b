"""What a change would touch, before it is made: pins, bindings, planned shots, open generations, and what re-minting costs.

`impact` is a pure function over facts that views answered; nothing is written and nothing is presumed about what made clips:
they keep what they were made from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from generation.prices import UNITS_PER_CREATION, Estimate, priced
from registry.views.page import Card
from registry.views.uses import UseCard, clips_with, lasting, whose

if TYPE_CHECKING:
    from registry.registry import Connection

Kind = Literal["asset", "element", "voice", "character", "likeness"]
Change = Literal["retire", "supersede", "withdraw", "look", "voice", "revoke"]
CHANGES: Mapping[Kind, tuple[Change, ...]] = {
    "asset": ("retire", "supersede", "withdraw"),
    "element": ("retire",),
    "voice": ("retire",),
    "character": ("retire", "look", "voice"),
    "likeness": ("revoke",),
}
_BECAUSE: Mapping[Change, str] = {
    "retire": "would be retired",
    "supersede": "would be superseded",
    "withdraw": "would no longer stand for the character",
    "look": "would be defined anew",
    "voice": "would speak with another voice",
    "revoke": "could not be shown any more",
}


class TouchedPin(Card):
    """A scene, or with `scene` None a whole production, that holds on to a character as of a version, in a look."""

    production: str | None
    scene: str | None
    character: str
    version: int
    look: str | None


class TouchedBinding(Card):
    """An element or a voice that would go stale, or go, and why."""

    id: str
    character: str | None
    look: str | None
    because: str


class TouchedShot(Card):
    """A planned shot that speaks of a character concerned."""

    production: str | None
    scene: str
    shot: str
    character: str


class Impact(Card):
    """What a change would touch. `remint` is the price of making anew what would go stale; `clips` were made and stay."""

    thing: str
    change: Change
    look: str | None = None
    pins: tuple[TouchedPin, ...]
    elements: tuple[TouchedBinding, ...]
    voices: tuple[TouchedBinding, ...]
    shots: tuple[TouchedShot, ...]
    generations: tuple[str, ...]
    remint: Estimate
    clips: int


@dataclass(frozen=True, slots=True)
class Facts:
    """The lasting uses of the thing and of the characters and bindings it reaches, by id; `clips` stood on it."""

    thing: str
    kind: Kind
    uses: Mapping[str, tuple[UseCard, ...]] = field(default_factory=dict)
    clips: int = 0

    def of(self, thing: str, *how: str) -> Iterable[UseCard]:
        return (use for use in self.uses.get(thing, ()) if use.how in how)


def gather(connection: Connection, log: str, kind: Kind, thing: str, look: str | None = None) -> Facts:
    """What views know: the thing, then what it reaches directly, and what those reach."""
    found = lasting(connection, log, [thing, *whose(connection, log, thing)])
    for _ in range(2):
        reached = {
            end
            for uses in found.values()
            for use in uses
            for end in (use.character, use.element, use.voice)
            if end is not None
        }
        if new := sorted(reached - found.keys()):
            found |= lasting(connection, log, new)
    return Facts(thing, kind, found, len(clips_with(connection, log, thing, look)))


def impact(facts: Facts, change: Change, look: str | None = None) -> Impact:
    """What the change would touch; `look` names which one when a look changes."""
    touched = _Touched(facts, change, look)
    elements, voices = touched.elements(), touched.voices()
    concerned = touched.characters()
    units = (
        len(elements) * UNITS_PER_CREATION["advanced-custom-elements"]
        + len(voices) * UNITS_PER_CREATION["custom-voices"]
    )
    gone = [facts.thing, *(binding.id for binding in (*elements, *voices))]
    return Impact(
        thing=facts.thing,
        change=change,
        look=look,
        pins=() if change in ("withdraw", "voice") else tuple(touched.pins(concerned)),
        elements=elements,
        voices=voices,
        shots=tuple(touched.shots(concerned)),
        generations=touched.generations(gone, concerned),
        remint=priced(Decimal(0) if _nothing_is_made_anew(facts.kind, change) else units),
        clips=facts.clips,
    )


def _nothing_is_made_anew(kind: Kind, change: Change) -> bool:
    return kind == "likeness" or (kind == "character" and change == "retire")


Concerned = Sequence[tuple[str, str | None]]
"""Characters, each with the look that alone is concerned, or None: however it looks."""


class _Touched:
    """One change under consideration."""

    def __init__(self, facts: Facts, change: Change, look: str | None) -> None:
        self._facts, self._change, self._look = facts, change, look
        self._kind, self._thing = facts.kind, facts.thing

    def characters(self) -> Concerned:
        """Whom it concerns: an asset those it stands for, a binding whose it is, a character itself."""
        if self._kind == "character":
            return [(self._thing, self._look)]
        if self._kind == "likeness":
            linked = (use.character for use in self._facts.of(self._thing, "linked"))
            return [(who, None) for who in linked if who is not None]
        if self._kind == "asset":
            found = [(use.character, use.look) for use in self._facts.of(self._thing, "reference")]
        else:
            how = "depicted-by" if self._kind == "element" else "has-voice"
            found = [
                (who, use.look)
                for who in self._facts.uses
                for use in self._facts.of(who, how)
                if self._thing in (use.element, use.voice)
            ]
        named = dict.fromkeys((who, look) for who, look in found if who is not None)
        return [one for one in named if one[1] is None or (one[0], None) not in named]

    def elements(self) -> tuple[TouchedBinding, ...]:
        """Elements whose recipe names the thing, those that show the character, or the element itself."""
        if self._kind == "element":
            owner = next(
                (
                    (who, use)
                    for who in self._facts.uses
                    for use in self._facts.of(who, "depicted-by")
                    if use.element == self._thing
                ),
                None,
            )
            who, use = owner or (None, None)
            because = f"it {_BECAUSE[self._change]}"
            return (TouchedBinding(id=self._thing, character=who, look=use and use.look, because=because),)
        if self._kind == "likeness":
            return self._of_people("depicted-by", "element")
        if self._change == "voice":
            own = [use.voice for use in self._facts.of(self._thing, "has-voice") if use.voice is not None]
            made = [use for voice in own for use in self._facts.of(voice, "speaks-in")]
            return self._bindings(made, "element", f"{self._thing} {_BECAUSE['voice']}", self._thing)
        if self._kind == "character":
            shown = [
                use
                for use in self._facts.of(self._thing, "depicted-by")
                if self._look is None or use.look == self._look
            ]
            subject = self._thing if self._look is None else f"the look {self._look!r} it was made in"
            return self._bindings(shown, "element", f"{subject} {_BECAUSE[self._change]}", self._thing)
        return self._bindings(
            self._facts.of(self._thing, "made-into", "speaks-in"),
            "element",
            f"its recipe names {self._thing}, which {_BECAUSE[self._change]}",
        )

    def voices(self) -> tuple[TouchedBinding, ...]:
        """Voices made from the recording, or the voice itself. Taking a picture back changes no voice."""
        if self._kind == "voice":
            whose = next((who for who, _ in self.characters()), None)
            because = f"it {_BECAUSE[self._change]}"
            return (TouchedBinding(id=self._thing, character=whose, look=None, because=because),)
        if self._kind == "likeness":
            return self._of_people("has-voice", "voice")
        if self._kind == "character" and self._change == "retire":
            found = self._facts.of(self._thing, "has-voice")
            return self._bindings(found, "voice", f"{self._thing} would be retired", self._thing)
        if self._kind == "asset" and self._change != "withdraw":
            because = f"its recipe names {self._thing}, which {_BECAUSE[self._change]}"
            return self._bindings(self._facts.of(self._thing, "made-into"), "voice", because)
        return ()

    def _of_people(self, how: str, kind: Literal["element", "voice"]) -> tuple[TouchedBinding, ...]:
        """What shows, or is the voice of, everybody who is linked to the person."""
        return tuple(
            binding
            for who, _ in self.characters()
            for binding in self._bindings(
                self._facts.of(who, how), kind, f"{who} {_BECAUSE[self._change]}", who
            )
        )

    def _bindings(
        self,
        uses: Iterable[UseCard],
        kind: Literal["element", "voice"],
        because: str,
        whose: str | None = None,
    ) -> tuple[TouchedBinding, ...]:
        found = {getattr(use, kind): use for use in uses if getattr(use, kind) is not None}
        return tuple(
            TouchedBinding(id=id, character=use.character or whose, look=use.look, because=because)
            for id, use in found.items()
        )

    def pins(self, concerned: Concerned) -> Iterable[TouchedPin]:
        for who, look in concerned:
            for use in self._facts.of(who, "pinned"):
                if look is None or use.look == look:
                    yield TouchedPin(
                        production=use.production,
                        scene=use.scene,
                        character=who,
                        version=int(use.detail),
                        look=use.look,
                    )

    def shots(self, concerned: Concerned) -> Iterable[TouchedShot]:
        for who, look in concerned:
            for use in self._facts.of(who, "shot"):
                fits = look is None or self._worn(who, use) == look
                if fits and use.scene is not None and use.shot is not None:
                    yield TouchedShot(
                        production=use.production, scene=use.scene, shot=use.shot, character=who
                    )

    def _worn(self, who: str, place: UseCard) -> str | None:
        """The look pinned there: by the scene before by its production."""
        pins = {
            use.scene: use.look for use in self._facts.of(who, "pinned") if use.production == place.production
        }
        return pins[place.scene] if place.scene in pins else pins.get(None)

    def generations(self, gone: Sequence[str], concerned: Concerned) -> tuple[str, ...]:
        """Open generations whose plan stands on what would go, or on the character that changes."""
        found = {use.generation: None for thing in gone for use in self._facts.of(thing, "planned")}
        if self._kind in ("character", "likeness") and self._change != "voice":
            for who, look in concerned:
                for use in self._facts.of(who, "planned"):
                    if look is None or self._worn(who, use) == look:
                        found[use.generation] = None
        return tuple(generation for generation in found if generation is not None)

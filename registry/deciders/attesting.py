"""What whoever brings footage says of it: where it stands in the film, and who is seen in it; held against the log as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from registry.deciders.character import Character
from registry.deciders.command import Reads, must_exist, read
from registry.deciders.likeness import AlreadyErased, Likeness
from registry.deciders.production import Production
from registry.deciders.production import must_be_open as production_must_be_open
from registry.deciders.scene import Scene
from registry.deciders.scene import must_be_open as scene_must_be_open
from registry.errors import InvalidCommand, NotFound
from registry.events.marks import Depiction
from registry.events.references import CastMember


@dataclass(frozen=True, slots=True)
class Seen:
    """A character that is seen in footage; `look` is what it wears, None: as introduced."""

    character: str
    look: str | None = None


@dataclass(frozen=True, slots=True)
class Attested:
    """The scene of a production, the shot it is a take of, and everybody in it.

    `likenesses` are real people whom no character shows. Retired characters and looks may be seen in older footage.
    """

    production: str
    scene: str
    shot: str | None = None
    depicts: Depiction = "unknown"
    seen: tuple[Seen, ...] = ()
    likenesses: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.production, self.scene, *(one.character for one in self.seen), *self.likenesses)

    def must_hold(self, reads: Reads) -> tuple[CastMember, ...]:
        """Everybody who is seen, as they are now. Raises NotFound, AlreadyClosed, AlreadyErased and InvalidCommand."""
        production, scene = read(reads, self.production, Production), read(reads, self.scene, Scene)
        production_must_be_open(production, self.production)
        scene_must_be_open(scene, self.scene)
        if scene.production != self.production:
            raise NotFound(f"{self.scene} is no scene of {self.production}", hint="leave production out")
        if self.shot is not None:
            must_exist(self.shot in scene.shots, self.shot)
        for likeness in self.likenesses:
            person = read(reads, likeness, Likeness)
            _must_be_there(person.erasing or person.erased, likeness)
        cast = tuple(_member(one, read(reads, one.character, Character)) for one in self.seen)
        self._must_not_contradict(reads)
        return cast

    def _must_not_contradict(self, reads: Reads) -> None:
        real = list(self._real(reads))
        if self.depicts == "no" and real:
            raise InvalidCommand(
                f"it is said to show no real person, and {real[0]} is one",
                hint="say yes, or correct who is seen in it",
                path="depicts_real_person",
            )

    def _real(self, reads: Reads) -> Iterator[str]:
        yield from self.likenesses
        for one in self.seen:
            if read(reads, one.character, Character).portrayal.depicts == "real_person":
                yield one.character


def _member(one: Seen, character: Character) -> CastMember:
    _must_be_there(character.erased, one.character)
    if one.look is not None and one.look not in character.looks:
        raise NotFound(
            f"{one.character} has no look {one.look!r}; it has {', '.join(sorted(character.looks)) or 'none'}",
            hint="name one of its looks, or leave it out",
        )
    return CastMember(
        character=one.character,
        version=character.version,
        look=one.look,
        likeness=character.portrayal.likeness,
    )


def _must_be_there(gone: bool, who: str) -> None:
    """Raises AlreadyErased."""
    if gone:
        raise AlreadyErased(f"{who} was erased", hint="nothing can be said of them any more: leave them out")

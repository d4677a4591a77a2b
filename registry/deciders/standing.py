"""What a paid call stands on, checked once more where its intent is written: live things, and the consent of everybody shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

from registry.deciders.character import Character
from registry.deciders.command import AlreadyRetired, Reads, must_be_live, must_exist
from registry.deciders.likeness import Likeness, Use
from registry.deciders.production import Production
from registry.errors import Refusal


class NoConsent(Refusal):
    """A real person would be shown or heard without a consent that covers it."""

    code = "no-consent"


@dataclass(frozen=True, slots=True)
class Standing:
    """The streams a plan stands on, of which none may be retired or gone, and the use it makes of the people among them.

    `likenesses` are those linked to the plan's characters when it was compiled. `shows` are characters that can be recognised
    without being grounds, by a portrait or in a clip that is gone on from: they may be retired, and need consent all the same.
    Who is in `heard` is heard, and everybody when the use says so.
    """

    grounds: tuple[str, ...] = ()
    likenesses: tuple[str, ...] = ()
    use: Use | None = None
    shows: tuple[str, ...] = ()
    heard: frozenset[str] = frozenset()

    @property
    def reads(self) -> tuple[str, ...]:
        production = (self.use.production,) if self.use and self.use.production else ()
        return (*self.grounds, *self.shows, *self.likenesses, *production)

    def must_hold(self, reads: Reads) -> None:
        """As `must_stand`."""
        must_stand(self, reads)


def must_stand(standing: Standing, reads: Reads) -> None:
    """Raises NotFound, AlreadyRetired and NoConsent (security: consent is checked inside the intent's transaction)."""
    for stream in standing.grounds:
        state = reads[stream]
        must_exist(state.exists, stream)
        if getattr(state, "withdrawn", False):
            raise AlreadyRetired(f"{stream} is withdrawn", hint="go on from another clip")
        must_be_live(getattr(state, "retired", False), stream)
        if (why := getattr(state, "unfit", None)) is not None:
            raise AlreadyRetired(f"{stream} {why}", hint="mint it again, then ask again")
    for stream in dict.fromkeys((*standing.grounds, *standing.shows)):
        state = reads[stream]
        if isinstance(state, Character) and state.portrayal.depicts == "real_person":
            _must_allow(stream, state, standing, reads)


def _must_allow(stream: str, character: Character, standing: Standing, reads: Reads) -> None:
    if character.portrayal.likeness is None:
        raise NoConsent(
            f"{stream} depicts a real person, and no likeness is linked",
            hint="link the person's likeness, or declare the character fictional",
            character=stream,
        )
    if standing.use is None or character.portrayal.likeness not in standing.likenesses:
        raise NoConsent(
            f"{stream} was linked to {character.portrayal.likeness} after this was asked for",
            hint="ask again",
            character=stream,
        )
    likeness: Likeness = reads[character.portrayal.likeness]
    use = replace(standing.use, voice=standing.use.voice or stream in standing.heard)
    territories = territories_of(reads[use.production] if use.production else None)
    if likeness.covering(use, territories) is None:
        why = likeness.why_not(use, territories)
        raise NoConsent(
            f"{character.portrayal.likeness} behind {stream} does not allow it: {why}",
            hint="get a consent that covers it, or cast somebody else",
            character=stream,
            likeness=character.portrayal.likeness,
            why=why,
        )


def territories_of(production: Production | None) -> tuple[str, ...]:
    """Where a show is released; empty is the whole world, which is also presumed of what is for no show in particular."""
    return production.territories if production is not None else ()

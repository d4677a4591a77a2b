"""Who can be recognised in a request, and whether each of them is fictional or has allowed it (security: persons).

The intent's transaction asks the same again (`registry.deciders.standing`); here it is asked early, so that a preview tells it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from generation import gaps
from generation.casting import Member, Person
from generation.grounds import CharacterGround, Grounds
from generation.rules.finding import Finding
from generation.rules.prompts import MARKER
from generation.shot import ShotRequest
from registry.deciders.likeness import Use

_NO_LINK: Final = "depicts a real person, and no likeness is linked"


@dataclass(frozen=True, slots=True)
class Appearance:
    """Somebody recognisable, where the request brings them in, by which picture or clip, and whether they are heard.

    `consent` is what allows it; `denied` says why nothing does, and is None for those who are fictional.
    """

    path: str
    character: CharacterGround
    heard: bool = False
    cast: bool = True
    asset: str | None = None
    clip: str | None = None
    consent: str | None = None
    denied: str | None = None

    @property
    def likeness(self) -> str | None:
        return self.character.likeness.id if self.character.likeness else None


def appearances(
    request: ShotRequest, grounds: Grounds, cast: Sequence[Member], people: Sequence[Person]
) -> tuple[Appearance, ...]:
    """Everybody who can be recognised, once each: the cast, then who comes in by a picture or by the clip gone on from."""
    found: dict[str, Appearance] = {}
    for one in (*_cast(request, grounds, cast, people), *_others(grounds)):
        first = found.get(one.character.id)
        found[one.character.id] = replace(first, heard=first.heard or one.heard) if first else one
    return tuple(_judged(one, request, grounds) for one in found.values())


def without_consent(shown: Iterable[Appearance]) -> Iterator[Finding]:
    """A gap for everybody who did not allow it, with the reason consent by consent."""
    for one in shown:
        if one.denied is None:
            continue
        who = one.character.name or one.character.id
        if one.likeness is None:
            yield gaps.NO_LIKENESS.at(one.path, f"{who} {one.denied}")
        else:
            told = f"{one.likeness}, the person behind {who}, does not allow it ({one.denied})"
            yield gaps.NO_CONSENT.at(one.path, told)


def _cast(
    request: ShotRequest, grounds: Grounds, cast: Sequence[Member], people: Sequence[Person]
) -> Iterator[Appearance]:
    speakers = _speakers(request, grounds)
    voiced = {number for kind, number in MARKER.findall(request.prompt or "") if kind == "voice"}
    # A caller's own prompt may let anybody speak: with the sound on, everybody counts as heard.
    anybody = request.prompt is not None and request.sound == "on"
    by_id = {person.character.id: person for person in people}
    for member in cast:
        person = by_id.get(member.character.id)
        speaks = member.character.id in speakers or anybody
        speaks |= person is not None and (str(person.number) in voiced or _has_voice(person))
        yield Appearance(member.path, member.character, speaks)


def _speakers(request: ShotRequest, grounds: Grounds) -> set[str]:
    named = (grounds.people.get(turn.speaker) for _, said in request.conversations for turn in said.turns)
    return {person.id for person in named if person is not None}


def _has_voice(person: Person) -> bool:
    """Whether the element it stands on brings a voice of its own."""
    made_of = person.element.made_of if person.element else None
    return made_of is not None and made_of.voice is not None


def _others(grounds: Grounds) -> Iterator[Appearance]:
    for one in grounds.appearing:
        yield Appearance(one.path, one.character, one.heard, cast=False, asset=one.asset, clip=one.clip)


def _judged(one: Appearance, request: ShotRequest, grounds: Grounds) -> Appearance:
    if one.character.depicts != "real_person":
        return one
    behind = one.character.likeness
    if behind is None:
        return replace(one, denied=_NO_LINK)
    use = Use(grounds.production, request.purpose, one.heard, grounds.now_us)
    given = behind.likeness.covering(use, grounds.territories)
    if given is not None:
        return replace(one, consent=given.granted.consent)
    return replace(one, denied=behind.likeness.why_not(use, grounds.territories))

"""Who is in the picture, and what each face stands on.

The cast keeps the order of the request (or of the scene), and a person's number is the place in it: the person's
`<<<element_n>>>` or `<<<image_n>>>` and `<<<voice_n>>>`. Under `identity: auto` the cast stands on one kind of grounding
together, elements before pictures, because that is what the guide approves (F2, A2, F3); it is mixed only when nothing else is
left, and the table of combinations then says what can be done. An element serves the look it was made for, on its own account,
while it is live; where there was one and is none, the request is refused unless it may fall back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from generation import gaps
from generation.bindings import (
    Binding,
    choose_binding,
    live_elsewhere,
    mint_command,
    must_mint,
    stale,
    way_out,
    why_unfit,
)
from generation.dressing import dressed, pictures_of, wears_pictured
from generation.grounds import AssetGround, CharacterGround, ElementGround, Grounds
from generation.rules.finding import Finding
from generation.shot import CastEntry, ShotRequest
from registry.deciders.looks import Look

FACE_ROLES: Final = ("frontal", "three_quarter", "profile", "full_body", "other")
"""Which reference stands for a face, best first (a wardrobe picture never does)."""

By = Literal["element", "image"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the picture, the number they carry everywhere, and what their face stands on (exactly one of the two)."""

    number: int
    character: CharacterGround
    element: ElementGround | None = None
    picture: AssetGround | None = None

    @property
    def by(self) -> By:
        return "element" if self.element else "image"

    @property
    def marker(self) -> str:
        return f"<<<{self.by}_{self.number}>>>"

    @property
    def worn(self) -> Look | None:
        """What the character wears and how it is styled, where it is in a look."""
        return self.character.looks.get(self.character.look) if self.character.look is not None else None

    @property
    def shows_look(self) -> bool:
        """Whether what the face stands on shows the look, and not only the character."""
        if self.element is not None:
            return self.element.look == self.character.look
        return self.picture is not None and wears_pictured(self.character, self.picture.id)

    @property
    def voice(self) -> str:
        return f"<<<voice_{self.number}>>>"


@dataclass(frozen=True, slots=True)
class Member:
    """One cast entry with its character, and where it stands in the request."""

    path: str
    entry: CastEntry
    character: CharacterGround


def cast_of(request: ShotRequest, grounds: Grounds, found: list[Finding]) -> tuple[Member, ...]:
    scene_cast = grounds.scene.cast if grounds.scene else ()
    entries = (
        request.cast if request.cast is not None else tuple(CastEntry(character=id) for id in scene_cast)
    )
    cast: list[Member] = []
    for index, entry in enumerate(entries):
        path = f"cast[{index}].character" if request.cast is not None else "cast"
        character = grounds.people.get(entry.character)
        if character is None:
            found.append(_nobody(entry.character, path, grounds))
        elif any(other.character.id == character.id for other in cast):
            found.append(
                gaps.CAST_TWICE.at(path, f"{entry.character!r} is {character.name}, who is already cast")
            )
        elif character.retired:
            found.append(gaps.RETIRED.at(path, f"{character.name} is retired"))
        else:
            place = f"cast[{index}]" if request.cast is not None else "cast"
            cast.append(Member(path, entry, dressed(character, entry.look, place, found)))
    return tuple(cast)


def _nobody(name: str, path: str, grounds: Grounds) -> Finding:
    """A word that leads to nobody, or to more than one."""
    if name in grounds.ambiguous:
        could_be = grounds.ambiguous[name]
        told = f"{name!r} could be {' or '.join(could_be)}"
        return gaps.AMBIGUOUS.at(path, told, *(f"cast {character}" for character in could_be))
    return gaps.UNKNOWN_CHARACTER.at(path, f"nobody is called {name!r}", *_known(grounds))


def _known(grounds: Grounds) -> Iterable[str]:
    names = {person.name for person in grounds.people.values() if not person.retired}
    return [f"cast {name}" for name in sorted(names)]


def ground(
    cast: tuple[Member, ...], grounds: Grounds, found: list[Finding]
) -> tuple[tuple[Person, ...], list[str]]:
    bindings = {member.character.id: choose_binding(member.character, grounds.account) for member in cast}
    elements = {character: binding.element for character, binding in bindings.items()}
    pictures = {member.character.id: _face(member.character, grounds) for member in cast}
    lacking = [m for m in cast if _lacks_its_element(m, bindings[m.character.id], pictures, grounds)]
    together = _together([member for member in cast if member not in lacking], elements, pictures)
    people: list[Person] = []
    for number, member in enumerate(cast, start=1):
        character, wish = member.character, member.entry.identity
        element = (
            elements[character.id]
            if wish != "images" and (wish == "elements" or together != "image")
            else None
        )
        picture = None if element or wish == "elements" else pictures[character.id]
        if member in lacking or (element is None and picture is None):
            if not _waits_for_an_account(member, grounds):
                found.append(_nothing_shows(member, bindings[character.id], grounds, mint=member in lacking))
        else:
            _refuse_shared_face(picture, people, member, found)
            people.append(Person(number, character, element, picture))
    notes = [
        *_why_pictures(people, elements, together),
        *_why_fallen_back(cast, bindings),
        *_why_not_in_look(people),
    ]
    return tuple(people), notes


def stale_elements(
    cast: tuple[Member, ...], people: tuple[Person, ...], grounds: Grounds
) -> Iterator[Finding]:
    """A caution for each element in use that shows what its character no longer is."""
    path_of = {member.character.id: member.path for member in cast}
    for person in people:
        element = person.element
        if element is None or (why := stale(element.made_of, person.character, grounds.assets)) is None:
            continue
        told = f"{element.id} of {person.character.name} is stale: {why}"
        again = mint_command(person.character, element.look, element.account)
        yield gaps.STALE_ELEMENT.at(path_of[person.character.id], told, again)


def _lacks_its_element(
    member: Member, binding: Binding, pictures: dict[str, AssetGround | None], grounds: Grounds
) -> bool:
    """Whether an element was made for this look and none can be stood on: never silently something else instead."""
    entry = member.entry
    if entry.identity == "images" or grounds.account is None or binding.element or not binding.unfit:
        return False
    return not (entry.fall_back and pictures[member.character.id])


def _waits_for_an_account(member: Member, grounds: Grounds) -> bool:
    """Whether nobody can say yet: which element would do depends on the account, and its absence is a finding of its own."""
    character = member.character
    live = any(one.look == character.look and not one.retired for one in character.elements)
    return grounds.account is None and live and member.entry.identity != "images"


def _refuse_shared_face(
    picture: AssetGround | None, people: list[Person], member: Member, found: list[Finding]
) -> None:
    """Two people need two pictures; the same element twice is the vendor's own rule (contract R30)."""
    for other in people:
        if picture is not None and other.picture is not None and other.picture.id == picture.id:
            both = f"{other.character.name} and {member.character.name}"
            found.append(gaps.SHARED_FACE.at(member.path, f"asset {picture.id} would stand for {both}"))


def _together(
    cast: Sequence[Member],
    elements: dict[str, ElementGround | None],
    pictures: dict[str, AssetGround | None],
) -> By | None:
    """The one kind of grounding that serves everybody under their wishes, elements before pictures; None when there is none."""
    if all(member.entry.identity != "images" and elements[member.character.id] for member in cast):
        return "element"
    if all(member.entry.identity != "elements" and pictures[member.character.id] for member in cast):
        return "image"
    return None


def _why_pictures(
    people: list[Person], elements: dict[str, ElementGround | None], together: By | None
) -> list[str]:
    if together != "image" or not any(elements[person.character.id] for person in people):
        return []
    without = ", ".join(person.character.name for person in people if not elements[person.character.id])
    because = f"{without} has no live element on this account" if without else "pictures were asked for"
    return [
        f"the whole cast stands on pictures: {because}, and one kind of grounding for all is what guide F3 approves"
    ]


def _why_fallen_back(cast: tuple[Member, ...], bindings: dict[str, Binding]) -> list[str]:
    fallen = [m for m in cast if m.entry.fall_back and not bindings[m.character.id].element]
    return [
        f"{member.character.name} stands on a picture because the request lets it fall back: "
        + "; ".join(why_unfit(element) for element in bindings[member.character.id].unfit)
        for member in fallen
        if bindings[member.character.id].unfit
    ]


def _face(character: CharacterGround, grounds: Grounds) -> AssetGround | None:
    """One picture per person, as guide A2 has it: the frontal one, else the next best role, in the order of assignment.

    Pictures of the look in use go first, those as introduced second, and no other look's are taken.
    """
    for some in pictures_of(character):
        for role in FACE_ROLES:
            for reference in some:
                asset = grounds.assets.get(reference.asset)
                if (
                    reference.role == role
                    and asset is not None
                    and not asset.retired
                    and asset.rendition_key is not None
                ):
                    return asset
    return None


def _why_not_in_look(people: list[Person]) -> list[str]:
    return [
        f"{person.character.name} stands on the picture as introduced and on words: the look {person.character.look!r} has no "
        "usable face picture of its own"
        for person in people
        if person.picture is not None and person.character.look is not None and not person.shows_look
    ]


def _nothing_shows(member: Member, binding: Binding, grounds: Grounds, *, mint: bool) -> Finding:
    character, wish = member.character, member.entry.identity
    name, elsewhere = character.name, live_elsewhere(binding)
    if mint and grounds.account is not None:
        if wish == "elements" and elsewhere:
            where = f"{name}'s element is on {', '.join(elsewhere)} and the production pays from {grounds.account.id}"
            return gaps.FOREIGN_ELEMENT.at(
                member.path, where, way_out(character, binding, grounds.account, grounds.assets)
            )
        return must_mint(member.path, character, binding, grounds.account, grounds.assets)
    others = sorted(
        {f"{one.look or 'as introduced'}" for one in character.elements} - {character.look or "as introduced"}
    )
    in_use = f" in the look {character.look!r}" if character.look else ""
    other = (
        f" (there are elements of another look: {', '.join(others)})" if others and wish != "images" else ""
    )
    missing = {"elements": "no live element on this account", "images": "no usable reference picture"}
    both = "neither a live element on this account nor a usable reference picture"
    return gaps.NO_GROUNDING.at(member.path, f"{name} has {missing.get(wish, both)}{in_use}{other}")


def check_speakers(
    request: ShotRequest, grounds: Grounds, *, cast: tuple[Member, ...], found: list[Finding]
) -> None:
    """Whoever speaks, or is named by a shot, is cast; whoever speaks in a shot with a cast of its own is in that shot."""
    present = {member.character.id: member.character.name for member in cast}
    in_shots = {
        f"shots[{index}].dialogue": _shot_cast(shot.cast, grounds) or present
        for index, shot in enumerate(request.shots or ())
    }
    for place, dialogue in request.conversations:
        for index, turn in enumerate(dialogue.turns):
            path = f"{place}.turns[{index}].speaker"
            _check_present(turn.speaker, "speaks", path, grounds, in_shots.get(place, present), found)
    for number, shot in enumerate(request.shots or ()):
        for index, name in enumerate(shot.cast or ()):
            path = f"shots[{number}].cast[{index}]"
            _check_present(name, "is in the shot", path, grounds, present, found)


def _shot_cast(names: tuple[str, ...] | None, grounds: Grounds) -> dict[str, str]:
    people = (grounds.people.get(name) for name in names or ())
    return {person.id: person.name for person in people if person is not None}


def _check_present(
    name: str, does: str, path: str, grounds: Grounds, present: dict[str, str], found: list[Finding]
) -> None:
    person = grounds.people.get(name)
    if person is None:
        found.append(_nobody(name, path, grounds))
    elif person.id not in present:
        here = ", ".join(present.values()) or "nobody"
        found.append(gaps.SPEAKER_NOT_CAST.at(path, f"{name!r} {does}, and cast is {here}"))

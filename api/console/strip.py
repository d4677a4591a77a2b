"""A scene's continuity as a strip: clip after clip, what each carried over from the one before and what changed. Pure.

A clip is held against the one that it continues or edits, and where it does neither against the clip before it in the scene.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from registry.events.references import CastMember
from registry.views.boards import Still
from registry.views.continuity import ContinuityCard

Names = Mapping[str, str]
Because = Literal["continues", "edits", "follows"]
FACETS: Final = ("cast", "look", "element", "voice", "framing")


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that is not as it was: which (`facet`), whose (None: of the clip), how it is now, and how it was."""

    facet: str
    whose: str | None
    now: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A record of the strip; `still` is None where nothing was delivered.

    `held_against` is the clip it is compared with and `because` says why that one; both None for the first of all.
    """

    card: ContinuityCard
    still: Still | None = None
    held_against: str | None = None
    because: Because | None = None
    kept: tuple[str, ...] = ()
    changed: tuple[Mark, ...] = ()


def pieces(
    cards: Sequence[ContinuityCard],
    *,
    stills: Mapping[str, Still],
    earlier: Mapping[str, ContinuityCard],
    before: str | None,
    names: Names,
) -> list[Piece]:
    """The strip of some records in their order. `earlier` are records of clips that stand before them, `before` the last of those
    in the scene.
    """
    known = {**earlier, **{card.clip: card for card in cards if card.clip is not None}}
    found, last = [], before
    for card in cards:
        clip = card.clip
        if clip is None:
            found.append(Piece(card))
            continue
        against, because = against_which(card, last)
        other = known.get(against) if against is not None else None
        said = (against, because, *compared(other, card, names)) if other is not None else ()
        found.append(Piece(card, stills.get(clip), *said))
        last = clip
    return found


def against_which(card: ContinuityCard, last: str | None) -> tuple[str | None, Because | None]:
    """The clip that a record's clip is held against, and why that one."""
    if card.record is not None and card.record.edited is not None:
        return card.record.edited, "edits"
    if parents := parents_of(card):
        return parents[0], "continues"
    return last, "follows" if last is not None else None


def parents_of(card: ContinuityCard) -> tuple[str, ...]:
    """The clips that an entry's clip was made from."""
    return card.record.parents if card.record is not None else ()


def compared(
    before: ContinuityCard, now: ContinuityCard, names: Names
) -> tuple[tuple[str, ...], tuple[Mark, ...]]:
    """What a clip carried over from another, by kind, and what is not as it was there."""
    changed = tuple(_changes(before, now, names))
    same = _in_both(before, now)
    there = {
        "cast": bool(same),
        "look": bool(same),
        "element": any(now_.element for _, now_ in same),
        "voice": any(_same_voice(was, now_) for was, now_ in same),
        "framing": now.framing is not None and before.framing is not None,
    }
    differs = {mark.facet for mark in changed}
    return tuple(facet for facet in FACETS if there[facet] and facet not in differs), changed


def _changes(before: ContinuityCard, now: ContinuityCard, names: Names) -> Iterator[Mark]:
    was_in, is_in = _members(before), _members(now)
    for who in (one for one in is_in if one not in was_in):
        yield Mark("cast", names.get(who, who), "comes in")
    for who in (one for one in was_in if one not in is_in):
        yield Mark("cast", names.get(who, who), "is not in it")
    for was, member in _in_both(before, now):
        name = names.get(member.character, member.character)
        looks = before.looks.get(member.character), now.looks.get(member.character)
        if looks[0] != looks[1]:
            yield Mark("look", name, looks[1] or "as introduced", looks[0] or "as introduced")
        in_the_film = parents_of(now) and member.element is None and not member.assets
        if was.element != member.element and not in_the_film:
            yield Mark("element", name, _stands_on(member, names), _stands_on(was, names))
        if was.voice and member.voice and was.speaks_with != member.speaks_with:
            yield Mark("voice", name, _voice(member, names), _voice(was, names))
    if now.framing is not None and now.framing != before.framing:
        yield Mark("framing", None, now.framing, before.framing or "not said")


def _members(card: ContinuityCard) -> dict[str, CastMember]:
    return {member.character: member for member in card.cast}


def _in_both(before: ContinuityCard, now: ContinuityCard) -> list[tuple[CastMember, CastMember]]:
    was = _members(before)
    return [(was[member.character], member) for member in now.cast if member.character in was]


def _stands_on(member: CastMember, names: Names) -> str:
    if member.element is not None:
        return names.get(member.element, member.element)
    return "pictures" if member.assets else "words alone"


def _same_voice(was: CastMember, now: CastMember) -> bool:
    """Whether a character is heard in both, with a voice of ours or that of one element."""
    one_source = was.speaks_with is not None or was.element == now.element
    return bool(was.voice and now.voice and one_source and was.speaks_with == now.speaks_with)


def _voice(member: CastMember, names: Names) -> str:
    return (
        "no voice of ours"
        if member.speaks_with is None
        else names.get(member.speaks_with, member.speaks_with)
    )


def named_in(cards: Sequence[ContinuityCard]) -> set[str]:
    """Whose names the strip of these records says."""
    members = [member for card in cards for member in card.cast]
    said = {one for member in members for one in (member.character, member.element, member.speaks_with)}
    return {one for one in said if one is not None}

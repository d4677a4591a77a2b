"""Who is heard, and with which voice: speaker -> face -> voice.

Kling takes voices only through elements (contract R35, R54): what is heard is the voice that the speaker's element was made with.
A voice that is bound to the character and not in its element is a wish.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generation import gaps
from generation.casting import Person
from generation.grounds import Grounds, VoiceGround
from generation.resolve import Resolution
from generation.rules.finding import Finding
from generation.rules.prompts import voices_in


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who talks: where in the request it says so first, and the voice that will be heard, where that is known."""

    path: str
    person: Person
    heard: VoiceGround | None


def carried_by(person: Person) -> VoiceGround | None:
    """The voice a person's element was made with; None for pictures, and for elements whose recipe nobody knows."""
    recipe = person.element.made_of if person.element else None
    if recipe is None or recipe.voice is None:
        return None
    known = (voice for voice in person.character.voices if voice.id == recipe.voice)
    return next(known, VoiceGround(recipe.voice, "", None, live=False, cause="is unknown here"))


def heard_in(resolution: Resolution) -> tuple[Speaker, ...]:
    """Everybody who talks in a clip with sound, in the order of the cast; nobody in a silent one."""
    if resolution.sound != "on":
        return ()
    said = _said(resolution)
    return tuple(
        Speaker(said[person.number], person, carried_by(person))
        for person in resolution.people
        if person.number in said
    )


def _said(resolution: Resolution) -> dict[int, str]:
    """The numbers of those who talk, with the first place that says so: lines, or the voices of a prompt of the caller's own."""
    said: dict[int, str] = {}
    request = resolution.request
    if request.prompt is not None:
        said = {int(number): "prompt" for number in sorted(voices_in(request.prompt), key=int)}
    for place, dialogue in request.conversations:
        for index, turn in enumerate(dialogue.turns):
            if (person := resolution.speaker(turn.speaker)) is not None:
                said.setdefault(person.number, f"{place}.turns[{index}].speaker")
    return said


def judge_voices(resolution: Resolution, grounds: Grounds) -> tuple[Finding, ...]:
    """Everything there is to say about the voices of a request. Never raises."""
    heard = heard_in(resolution)
    return (
        *_unheard(resolution, heard),
        *(finding for speaker in heard for finding in _of(speaker, grounds)),
        *_shared(heard),
    )


def _unheard(resolution: Resolution, heard: tuple[Speaker, ...]) -> Iterator[Finding]:
    """A silent shot of somebody with a voice is usual, so it is told and nothing more."""
    if heard:
        return
    for person in resolution.people:
        if (voice := carried_by(person)) is not None and person.element is not None:
            why = "sound is off" if resolution.sound == "off" else "nobody speaks"
            told = f"{person.element.id} carries {voice.id}, the voice of {person.character.name}, and {why}"
            yield gaps.SILENT_VOICE.at("cast", told)


def _of(speaker: Speaker, grounds: Grounds) -> Iterator[Finding]:
    person, heard = speaker.person, speaker.heard
    name, bound = person.character.name, person.character.voice
    if heard is not None and heard.retired:
        yield gaps.RETIRED_VOICE.at(speaker.path, f"{name} would speak with {heard.id}, which {heard.cause}")
    elif heard is not None and not heard.live:
        yield gaps.LOST_VOICE.at(speaker.path, f"{name} would speak with {heard.id}, which {heard.cause}")
    if bound is None or (heard is not None and heard.id == bound.id):
        return
    account = grounds.account.id if grounds.account else None
    if not bound.live:
        yield gaps.LOST_VOICE.at(speaker.path, f"{bound.id}, the voice of {name}, {bound.cause}")
    elif account is not None and bound.account not in (None, account):
        where = f"{bound.id}, the voice of {name}, is of {bound.account}, and {account} pays"
        yield gaps.FOREIGN_VOICE.at(speaker.path, where)
    else:
        yield gaps.VOICE_NOT_CARRIED.at(speaker.path, f"{name} speaks with {bound.id} and {_stands(speaker)}")


def _stands(speaker: Speaker) -> str:
    person = speaker.person
    if person.element is None:
        return "stands on a picture"
    if speaker.heard is not None:
        return f"{person.element.id} was made with {speaker.heard.id}"
    known = person.element.made_of is not None
    return (
        f"{person.element.id} was made without it"
        if known
        else f"nobody knows the voice of {person.element.id}"
    )


def _shared(heard: tuple[Speaker, ...]) -> Iterator[Finding]:
    """Two who sound alike are told apart by nothing; sometimes that is meant (twins, one narrator), so it takes a reason."""
    first: dict[str, str] = {}
    for speaker in heard:
        voice = speaker.heard or speaker.person.character.voice
        name = speaker.person.character.name
        if voice is None:
            continue
        key = voice.voice_id or voice.id
        if key in first:
            both = f"{first[key]} and {name} both speak with {voice.voice_id or voice.id}"
            yield gaps.SHARED_VOICE.at(speaker.path, both)
        first.setdefault(key, name)

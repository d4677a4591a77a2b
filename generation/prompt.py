"""The prompt from typed parts (guide F3): the same parts give the same words, in an order a reader can check.

Framing, setting, cast with its references, wardrobe, action, spoken language and timing, turns: for the whole clip, and again
for each shot of several, because a shot's prompt stands alone. A prompt of the caller's own replaces all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generation.casting import Person
from generation.resolve import Resolution
from generation.rules.prompts import is_too_wide_for_speech
from generation.shot import Dialogue, ShotPart

DIALOGUE_FRAMING = "medium close shot"
_ENDINGS = ".!?…。！？"


def compose(resolution: Resolution) -> str:
    """The whole prompt on one line, sentence after sentence."""
    if resolution.request.prompt is not None:
        return resolution.request.prompt
    return _sentences(_clip_parts(resolution))


def compose_shot(resolution: Resolution, shot: ShotPart) -> str:
    """The prompt of one shot, complete in itself (contract D6: the clip's own prompt has no effect beside it)."""
    people = resolution.people_in(shot)
    return _sentences(
        (
            *_framing(_shot_framing(resolution, shot), shot.dialogue, people),
            *_setting(resolution),
            *_cast(resolution, people),
            *_wardrobe(resolution, people),
            *_happening(shot.action or resolution.request.action),
            *_dialogue(shot.dialogue, resolution),
        )
    )


def framing_of(resolution: Resolution) -> str | None:
    """The framing that is asked for, or the one dialogue gets by default (guide F2, F3)."""
    request = resolution.request
    return request.framing or (DIALOGUE_FRAMING if request.conversations else None)


def _clip_parts(resolution: Resolution) -> Iterator[str]:
    request = resolution.request
    if resolution.parent is not None:
        yield "Edit <<<video_1>>>" if resolution.edits else "Continue directly from <<<video_1>>>"
    if request.shots is None:
        yield from _framing(framing_of(resolution), request.dialogue, resolution.people)
    else:
        yield f"One scene in {len(request.shots)} {'shot' if len(request.shots) == 1 else 'shots'}"
    yield from _setting(resolution)
    yield from _cast(resolution, resolution.people)
    yield from _wardrobe(resolution, resolution.people)
    yield from _happening(request.action)
    yield from _dialogue(request.dialogue, resolution)
    if resolution.parent is not None:
        yield from _told_shots(resolution)


def _told_shots(resolution: Resolution) -> Iterator[str]:
    """Beside a reference video the shots are described here, and nowhere else (contract R21)."""
    for number, shot in enumerate(resolution.request.shots or (), start=1):
        people = resolution.people_in(shot)
        said = (
            *_framing(_shot_framing(resolution, shot), shot.dialogue, people),
            *_happening(shot.action),
            *_dialogue(shot.dialogue, resolution),
        )
        yield f"Shot {number}, {shot.duration} seconds: {_sentences(said)}"


def _shot_framing(resolution: Resolution, shot: ShotPart) -> str | None:
    return (
        shot.framing
        or resolution.request.framing
        or (DIALOGUE_FRAMING if shot.dialogue is not None else None)
    )


def _framing(framing: str | None, dialogue: Dialogue | None, people: tuple[Person, ...]) -> Iterator[str]:
    if framing is None:
        return
    speech = dialogue is not None and not is_too_wide_for_speech(framing)
    yield f"Framing: {_one_line(framing)}" + (f", {_mouths(len(people))} clearly visible" if speech else "")


def _mouths(people: int) -> str:
    if people == 1:
        return "face and mouth"
    return "both faces and both mouths" if people == 2 else "all faces and all mouths"


def _setting(resolution: Resolution) -> Iterator[str]:
    if resolution.setting:
        yield f"Setting: {_one_line(resolution.setting)}"


def _cast(resolution: Resolution, people: tuple[Person, ...]) -> Iterator[str]:
    if people:
        named = _listed([f"{_one_line(person.character.name)} {person.marker}" for person in people])
        counted = {1: "visible", 2: "both visible and distinct"}.get(len(people), "all visible and distinct")
        yield f"Cast: {named}, {counted}, no extra people"
    if resolution.references:
        first = 1 + sum(1 for person in resolution.people if person.by == "image")
        markers = [f"<<<image_{first + index}>>>" for index in range(len(resolution.references))]
        yield f"Things and places as in {_listed(markers)}"


def _happening(action: str | None) -> Iterator[str]:
    if action:
        yield _one_line(action)


def _dialogue(dialogue: Dialogue | None, resolution: Resolution) -> Iterator[str]:
    if dialogue is None:
        return
    language, timing = _one_line(dialogue.language), _one_line(dialogue.timing)
    yield f"Spoken language: {language}, {timing} {language} conversation timing, subtle facial expressions, gentle head turns"
    for speaker, line in _turns(dialogue, resolution):
        yield f'{_one_line(speaker.character.name)}{speaker.voice} said: "{_quotable(line)}"'


def _turns(dialogue: Dialogue, resolution: Resolution) -> Iterator[tuple[Person, str]]:
    for turn in dialogue.turns:
        speaker = resolution.speaker(turn.speaker)
        if speaker is not None:
            yield speaker, turn.line


def _wardrobe(resolution: Resolution, people: tuple[Person, ...]) -> Iterator[str]:
    """What a look says is worn; everybody else's wardrobe is adapted by default where they are carried into a new scene (guide
    A2, F2). Said more strongly when asked for, and for a look that the portrait does not show (guide F3.8).
    """
    wish = resolution.request.adapt_wardrobe
    for person in people:
        yield from _look(person, wish)
    dressed = [person for person in people if person.worn and person.worn.wardrobe]
    others = [_one_line(person.character.name) for person in people if person not in dressed]
    anchored = resolution.opening is not None or resolution.parent is not None
    wanted = wish or (wish is None and resolution.people and not anchored)
    if wanted and (others or not dressed):
        strongly = "; do not preserve portrait clothing" if wish else ""
        yield f"Wardrobe{f' of {_listed(others)}' if dressed else ''} adapted to the target setting{strongly}"


def _look(person: Person, wish: bool | None) -> Iterator[str]:
    """One person's look from its parts; a pinned look is what they wear, whatever the setting."""
    worn = person.worn
    if worn is None:
        return
    name = _one_line(person.character.name)
    wardrobe, styling, age = (_clause(text) for text in (worn.wardrobe, worn.styling, worn.age))
    if wardrobe:
        persists = wish is not False and not person.shows_look
        yield f"{name} wears {wardrobe}" + ("; do not preserve portrait clothing" if persists else "")
    if styling:
        yield f"Styling of {name}: {styling}"
    if age:
        yield f"Age of {name}: {age}"


def _clause(text: str) -> str:
    """A text as part of a sentence: on one line, without its full stop."""
    return _one_line(text).removesuffix(".")


def _sentences(parts: Iterable[str]) -> str:
    return " ".join(_sentence(part) for part in parts)


def _sentence(text: str) -> str:
    text = text.strip()
    closed = text.rstrip("\"”’'»）)")
    return text if closed and closed[-1] in _ENDINGS else f"{text}."


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _quotable(line: str) -> str:
    """Straight double quotes end a spoken line, so those inside it become single ones."""
    return _one_line(line).replace('"', "'")

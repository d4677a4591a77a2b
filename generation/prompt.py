"""The prompt from typed parts (guide F3): the same parts give the same words, in an order a reader can check.

Framing, setting, cast with its references, wardrobe, action, spoken language and timing, turns. A prompt of the caller's own
replaces all of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from generation.casting import Person
from generation.resolve import Resolution
from generation.rules.guide import is_too_wide_for_speech
from generation.shot import Dialogue

DIALOGUE_FRAMING = "medium close shot"
_ENDINGS = ".!?…。！？"


def compose(resolution: Resolution) -> str:
    """The whole prompt on one line, sentence after sentence."""
    if resolution.request.prompt is not None:
        return resolution.request.prompt
    return " ".join(_sentence(part) for part in _parts(resolution))


def framing_of(resolution: Resolution) -> str | None:
    """The framing that is asked for, or the one dialogue gets by default (guide F2, F3)."""
    request = resolution.request
    return request.framing or (DIALOGUE_FRAMING if request.dialogue is not None else None)


def _parts(resolution: Resolution) -> Iterator[str]:
    request = resolution.request
    if resolution.parent is not None:
        yield "Continue directly from <<<video_1>>>"
    yield from _framing(resolution)
    if resolution.setting:
        yield f"Setting: {_one_line(resolution.setting)}"
    yield from _cast(resolution)
    yield from _wardrobe(resolution)
    if request.action:
        yield _one_line(request.action)
    if request.dialogue is not None:
        yield from _dialogue(request.dialogue, resolution)


def _framing(resolution: Resolution) -> Iterator[str]:
    framing = framing_of(resolution)
    if framing is None:
        return
    shows = _mouths(len(resolution.people))
    speech = resolution.request.dialogue is not None and not is_too_wide_for_speech(framing)
    yield f"Framing: {_one_line(framing)}" + (f", {shows} clearly visible" if speech else "")


def _mouths(people: int) -> str:
    if people == 1:
        return "face and mouth"
    return "both faces and both mouths" if people == 2 else "all faces and all mouths"


def _cast(resolution: Resolution) -> Iterator[str]:
    people = resolution.people
    if people:
        named = _listed([f"{_one_line(person.character.name)} {person.marker}" for person in people])
        counted = {1: "visible", 2: "both visible and distinct"}.get(len(people), "all visible and distinct")
        yield f"Cast: {named}, {counted}, no extra people"
    if resolution.references:
        first = 1 + sum(1 for person in people if person.by == "image")
        markers = [f"<<<image_{first + index}>>>" for index in range(len(resolution.references))]
        yield f"Things and places as in {_listed(markers)}"


def _dialogue(dialogue: Dialogue, resolution: Resolution) -> Iterator[str]:
    language, timing = _one_line(dialogue.language), _one_line(dialogue.timing)
    yield f"Spoken language: {language}, {timing} {language} conversation timing, subtle facial expressions, gentle head turns"
    for speaker, line in _turns(dialogue, resolution):
        yield f'{_one_line(speaker.character.name)}{speaker.voice} said: "{_quotable(line)}"'


def _turns(dialogue: Dialogue, resolution: Resolution) -> Iterator[tuple[Person, str]]:
    for turn in dialogue.turns:
        speaker = resolution.speaker(turn.speaker)
        if speaker is not None:
            yield speaker, turn.line


def _wardrobe(resolution: Resolution) -> Iterator[str]:
    """Adapted by default where people are carried into a new scene (guide A2, F2); said more strongly when asked for."""
    wish = resolution.request.adapt_wardrobe
    transformed = bool(resolution.people) and resolution.opening is None and resolution.parent is None
    if wish or (wish is None and transformed):
        yield "Wardrobe adapted to the target setting" + (
            "; do not preserve portrait clothing" if wish else ""
        )


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

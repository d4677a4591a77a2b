"""Speech that can be heard, read from lips and understood, in composed prompts and in anybody's (guide F3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generation.rules.guide import seconds_said
from generation.rules.prompts import (
    is_too_wide_for_speech,
    names_language,
    says_clothes,
    seconds_to_say,
    shows_mouths,
    spoken_lines,
    voices_bound,
    voices_in,
)
from generation.rules.rule import Problem, Rule, rule, setting
from generation.rules.shots import seconds_of
from generation.rules.subject import Subject


def _dialogue(s: Subject) -> bool:
    return s.facts.request is not None and bool(s.facts.request.conversations)


def _spoken(s: Subject) -> list[tuple[str, str, tuple[str, ...]]]:
    """Every prompt that is heard and holds lines: path, prompt, lines. Beside shots the clip's own prompt counts for nothing."""
    if not s.is_video or s.body.get("sound") != "on":
        return []
    told = [(path, text, spoken_lines(text)) for path, text in s.prompts]
    one_by_one = s.is_multi_shot and s.body.get("shot_type") == "customize"
    return [part for part in told if part[2] and not (one_by_one and part[0] == "$.prompt")]


def _marked(s: Subject) -> bool:
    return s.is_omni and any(voices_in(text) for _, text in s.prompts)


def _own_words(s: Subject) -> bool:
    """A prompt we did not compose: the caller's own, or a payload from elsewhere."""
    return (s.facts.request is None or s.facts.request.prompt is not None) and bool(_spoken(s))


@rule(
    "W204",
    "W",
    "Speech needs sound",
    cites="guide F3.15",
    path="request.sound",
    applies=lambda s: (_dialogue(s) or _marked(s)) and not s.videos,
)
def speech_needs_sound(s: Subject) -> Iterator[Problem]:
    """Dialogue of a request, or voices marked in anybody's prompt."""
    if s.body.get("sound", "off") != "off":
        return
    if s.facts.request is None:
        message = "voices are marked and sound is off, so nobody will be heard: send it on, or say why"
        yield Problem(message, "$.sound", (setting("$.sound", "on"),))
    else:
        message = "there is dialogue and sound is off, so nobody will be heard"
        yield Problem(f"{message}: leave sound unnamed, or say why")


@rule(
    "I302",
    "I",
    "Dialogue wants a framing that shows the mouths",
    cites="guide F3.9, guide F3.10, guide F2.7",
    path="request.framing",
    applies=_dialogue,
)
def framing_shows_mouths(s: Subject) -> Iterator[Problem]:
    """For the clip, and for each shot in which somebody speaks."""
    request = s.facts.request
    if request is None:
        return
    framed = [("request.framing", request.framing if request.dialogue is not None else None)]
    framed += [
        (f"request.shots[{index}].framing", shot.framing or request.framing)
        for index, shot in enumerate(request.shots or ())
        if shot.dialogue is not None
    ]
    for path, framing in framed:
        if framing is not None and is_too_wide_for_speech(framing):
            message = f"framing {framing!r} may leave the lips too small to read"
            yield Problem(f"{message}: medium close shot or upper-body framing shows them", path)


@rule(
    "I305",
    "I",
    "Speech fits the clip",
    cites="guide F3.14",
    path="$.prompt",
    applies=lambda s: bool(_spoken(s)),
)
def speech_fits(s: Subject) -> Iterator[Problem]:
    for path, _, lines in _spoken(s):
        needed, seconds = seconds_to_say(lines), _seconds_of(s, path)
        if seconds is not None and needed > seconds:
            message = f"{len(lines)} lines need about {needed:.0f} s and there are {seconds}"
            longer = next((approved for approved in s.facts.durations if approved >= needed), None)
            change = (setting("$.duration", str(longer)),) if longer and path == "$.prompt" else ()
            yield Problem(f"{message}: say less, or make the clip longer", path, change)


def _seconds_of(s: Subject, path: str) -> int | None:
    if path == "$.prompt":
        return seconds_said(s)
    index = int(path.removeprefix("$.multi_prompt[").partition("]")[0])
    return seconds_of(s.listed("multi_prompt")[index].get("duration"))


@rule(
    "I306",
    "I",
    "Spoken lines have voices",
    cites="guide F3.12, guide F3.13",
    path="$.prompt",
    applies=_own_words,
)
def lines_have_voices(s: Subject) -> Iterator[Problem]:
    for path, text, lines in _spoken(s):
        if not voices_in(text):
            message = f"{len(lines)} lines are spoken and no voice is marked"
            yield Problem(f"{message}: write <<<voice_1>>> after the name of who speaks", path)


@rule(
    "I307",
    "I",
    "The spoken language is named",
    cites="guide F3.16, guide F2.9",
    path="$.prompt",
    applies=_own_words,
)
def language_named(s: Subject) -> Iterator[Problem]:
    for path, text, _ in _spoken(s):
        if not names_language(text):
            yield Problem("lines are spoken and no language is named: say which", path)


@rule(
    "I308",
    "I",
    "A prompt with speech says how close the camera is",
    cites="guide F3.9, guide F2.7, guide F2.8",
    path="$.prompt",
    applies=_own_words,
)
def prompt_frames_speech(s: Subject) -> Iterator[Problem]:
    for path, text, _ in _spoken(s):
        if not shows_mouths(text):
            message = "lines are spoken and no framing shows the mouths"
            yield Problem(
                f"{message}: say medium close shot, or upper-body framing, faces and mouths visible", path
            )


@rule(
    "I309",
    "I",
    "Ground two people in silence first",
    cites="guide A2.11",
    path="request.dialogue",
    applies=lambda s: s.facts.pattern == "A2" and _dialogue(s) and s.body.get("sound") == "on",
)
def ground_before_audio(s: Subject) -> Iterator[Problem]:
    if s.facts.retake is None:
        message = "the recipe is strongest when the two are grounded first and speech is added on top"
        yield Problem(f"{message}: make a silent take, and name it in retake_of when they talk")


def _shows_people(s: Subject) -> bool:
    """A prompt we did not compose, beside people: elements, or the untyped pictures a voice or a marker speaks about."""
    own = s.facts.request is None or s.facts.request.prompt is not None
    pictured = len(s.images) > len(s.frames) and any(voices_in(text) for _, text in s.prompts)
    return own and s.is_omni and not s.frames and not s.videos and (bool(s.elements) or pictured)


@rule(
    "I315",
    "I",
    "A prompt with people says what they wear",
    cites="guide A2.9, guide F3.7, guide F3.8, guide F2.10",
    path="$.prompt",
    applies=_shows_people,
)
def clothes_told(s: Subject) -> Iterator[Problem]:
    if not any(says_clothes(text) for _, text in s.prompts):
        message = "people come from their pictures and the prompt does not say what they wear"
        yield Problem(
            f"{message}: wardrobe adapted to the setting, or do not preserve portrait clothing, where it should change"
        )


def _faces(s: Subject) -> int:
    """How many pictures and elements may be somebody's face."""
    return len(s.images) - len(s.frames) + len(s.elements)


def _voices_of_the_grounded(s: Subject) -> bool:
    return s.is_omni and _faces(s) > 0 and any(voices_in(text) for _, text in s.prompts)


@rule(
    "I316",
    "I",
    "A voice has the number of its face",
    cites="guide F3.13",
    path="$.prompt",
    applies=_voices_of_the_grounded,
)
def voices_match_faces(s: Subject) -> Iterator[Problem]:
    faces = _faces(s)
    for path, text in s.prompts:
        for number in sorted(voices_in(text), key=int):
            if int(number) > faces:
                yield Problem(f"<<<voice_{number}>>> is the voice of nobody: {faces} are grounded", path)
        for kind, face, voice in voices_bound(text):
            if face != voice:
                message = f"<<<{kind}_{face}>>> speaks with <<<voice_{voice}>>>"
                yield Problem(
                    f"{message}: write <<<voice_{face}>>>, so that face and voice stay together", path
                )


RULES: Final[tuple[Rule, ...]] = (
    speech_needs_sound,
    framing_shows_mouths,
    speech_fits,
    lines_have_voices,
    language_named,
    prompt_frames_speech,
    ground_before_audio,
    clothes_told,
    voices_match_faces,
)

"""Reading a prompt: its markers, its framing words, the lines that are spoken and how long they take to say."""

from __future__ import annotations

import re
from typing import Final

PROMPT_LIMIT: Final = 2500
SHOT_PROMPT_LIMIT: Final = 512
MARKER: Final = re.compile(r"<<<(image|element|video|voice)_([1-9]\d{0,8})>>>")

_MARKER_LIKE: Final = re.compile(r"<<<\s*(?:image|element|video|voice)[\s_-]*\d*\s*>>>", re.IGNORECASE)
_BOUND: Final = re.compile(r"<<<(image|element)_([1-9]\d{0,8})>>>\s*<<<voice_([1-9]\d{0,8})>>>")
_CLOTHES: Final = re.compile(
    r"\b(wardrobe\w*|cloth(es|ed|ing)|outfits?|costumes?|wear(s|ing)?|dress(ed|es)?|uniforms?)\b",
    re.IGNORECASE,
)
_WIDE: Final = re.compile(r"\b(extreme )?(wide|long|establishing|full|aerial|panorama\w*)\b", re.IGNORECASE)
_READABLE: Final = re.compile(r"\b(medium|close|upper|bust|head|shoulders?)\b", re.IGNORECASE)
_MOUTHS: Final = re.compile(r"\b(mouths?|lips?)\b", re.IGNORECASE)
_SPOKEN: Final = re.compile(r'"([^"\n]{2,500})"|“([^”\n]{2,500})”|「([^」\n]{2,500})」')
_SYLLABLE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_LANGUAGE: Final = re.compile(
    r"\b(arabic|cantonese|chinese|czech|danish|dutch|english|finnish|french|german|greek|hebrew|hindi|hungarian|"
    r"indonesian|italian|japanese|korean|malay|mandarin|norwegian|persian|polish|portuguese|romanian|russian|spanish|"
    r"swedish|tagalog|tamil|thai|turkish|ukrainian|urdu|vietnamese|language)\b|한국어|中文|日本語",
    re.IGNORECASE,
)
SYLLABLES_PER_SECOND: Final = 6.0
WORDS_PER_SECOND: Final = 3.0
PAUSE_SECONDS: Final = 0.3
"""Brisk speech: Korean, Japanese and Chinese by letter, other scripts by word, and a breath between turns."""


def spoken_lines(prompt: str) -> tuple[str, ...]:
    """What stands in quotation marks, in speaking order."""
    return tuple(next(filter(None, found.groups())) for found in _SPOKEN.finditer(prompt))


def seconds_to_say(lines: tuple[str, ...]) -> float:
    """How long the lines take at a brisk pace, pauses between them included."""
    syllables = sum(len(_SYLLABLE.findall(line)) for line in lines)
    words = sum(len(_WORD.findall(_SYLLABLE.sub(" ", line))) for line in lines)
    pauses = PAUSE_SECONDS * max(0, len(lines) - 1)
    return syllables / SYLLABLES_PER_SECOND + words / WORDS_PER_SECOND + pauses


def voices_in(prompt: str) -> frozenset[str]:
    """The numbers of the voices a prompt points at."""
    return frozenset(number for kind, number in MARKER.findall(prompt) if kind == "voice")


def markers_in(prompt: str) -> tuple[str, ...]:
    """Everything that is a marker or was meant as one, each once: the vendor reads `<<<image_1>>>`, not `<<<Image_1>>>`."""
    return tuple(dict.fromkeys(_MARKER_LIKE.findall(prompt)))


def voices_bound(prompt: str) -> tuple[tuple[str, str, str], ...]:
    """Every voice that directly follows a face: kind and number of the face, number of the voice."""
    return tuple(dict.fromkeys(_BOUND.findall(prompt)))


def says_clothes(prompt: str) -> bool:
    """Whether a prompt says what people wear (guide A2.9)."""
    return _CLOTHES.search(prompt) is not None


def names_language(prompt: str) -> bool:
    """Whether a spoken language is named (guide F3.16)."""
    return _LANGUAGE.search(prompt) is not None


def shows_mouths(prompt: str) -> bool:
    """Whether a framing is named in which lips can be read (guide F3.9)."""
    return _READABLE.search(prompt) is not None or _MOUTHS.search(prompt) is not None


def is_too_wide_for_speech(framing: str) -> bool:
    """Whether a framing asks for a picture in which lips cannot be read."""
    return _WIDE.search(framing) is not None and _READABLE.search(framing) is None

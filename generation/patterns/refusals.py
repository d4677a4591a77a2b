"""Combinations that are refused, because the vendor or the guide does; each names what would pass (E)."""

from __future__ import annotations

from typing import Final

from generation.patterns.cells import (
    ALIKE,
    ANYBODY,
    BY_ELEMENT,
    BY_IMAGE,
    FRAMED,
    NOBODY,
    OMNI,
    OPENED,
    Cell,
    Row,
    say,
)
from generation.patterns.ingredients import FRAMES, PEOPLE

REFUSED: Final[tuple[Row, ...]] = (
    say(
        "E501",
        "Voices of nobody",
        "the prompt holds voice markers and nobody is cast, so no voice has a face",
        cites="guide F3.3, contract R35",
        alternatives=("cast the speakers (F2, A2)", "tell the speech in the prompt without voice markers"),
    )(Cell(OMNI, NOBODY, speech=True)),
    say(
        "E502",
        "Dialogue on a continued or edited clip",
        "beside a reference video sound must be off, so nobody could be heard",
        cites="contract R15, guide E.8, guide V.2",
        alternatives=(
            "go on in silence and drop the dialogue (E, E-base)",
            "play the dialogue from elements, without the clip (F2)",
        ),
    )(
        Cell(OMNI, ANYBODY, ("none", *OPENED), ("continued",), speech=True),
        Cell(OMNI, ANYBODY, clip=("edited",), speech=True, shots=False),
    ),
    say(
        "E503",
        "Some people by element, some by picture",
        "the guide approves one kind of grounding for the whole cast, and nothing serves everybody here",
        cites="guide F3.3, guide F3.4",
        alternatives=(
            "adopt elements for everybody (F, F2)",
            "assign a reference picture to everybody and ask for images (A2)",
        ),
    )(Cell(OMNI, ("mixed",), FRAMES, ("none", "continued", "edited"))),
    say(
        "E504",
        "text2video carries words alone",
        "text2video was asked for, and it takes no people, pictures, clips or voices",
        cites="contract R61, contract section 3",
        alternatives=("leave route unnamed: omni carries them",),
    )(
        Cell(("text2video",), (*ALIKE, "mixed"), FRAMES, ("none", "continued", "edited")),
        Cell(("text2video",), NOBODY, FRAMES, ("continued", "edited")),
        Cell(("text2video",), NOBODY, FRAMED),
        Cell(("text2video",), NOBODY, references=True),
        Cell(("text2video",), NOBODY, references=False, speech=True),
    ),
    say(
        "E505",
        "image2video carries an opening picture and elements, in silence",
        "image2video was asked for, and this has no opening picture, or something beside it that only omni carries",
        cites="contract R31, contract section 4, guide F3.5",
        alternatives=(
            "name an opening picture, and leave the other pictures, clips and lines out (C)",
            "leave route unnamed: omni carries them",
        ),
    )(
        Cell(("image2video",), PEOPLE, FRAMES, ("continued", "edited")),
        Cell(("image2video",), PEOPLE, ("none", "closing")),
        Cell(("image2video",), (*BY_IMAGE, "mixed"), OPENED),
        Cell(("image2video",), NOBODY + BY_ELEMENT, OPENED, references=True),
        Cell(("image2video",), NOBODY + BY_ELEMENT, OPENED, references=False, speech=True),
    ),
    say(
        "E506",
        "A closing picture without an opening one",
        "the vendor takes an end frame only beside a first frame",
        cites="contract R24, guide B",
        alternatives=("name the opening picture too (B)", "make it the opening picture (A)"),
    )(Cell(OMNI, ANYBODY, ("closing",), ("none", "continued"))),
    say(
        "E507",
        "Frames on a clip that is edited",
        "a clip that is edited brings its own first and last frame",
        cites="contract R19, guide V.1",
        alternatives=("edit the clip alone (E-base)", "give the pictures as references"),
    )(Cell(OMNI, ANYBODY, FRAMED, ("edited",))),
    say(
        "E508",
        "Several shots on a clip that is edited",
        "a clip that is edited keeps its own cuts",
        cites="contract R20, guide V.1",
        alternatives=("edit the clip in one go (E-base)", "continue from the clip in several shots"),
    )(Cell(OMNI, ANYBODY, clip=("edited",), shots=True)),
)

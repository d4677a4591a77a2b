"""Combinations that are legal for the vendor and no approved pattern: each needs the caller's written reason (W)."""

from __future__ import annotations

from typing import Final

from generation.patterns.cells import ALIKE, ANYBODY, BY_ELEMENT, NOBODY, OMNI, OPENED, Cell, Row, plain, say

LEGAL: Final[tuple[Row, ...]] = (
    say(
        "W501",
        "Text alone by omni",
        "text alone is verified on text2video; omni takes it too, at another model",
        cites="guide 1.16, contract section 2",
        alternatives=("leave route unnamed: text2video",),
    )(plain(("omni",), NOBODY)),
    say(
        "W502",
        "Voices over an opening picture",
        "the prompt gives voices to people who are only in the opening picture, so no voice is bound to a face",
        cites="guide F3.3, contract R35",
        alternatives=(
            "cast the speakers from elements, without the opening picture (F2)",
            "open on the picture in silence (A)",
        ),
    )(Cell(OMNI, NOBODY, OPENED, speech=True)),
    say(
        "W503",
        "Pictures of things and places without a cast",
        "reference pictures without people are legal for the vendor and in no approved pattern",
        cites="contract section 2, guide A",
        alternatives=("make one of the pictures the opening (A)",),
    )(Cell(OMNI, NOBODY, ("none", *OPENED), references=True, speech=False, shots=False)),
    say(
        "W504",
        "One person, or more than two, from pictures",
        "people from pictures are approved in twos (A2); other counts are legal for the vendor",
        cites="guide A2, contract R26",
        alternatives=("adopt elements for them (F, or F2 for two who talk)", "cast two people (A2)"),
    )(Cell(OMNI, ("one by image", "more by image"), references=False, shots=False)),
    say(
        "W505",
        "Speech of one, or of more than two, from elements",
        "speech from elements is approved for two people (F2); other counts are legal for the vendor",
        cites="guide F2, guide F3",
        alternatives=("cast the two who talk (F2)", "leave the dialogue out (F)"),
    )(Cell(OMNI, ("one by element", "more by element"), references=False, speech=True, shots=False)),
    say(
        "W506",
        "People beside an opening picture",
        "an opening picture with people of their own beside it is legal for the vendor; it can over-anchor the first moments",
        cites="guide A2.7, contract R28",
        alternatives=(
            "send the opening picture alone, with cast [] (A)",
            "leave the opening out (F, F2, A2)",
        ),
    )(Cell(OMNI, ALIKE, OPENED, shots=False)),
    say(
        "W507",
        "People beside pictures of things and places",
        "the approved patterns carry the people alone; further pictures are legal for the vendor within the limit of seven",
        cites="guide F3.3, contract R26",
        alternatives=("describe the place in setting and leave the references out",),
    )(Cell(OMNI, ALIKE, references=True, shots=False)),
    say(
        "W508",
        "Pictures beside a clip that is continued",
        "the clip to continue from already shows the scene; pictures beside it are legal for the vendor within the limit of four",
        cites="guide E, contract R27",
        alternatives=("continue from the clip alone (E)",),
    )(
        Cell(OMNI, NOBODY, clip=("continued",), references=True, speech=False, shots=False),
        Cell(OMNI, NOBODY, OPENED, ("continued",), speech=False, shots=False),
    ),
    say(
        "W509",
        "People beside a clip that is continued",
        "the clip to continue from already shows its people; grounding them again is legal for the vendor, up to four",
        cites="guide E, contract R27, contract R29",
        alternatives=(
            "continue from the clip alone, with cast [] (E)",
            "start anew from elements, without the clip (F)",
        ),
    )(Cell(OMNI, ALIKE, ("none", *OPENED), ("continued",), speech=False, shots=False)),
    say(
        "W510",
        "People or pictures beside a clip that is edited",
        "the guide's edit form carries the clip alone; people and pictures beside it are legal for the vendor, up to four",
        cites="guide V.1, contract R27, contract R29",
        alternatives=("edit the clip alone, with cast [] and no references (E-base)",),
    )(
        Cell(OMNI, NOBODY, clip=("edited",), references=True, speech=False, shots=False),
        Cell(OMNI, ALIKE, clip=("edited",), speech=False, shots=False),
    ),
    say(
        "W511",
        "Several shots on a clip that is continued",
        "the vendor takes it with the shots told in the prompt, where their lengths are a wish; the guide continues in one shot",
        cites="contract R21, contract D8, guide E",
        alternatives=("continue in one shot (E)", "tell the shots without the clip (D)"),
    )(Cell(OMNI, ANYBODY, ("none", *OPENED), ("continued",), speech=False, shots=True)),
    say(
        "W512",
        "Several shots with pictures",
        "frames and reference pictures beside several shots are legal for the vendor and in no approved pattern",
        cites="contract D7, guide D",
        alternatives=("tell the shots in words alone (D)", "one shot from the opening picture (A)"),
    )(
        Cell(OMNI, NOBODY, references=True, speech=False, shots=True),
        Cell(OMNI, NOBODY, OPENED, speech=False, shots=True),
    ),
    say(
        "W513",
        "Several shots with people of their own",
        "people beside several shots are legal for the vendor; the guide's several shots carry words alone",
        cites="guide D, contract section 2",
        alternatives=(
            "one clip per shot with the same people (F, F2, A2)",
            "tell the shots with cast [] (D)",
        ),
    )(Cell(OMNI, ALIKE, ("none", *OPENED), shots=True)),
    say(
        "W514",
        "Several shots by text2video",
        "text2video takes several shots too; the guide's several shots go by omni",
        cites="guide D, contract section 3",
        alternatives=("leave route unnamed: omni (D)",),
        endpoint="text2video",
    )(Cell(("text2video",), NOBODY, references=False, speech=False, shots=True)),
    say(
        "W515",
        "Several shots by image2video",
        "image2video takes several shots too; the guide's several shots go by omni",
        cites="guide D, contract section 4",
        alternatives=("one shot by image2video (C)", "the shots by omni, without the picture (D)"),
        endpoint="image2video",
    )(Cell(("image2video",), NOBODY, OPENED, references=False, speech=False, shots=True)),
    say(
        "W516",
        "Elements beside the picture of image2video",
        "up to three elements are legal there; the guide's image2video carries the picture alone",
        cites="guide C, contract R33",
        alternatives=(
            "the picture alone, with cast [] (C)",
            "leave route and opening unnamed: elements go by omni (F)",
        ),
        endpoint="image2video",
    )(Cell(("image2video",), BY_ELEMENT, OPENED, references=False, speech=False)),
)

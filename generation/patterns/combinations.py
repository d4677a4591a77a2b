"""The published table: for every combination that can be asked, exactly one answer.

An answer is an approved pattern of the guide, a combination that is legal for the vendor and needs the caller's written reason
(W), or a refusal that names the alternatives (E). The cells of a row are alternatives. No combination lies in two rows or in
none, so the order of the rows decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from generation.patterns.a2_two_from_pictures import A2
from generation.patterns.a_opening_frame import A
from generation.patterns.e_continuation import E
from generation.patterns.f2_conversation import F2
from generation.patterns.f_elements import F
from generation.patterns.ingredients import PEOPLE, Ingredients
from generation.patterns.pattern import Pattern
from generation.patterns.text import TEXT2VIDEO

PATTERNS: Final[tuple[Pattern, ...]] = (TEXT2VIDEO, A, A2, E, F, F2)

OMNI: Final = ("auto", "omni")
NOBODY: Final = ("nobody",)
BY_IMAGE: Final = tuple(people for people in PEOPLE if people.endswith("image"))
BY_ELEMENT: Final = tuple(people for people in PEOPLE if people.endswith("element"))
ALIKE: Final = BY_IMAGE + BY_ELEMENT
SOME: Final = ("opening", "references", "both")
ANY: Final = ("none", *SOME)


@dataclass(frozen=True, slots=True)
class Cell:
    """A block of combinations. `speech` and `continued` left open stand for both."""

    route: tuple[str, ...]
    people: tuple[str, ...]
    pictures: tuple[str, ...]
    speech: bool | None = None
    continued: bool | None = None

    def holds(self, asked: Ingredients) -> bool:
        return (
            asked.route in self.route
            and asked.people in self.people
            and asked.pictures in self.pictures
            and self.speech in (None, asked.speech)
            and self.continued in (None, asked.continued)
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One answer. Approved rows name their pattern; the others have a finding's id, a reason and the alternatives."""

    id: str
    title: str
    reason: str
    cites: tuple[str, ...]
    cells: tuple[Cell, ...]
    pattern: Pattern | None = None
    alternatives: tuple[str, ...] = field(default=())

    @property
    def refused(self) -> bool:
        return self.pattern is None and self.id.startswith("E")


def _approved(pattern: Pattern, *cells: Cell) -> Row:
    return Row(pattern.name, pattern.title, pattern.when, pattern.cites, cells, pattern)


def _say(
    id: str, title: str, reason: str, *, cites: str, alternatives: tuple[str, ...]
) -> Callable[..., Row]:
    sources = tuple(part.strip() for part in cites.split(","))
    return lambda *cells: Row(id, title, reason, sources, cells, None, alternatives)


TABLE: Final[tuple[Row, ...]] = (
    _approved(TEXT2VIDEO, Cell(("auto", "text2video"), NOBODY, ("none",), speech=False, continued=False)),
    _approved(A, Cell(OMNI, NOBODY, ("opening",), speech=False, continued=False)),
    _approved(A2, Cell(OMNI, ("two by image",), ("none",), continued=False)),
    _approved(E, Cell(OMNI, NOBODY, ("none",), speech=False, continued=True)),
    _approved(F, Cell(OMNI, BY_ELEMENT, ("none",), speech=False, continued=False)),
    _approved(F2, Cell(OMNI, ("two by element",), ("none",), speech=True, continued=False)),
    _say(
        "W501",
        "Text alone by omni",
        "text alone is verified on text2video; omni takes it too, at another model",
        cites="guide 1.16, contract section 2",
        alternatives=("leave route unnamed: text2video",),
    )(Cell(("omni",), NOBODY, ("none",), speech=False, continued=False)),
    _say(
        "W502",
        "Voices over an opening picture",
        "the prompt gives voices to people who are only in the opening picture, so no voice is bound to a face",
        cites="guide F3.3, contract R35",
        alternatives=(
            "cast the speakers from elements, without the opening picture (F2)",
            "open on the picture in silence (A)",
        ),
    )(Cell(OMNI, NOBODY, ("opening", "both"), speech=True, continued=False)),
    _say(
        "W503",
        "Pictures of things and places without a cast",
        "reference pictures without people are legal for the vendor and in no approved pattern",
        cites="contract section 2, guide A",
        alternatives=("make one of the pictures the opening (A)",),
    )(Cell(OMNI, NOBODY, ("references", "both"), speech=False, continued=False)),
    _say(
        "W504",
        "One person, or more than two, from pictures",
        "people from pictures are approved in twos (A2); other counts are legal for the vendor",
        cites="guide A2, contract R26",
        alternatives=("adopt elements for them (F, or F2 for two who talk)", "cast two people (A2)"),
    )(Cell(OMNI, ("one by image", "more by image"), ("none",), continued=False)),
    _say(
        "W505",
        "Speech of one, or of more than two, from elements",
        "speech from elements is approved for two people (F2); other counts are legal for the vendor",
        cites="guide F2, guide F3",
        alternatives=("cast the two who talk (F2)", "leave the dialogue out (F)"),
    )(Cell(OMNI, ("one by element", "more by element"), ("none",), speech=True, continued=False)),
    _say(
        "W506",
        "People beside an opening picture",
        "an opening picture with people of their own beside it is legal for the vendor; it can over-anchor the first moments",
        cites="guide A2.7, contract R28",
        alternatives=(
            "send the opening picture alone, with cast [] (A)",
            "leave the opening out (F, F2, A2)",
        ),
    )(Cell(OMNI, ALIKE, ("opening", "both"), continued=False)),
    _say(
        "W507",
        "People beside pictures of things and places",
        "the approved patterns carry the people alone; further pictures are legal for the vendor within the limit of seven",
        cites="guide F3.3, contract R26",
        alternatives=("describe the place in setting and leave the references out",),
    )(Cell(OMNI, ALIKE, ("references",), continued=False)),
    _say(
        "W508",
        "Pictures beside a clip that is continued",
        "the clip to continue from already shows the scene; pictures beside it are legal for the vendor within the limit of four",
        cites="guide E, contract R27",
        alternatives=("continue from the clip alone (E)",),
    )(Cell(OMNI, NOBODY, SOME, speech=False, continued=True)),
    _say(
        "W509",
        "People beside a clip that is continued",
        "the clip to continue from already shows its people; grounding them again is legal for the vendor, up to four",
        cites="guide E, contract R27, contract R29",
        alternatives=(
            "continue from the clip alone, with cast [] (E)",
            "start anew from elements, without the clip (F)",
        ),
    )(Cell(OMNI, ALIKE, ANY, speech=False, continued=True)),
    _say(
        "E501",
        "Voices of nobody",
        "the prompt holds voice markers and nobody is cast, so no voice has a face",
        cites="guide F3.3, contract R35",
        alternatives=("cast the speakers (F2, A2)", "tell the speech in the prompt without voice markers"),
    )(Cell(OMNI, NOBODY, ("none", "references"), speech=True, continued=False)),
    _say(
        "E502",
        "Dialogue on a continued clip",
        "beside a reference video sound must be off, so nobody could be heard",
        cites="contract R15, guide E.8",
        alternatives=(
            "continue in silence and drop the dialogue (E)",
            "play the dialogue from elements, without the clip (F2)",
        ),
    )(Cell(OMNI, NOBODY + ALIKE, ANY, speech=True, continued=True)),
    _say(
        "E503",
        "Some people by element, some by picture",
        "the guide approves one kind of grounding for the whole cast, and nothing serves everybody here",
        cites="guide F3.3",
        alternatives=(
            "adopt elements for everybody (F, F2)",
            "assign a reference picture to everybody and ask for images (A2)",
        ),
    )(Cell(OMNI, ("mixed",), ANY)),
    _say(
        "E504",
        "text2video carries words alone",
        "text2video was asked for, and it takes no people, pictures, clips or voices",
        cites="contract R61, contract section 3",
        alternatives=("leave route unnamed: omni carries them",),
    )(
        Cell(("text2video",), (*ALIKE, "mixed"), ANY),
        Cell(("text2video",), NOBODY, ANY, speech=True),
        Cell(("text2video",), NOBODY, SOME, speech=False),
        Cell(("text2video",), NOBODY, ("none",), speech=False, continued=True),
    ),
    _say(
        "E505",
        "image2video is not offered",
        "no pattern of this version travels by image2video",
        cites="guide C",
        alternatives=("leave route unnamed: an opening picture goes by omni (A)",),
    )(Cell(("image2video",), PEOPLE, ANY)),
)


def answer(asked: Ingredients, table: Iterable[Row] = TABLE) -> Row:
    """The one row for a combination. Raises LookupError when the table has a hole or says two things, which a test rules out."""
    rows = [row for row in table if any(cell.holds(asked) for cell in row.cells)]
    if len(rows) != 1:
        raise LookupError(f"{len(rows)} rows for {asked}")
    return rows[0]

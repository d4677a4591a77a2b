"""The published table: for every combination that can be asked, exactly one answer.

An answer is an approved pattern of the guide, a combination that is legal for the vendor and needs the caller's written reason
(W), or a refusal that names the alternatives (E). The cells of a row are alternatives. No combination lies in two rows or in
none, so the order of the rows decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from generation.patterns.a2_two_from_pictures import A2
from generation.patterns.a_opening_frame import A
from generation.patterns.b_opening_and_closing import B
from generation.patterns.c_image_to_video import C
from generation.patterns.cells import BY_ELEMENT, NOBODY, OMNI, OPENED, Cell, Row, plain
from generation.patterns.d_several_shots import D
from generation.patterns.e_base_edit import E_BASE
from generation.patterns.e_continuation import E
from generation.patterns.f2_conversation import F2
from generation.patterns.f_elements import F
from generation.patterns.ingredients import Ingredients
from generation.patterns.legal import LEGAL
from generation.patterns.pattern import Pattern
from generation.patterns.refusals import REFUSED
from generation.patterns.text import TEXT2VIDEO

PATTERNS: Final[tuple[Pattern, ...]] = (TEXT2VIDEO, A, A2, B, C, D, E, E_BASE, F, F2)


def _approved(pattern: Pattern, *cells: Cell) -> Row:
    return Row(pattern.name, pattern.title, pattern.when, pattern.cites, cells, pattern, (), pattern.endpoint)


APPROVED: Final[tuple[Row, ...]] = (
    _approved(TEXT2VIDEO, plain(("auto", "text2video"), NOBODY)),
    _approved(A, plain(OMNI, NOBODY, frames=("opening",))),
    _approved(A2, Cell(OMNI, ("two by image",), references=False, shots=False)),
    _approved(B, plain(OMNI, NOBODY, frames=("both",))),
    _approved(C, plain(("image2video",), NOBODY, frames=OPENED)),
    _approved(D, Cell(OMNI, NOBODY, references=False, speech=False, shots=True)),
    _approved(E, plain(OMNI, NOBODY, clip=("continued",))),
    _approved(E_BASE, plain(OMNI, NOBODY, clip=("edited",))),
    _approved(F, plain(OMNI, BY_ELEMENT)),
    _approved(F2, Cell(OMNI, ("two by element",), references=False, speech=True, shots=False)),
)

TABLE: Final[tuple[Row, ...]] = (*APPROVED, *LEGAL, *REFUSED)


def answer(asked: Ingredients, table: Iterable[Row] = TABLE) -> Row:
    """The one row for a combination. Raises LookupError when the table has a hole or says two things, which a test rules out."""
    rows = [row for row in table if any(cell.holds(asked) for cell in row.cells)]
    if len(rows) != 1:
        raise LookupError(f"{len(rows)} rows for {asked}")
    return rows[0]

"""Whose consent holds, whose ends soon, who took it back or goes, and what is left to decide of them? Many people at once.

It is read from what likenesses, clips, elements and voices keep; the card of one person (`likenesses`) has the whole of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, Select, select

from registry.views.characters import CHARACTERS
from registry.views.followups import to_retire, undecided
from registry.views.likenesses import CONSENTS, LIKENESSES, ConsentCard, consent_card, consents_of
from registry.views.page import FIRST, Card, Page, Span, rows_page

Standing = Literal["valid", "not_begun", "over", "revoked", "none"]
"""How a person's consents stand together: the first of these that any of them is in, `none` where there is no consent."""
_ORDER: Final[tuple[Standing, ...]] = ("valid", "not_begun", "over", "revoked")
MOST_ENDING: Final = 100


class PersonCard(Card):
    """A real person in a few words. `ends_at` is when the last consent that holds now ends; None where none does, or for no end.

    `clips` are those that nobody has decided about, `bindings` the elements and voices to be retired: both 0 before a consent was
    taken back.
    """

    id: str
    name: str
    minor: bool
    erasing: bool
    erased: bool
    revoked: bool
    registered_at: int
    standing: Standing
    ends_at: int | None
    characters: tuple[str, ...]
    clips: int = 0
    bindings: int = 0


class EndingConsent(Card):
    """A consent that holds now and ends soon."""

    id: str
    likeness: str
    name: str
    ends_at: int


def people(
    connection: Connection, log: str, *, now: int, ended: bool = False, span: Span = FIRST
) -> Page[PersonCard]:
    """Real people in order of registration; with `ended` those alone who took a consent back or are to be erased."""
    query = select(LIKENESSES).where(LIKENESSES.c.log == log)
    if ended:
        query = query.where(LIKENESSES.c.revoked | LIKENESSES.c.erasing)
    rows, cursor = rows_page(connection, query, LIKENESSES, span)
    ids = [row.likeness for row in rows]
    consents, characters = consents_of(connection, log, ids, now=now), _characters(connection, log, ids)
    gone = [row.likeness for row in rows if row.revoked or row.erasing]
    clips, bindings = undecided(connection, log, gone), to_retire(connection, log, gone)
    items = tuple(
        PersonCard(
            **_facts(row),
            **_together(consents[row.likeness]),
            characters=characters[row.likeness],
            clips=clips[row.likeness],
            bindings=bindings[row.likeness],
        )
        for row in rows
    )
    return Page[PersonCard](items=items, next=cursor)


def ending(connection: Connection, log: str, *, now: int, until: int) -> tuple[EndingConsent, ...]:
    """Consents that hold `now` and end before `until` (microseconds), the next to end first; a hundred at most."""
    here = (LIKENESSES.c.log == CONSENTS.c.log) & (LIKENESSES.c.likeness == CONSENTS.c.likeness)
    query: Select[Any] = (
        select(*CONSENTS.c, LIKENESSES.c.name)
        .join(LIKENESSES, here)
        .where(CONSENTS.c.log == log, CONSENTS.c.ends_at > now, CONSENTS.c.ends_at < until)
        .where(CONSENTS.c.revoked_at.is_(None), ~LIKENESSES.c.erasing)
        .order_by(CONSENTS.c.ends_at, CONSENTS.c.consent)
        .limit(MOST_ENDING)
    )
    return tuple(
        EndingConsent(id=row.consent, likeness=row.likeness, name=row.name, ends_at=row.ends_at)
        for row in connection.execute(query)
        if consent_card(row, now).state == "valid"
    )


def _facts(row: Row[Any]) -> dict[str, Any]:
    names = ("name", "minor", "erasing", "erased", "revoked", "registered_at")
    return {"id": row.likeness, **{name: row._mapping[name] for name in names}}


def _together(consents: Sequence[ConsentCard]) -> dict[str, Any]:
    states = {one.state for one in consents}
    standing = next((state for state in _ORDER if state in states), "none")
    ends = [one.ends_at for one in consents if one.state == "valid"]
    last = max((end for end in ends if end is not None), default=None) if None not in ends else None
    return {"standing": standing, "ends_at": last}


def _characters(connection: Connection, log: str, people: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The characters that each of them is behind now, in order of introduction."""
    query = select(CHARACTERS.c.likeness, CHARACTERS.c.character).where(
        CHARACTERS.c.log == log, CHARACTERS.c.likeness.in_(people)
    )
    found: dict[str, tuple[str, ...]] = dict.fromkeys(people, ())
    for row in connection.execute(query.order_by(CHARACTERS.c.position)):
        found[row.likeness] += (row.character,)
    return found

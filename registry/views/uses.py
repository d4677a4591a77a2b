"""Where is this used: an asset, a look, an element, a voice, a likeness, a consent, a character?

A use is a row from the event that says so: where it stands (production, scene, shot, generation, clip) and by what it is carried
(character, element, voice). What ended keeps its row, with the position of the end. Rows hold ids alone, so they stay when what
they name is erased.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import BigInteger, Connection, Index, select
from sqlmodel import Field

from registry.log.declaring import Declared
from registry.views.page import FIRST, Card, Page, Span, rows_page

How = Literal[
    "reference",  # the asset stands for the character
    "made-into",  # the element or voice was made from the asset
    "depicted-by",  # the element shows the character
    "speaks-in",  # the element was made with the voice
    "reminted-as",  # the element or voice takes the place of this one
    "has-voice",  # the voice is the character's
    "bound",  # the character speaks with the voice
    "linked",  # the character shows the person
    "cast",
    "pinned",
    "shot",  # a planned shot speaks of the character
    "planned",  # a generation that has not ended is to stand on it
    "used",  # a generation that ended stood on it, or a clip that was adopted shows it
]


class UseRow(Declared):
    """A use of a `thing`; `thing_look` names the look of a character, empty for the character itself."""

    __tablename__ = "view_uses"
    __table_args__ = (
        Index("uses_by_element", "log", "element", "how"),
        Index("uses_by_voice", "log", "voice", "how"),
        Index("uses_by_character", "log", "character", "how"),
        Index("uses_by_generation", "log", "generation", "how"),
    )

    log: str = Field(primary_key=True)
    thing: str = Field(primary_key=True)
    thing_look: str = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_type=BigInteger)
    how: str
    detail: str
    production: str | None
    scene: str | None
    shot: str | None
    generation: str | None
    clip: str | None
    character: str | None
    look: str | None
    element: str | None
    voice: str | None
    via: str | None
    ended: int | None = Field(default=None, sa_type=BigInteger)


USES = UseRow.__table__


class UseCard(Card):
    """One use, said by the event at `position`. `detail` is the reference's role, the pin's version, or how the request ended.

    `via` is the element or character that carried it there; `ended` is where in the log the use came to its end, None while it
    lasts. A `clip` is None where none was made.
    """

    position: int
    how: How
    detail: str
    production: str | None
    scene: str | None
    shot: str | None
    generation: str | None
    clip: str | None
    character: str | None
    look: str | None
    element: str | None
    voice: str | None
    via: str | None
    ended: int | None


def uses(
    connection: Connection,
    log: str,
    thing: str,
    *,
    look: str | None = None,
    span: Span = FIRST,
) -> Page[UseCard]:
    """The uses of a thing, or of a character in a look, in order; empty for what is unknown."""
    query = select(USES).where(USES.c.log == log, USES.c.thing == thing, USES.c.thing_look == (look or ""))
    rows, cursor = rows_page(connection, query, USES, span)
    return Page(items=tuple(_card(row._mapping) for row in rows), next=cursor)


def lasting(connection: Connection, log: str, things: Sequence[str]) -> dict[str, tuple[UseCard, ...]]:
    """The uses of several things that last: what was made is no longer among them."""
    query = select(USES).where(
        USES.c.log == log,
        USES.c.thing.in_(list(things)),
        USES.c.thing_look == "",
        USES.c.ended.is_(None),
        USES.c.how != "used",
    )
    found: dict[str, list[UseCard]] = {thing: [] for thing in things}
    for row in connection.execute(query.order_by(USES.c.position)):
        found[row.thing].append(_card(row._mapping))
    return {thing: tuple(cards) for thing, cards in found.items()}


def whose(connection: Connection, log: str, binding: str) -> tuple[str, ...]:
    """The character that an element shows or a voice is of; empty for what is neither."""
    query = select(USES.c.thing).where(
        USES.c.log == log,
        (USES.c.element == binding) & (USES.c.how == "depicted-by")
        | (USES.c.voice == binding) & (USES.c.how == "has-voice"),
        USES.c.thing_look == "",
    )
    return tuple(connection.execute(query.order_by(USES.c.position)).scalars())


def recordings_of(connection: Connection, log: str, voices: Sequence[str]) -> dict[str, str]:
    """Voice -> the asset or clip of ours that it was made from, where it was made from one."""
    query = select(USES.c.voice, USES.c.thing).where(
        USES.c.log == log, USES.c.voice.in_(list(voices)), USES.c.how == "made-into"
    )
    return {row.voice: row.thing for row in connection.execute(query)}


def clips_with(connection: Connection, log: str, thing: str, look: str | None = None) -> tuple[str, ...]:
    """The clips that stood on a thing, in order."""
    query = select(USES.c.clip).where(
        USES.c.log == log, USES.c.thing == thing, USES.c.thing_look == (look or ""), USES.c.clip.is_not(None)
    )
    return tuple(connection.execute(query.order_by(USES.c.position)).scalars())


def _card(row: object) -> UseCard:
    values = dict(row)  # type: ignore[call-overload]
    for name in ("log", "thing", "thing_look"):
        values.pop(name)
    return UseCard(**values)

"""What is left to do once a person took consent back: elements and voices to retire, clips to review."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import BigInteger, Connection, Index, Select, Subquery, func, select, union
from sqlmodel import Field

from registry.events.clip import ClipAdopted
from registry.events.envelope import Recorded
from registry.events.references import CastMember
from registry.events.scene import ContinuityRecorded
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.characters import CHARACTERS
from registry.views.clips import CLIPS, KEPT
from registry.views.elements import ELEMENTS
from registry.views.page import Card
from registry.views.rows import add_new
from registry.views.voices import voices_of


class AppearanceRow(Declared):
    """Somebody who is in a clip, by its record or as was attested; `likeness` was behind them by then, or is empty.

    Of a real person whom no character shows both are the likeness.
    """

    __tablename__ = "view_appearances"
    __table_args__ = (
        Index("appearances_by_likeness", "log", "likeness", "position"),
        Index("appearances_by_character", "log", "character", "position"),
    )

    log: str = Field(primary_key=True)
    clip: str = Field(primary_key=True)
    character: str = Field(primary_key=True)
    likeness: str
    position: int = Field(sa_type=BigInteger)


APPEARANCES = AppearanceRow.__table__


class ToRetire(Card):
    """A live element or voice, and where it is retired."""

    id: str
    character: str
    retire: str


class ToReview(Card):
    """A clip with the person in it that nobody has decided about, and where that is done."""

    clip: str
    decide: str


class FollowUps(Card):
    """What is left to do; all empty before a consent was taken back, and when everything is done."""

    elements: tuple[ToRetire, ...] = ()
    voices: tuple[ToRetire, ...] = ()
    clips: tuple[ToReview, ...] = ()


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    """Somebody is in a clip once, however often that is recorded."""
    rows: list[dict[str, Any]] = []
    for recorded in events:
        match recorded.event:
            case ContinuityRecorded(clip=str() as clip) as event:
                rows += [_appears(recorded, clip, member) for member in event.cast]
            case ClipAdopted() as event:
                rows += [_appears(recorded, recorded.stream, member) for member in event.cast]
                rows += [_is_seen(recorded, likeness) for likeness in event.likenesses]
    add_new(connection, APPEARANCES, rows)


def _appears(recorded: Recorded, clip: str, member: CastMember) -> dict[str, Any]:
    here = {"log": recorded.log, "clip": clip, "character": member.character}
    return {**here, "position": recorded.position, "likeness": member.likeness or ""}


def _is_seen(recorded: Recorded, likeness: str) -> dict[str, Any]:
    here = {"log": recorded.log, "clip": recorded.stream, "character": likeness}
    return {**here, "position": recorded.position, "likeness": likeness}


PROJECTION = Projection(
    "followups", (APPEARANCES,), frozenset({ContinuityRecorded.NAME, ClipAdopted.NAME}), _project
)


def follow_ups_of(
    connection: Connection, log: str, characters: Mapping[str, Collection[str]]
) -> dict[str, FollowUps]:
    """What is left to do about each of these likenesses and the `characters` it is behind."""
    if not characters:
        return {}
    behind = {one: likeness for likeness, linked in characters.items() for one in linked}
    elements = _to_retire(behind, _live_elements(connection, log, behind), "elements")
    voices = _to_retire(behind, _live_voices(connection, log, behind), "voices")
    clips = _to_review(connection, log, characters)
    return {
        one: FollowUps(elements=tuple(elements[one]), voices=tuple(voices[one]), clips=tuple(clips[one]))
        for one in characters
    }


def _to_retire(
    behind: Mapping[str, str], live: Iterable[tuple[str, str]], kind: str
) -> defaultdict[str, list[ToRetire]]:
    found: defaultdict[str, list[ToRetire]] = defaultdict(list)
    for id, character in live:
        found[behind[character]].append(
            ToRetire(id=id, character=character, retire=f"/v1/{kind}/{id}/retire")
        )
    return found


def _to_review(
    connection: Connection, log: str, likenesses: Collection[str]
) -> defaultdict[str, list[ToReview]]:
    """Clips that nobody has decided about, oldest first."""
    carried = _carried(log, likenesses)
    query = _open(select(carried.c.likeness, carried.c.clip), carried, log).order_by(CLIPS.c.position)
    found: defaultdict[str, list[ToReview]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.likeness].append(ToReview(clip=row.clip, decide=f"/v1/clips/{row.clip}/decide"))
    return found


def _live_elements(
    connection: Connection, log: str, characters: Collection[str]
) -> Iterator[tuple[str, str]]:
    """The elements of these characters that are to be retired, and whose they are."""
    query = select(ELEMENTS.c.element, ELEMENTS.c.character).where(
        ELEMENTS.c.log == log, ELEMENTS.c.character.in_(characters), ~ELEMENTS.c.retired, ~ELEMENTS.c.deleted
    )
    kept = query.where(func.coalesce(ELEMENTS.c.outcome, "delivered") == "delivered")
    yield from (
        (row.element, row.character) for row in connection.execute(kept.order_by(ELEMENTS.c.position))
    )


def _live_voices(connection: Connection, log: str, characters: Collection[str]) -> Iterator[tuple[str, str]]:
    """The same of their voices."""
    for card in voices_of(connection, log, characters):
        if card.state not in ("retired", "deleted", "failed"):
            yield card.id, card.character


def to_retire(connection: Connection, log: str, likenesses: Collection[str]) -> Counter[str]:
    """How many elements and voices are to be retired, of each of these people."""
    query = select(CHARACTERS.c.character, CHARACTERS.c.likeness).where(
        CHARACTERS.c.log == log, CHARACTERS.c.likeness.in_(likenesses)
    )
    behind = {row.character: row.likeness for row in connection.execute(query)}
    live = chain(_live_elements(connection, log, behind), _live_voices(connection, log, behind))
    return Counter(behind[character] for _, character in live)


def undecided(connection: Connection, log: str, likenesses: Collection[str]) -> Counter[str]:
    """How many clips nobody has decided about, of each of these people."""
    carried = _carried(log, likenesses)
    query = _open(select(carried.c.likeness, func.count()), carried, log).group_by(carried.c.likeness)
    return Counter({row[0]: row[1] for row in connection.execute(query)})


def _carried(log: str, likenesses: Collection[str]) -> Subquery:
    """Which clips carry each of these people, by then or by a link made since."""
    then = select(APPEARANCES.c.clip, APPEARANCES.c.likeness).where(
        APPEARANCES.c.log == log, APPEARANCES.c.likeness.in_(likenesses)
    )
    linked = (CHARACTERS.c.log == APPEARANCES.c.log) & (CHARACTERS.c.character == APPEARANCES.c.character)
    since = (
        select(APPEARANCES.c.clip, CHARACTERS.c.likeness)
        .join(CHARACTERS, linked)
        .where(APPEARANCES.c.log == log, CHARACTERS.c.likeness.in_(likenesses))
    )
    return union(then, since).subquery()


def _open(query: Select[Any], carried: Subquery, log: str) -> Select[Any]:
    """Narrowed to clips that are there and about which nobody has decided for the person."""
    kept = (KEPT.c.log == log) & (KEPT.c.clip == carried.c.clip) & (KEPT.c.likeness == carried.c.likeness)
    return (
        query.join(CLIPS, (CLIPS.c.log == log) & (CLIPS.c.clip == carried.c.clip))
        .outerjoin(KEPT, kept)
        .where(~CLIPS.c.withdrawn, KEPT.c.clip.is_(None))
    )

"""The lineage of anything as pages show it: drawn both ways, listed beside it, as of any position at which it changed.

Bounded however much there is: a walk looks at so many steps each way, a drawing shows so many boxes, a list so many lines; what
is left is counted, and listed in pages of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final
from urllib.parse import urlencode

from litestar.params import QueryParameter

from api.reporting.drawing import Drawing, draw
from registry.log.feed import raw
from registry.registry import Connection
from registry.views.assets import find_assets
from registry.views.characters import find_characters
from registry.views.clips import scenes_of
from registry.views.kinds import character_of, kind_of
from registry.views.lineage import Asked, Lineage, Thing, Walk, lineage
from registry.views.naming import names_of
from registry.views.steps import Direction

STEPS: Final = 4
"""How far a page looks, unless one asks otherwise."""
MOST_STEPS: Final = 10
LISTED: Final = 50
"""Lines of a list on the page itself, each way."""
_MOST_EDGES: Final = 1_000
_WAYS: Final[tuple[Direction, Direction]] = ("ancestors", "descendants")
Depth = Annotated[int, QueryParameter(ge=1, le=MOST_STEPS, description="How many steps each way.")]
AsOf = Annotated[
    int | None,
    QueryParameter(name="as_of", ge=1, le=2**63 - 1, description="As of this position of the log."),
]
At = Annotated[
    int | None, QueryParameter(ge=0, le=1_000_000, description="Which of the changes, as the slider counts.")
]


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody looks at a lineage: how far, and as of when. `at` is where the slider was left, 0 for the first change."""

    depth: int = STEPS
    as_of: int | None = None
    at: int | None = None


async def provide_look(depth: Depth = STEPS, *, as_of: AsOf = None, at: At = None) -> Look:
    """How somebody looks, by the address of a page."""
    return Look(depth, as_of, at)


@dataclass(frozen=True, slots=True)
class Seen:
    """A thing as its box shows it: what it is called, which picture stands for it, what became of it by then."""

    name: str
    asset: str | None = None
    filmed: bool = False
    state: str = ""


@dataclass(frozen=True, slots=True)
class Traced:
    """The lineage of `thing`. `moments` are the positions at which it changed, `at` which of them is shown, `at_us` its time.

    `as_of` is None where all that was ever said is shown, also what holds no more; `more` says that there are steps beyond those
    looked at.
    """

    thing: Thing
    look: Look
    drawing: Drawing
    seen: Mapping[str, Seen]
    before: Lineage
    after: Lineage
    moments: tuple[int, ...]
    at: int
    at_us: int
    more: bool

    @property
    def as_of(self) -> int | None:
        return self.look.as_of

    @property
    def names(self) -> dict[str, str]:
        """What people call the things that are drawn or listed."""
        return {one: seen.name for one, seen in self.seen.items()}

    def called(self, thing: str) -> str:
        """What people call a thing of it."""
        return self.seen[thing].name if thing in self.seen else kind_of(thing)


def traced(connection: Connection, log: str, start: str, look: Look) -> Traced:
    """Raises NotFound, also for what was not there yet as of then, and InvalidCommand for what has not come yet."""
    walk = Walk.begun(connection, log, start, Asked(depth=1))
    thing = walk.thing.id
    ever = [_walked(connection, log, thing, way, look.depth, None) for way in _WAYS]
    moments = _moments(walk.node.number, ever)
    look = _settled(look, moments)
    before, after = ever
    if look.as_of is not None:
        before, after = (_walked(connection, log, thing, way, look.depth, look.as_of) for way in _WAYS)
    drawing = draw(thing, before.edges, {}, after.edges)
    lists = [_first(one) for one in (before, after)]
    ends = {end for one in lists for edge in one.edges for end in (edge.made, edge.source)}
    things = {one.id: one for one in (*before.things, *after.things)}
    shown = [things[one] for one in dict.fromkeys([*(box.id for box in drawing.boxes), *ends])]
    at = _index(moments, look.as_of)
    [row] = raw.at(connection, log, [moments[at]])
    return Traced(
        thing=before.things[0],
        look=look,
        drawing=drawing,
        seen=_seen(connection, log, shown),
        before=lists[0],
        after=lists[1],
        moments=moments,
        at=at,
        at_us=row["recorded_at"],
        more=any(one.next is not None for one in (*ever, before, after)),
    )


def listed(  # noqa: PLR0913 - where a page of a walk begins
    connection: Connection,
    log: str,
    start: str,
    way: Direction,
    look: Look,
    *,
    after: int,
    through: int | None,
) -> tuple[Lineage, dict[str, str]]:
    """A page of the steps of one way, of the log up to `through`, and what the things in it are called.

    Raises NotFound and InvalidCommand.
    """
    pinned = through if look.as_of is None else None
    page = lineage(
        connection,
        log,
        start,
        Asked(way, MOST_STEPS, as_of=look.as_of, through=pinned),
        after=after,
        limit=2 * LISTED,
    )
    return page, _called(connection, log, [one.id for one in page.things])


def address(place: str, look: Look, **said: object) -> str:
    """The address of a page that looks so."""
    query = {"depth": look.depth, "as_of": look.as_of, **said}
    words = {name: value for name, value in query.items() if value is not None}
    return f"{place}?{urlencode(words)}"


def _first(page: Lineage) -> Lineage:
    """The first lines of it; where some are left out, `next` goes on after them."""
    if len(page.edges) <= LISTED:
        return page
    return page.model_copy(update={"edges": page.edges[:LISTED], "next": LISTED})


def _walked(
    connection: Connection, log: str, thing: str, way: Direction, depth: int, as_of: int | None
) -> Lineage:
    return lineage(connection, log, thing, Asked(way, depth, as_of=as_of), limit=_MOST_EDGES)


def _moments(begun: int, walks: Iterable[Lineage]) -> tuple[int, ...]:
    """Where in the log it changed, from the thing's own beginning on: a step was said, or ended, or a thing retired or erased."""
    found = {begun}
    for walk in walks:
        found |= {place for edge in walk.edges for place in (edge.position, edge.until) if place is not None}
        found |= {place for one in walk.things for place in (one.retired, one.erased) if place is not None}
    return tuple(sorted(place for place in found if place >= begun))


def _settled(look: Look, moments: Sequence[int]) -> Look:
    """With the position where the slider was left; at its end everything is shown."""
    if look.at is None:
        return look
    last = look.at >= len(moments) - 1
    return replace(look, as_of=None if last else moments[look.at], at=None)


def _index(moments: Sequence[int], as_of: int | None) -> int:
    if as_of is None:
        return len(moments) - 1
    return max(0, sum(place <= as_of for place in moments) - 1)


def _seen(connection: Connection, log: str, things: Sequence[Thing]) -> dict[str, Seen]:
    """All of them at once: a question for each kind, and none for each thing."""
    ids = [one.id for one in things]
    names = _called(connection, log, ids)
    pictures = _pictures(connection, log, ids)
    return {
        one.id: Seen(
            name=names[one.id],
            asset=None if one.erased else pictures.get(one.id),
            filmed=one.kind == "clip" and not one.erased,
            state=_state(one),
        )
        for one in things
    }


def _called(connection: Connection, log: str, ids: Sequence[str]) -> dict[str, str]:
    """A clip is called by its scene; what has no name, by its kind."""
    clips = [one for one in ids if kind_of(one) == "clip"]
    scenes = scenes_of(connection, log, clips) if clips else {}
    names = names_of(connection, log, {*ids, *scenes.values()})
    takes = {clip: f"Clip, {names[scene]}" for clip, scene in scenes.items() if scene in names}
    return {one: takes.get(one) or names.get(one) or kind_of(one).capitalize() for one in ids}


def _pictures(connection: Connection, log: str, ids: Sequence[str]) -> dict[str, str]:
    """The picture of a picture is itself; of a character, and of its looks, what it is known by."""
    assets = [one for one in ids if kind_of(one) == "asset"]
    found = find_assets(connection, log, assets) if assets else {}
    pictures = {
        one: one for one, card in found.items() if card.kind == "picture" and card.rendition is not None
    }
    people = {character_of(one) for one in ids if kind_of(character_of(one)) == "character"}
    faces = dict(_faces(connection, log, people)) if people else {}
    return pictures | {one: faces[character_of(one)] for one in ids if character_of(one) in faces}


def _faces(connection: Connection, log: str, people: Iterable[str]) -> Iterator[tuple[str, str]]:
    for card in find_characters(connection, log, people):
        if card.references and not card.erased:
            yield card.id, card.references[0].asset


def _state(thing: Thing) -> str:
    if thing.erased is not None:
        return "erased"
    if thing.retired is not None:
        return "withdrawn" if thing.kind == "clip" else "retired"
    return ""

"""Lineage: each step with its evidence, its event and its end; what can be asked, and that the answer stays the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text

from registry.errors import InvalidCommand, NotFound
from registry.events.ids import is_id
from registry.log.engine.database import open_database
from registry.log.engine.migrate import migrate, scripts
from registry.views import steps
from registry.views.kinds import KINDS, kind_of, look_id
from registry.views.lineage import Asked, Edge, Lineage, Walk, lineage
from tests.registry.events.golden import an_id
from tests.registry.log.opened import ME, START, STUDIO, Clock, Opened, opened
from tests.registry.log.story import (
    ACCOUNT,
    CAFE,
    CLIP,
    ELEMENT,
    FACE,
    JUN,
    MINA,
    NEXT,
    PAID,
    SCENE,
    SHOW,
    tell,
)
from tests.registry.views.bound import COAT, FIRST, PERSON, SECOND, VOICE
from tests.registry.views.woven import CHANGED, MINTED, NEW_CAFE, SENT, SPARE, STILL, weave

WINTER, SUMMER = look_id(MINA, "winter"), look_id(MINA, "summer")


class Woven:
    """The story with all that lineage knows, told once on each engine; `before` is where nothing had ended yet."""

    def __init__(self, log: Opened) -> None:
        self.log = log
        tell(log)
        self.before = weave(log)

    def ask(self, thing: str, log: str = STUDIO, **asked: Any) -> Lineage:
        with self.log.registry.reading() as connection:
            return lineage(connection, log, thing, **asked)

    def told(self, thing: str, **asked: Any) -> set[tuple[str, str, str]]:
        return {(edge.made, edge.kind, edge.source) for edge in self.ask(thing, **asked).edges}

    def edges(self, made: str, kind: str) -> list[Edge]:
        found = self.ask(made, depth=1, kinds=frozenset({kind})).edges
        return sorted((one for one in found if one.made == made), key=lambda one: one.position)


class Ticking(Clock):
    """A second goes by with every look at it."""

    def __call__(self) -> int:
        self.now += 1_000_000
        return self.now


@pytest.fixture(scope="module", name="woven")
def woven_once(lasting_home: Path) -> Iterator[Woven]:
    with opened(lasting_home, Ticking()) as log:
        yield Woven(log)


def test_every_edge_is_as_the_table_says(woven: Woven) -> None:
    """Each row stands on an event and a grade that the table has for its kind, ends by one it names; and no kind is missing."""
    types = dict(woven.log.raw(f"SELECT position, type FROM events WHERE log = '{STUDIO}'"))  # type: ignore[arg-type]
    ids = dict(woven.log.raw("SELECT node, id FROM view_nodes"))  # type: ignore[arg-type]
    rows = woven.log.raw("SELECT made, source, kind, evidence, position, until FROM view_edges")

    for made, source, kind, evidence, position, until in rows:
        said = KINDS[kind]  # type: ignore[index]
        assert evidence in said.said[types[position]], (kind, types[position])  # type: ignore[index]
        assert until is None or types[until] in said.ended, (kind, types[until])  # type: ignore[index]
        assert kind_of(str(ids[abs(made)])) in said.made.split(", "), (kind, ids[abs(made)])  # type: ignore[arg-type, index]
        assert kind_of(str(ids[source])) in said.source.split(", "), (kind, ids[source])  # type: ignore[index]
    assert {row[2] for row in rows} == set(KINDS)
    assert {kind for kind, said in KINDS.items() if said.ended} == {
        row[2] for row in rows if row[5] is not None
    }


def test_what_ended_stays_with_its_end(woven: Woven) -> None:
    """Taken back and said again are two steps: the first with the position of its end, the second without one."""
    first, again = (
        one for one in woven.edges(MINA, "reference") if (one.source, one.detail) == (FACE, "frontal")
    )
    assert first.until is not None
    assert (first.until < again.position, again.until) == (True, None)
    others = [one for one in woven.edges(MINA, "reference") if one.detail != "frontal"]
    others += [one for one in woven.edges(WINTER, "reference") if one.source == FACE]
    assert {one.detail: one.until for one in others} == {"profile": None, "wardrobe": None}
    assert [one.until is None for one in woven.edges(MINA, "speaks-with")][-2:] == [False, True]
    assert [one.until is None for one in woven.edges(SUMMER, "look-of")] == [False, False]
    assert [one.until is None for one in woven.edges(JUN, "likeness-of")] == [False]
    assert {one.source: one.until is None for one in woven.edges(SCENE, "cast")} == {MINA: True, JUN: False}
    assert [one.source for one in woven.edges(an_id("scene", 9), "continues") if one.until is None] == [
        CHANGED
    ]


def test_what_did_not_come_holds_no_more(woven: Woven) -> None:
    """A mint that failed leaves its recipe on record, ended; the call it was paid with stands."""
    found = [one for one in woven.ask(SPARE, depth=1).edges if one.made == SPARE]
    assert {one.kind for one in found if one.until is None} == {"paid-with"}
    assert {one.kind for one in found} >= {"made-from", "depicts", "wears", "speaks-with", "on-account"}
    assert (MINTED, "on-account", ACCOUNT) in woven.told(SPARE)


def test_as_of_is_how_it_stood(woven: Woven) -> None:
    """As of a position only what was said by then and still held; later ends are not told, nor later retirements."""
    then = woven.ask(CHANGED, as_of=woven.before)
    assert {one.until for one in then.edges} == {None}
    assert max(one.position for one in then.edges) <= woven.before
    assert {one.retired for one in then.things} == {None}
    now = {thing.id: thing for thing in woven.ask(CHANGED).things}
    assert [now[one].retired is not None for one in (CHANGED, STILL, JUN, MINA)] == [True, True, True, False]
    standing = woven.ask(SCENE, as_of=woven.log.registry.feed.head(STUDIO), kinds=frozenset({"cast"}))
    assert [one.source for one in standing.edges] == [MINA]


def test_as_of_before_it_was(woven: Woven) -> None:
    """What was not there yet is not found then; a position that the log has not come to is refused."""
    with pytest.raises(NotFound, match="at position 5"):
        woven.ask(CHANGED, as_of=5)
    with pytest.raises(InvalidCommand, match="the log reaches to"):
        woven.ask(CHANGED, as_of=10**9)


def test_approvals_are_those_of_the_time(woven: Woven) -> None:
    """The clip that was approved then is approved in the answer about then, and in no other."""
    now, then = woven.ask(CHANGED), woven.ask(CHANGED, as_of=woven.before)
    assert now.approved == ()
    assert [(one.clip, one.by) for one in then.approved] == [(CLIP, ME.actor)]
    assert [(one.source, one.until is None) for one in woven.edges(CLIP, "approved-by")] == [
        (ME.actor, False)
    ]


def test_approvals_are_told_at_the_end_of_a_walk(woven: Woven) -> None:
    """A clip that a walk or a page comes to last is told as approved, though its own steps are not told."""
    whole = woven.ask(CHANGED, as_of=woven.before)
    at = next(at for at, edge in enumerate(whole.edges) if edge.source == CLIP)
    met = whole.edges[at]
    for cut in ({"depth": met.depth}, {"kinds": frozenset({met.kind})}, {"limit": at + 1}):
        told = woven.ask(CHANGED, as_of=woven.before, **cut)
        assert "approved-by" not in {edge.kind for edge in told.edges}
        assert told.approved == whole.approved != ()


def test_moments_are_positions(woven: Woven) -> None:
    """A moment stands for the last event that was recorded by then; before the first there is none."""
    registry = woven.log.registry
    with registry.reading() as connection:
        for position in (1, 7, woven.before, registry.head(connection, STUDIO)):
            at = registry.recorded_at(connection, STUDIO, position)
            assert (
                registry.recorded_at(connection, STUDIO, registry.position_at(connection, STUDIO, at)) == at
            )
            assert registry.position_at(connection, STUDIO, at) >= position
            assert registry.position_at(connection, STUDIO, at - 1) < position
        assert registry.position_at(connection, STUDIO, START - 1) == 0
        assert registry.position_at(connection, an_id("studio", 2), 2**62) == 0


def test_a_changed_clip(woven: Woven) -> None:
    """An edit and an exact frame are told as what they are; who cannot have been in the payload is inferred."""
    found = {(one.kind, one.source): one for one in woven.ask(CHANGED, depth=1).edges}
    assert {(kind, source) for kind, source in found} == {
        *(("in", SCENE), ("edits", CLIP), ("frames", CAFE), ("grounded-on", STILL)),
        *(("shows", JUN), ("carries", PERSON), ("paid-with", SENT), ("approved-by", ME.actor)),
    }
    assert found["frames", CAFE].detail == "opening"
    assert {found[one].evidence for one in (("shows", JUN), ("carries", PERSON))} == {"inferred"}
    assert found["paid-with", SENT].evidence == "witnessed"
    assert (STILL, "frame-of", CLIP) in woven.told(CHANGED)
    assert (NEW_CAFE, "supersedes", CAFE) in woven.told(CAFE, direction="descendants")


def test_what_was_charged(woven: Woven) -> None:
    """What the vendor said it deducted is reported; what nobody knows is inferred, and comes from the budget all the same."""
    [paid] = woven.edges(CLIP, "paid-with")
    assert (paid.source, paid.evidence, paid.detail) == (PAID, "reported", "1.8")
    calls = [one for one in woven.ask(CHANGED).edges if (one.made, one.kind) == (SENT, "paid-with")]
    assert [(one.source, one.evidence, one.detail) for one in calls] == [(SHOW, "inferred", "3")]
    assert (SENT, "on-account", ACCOUNT) in woven.told(CHANGED)


def test_looks_are_worn_and_put_right(woven: Woven) -> None:
    """A clip wears the look of its record until a person says otherwise; the look leads to its own pictures."""
    [worn] = woven.edges(CLIP, "wears")
    assert (worn.source, worn.until is not None) == (WINTER, True)
    assert woven.told(WINTER, depth=1) >= {(WINTER, "look-of", MINA), (WINTER, "reference", COAT)}
    assert (FIRST, "wears", WINTER) in woven.told(COAT, direction="descendants")
    assert (MINA, "reference", COAT) not in woven.told(MINA)


def test_nobody_is_led_through_a_cast(woven: Woven) -> None:
    """From a clip to its scene and not to all who were cast there; from somebody to a scene and not to all its clips."""
    assert (CLIP, "in", SCENE) in woven.told(CLIP)
    assert {kind for _, kind, _ in woven.told(CLIP)} & {"cast"} == set()
    assert (SCENE, "in", SHOW) in woven.told(CLIP)
    up = woven.told(JUN, direction="descendants", kinds=frozenset({"cast", "in"}))
    assert up == {(SCENE, "cast", JUN)}
    assert {(SCENE, "cast", MINA), (MINA, "reference", FACE)} <= woven.told(SCENE)
    assert (CLIP, "in", SCENE) in woven.told(SHOW, direction="descendants")


def test_kinds_and_depth_bound_the_walk(woven: Woven) -> None:
    """Only steps of the kinds that are named are gone along, and no more of them than the depth."""
    assert woven.told(NEXT, kinds=frozenset({"continues"})) == {(NEXT, "continues", CLIP)}
    assert woven.told(CHANGED, kinds=frozenset({"edits", "shows"})) >= {(CLIP, "shows", MINA)}
    assert {one.depth for one in woven.ask(CHANGED, depth=2).edges} == {1, 2}
    assert woven.told(FIRST, kinds=frozenset({"remint-of"})) == {
        (SECOND, "remint-of", FIRST),
        (SPARE, "remint-of", FIRST),
    }


@pytest.mark.parametrize(
    "thing", [CHANGED, SCENE, FIRST, FACE, SHOW, ME.actor, VOICE, PERSON, ACCOUNT, ELEMENT]
)
@pytest.mark.parametrize("direction", ["ancestors", "descendants"])
def test_walked_at_once_or_bit_by_bit(
    woven: Woven, monkeypatch: pytest.MonkeyPatch, thing: str, direction: steps.Direction
) -> None:
    """A walk too large for one question gives the same edges in the same order as one that is not, and so do its pages."""
    whole = woven.ask(thing, direction=direction)
    monkeypatch.setattr(steps, "AT_ONCE", 1)
    monkeypatch.setattr(steps, "STRETCH", 2)
    monkeypatch.setattr(steps, "_NODES_AT_ONCE", 2)
    assert woven.ask(thing, direction=direction) == whole
    paged, after = [], 0
    while True:
        page = woven.ask(thing, direction=direction, through=whole.through, after=after, limit=3)
        assert {one for edge in page.edges for one in (edge.made, edge.source)} <= {
            one.id for one in page.things
        }
        paged += page.edges
        if page.next is None:
            break
        after = page.next
    assert tuple(paged) == whole.edges
    assert len({(one.made, one.source, one.kind, one.position) for one in paged}) == len(paged)


def test_what_is_told_unchecked_is_what_checking_tells(woven: Woven) -> None:
    """Edges and things are made of rows without a check: each has every field, of the kind and value that a check gives."""
    told = woven.ask(SHOW, direction="descendants")
    assert told.edges
    for card in (*told.edges, *told.things):
        assert vars(type(card).model_validate(vars(card))) == vars(card)
        assert card.model_fields_set == type(card).model_fields.keys()


def test_a_walk_is_pinned(woven: Woven) -> None:
    """What is appended after a walk began is not in it, though it is read bit by bit."""
    with woven.log.registry.reading() as connection:
        walk = Walk.begun(connection, STUDIO, PERSON, Asked("descendants", through=woven.before))
    before = woven.ask(PERSON, direction="descendants", through=woven.before)
    assert tuple(map(walk.edge, walk.met(woven.log.registry.reading))) == before.edges
    assert before.edges != woven.ask(PERSON, direction="descendants").edges


def test_ids_of_another_studio_are_unknown(woven: Woven) -> None:
    """Asked under another studio, everything is as absent as what never was."""
    for thing in (CLIP, WINTER, ME.actor, PAID, SHOW):
        with pytest.raises(NotFound) as foreign:
            woven.ask(thing, log=an_id("studio", 2))
        assert "there is no" in foreign.value.message
    with pytest.raises(NotFound, match="at position 9"):
        woven.ask(CLIP, log=an_id("studio", 2), as_of=9)


def test_names_are_asked_for(woven: Woven) -> None:
    """Things are named where names are wanted; a real person never is."""
    named = {thing.id: thing.name for thing in woven.ask(CLIP, named=True).things}
    assert (named[MINA], named[WINTER], named[SCENE]) == ("Mina", "Mina, winter", "Café")
    assert named[ELEMENT] == "Kling element 7"
    assert {name for one, name in named.items() if is_id(one, "likeness")} == {None}
    assert {thing.name for thing in woven.ask(CLIP).things} == {None}


def test_a_rebuild_weaves_the_same(woven: Woven) -> None:
    """Replayed in one go the log gives the same nodes and edges, ends and all."""
    assert woven.log.registry.rebuild().different == ()


def test_older_edges_are_kept(tmp_path: Path) -> None:
    """A database from before edges had ends keeps them, without a detail and lasting; a rebuild tells the rest."""
    database = open_database(f"sqlite:///{tmp_path / 'older.sqlite'}")
    with closing(database):
        with database.migrating() as connection:
            config = scripts()
            config.attributes["connection"] = connection
            command.upgrade(config, "0007")
            connection.execute(text("INSERT INTO view_nodes VALUES ('s', 1, 'clip_a'), ('s', 2, 'asset_b')"))
            connection.execute(
                text("INSERT INTO view_edges VALUES ('s', 1, 2, 'grounded-on', 'witnessed', 3)")
            )
        migrate(database)
        with database.reading() as connection:
            kept = connection.execute(text("SELECT * FROM view_edges")).mappings().one()
            assert (
                connection.execute(text("SELECT retired, erased FROM view_nodes")).all() == [(None, None)] * 2
            )
    assert dict(kept) == {
        **{"log": "s", "made": 1, "source": 2, "kind": "grounded-on", "position": 3},
        **{"evidence": "witnessed", "detail": "", "until": None},
    }

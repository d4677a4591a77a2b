"""Where things are used: each use from the event that says so, with where it stands and what carried it there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from registry.deciders.asset import EraseAsset
from registry.deciders.character import WithdrawReference
from registry.deciders.element import RetireElement
from registry.deciders.pins import ReleasePin
from registry.deciders.portrayal import BindVoice
from registry.deciders.scene import ReleaseFromScene
from registry.events.references import CastMember
from registry.views.kinds import look_id
from registry.views.lineage import lineage, must_be_known
from registry.views.page import Span
from registry.views.uses import UseCard, clips_with, uses
from tests.registry.events.golden import an_id
from tests.registry.log.opened import STUDIO, Opened, opened
from tests.registry.log.story import (
    CAFE,
    CLIP,
    ELEMENT,
    FACE,
    FAILED,
    JUN,
    MADE,
    MINA,
    SCENE,
    SHOT,
    SHOW,
    tell,
)
from tests.registry.views.bound import COAT, FIRST, OPEN, PERSON, SECOND, VOICE, bind, link, plan, record

Found = list[tuple[Any, ...]]


def ask(log: Opened, thing: str, look: str | None = None, **page: Any) -> list[UseCard]:
    with log.registry.reading() as connection:
        return list(uses(connection, STUDIO, thing, look=look, **page).items)


@pytest.fixture
def told(home: Path) -> Iterator[Opened]:
    """A story in which nobody has a look, a pin or a voice yet."""
    with opened(home) as found:
        tell(found, with_identity=False)
        yield found


def told_of(log: Opened, thing: str, *fields: str, look: str | None = None) -> Found:
    return [tuple(getattr(use, name) for name in ("how", *fields)) for use in ask(log, thing, look)]


def test_a_picture_names_everything_that_stands_on_it(told: Opened) -> None:
    """For whom it stands, and each request that was grounded on it with scene, generation, clip and production."""
    found = ask(told, FACE)

    assert next((use.how, use.character, use.detail) for use in found) == ("reference", MINA, "frontal")
    made = [use for use in found if use.how == "used"]
    assert [(use.production, use.scene, use.generation, use.clip) for use in made] == [
        (SHOW, SCENE, MADE, CLIP),
        (SHOW, SCENE, FAILED, None),
    ]
    assert [use.detail for use in made] == ["delivered", "failed"]


def test_an_element_carries_its_pictures_and_voice_into_clips(told: Opened) -> None:
    """A clip that stood on an element stood on what the element was made from; the use says by which element."""
    bind(told)
    record(told, elements=[FIRST], outcome="failed", clip=None, clip_sha256=None)

    for source in (COAT, VOICE):
        carried = ask(told, source)[-1]
        assert (carried.how, carried.generation, carried.via) == ("used", OPEN, FIRST)
    assert ("made-into", FIRST) in told_of(told, COAT, "element")
    assert ("speaks-in", FIRST) in told_of(told, VOICE, "element")
    assert told_of(told, FIRST, "element", "generation") == [
        ("reminted-as", SECOND, None),
        ("used", None, OPEN),
    ]


def test_an_element_retired_on_the_way_still_carried(told: Opened) -> None:
    """A clip that was under way when its element was retired stood on that element's pictures all the same."""
    bind(told)
    told.handle(RetireElement(stream=FIRST, reason="drifted"))
    record(told, elements=[FIRST], outcome="failed", clip=None, clip_sha256=None)

    assert [(use.generation, use.via) for use in ask(told, COAT) if use.how == "used"] == [(OPEN, FIRST)]


def test_a_character_is_used_where_it_is_cast_pinned_planned_and_shown(told: Opened) -> None:
    """Cast, shots and pins stand beside bindings and clips, in the order they came."""
    bind(told)

    found = told_of(told, MINA, "scene", "shot", "element", "voice", "clip")

    assert ("cast", SCENE, None, None, None, None) in found
    assert ("shot", SCENE, SHOT, None, None, None) in found
    assert ("depicted-by", None, None, ELEMENT, None, None) in found
    assert ("has-voice", None, None, None, VOICE, None) in found
    assert ("used", SCENE, an_id("shot"), None, None, CLIP) in found
    assert ("pinned", None, None, None, None, None) in found
    assert [use.position for use in ask(told, MINA)] == sorted(use.position for use in ask(told, MINA))


def test_a_look_has_uses_of_its_own(told: Opened) -> None:
    """Only what names the look counts as a use of it: its elements, its pins, the clips made in it."""
    bind(told)

    assert told_of(told, MINA, "element", "production", "clip", look="winter") == [
        ("used", None, SHOW, CLIP),
        ("used", None, SHOW, None),
        ("depicted-by", FIRST, None, None),
        ("depicted-by", SECOND, None, None),
        ("pinned", None, SHOW, None),
    ]
    assert ask(told, MINA, "summer") == []


def test_a_person_is_used_in_what_was_made_before_the_link(told: Opened) -> None:
    """A likeness names the clips of its character from before it was linked, and those after, each once."""
    before, both = an_id("generation", 30), an_id("generation", 31)
    record(told, generation=before, cast=[CastMember(character=JUN, version=1)])
    record(told, generation=both, cast=[CastMember(character=who, version=1) for who in (MINA, JUN)])
    link(told, JUN)
    link(told, MINA)
    record(told, cast=[CastMember(character=JUN, version=9)])

    found = [
        one for one in told_of(told, PERSON, "generation", "character", "via") if one[1] not in (MADE, FAILED)
    ]

    assert found == [
        ("used", before, JUN, JUN),
        ("used", both, JUN, JUN),
        ("linked", None, JUN, None),
        ("linked", None, MINA, None),
        ("used", OPEN, JUN, JUN),
    ]
    with told.registry.reading() as connection:
        assert set(clips_with(connection, STUDIO, PERSON)) == {CLIP}


def test_what_is_planned_gives_way_to_what_was_made(told: Opened) -> None:
    """An open request stands among the uses until it ends; then its record stands there alone."""
    plan(told, asset=CAFE)
    assert told_of(told, CAFE, "generation", "scene")[-1] == ("planned", OPEN, SCENE)

    record(told, assets=[CAFE])

    assert [use for use in told_of(told, CAFE, "generation") if use[1] == OPEN] == [("used", OPEN)]


def test_what_ended_says_so(told: Opened) -> None:
    """Withdrawn references, released pins and casts, unbound voices and retired elements keep their rows and their end."""
    bind(told)
    told.handle(WithdrawReference(stream=MINA, asset=FACE, role="frontal"))
    told.handle(ReleasePin(stream=SHOW, character=MINA, reason="wrapped"))
    told.handle(ReleaseFromScene(stream=SCENE, character=MINA, reason="cut"))
    told.handle(BindVoice(stream=MINA, voice=None, reason="recast"))
    told.handle(RetireElement(stream=FIRST, reason="drifted"))

    def lasting(thing: str, *how: str) -> list[bool]:
        return [use.ended is None for use in ask(told, thing) if use.how in how]

    assert lasting(FACE, "reference") == [False]
    assert lasting(MINA, "pinned") == [False]
    assert lasting(MINA, "cast") == [False]
    assert lasting(VOICE, "bound") == [False]
    assert lasting(COAT, "reference") == [True]
    assert [(use.element, use.ended is None) for use in ask(told, COAT) if use.how == "made-into"] == [
        (FIRST, False),
        (SECOND, True),
    ]


def test_pages_cover_all_uses_once(told: Opened) -> None:
    """Pages of one follow each other by cursor and tell the whole list; another studio has none of it."""
    bind(told)
    whole, paged, after = ask(told, MINA), [], 0
    with told.registry.reading() as connection:
        while True:
            page = uses(connection, STUDIO, MINA, span=Span(after, limit=1))
            paged += page.items
            if page.next is None:
                break
            after = page.next
        assert uses(connection, an_id("studio", 2), MINA).items == ()
    assert paged == whole


def test_uses_and_lineage_outlive_an_erased_picture(told: Opened) -> None:
    """Ids stay when what they name is erased: where it was used and what a clip was made from still answer."""
    before = ask(told, FACE)
    told.handle(EraseAsset(stream=FACE, likeness=PERSON))

    assert ask(told, FACE) == before
    with told.registry.reading() as connection:
        assert (CLIP, FACE) in {(edge.made, edge.source) for edge in lineage(connection, STUDIO, CLIP).edges}
        must_be_known(connection, STUDIO, FACE)


@pytest.mark.parametrize("fill", [bind, link, plan], ids=["bindings", "likeness", "plan"])
def test_rebuilt_uses_are_those_that_were(told: Opened, fill: Callable[[Opened], None]) -> None:
    """Replayed in one go the log gives the same uses as event by event."""
    fill(told)
    record(told, cast=[CastMember(character=MINA, version=2, look="winter", voice=1, element=ELEMENT)])

    assert told.registry.rebuild().different == ()


def test_lineage_shows_an_element_and_its_remint(told: Opened) -> None:
    """Asked about either, the old and the new binding are both named, with recipe, voice and account."""
    bind(told)
    with told.registry.reading() as connection:
        old, new = (lineage(connection, STUDIO, element).edges for element in (FIRST, SECOND))

    for edges in (old, new):
        assert (SECOND, FIRST, "remint-of") in {(edge.made, edge.source, edge.kind) for edge in edges}
    assert {(edge.source, edge.kind) for edge in old if edge.made == FIRST} == {
        *((MINA, "depicts"), (VOICE, "speaks-with"), (FACE, "made-from"), (COAT, "made-from")),
        *((an_id("account"), "on-account"), (look_id(MINA, "winter"), "wears")),
    }


def test_lineage_of_a_clip_reaches_the_person(told: Opened) -> None:
    """A clip carries the likeness its record names, and its character leads to the person it is linked to."""
    link(told)
    with told.registry.reading() as connection:
        edges = {(edge.made, edge.source, edge.kind) for edge in lineage(connection, STUDIO, CLIP).edges}

    assert {(CLIP, PERSON, "carries"), (MINA, PERSON, "likeness-of")} <= edges

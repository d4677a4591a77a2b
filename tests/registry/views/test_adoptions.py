"""What views say of footage that was not made here, asked on each engine: as somebody's word, and gone with whom it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.deciders.adopting import AdoptClip
from registry.deciders.attesting import Seen
from registry.deciders.clip import DecideClip
from registry.deciders.likeness import RegisterLikeness
from registry.deciders.portrayal import DeclareCharacter, LinkLikeness
from registry.errors import AlreadyRegistered
from registry.events.marks import Depiction
from registry.views import clips, continuity, cuts
from registry.views.depicting import depictions
from registry.views.followups import follow_ups_of
from registry.views.lineage import lineage
from registry.views.persons import persons_in
from registry.views.uses import uses
from tests.registry.events.golden import an_id
from tests.registry.log.opened import STUDIO, Opened, opened
from tests.registry.log.story import AGAIN, FOUND, JUN, SCENE, SHOT, adopted, tell

HER = an_id("likeness", 7)
ADOPT: Any = adopted()[0]


@pytest.fixture
def log(home: Path) -> Iterator[Opened]:
    with opened(home) as found:
        tell(found)
        yield found


def adopt(log: Opened, number: int, **attested: Any) -> str:
    """Other footage with other words; the clip."""
    stream = an_id("clip", number)
    stored = ADOPT.stored.model_copy(update={"sha256": f"{number:064x}"})
    command: AdoptClip = replace(
        ADOPT, stream=stream, stored=stored, attested=replace(ADOPT.attested, **attested)
    )
    log.handle(command)
    return stream


def depicted(log: Opened, *things: str) -> list[Depiction]:
    with log.registry.reading(STUDIO) as connection:
        found = depictions(connection, STUDIO, things)
    return [found[thing] for thing in things]


def test_whom_it_depicts_is_what_was_said_and_what_is_known(log: Opened) -> None:
    """`yes` and `no` count as said; whoever turns out to be real later is seen, whatever was said."""
    log.handle(RegisterLikeness(stream=HER, name="Anna", minor=False))
    said = [adopt(log, 40 + n, depicts=word, seen=()) for n, word in enumerate(("yes", "no", "unknown"))]
    bare = adopt(log, 50, likenesses=(HER,), seen=())
    of_jun = adopt(log, 51, depicts="no", seen=(Seen(JUN),))
    assert depicted(log, *said, bare, of_jun) == ["yes", "no", "unknown", "yes", "no"]

    log.handle(DeclareCharacter(stream=JUN, depicts="real_person", reason="a cameo"))
    log.handle(LinkLikeness(stream=JUN, likeness=HER))
    assert depicted(log, of_jun) == ["yes"]
    with log.registry.reading() as connection:
        assert persons_in(connection, STUDIO, bare) == (HER,)
        left = follow_ups_of(connection, STUDIO, {HER: [JUN]})[HER].clips
        assert {one.clip for one in left} >= {bare, of_jun}
        used = uses(connection, STUDIO, HER).items
    assert {(one.clip, one.via) for one in used if one.detail == "adopted"} == {(bare, None), (of_jun, JUN)}


def test_a_scene_holds_the_same_footage_once_while_it_is_in_use(log: Opened) -> None:
    """A twin of one in use is refused where it is written; of one that was withdrawn it is not."""
    first, withdraw, again, approve = adopted()
    log.handle(first)
    with pytest.raises(AlreadyRegistered):
        log.handle(again)
    log.handle(withdraw)
    log.handle(again)
    with log.registry.reading() as connection:
        twin = clips.adopted_twin(connection, STUDIO, SCENE, ADOPT.stored.sha256)
        assert twin is not None
        assert (twin.id, twin.ai_generated, twin.origin) == (AGAIN, None, "adopted")
    log.handle(approve)
    with log.registry.reading() as connection:
        found = cuts.cut(connection, STUDIO, SCENE)
    takes = [take for slot in found.slots if slot.shot and slot.shot.id == SHOT for take in slot.takes]
    assert [(take.clip.id, take.record.record) for take in takes if take.clip.origin == "adopted"] == [
        (AGAIN, None)
    ]
    log.handle(DecideClip(stream=AGAIN, decision="erase", reason="bought by mistake"))
    with log.registry.reading() as connection:
        assert clips.adopted_twin(connection, STUDIO, SCENE, ADOPT.stored.sha256) is None


def test_it_stands_in_the_log_of_its_scene_as_an_entry_of_its_own(log: Opened) -> None:
    """Between the records, in the order in which it came, with what was said of it; its lineage is attested throughout."""
    log.handle(ADOPT)
    with log.registry.reading() as connection:
        entries = continuity.continuity(connection, STUDIO, SCENE).items
        edges = lineage(connection, STUDIO, FOUND, depth=1).edges
    assert [one.position for one in entries] == sorted(one.position for one in entries)
    newest = entries[-1]
    assert (newest.clip, newest.record, newest.corrections) == (FOUND, None, ())
    assert newest.adopted is not None
    assert (newest.adopted.source, newest.looks, newest.framing) == (ADOPT.source, {JUN: None}, None)
    assert {(one.kind, one.source) for one in edges} == {("in", SCENE), ("shows", JUN)}
    assert {one.evidence for one in edges} == {"attested"}

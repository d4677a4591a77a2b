"""What clips and pictures depict as the log knows it now, and deliveries, asked of the story on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from registry.deciders.character import AssignReference
from registry.deciders.clip import RecordClip
from registry.deciders.likeness import RegisterLikeness
from registry.deciders.portrayal import DeclareCharacter, LinkLikeness
from registry.deciders.scene import RecordContinuity
from registry.errors import NotFound
from registry.events.marks import Depiction
from registry.registry import Connection
from registry.views import clips, disclosures, lineage
from registry.views.depicting import depictions
from tests.registry.events.golden import an_id, example
from tests.registry.log.opened import STUDIO, Opened, opened, register
from tests.registry.log.story import CLIP, JUN, OLD, SCENE, SHOW, tell

FIRST, LATER, STRANGE = an_id("clip", 31), an_id("clip", 32), an_id("clip", 33)
ONE, TWO = an_id("asset", 31), an_id("asset", 32)


@pytest.fixture(scope="module", name="told")
def told_once(lasting_home: Path) -> Iterator[Opened]:
    """The story, told once on each engine, with clips and a picture of Jun; tests that change it say so in their order."""
    with opened(lasting_home) as found:
        tell(found)
        filmed(found, FIRST, cast=[JUN])
        filmed(found, LATER, cast=[JUN], parents=[FIRST])
        filmed(found, STRANGE, depicts="unknown", cast=[JUN])
        found.handle(register(ONE), register(TWO))
        found.handle(AssignReference(stream=JUN, asset=ONE, role="other"))
        yield found


def filmed(log: Opened, clip: str, *, depicts: Depiction = "no", cast: list[str], parents: Any = ()) -> None:
    made = an_id("generation", int(clip[-2:]))
    recorded: Any = example("ClipRecorded", generation=made, continues=None, depicts_real_person=depicts)
    people = [{"character": who, "version": 1} for who in cast]
    given = {
        "generation": made,
        "clip": clip,
        "parents": [*parents],
        "assets": [],
        "elements": [],
        "cast": people,
    }
    record: Any = example("ContinuityRecorded", **given)
    log.handle(RecordClip(stream=clip, clip=recorded), RecordContinuity(stream=SCENE, continuity=record))


def depicted(log: Opened, *things: str) -> list[Depiction]:
    with log.registry.reading(STUDIO) as connection:
        found = depictions(connection, STUDIO, things)
    return [found[thing] for thing in things]


def test_what_the_log_knows(told: Opened) -> None:
    """Fictional people are nobody real, nor in what goes on from them; what no plan knew and pictures of nobody stay unknown."""
    assert depicted(told, FIRST, LATER, STRANGE) == ["no", "no", "unknown"]
    assert depicted(told, ONE, TWO, OLD) == ["no", "unknown", "unknown"]
    assert depicted(told) == []
    with told.registry.reading(an_id("studio", 2)) as connection:
        assert depictions(connection, an_id("studio", 2), [FIRST]) == {FIRST: "unknown"}


def test_cards_lists_and_lineage_say_it(told: Opened) -> None:
    """All alike, with what was read in the file."""

    def asked(connection: Connection) -> list[Any]:
        page = clips.clips(connection, STUDIO).items
        walked = lineage.lineage(connection, STUDIO, LATER, disclosed=True)
        return [clips.clip(connection, STUDIO, LATER), page, {one.clip: one for one in walked.disclosed}]

    with told.registry.snapshot(STUDIO) as connection:
        card, listed, disclosed = asked(connection)
        story = clips.clip(connection, STUDIO, CLIP)
    assert (card.ai_generated, card.depicts_real_person) == (True, "no")
    assert {one.id: one.depicts_real_person for one in listed}[LATER] == "no"
    assert {one: said.depicts_real_person for one, said in disclosed.items()} == {LATER: "no", FIRST: "no"}
    assert (story.marks.c2pa.state, disclosed[LATER].c2pa) == ("valid", "valid")
    assert story.marks.c2pa.signer == "Kuaishou"


def test_deliveries_are_found(told: Opened) -> None:
    """By id, clip, digest and production; not in another studio."""
    with told.registry.reading(STUDIO) as connection:
        [card] = disclosures.disclosures(connection, STUDIO, clip=CLIP).items
        assert disclosures.disclosure(connection, STUDIO, card.id) == card
        assert disclosures.disclosures(connection, STUDIO, sha256="e" * 64, within=[SHOW]).items == (card,)
        for other in ({"clip": FIRST}, {"sha256": "d" * 64}, {"within": [an_id("production", 9)]}):
            assert disclosures.disclosures(connection, STUDIO, **other).items == ()  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            disclosures.disclosure(connection, an_id("studio", 2), card.id)
    assert (card.to, card.reviewer, card.accepted) == (
        "Han River Broadcasting",
        "Ana Ruiz",
        {"W701": "a proof for the colour desk"},
    )
    assert "Article 50" in card.says


def test_who_is_known_later_is_known_in_all_of_it(told: Opened) -> None:
    """Once somebody real is behind a character, every clip and picture of it depicts them, and what goes on from one."""
    told.handle(RegisterLikeness(stream=an_id("likeness", 7), name="Jun Ho", minor=False))
    told.handle(DeclareCharacter(stream=JUN, depicts="real_person", reason="a cameo"))
    told.handle(LinkLikeness(stream=JUN, likeness=an_id("likeness", 7)))

    assert depicted(told, FIRST, LATER, STRANGE, ONE, TWO) == ["yes", "yes", "yes", "yes", "unknown"]
    assert told.registry.rebuild().different == ()

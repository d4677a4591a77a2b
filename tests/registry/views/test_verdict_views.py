"""Verdicts, remarks, corrections and cuts, asked of the story on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.deciders.clip import DecideClip
from registry.deciders.scene import DropShot
from registry.deciders.verdicts import RejectClip, WithdrawApproval
from registry.errors import NotFound
from registry.views import clips, continuity, cuts, lineage, notes, scenes
from tests.registry.events.golden import an_id
from tests.registry.log.opened import STUDIO, Opened, opened
from tests.registry.log.story import CLIP, MADE, MINA, SCENE, SHOT, SHOW, tell


@pytest.fixture(scope="module", name="told")
def told_once(lasting_home: Path) -> Iterator[Opened]:
    """The story, told once on each engine; tests that change it say so in their order."""
    with opened(lasting_home) as found:
        tell(found)
        yield found


def test_the_newest_word_is_the_verdict(told: Opened) -> None:
    """A take that was turned down and approved since is approved, by whom and why, and stands in its shot, scene and lineage."""
    with told.registry.reading() as connection:
        card = clips.clip(connection, STUDIO, CLIP)
        scene = scenes.scene(connection, STUDIO, SCENE)
        walked = lineage.lineage(connection, STUDIO, MADE)

    assert card.verdict is not None
    assert (card.verdict.approved, card.verdict.cause, card.verdict.reason) == (
        True,
        None,
        "on second thought",
    )
    assert [(one.clip, one.shot, one.by) for one in scene.approved] == [(CLIP, SHOT, card.verdict.by)]
    assert [shot.approved for shot in scene.shots] == [(CLIP,)]
    assert walked.approved == scene.approved


def test_remarks_by_clip(told: Opened) -> None:
    """In their order with time codes; a clip without any has an empty list; another studio has none."""
    with told.registry.reading() as connection:
        page = notes.notes(connection, STUDIO, CLIP)
        of_two = notes.notes_on(connection, STUDIO, [CLIP, an_id("clip", 9)])
        foreign = notes.notes(connection, an_id("studio", 2), CLIP)

    assert [(one.text, one.at_us) for one in page.items] == [("she blinks", 1_250_000), ("a fine take", None)]
    assert of_two == {CLIP: page.items, an_id("clip", 9): ()}
    assert foreign.items == ()


def test_a_correction_stands_beside_its_record(told: Opened) -> None:
    """The record keeps its words, the card says what is so; a position without a record here is not found."""
    with told.registry.reading() as connection:
        [first, *_] = continuity.continuity(connection, STUDIO, SCENE).items
        again = continuity.record_at(connection, STUDIO, SCENE, first.position)
        with pytest.raises(NotFound, match="position 1"):
            continuity.record_at(connection, STUDIO, SCENE, 1)

    assert again == first
    assert (first.record.framing, first.framing, first.shot) == ("medium close shot", "wide shot", SHOT)
    assert first.looks == {MINA: "winter"}
    assert [one.reason for one in first.corrections] == ["seen on screen"]


def test_a_cut_and_what_undoes_it(told: Opened) -> None:
    """A shot with its take; a take whose shot was dropped stands by itself; without approval there is a shot and no take."""

    def slots() -> list[tuple[str | None, list[str]]]:
        with told.registry.reading() as connection:
            found = cuts.cut(connection, STUDIO, SCENE)
            assert found in cuts.cuts(connection, STUDIO, SHOW)
        return [(slot.shot and slot.shot.id, [take.clip.id for take in slot.takes]) for slot in found.slots]

    assert slots() == [(SHOT, [CLIP])]
    told.handle(DropShot(stream=SCENE, shot=SHOT))
    assert slots() == [(None, [CLIP])]
    told.handle(WithdrawApproval(stream=CLIP, reason="another take"))
    with told.registry.reading() as connection:
        assert cuts.cut(connection, STUDIO, SCENE).slots == ()


def test_lists_by_verdict(told: Opened) -> None:
    """Every clip is in one list of the three; what is withdrawn has no verdict."""

    def listed() -> list[list[str]]:
        with told.registry.reading() as connection:
            asked = [
                clips.clips(connection, STUDIO, verdict=said) for said in ("approved", "rejected", "none")
            ]  # type: ignore[arg-type]
        return [[one.id for one in page.items] for page in asked]

    told.handle(RejectClip(stream=CLIP, cause="motion", reason="she slides"))
    assert listed() == [[], [CLIP], []]
    told.handle(DecideClip(stream=CLIP, decision="withdraw", reason="a brand"))
    assert listed() == [[], [], [CLIP]]

"""Remarks and corrections speak of people, and go with them."""

from __future__ import annotations

from pathlib import Path

from registry.deciders.character import EraseCharacter, IntroduceCharacter
from registry.events.envelope import Context
from registry.events.personal import GONE
from registry.views import characters, clips, continuity, notes
from tests.registry.events.golden import an_id
from tests.registry.log.opened import STUDIO, opened
from tests.registry.log.story import CLIP, MINA, SCENE, tell


def test_what_was_said_of_somebody_goes_with_them(tmp_path: Path) -> None:
    """A remark on a clip she is in and the reason of a correction cannot be read any more; the verdict stays readable."""
    with opened(tmp_path) as log:
        tell(log)
        log.registry.destroy_keys(STUDIO, [MINA])
        log.registry.forget(STUDIO, (), context=Context("officer"))
        with log.registry.reading() as connection:
            said = [(one.text, one.at_us) for one in notes.notes(connection, STUDIO, CLIP).items]
            [record, *_] = continuity.continuity(connection, STUDIO, SCENE).items
            verdict = clips.clip(connection, STUDIO, CLIP).verdict

    assert said == [(GONE, 1_250_000), ("a fine take", None)]
    assert [one.reason for one in record.corrections] == [GONE]
    assert verdict is not None
    assert verdict.reason == "on second thought"


def test_what_somebody_is_called_elsewhere_goes_too(tmp_path: Path) -> None:
    """A name may stand in it, so it is sealed like one and empty when the character is erased."""
    who = an_id("character", 7)
    with opened(tmp_path) as log:
        log.handle(
            IntroduceCharacter(
                stream=who, depicts="fictional", name="Hana", client_reference="kitsu:Late Trains/Hana"
            )
        )
        [event] = log.registry.feed.after(STUDIO, 0, limit=10)
        with log.registry.reading() as connection:
            assert characters.character(connection, STUDIO, who).client_reference == "kitsu:Late Trains/Hana"
        log.handle(EraseCharacter(stream=who, likeness=an_id("likeness")))
        with log.registry.reading() as connection:
            assert characters.character(connection, STUDIO, who).client_reference is None

    assert b"Hana" not in event.body

"""Footage of an erased person that was not made here: a clip to be decided, with words that are gone."""

from __future__ import annotations

from registry.deciders.clip import DecideClip
from registry.erased import erasure_record
from registry.erasure import carry_out, erase_clip, find_linked, order_erasure
from registry.views import clips
from tests.registry.erasing.person import CLIP, FOUND, FOUND_TOO, HER, MADE, Person
from tests.registry.log.opened import ME, STUDIO


def test_footage_from_elsewhere_is_decided_like_any_clip(person: Person) -> None:
    """Clips that were adopted as showing her are to be decided; one that is erased has no bytes left, nor a signed copy."""
    person.adopt()
    assert find_linked(person.log.registry, STUDIO, HER).clips == (CLIP, FOUND, FOUND_TOO)
    person.blobs.put(f"{STUDIO}/{FOUND}/delivery-x", [b"a signed copy"], content_type="video/mp4")
    order_erasure(person.log.registry, STUDIO, HER, "request", context=ME)
    carry_out(person.tools(), STUDIO, HER)

    with person.log.registry.reading() as connection:
        record = erasure_record(connection, person.log.registry, STUDIO, HER)
        card = clips.clip(connection, STUDIO, FOUND)
    assert [(one.clip, one.generation, one.decision) for one in record.clips] == [
        (CLIP, MADE, None), (FOUND, None, None), (FOUND_TOO, None, None)
    ]  # fmt: skip
    assert card.adopted is not None
    assert (card.adopted.label, card.adopted.source) == ("(erased)", "(erased)")
    decided = DecideClip(stream=FOUND, decision="erase", likeness=HER, reason="her family asked")
    erase_clip(person.tools(), STUDIO, decided)
    assert list(person.blobs.list(f"{STUDIO}/{FOUND}/")) == []

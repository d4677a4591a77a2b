"""Sentences about events: every event has one, it says what the event says, and nothing in it is read as a pattern."""

from __future__ import annotations

import re

import pytest

from registry.events.catalogue import EVENTS
from registry.events.personal import ERASED, GONE, personal_fields
from registry.events.sentences import SENTENCES, reasons, sentence
from tests.registry.events.golden import example

NAMES = sorted({name for name, _ in EVENTS})


def test_the_table_is_the_catalogue() -> None:
    """No event without a sentence, no sentence without an event."""
    assert sorted(SENTENCES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_event_is_told(name: str) -> None:
    """The golden event, and the same one erased, read as one line with nothing left to fill in."""
    event = example(name)
    erased = event.model_copy(update=dict.fromkeys(personal_fields(type(event)), ERASED))

    for told in (sentence(event), sentence(erased)):
        assert told
        assert not re.search(r"[{}|]|\[[^\]]*{|Erased|None", told), told
    if personal_fields(type(event)) & set(re.findall(r"{(\w+)}", SENTENCES[name])):
        assert GONE in sentence(erased)


def test_what_is_empty_is_left_out() -> None:
    """A part in brackets goes with its field, and what stands behind its bar comes instead."""
    assert sentence(example("BudgetSet", units="8")) == "The budget was set to 8 units."
    assert sentence(example("BudgetSet", units=None)) == "The budget was set: no limit."
    assert sentence(example("AssetDescribed", label="")) == "It was described."


def test_words_of_people_are_not_read_as_patterns() -> None:
    """Braces, brackets and bars in a name stand as they are."""
    odd = "{reason} [{clip}|x] \\1"
    assert sentence(example("ProductionOpened", name=odd)) == f"The production {odd} was opened."
    assert sentence(example("AssetDescribed", label=odd)) == f"It was described as {odd}."


def test_reasons_are_what_somebody_said() -> None:
    """The cause and the words of a rejection, the accepted cautions of a request, and erased ones as erased."""
    rejected = example("ClipRejected", cause="motion", reason="it jumps", scale_ruled_out="")
    asked = example("GenerationRequested", request={"action": "x", "accept": {"W204": "on purpose"}})
    gone = example("ClipWithdrawn").model_copy(update={"reason": ERASED})

    assert reasons(rejected) == {"cause": "motion", "reason": "it jumps"}
    assert reasons(asked) == {"accept": {"W204": "on purpose"}}
    assert reasons(gone) == {"reason": GONE}
    assert reasons(asked.model_copy(update={"request": ERASED})) == {}

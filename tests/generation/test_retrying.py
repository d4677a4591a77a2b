"""Retrying: an ended request with changes becomes a new generation; the earlier one stays as it is."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from pydantic import ValidationError

from generation.intake import Takes, request_generation
from generation.retrying import RequestErased, merged, request_again
from registry.deciders.generation import EndGeneration, NotThere
from registry.errors import NotFound
from tests.servers.world import ALONE, CONTEXT, World, new_id, open_registry


def ended(world: World, **fields: Any) -> str:
    asked = world.ask(**{**ALONE, **fields})
    world.do(EndGeneration(stream=asked, outcome="refused", reason="a test says so"))
    return asked


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_changes_are_a_merge_patch(target: Any, patch: Any, result: Any) -> None:
    """The vectors of RFC 7396, appendix A, for patches that are objects."""
    assert merged(target, patch) == result


def test_a_retry_is_a_new_generation(studio: World) -> None:
    """It has the earlier request with the changes, names the earlier generation, and leaves that one's events alone."""
    earlier = ended(studio, takes=1, duration=5, framing="wide shot")
    before = studio.types(earlier)
    request = request_again(studio.registry, studio.studio, earlier, {"duration": 6, "framing": None})
    takes = Takes.of(request, new_id, retry_of=earlier)
    request_generation(studio.registry, studio.studio, request, generation=takes, context=CONTEXT)
    card = studio.card(takes.ids[0])

    assert (card.retry_of, card.stage, studio.types(earlier)) == (earlier, "planned", before)
    assert card.request is not None
    assert (card.request["duration"], card.request["framing"]) == (6, None)
    assert card.request["action"] == ALONE["action"]


def test_a_retry_is_one_take_unless_it_says_more(studio: World) -> None:
    """A retry of one of three takes makes one; shots that change bring their own length."""
    takes = ended(studio)
    several = ended(
        studio, action=None, shots=[{"action": "Rain.", "duration": 5}, {"action": "Sun.", "duration": 5}]
    )
    shorter = {"shots": [{"action": "Rain.", "duration": 4}, {"action": "Sun.", "duration": 5}]}

    assert request_again(studio.registry, studio.studio, takes, {}).takes == 1
    assert request_again(studio.registry, studio.studio, takes, {"takes": 2}).takes == 2
    assert request_again(studio.registry, studio.studio, several, shorter).duration == 9


def test_what_still_runs_is_not_retried(studio: World) -> None:
    """While the earlier one may still deliver, a retry is refused with its state; an unknown one is not found."""
    running = studio.ask(**ALONE)
    with pytest.raises(NotThere) as refused:
        request_again(studio.registry, studio.studio, running, {})
    with pytest.raises(NotFound):
        request_again(studio.registry, studio.studio, new_id("generation"), {})

    assert refused.value.detail["stage"] == "planned"


def test_changes_that_make_no_request(studio: World) -> None:
    """Unknown fields and fields that exclude each other are named all at once."""
    changes = {"colour": 1, "prompt": "Verbatim.", "duration": "long"}
    with pytest.raises(ValidationError) as refused:
        request_again(studio.registry, studio.studio, ended(studio), changes)

    assert {error["loc"] for error in refused.value.errors()} == {("colour",), ("action",), ("duration",)}


def test_an_erased_request_is_not_retried(studio: World) -> None:
    """When the people of a request were erased, nobody can ask it again."""
    earlier = ended(studio)
    with sqlite3.connect(studio.folder / "keys.sqlite") as keys:
        keys.execute("DELETE FROM keys WHERE stream = ?", (earlier,))
    afresh = open_registry(studio.folder)
    with pytest.raises(RequestErased, match="erased with its people"):
        request_again(afresh, studio.studio, earlier, {})
    afresh.close()

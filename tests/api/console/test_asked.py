"""The form that asks for a clip: what it says as a shot request, and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console.asked import Said, patch_between, request_of, seen_of
from api.console.previewing import FIELDS_OF, remarks_of
from generation.patterns.legal import LEGAL
from generation.patterns.refusals import REFUSED
from generation.retrying import merged
from generation.shot import ShotRequest

WHOLE: dict[str, Any] = {
    "scene": "scene_1",
    "purpose": "final",
    "retake_of": "clip_1",
    "cast": [{"character": "mina", "look": "winter", "identity": "images", "fall_back": False}],
    "action": "They argue.\nThen they laugh.",
    "adapt_wardrobe": False,
    "opening": {"url": "https://pictures.example/a.png"},
    "references": ["asset_1", "asset_2", {"url": "https://pictures.example/b.png"}],
    "shots": [
        {"action": "She enters.", "duration": 5, "cast": ["mina", "jun"]},
        {"duration": 3, "dialogue": {"language": "Korean", "turns": [{"speaker": "mina", "line": "네."}]}},
    ],
    "continue_from": "clip_2",
    "keep_original_sound": True,
    "sound": "off",
    "watermark": True,
    "accept": {"W204": "the client asked for it"},
    "takes": 3,
    "max_units": "8",
    "priority": -2,
}


def test_a_request_fills_the_form_and_the_form_says_it() -> None:
    """Every field of a shot request survives the way into the form and back."""
    again = request_of(Said.of_request(WHOLE))
    assert ShotRequest.model_validate(again) == ShotRequest.model_validate(WHOLE)


def test_what_is_not_filled_in_is_not_said() -> None:
    """Lines without words, members without a tick, shots without an action: none of it reaches the API."""
    said = Said(
        (
            ("scene", "scene_1"),
            ("cast.0.identity", "auto"),
            ("cast.1.character", "jun"),
            ("dialogue.language", "Korean"),
            ("dialogue.turns.0.speaker", "jun"),
            ("dialogue.turns.0.line", ""),
            ("shots.0.duration:number", "5"),
            ("duration:number", "7"),
            ("opening", ""),
            ("ask.seen", "x"),
            ("plan_digest", "y"),
        )
    )
    assert request_of(said) == {"scene": "scene_1", "cast": [{"character": "jun"}], "duration": 7}


def test_nobody_ticked_is_nobody() -> None:
    """An empty cast is said, as silence would mean the whole scene's."""
    assert request_of(Said((("scene", "scene_1"),)))["cast"] == []


def test_several_shots_have_the_length_of_their_own() -> None:
    """The length above is for one shot alone."""
    said = Said((("duration:number", "5"), ("shots.0.action", "x"), ("shots.0.duration:number", "9")))
    assert request_of(said)["shots"] == [{"action": "x", "duration": 9}]
    assert "duration" not in request_of(said)


def test_rows_are_counted_by_what_they_say() -> None:
    """Empty rows, and those that have a length alone, do not grow with each preview."""
    said = Said(
        (
            ("shots.0.action", "x"),
            ("shots.1.action", ""),
            ("shots.1.duration:number", "5"),
            ("shots.1.dialogue.turns.4.line", ""),
        )
    )
    assert (said.rows("shots"), said.rows("shots.1.dialogue.turns"), said.rows("cast")) == (1, 0, 0)


def test_a_change_takes_the_place_of_all_that_stands_there() -> None:
    """A way out of a finding clears what lies below its places, and says the rest as the form does."""
    said = Said((("cast.0.character", "mina"), ("mode", "4k"), ("castle", "x"), ("duration:number", "20")))
    assert said.changed("cast=&mode=pro&duration=15").fields == (
        ("castle", "x"),
        ("mode", "pro"),
        ("duration:number", "15"),
    )


JSON = st.recursive(
    st.integers(0, 3) | st.sampled_from("xy"),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.sampled_from("abc"), JSON, max_size=3)


@given(OBJECTS, OBJECTS)
def test_the_patch_between_two_requests_makes_one_of_the_other(earlier: Any, wanted: Any) -> None:
    """What is asked again comes out as the form says it, and not mixed with what it said before."""
    assert merged(earlier, patch_between(earlier, wanted)) == wanted


def test_another_request_is_another_sight() -> None:
    """The order of fields does not matter, each value does."""
    assert seen_of({"a": 1, "b": [2]}) == seen_of({"b": [2], "a": 1}) != seen_of({"a": 1, "b": [3]})


def test_ways_out_are_those_that_the_combinations_name() -> None:
    """What the form can carry out by itself is named in exactly these words."""
    named = {way for row in (*LEGAL, *REFUSED) for way in row.alternatives}
    assert set(FIELDS_OF) <= named


@pytest.mark.parametrize(
    ("path", "about", "place", "field"),
    [
        ("$.dialogue.turns[1].line", "request", "Dialogue, line 2, the words", "dialogue.turns.1.line"),
        ("$.cast[0].look", "request", "Cast 1, look", "cast.0.look"),
        ("$.mode", "payload", "Mode", "mode"),
        ("$.image_list[0].image_url", "payload", "", ""),
        ("$", "request", "", ""),
    ],
)
def test_places_are_told_in_film_words(path: str, about: str, place: str, field: str) -> None:
    """A path of JSON leads to the field that a person sees; one of the payload alone to none."""
    finding = {"rule": "E1", "severity": "E", "title": "", "message": "", "cites": [], "alternatives": []}
    [remark] = remarks_of({"findings": [{**finding, "path": path, "about": about}]}, Said())
    assert (remark.place, remark.field) == (place, field)


def test_what_stands_against_it_comes_first_and_a_caution_asks_once() -> None:
    """However often a caution is raised there is one field for its reason, with what was typed."""
    finding = {"title": "", "message": "", "cites": [], "path": "$", "about": "request"}
    ways = {"alternatives": ['set $.duration to "15"', "sing"]}
    found = [
        {**finding, **ways, "rule": rule, "severity": rule[0]} for rule in ("I300", "W204", "W204", "E102")
    ]
    told = remarks_of({"findings": found}, Said((("accept.W204", "because"),)))
    assert [(one.rule, one.reason) for one in told] == [
        ("E102", ""),
        ("W204", "accept.W204"),
        ("W204", ""),
        ("I300", ""),
    ]
    assert told[1].accepted == "because"
    assert [(way.text, way.change) for way in told[0].ways] == [("Length: 15", "duration=15"), ("sing", "")]

"""The table of combinations says exactly one thing about everything that can be asked, and agrees with the patterns."""

from __future__ import annotations

from typing import Any

import pytest

from generation.patterns.choose import choose
from generation.patterns.combinations import PATTERNS, TABLE, answer
from generation.patterns.ingredients import every_combination
from generation.resolve import resolve
from tests.generation.film import ARGUE, BY_IMAGES, KOREAN, MINA, character, film, shot


def test_every_combination_has_exactly_one_answer():
    """No combination lies in two rows or in none, so the order of the rows decides nothing."""
    for asked in every_combination():
        rows = [row.id for row in TABLE if any(cell.holds(asked) for cell in row.cells)]

        assert len(rows) == 1, (asked, rows)


def test_the_table_and_the_patterns_agree():
    """A row names a pattern exactly where that pattern, and no other, fits."""
    for asked in every_combination():
        row = answer(asked)
        fitting = [pattern.name for pattern in PATTERNS if pattern.fits(asked)]

        assert fitting == ([row.pattern.name] if row.pattern else []), asked


def test_every_row_is_reached():
    """No row of the table is dead."""
    reached = {answer(asked).id for asked in every_combination()}

    assert reached == {row.id for row in TABLE}


def test_every_answer_but_an_approved_one_names_alternatives():
    """A caution or refusal always says what would be approved."""
    assert all(row.alternatives for row in TABLE if row.pattern is None)
    assert len({row.id for row in TABLE}) == len(TABLE)


def test_a_hole_in_the_table_is_not_filled_by_chance():
    """A combination that no row answers is an error of ours, not a default."""
    with pytest.raises(LookupError):
        answer(next(every_combination()), TABLE[3:])


def chosen(grounds=None, **fields: Any):
    return choose(resolve(shot(**fields), grounds or film()))


ONE_LINE = {"language": "Korean", "turns": [{"speaker": "mina", "line": "네!"}]}
SHOTS = [{"action": "Rain.", "duration": 5}, {"action": "Sun.", "duration": 10}]
MANY = tuple(character(name, index) for index, name in enumerate(["mina", "jun", "ara"], start=1))
CASES: dict[str, tuple[dict[str, Any], Any, str]] = {
    "text": ({"cast": []}, None, "text2video"),
    "text by omni": ({"cast": [], "route": "omni"}, None, "W501"),
    "text by image2video": ({"cast": [], "route": "image2video"}, None, "E505"),
    "opening by image2video": ({"cast": [], "route": "image2video", "opening": "asset_cafe"}, None, "C"),
    "elements by image2video": ({"route": "image2video", "opening": "asset_cafe"}, None, "W516"),
    "both frames": ({"cast": [], "opening": "asset_cafe", "closing": "asset_street"}, None, "B"),
    "a closing frame alone": ({"cast": [], "closing": "asset_street"}, None, "E506"),
    "edited": ({"cast": [], "edit": "clip_1"}, None, "E-base"),
    "edited with things": ({"cast": [], "edit": "clip_1", "references": ["asset_lamp"]}, None, "W510"),
    "edited with talk": ({"edit": "clip_1", "dialogue": KOREAN}, None, "E502"),
    "edited in shots": ({"cast": [], "edit": "clip_1", "shots": SHOTS}, None, "E508"),
    "shots": ({"cast": [], "shots": SHOTS}, None, "D"),
    "shots with people": ({"shots": SHOTS}, None, "W513"),
    "shots with an opening": ({"cast": [], "shots": SHOTS, "opening": "asset_cafe"}, None, "W512"),
    "shots on a clip": ({"cast": [], "shots": SHOTS, "continue_from": "clip_1"}, None, "W511"),
    "shots by text2video": ({"cast": [], "shots": SHOTS, "route": "text2video"}, None, "W514"),
    "opening": ({"cast": [], "opening": "asset_cafe"}, None, "A"),
    "two by image": ({"cast": BY_IMAGES}, None, "A2"),
    "two by image who talk": ({"cast": BY_IMAGES, "dialogue": KOREAN}, None, "A2"),
    "continued": ({"cast": [], "continue_from": "clip_1"}, None, "E"),
    "two by element": ({}, None, "F"),
    "one by element": ({}, film(MINA), "F"),
    "three by element": ({}, film(*MANY), "F"),
    "two by element who talk": ({"dialogue": KOREAN}, None, "F2"),
    "one by image": ({}, film(character("mina")), "W504"),
    "one by element who talks": ({"dialogue": ONE_LINE}, film(MINA), "W505"),
    "elements and opening": ({"opening": "asset_cafe"}, None, "W506"),
    "elements and things": ({"references": ["asset_cafe"]}, None, "W507"),
    "things alone": ({"cast": [], "references": ["asset_cafe"]}, None, "W503"),
    "continued with people": ({"continue_from": "clip_1"}, None, "W509"),
    "continued with talk": ({"continue_from": "clip_1", "dialogue": KOREAN}, None, "E502"),
    "elements by text2video": ({"route": "text2video"}, None, "E504"),
    "mixed": (
        {"cast": [{"character": "mina"}, BY_IMAGES[1]]},
        film(character("mina", 7, references=()), MANY[1]),
        "E503",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_requests_meet_the_answer_the_guide_gives(name: str):
    """What a user asks in film words leads to the named row."""
    fields, grounds, answered = CASES[name]

    assert chosen(grounds, **ARGUE | fields).name == answered


def test_the_choice_is_explained_with_its_near_misses():
    """The answer says which pattern, why, and what the closest others lacked."""
    why = {
        reason.subject: (reason.verdict, reason.because)
        for reason in chosen(**ARGUE, cast=BY_IMAGES, dialogue=KOREAN).why
    }

    assert why["A2"][0] == "chosen"
    assert "the guide starts with A2" in why["rule of thumb"][1]
    assert why["F2"] == ("near miss", "it needs exactly two people, both by element")


def test_voice_markers_in_an_own_prompt_count_as_speech():
    """A verbatim prompt with voices of two elements is the conversation pattern, with sound."""
    resolution = resolve(shot(prompt='<<<element_1>>><<<voice_1>>> said: "Hi" to <<<element_2>>>'), film())

    assert (choose(resolution).name, resolution.sound) == ("F2", "on")

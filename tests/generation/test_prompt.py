"""The prompt is written from typed parts in a fixed order, with the same number for face, reference and voice."""

from __future__ import annotations

from typing import Any

import pytest

from generation.prompt import compose
from generation.resolve import resolve
from tests.generation.film import ARGUE, BY_IMAGES, KOREAN, MINA, film, shot


def prompt(grounds=None, **fields: Any) -> str:
    return compose(resolve(shot(**fields), grounds or film()))


def test_dialogue_has_all_that_the_guide_asks_for():
    """Framing, both mouths, wardrobe, language, timing and turns stand in the prompt of a conversation (guide F2, F3)."""
    assert prompt(**ARGUE, dialogue=KOREAN) == (
        "Framing: medium close shot, both faces and both mouths clearly visible. "
        "Setting: a crowded café at dusk. "
        "Cast: Mina <<<element_1>>> and Jun <<<element_2>>>, both visible and distinct, no extra people. "
        "Wardrobe adapted to the target setting. "
        "They argue over the last seat. "
        "Spoken language: Korean, natural Korean conversation timing, subtle facial expressions, gentle head turns. "
        'Mina<<<voice_1>>> said: "여기 제 자리예요." Jun<<<voice_2>>> said: "먼저 왔는데요."'
    )


def test_the_voice_follows_the_person_and_not_the_order_of_speaking():
    """Whoever speaks first, the voice number is the person's place in the cast."""
    turns = [{"speaker": "jun", "line": "Me first."}, {"speaker": "character_mina", "line": "No."}]
    text = prompt(**ARGUE, cast=BY_IMAGES, dialogue={"language": "English", "turns": turns})

    assert text.index('Jun<<<voice_2>>> said: "Me first."') < text.index('Mina<<<voice_1>>> said: "No."')
    assert "Mina <<<image_1>>> and Jun <<<image_2>>>" in text


@pytest.mark.parametrize(
    ("fields", "said", "unsaid"),
    [
        ({}, "Wardrobe adapted", "portrait clothing"),
        ({"adapt_wardrobe": True}, "do not preserve portrait clothing", "\n"),
        ({"adapt_wardrobe": False}, "no extra people", "Wardrobe"),
        ({"opening": "asset_cafe"}, "no extra people", "Wardrobe"),
        ({"cast": [], "continue_from": "clip_1"}, "Continue directly from <<<video_1>>>.", "Wardrobe"),
    ],
)
def test_wardrobe_is_adapted_where_the_scene_is_new(fields: dict[str, Any], said: str, unsaid: str):
    """Adaptation is the default for people in a new scene, stronger when asked for, absent when declined (guide F3.7, F3.8)."""
    text = prompt(**ARGUE | fields)

    assert said in text
    assert unsaid not in text


@pytest.mark.parametrize(
    ("framing", "mouths"),
    [("upper-body framing", True), ("wide shot of the room", False), ("medium wide shot", True)],
)
def test_a_wide_framing_is_not_contradicted(framing: str, mouths: bool):
    """The mouths are asked for where the framing can show them, and nowhere else (guide F3.11)."""
    assert ("mouths clearly visible" in prompt(**ARGUE, framing=framing, dialogue=KOREAN)) is mouths


def test_one_speaker_has_one_mouth():
    """A single speaker is framed by their own face."""
    dialogue = {"language": "Korean", "turns": [{"speaker": "mina", "line": "네!"}]}

    assert "face and mouth clearly visible" in prompt(film(MINA), **ARGUE, dialogue=dialogue)


def test_references_are_numbered_after_the_people():
    """Pictures of things come after the faces, so that a person's number holds."""
    text = prompt(**ARGUE, cast=BY_IMAGES, references=["asset_cafe", "asset_lamp"])

    assert "Things and places as in <<<image_3>>> and <<<image_4>>>." in text


def test_a_line_cannot_end_its_own_quotation():
    """Quotes and line breaks inside a line leave the turn one sentence in one pair of quotes."""
    turns = [{"speaker": "mina", "line": 'He said\n"no".'}]

    text = prompt(**ARGUE, dialogue={"language": "English", "turns": turns})

    assert text.endswith("Mina<<<voice_1>>> said: \"He said 'no'.\"")


def test_a_prompt_of_ones_own_is_left_alone():
    """A verbatim prompt is sent to the letter, spaces and all."""
    assert prompt(prompt="  Rain\n falls <<<element_1>>> ") == "  Rain\n falls <<<element_1>>> "

"""What was asked is done, or is a finding: frames, shots, edits, retakes, routes and pictures kept elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generation.compile import compile_plan, preview
from generation.grounds import Grounds, TakeGround
from generation.plan import Preview
from tests.generation.film import ARGUE, BY_IMAGES, KOREAN, PARENT, asset, film, shot

AWAY = {"url": "https://cdn.example.com/cafe.png"}
SCENE: dict[str, Any] = {"cast": [], "action": "Steam rises."}
SHOTS = [
    {"action": "She sits down.", "duration": 6, "cast": ["mina"], "framing": "close-up"},
    {"duration": 9, "dialogue": KOREAN},
]


def shown(grounds: Grounds | None = None, **fields: Any) -> Preview:
    return preview(shot(**fields), grounds or film())


def blocking(grounds: Grounds | None = None, **fields: Any) -> list[str]:
    return [one.rule for one in shown(grounds, **fields).findings if one.blocks]


def informed(grounds: Grounds | None = None, **fields: Any) -> set[str]:
    return {one.rule for one in shown(grounds, **fields).findings if one.severity == "I"}


def test_frames_stand_first_and_last():
    """Both frames are attached, typed and mapped to their markers, the first before the last (guide B)."""
    plan = compile_plan(shot(**SCENE, opening="asset_cafe", closing="asset_street"), film())

    assert [(one["image_url"], one["type"]) for one in plan.payload["image_list"]] == [
        ("blob:asset_cafe", "first_frame"),
        ("blob:asset_street", "end_frame"),
    ]
    assert [(one.role, one.marker, one.asset) for one in plan.grounded] == [
        ("opening", "<<<image_1>>>", "asset_cafe"),
        ("closing", "<<<image_2>>>", "asset_street"),
    ]
    assert [one.ref for one in plan.attachments] == ["blob:asset_cafe", "blob:asset_street"]


def test_a_closing_picture_of_image2video_needs_a_reason():
    """image_tail guides a transition and is a caution (guide C.4, C.5); sizes count both pictures."""
    asked = {**SCENE, "route": "image2video", "opening": "asset_cafe", "closing": "asset_street"}

    assert blocking(**asked) == ["W206"]
    plan = compile_plan(shot(**asked, accept={"W206": "a slow dissolve"}), film())
    assert (plan.payload["image"], plan.payload["image_tail"]) == ("blob:asset_cafe", "blob:asset_street")
    assert plan.wire_bytes > 2 * 4 * 100_001 // 3


def test_shots_keep_the_numbers_of_the_cast():
    """Each shot's prompt stands alone: its own framing and cast, and the same number for a person everywhere (guide F3.13)."""
    plan = compile_plan(shot(shots=SHOTS, setting="a café", accept={"W513": "one take"}), film())
    first, second = (one["prompt"] for one in plan.payload["multi_prompt"])

    assert (plan.duration, plan.sound, plan.payload["duration"]) == (15, "on", "15")
    assert first.startswith(
        "Framing: close-up. Setting: a café. Cast: Mina <<<element_1>>>, visible, no extra people."
    )
    assert "Framing: medium close shot, both faces and both mouths clearly visible." in second
    assert 'Jun<<<voice_2>>> said: "먼저 왔는데요."' in second
    assert [one.voice for one in plan.mapping] == ["<<<voice_1>>>", "<<<voice_2>>>"]


def test_shots_on_a_clip_are_told_in_the_prompt():
    """Beside a reference video the shots stand in the prompt and nowhere else (contract R21)."""
    shots = [{"action": "Rain.", "duration": 4}, {"action": "Sun.", "duration": 6}]

    plan = compile_plan(
        shot(cast=[], shots=shots, continue_from="clip_1", accept={"W511": "a jump cut"}), film()
    )

    assert (plan.payload["shot_type"], "multi_prompt" in plan.payload) == ("intelligence", False)
    assert "Shot 1, 4 seconds: Rain. Shot 2, 6 seconds: Sun." in plan.payload["prompt"]


def test_a_length_that_is_not_its_shots_is_a_finding():
    """A length that was named is never changed: the shots that do not fill it are faulted, with the change to make."""
    found = shown(cast=[], shots=[{"action": "Rain.", "duration": 4}], duration=5).findings

    assert [(one.rule, one.alternatives) for one in found if one.blocks] == [
        ("R7", ('set $.duration to "4"',))
    ]


@pytest.mark.parametrize(
    ("shots", "rule"),
    [
        ([{"action": "Rain.", "duration": 5, "cast": ["bob"]}], "E401"),
        ([{"action": "Rain.", "duration": 5, "cast": ["mina"], "dialogue": KOREAN}], "E402"),
    ],
)
def test_who_is_in_a_shot_is_cast(shots: list[dict[str, Any]], rule: str):
    """A shot names members of the cast, and whoever speaks in it is in it."""
    assert rule in blocking(shots=shots, cast=[{"character": "mina"}, {"character": "jun"}])


def test_an_edit_keeps_length_and_shape():
    """An edit is priced and planned by its clip's length; what was asked otherwise is told (contract R10, guide V.1)."""
    ground = film(parent=replace(PARENT, duration_seconds=8.04))
    plan = compile_plan(shot(**SCENE, edit="clip_1", keep_original_sound=False), ground)

    assert not {"duration", "aspect_ratio"} & plan.payload.keys()
    assert plan.payload["video_list"][0] | {"video_url": ""} == {
        "video_url": "",
        "refer_type": "base",
        "keep_original_sound": "no",
    }
    assert (plan.duration, plan.estimate.units, plan.parents) == (8, "7.2", ("clip_1",))
    assert "I313" in {one.rule for one in plan.findings}


def test_a_clip_too_long_to_be_a_reference_is_told():
    """What is on record of the parent is held against the vendor's limits, and the vendor has the last word (contract R41)."""
    ground = film(parent=replace(PARENT, duration_seconds=15.6))

    assert "R41" in informed(ground, **SCENE, continue_from="clip_1")
    assert "R41" not in informed(**SCENE, continue_from="clip_1")


def test_gaps_of_an_edit_stand_at_the_edit():
    """An unknown or expired clip is faulted where the request names it."""
    found = shown(film(parent=None), **SCENE, edit="clip_9").findings

    assert [(one.rule, one.path) for one in found if one.blocks] == [("E408", "$.edit")]


@pytest.mark.parametrize("field", ["opening", "closing", "references"])
def test_a_picture_elsewhere_travels_as_its_address(field: str):
    """Named by address it is sent as that address, attached to nothing, and needs a reason (guide 2B)."""
    asked = {**SCENE, "opening": "asset_cafe", field: [AWAY] if field == "references" else AWAY}
    cautions = {"W205": "the set's live camera", "W503": "the lamp is on it"}

    plan = compile_plan(shot(**asked, accept=cautions), film())

    assert "W205" in blocking(**asked)
    assert AWAY["url"] in {entry["image_url"] for entry in plan.payload["image_list"]}
    assert AWAY["url"] in {one.url for one in plan.grounded}
    assert AWAY["url"] not in {one.ref for one in plan.attachments}


def test_pro_answers_a_weak_std_take():
    """A take in std that is answered speaks for pro; one in pro does not, and an unknown one is a gap (guide 1.14)."""
    asked = {**ARGUE, "mode": "pro", "retake_of": "clip_0"}

    assert blocking(film(retake=TakeGround("clip_0", "std")), **asked) == []
    assert blocking(film(retake=TakeGround("clip_0")), **asked) == []
    assert blocking(film(retake=TakeGround("clip_0", "pro")), **asked) == ["W201"]
    assert blocking(**asked) == ["E415", "W201"]


def test_a_scene_is_not_chained_from_its_own_frames():
    """A first frame cut from a clip of the same scene is refused, of another scene or as a last frame not (guide 3D)."""

    def cut(scene: str) -> Grounds:
        still = asset("cafe", made_from_clip="clip_7", made_from_scene=scene)
        return film(assets={**film().assets, "asset_cafe": still})

    assert blocking(cut("scene_1"), **SCENE, opening="asset_cafe") == ["E103"]
    assert blocking(cut("scene_1"), **SCENE, opening="asset_cafe", route="image2video") == ["E103"]
    assert blocking(cut("scene_0"), **SCENE, opening="asset_cafe") == []
    assert blocking(cut("scene_1"), **SCENE, opening="asset_street", closing="asset_cafe") == []


def test_a_portrait_does_not_open_a_new_scene_unasked():
    """A character's picture as the first frame needs a reason where another setting is told, and only there (guide F3.6)."""
    assert blocking(**SCENE, opening="asset_mina") == []
    assert blocking(**SCENE, opening="asset_mina", setting="a harbour") == ["W209"]
    assert blocking(**SCENE, opening="asset_cafe", setting="a harbour") == []


@pytest.mark.parametrize(
    ("route", "fields", "rule"),
    [
        ("image2video", {}, "E505"),
        ("image2video", {"cast": BY_IMAGES, "opening": "asset_cafe"}, "E505"),
        ("image2video", {"opening": "asset_cafe", "dialogue": KOREAN}, "E505"),
        ("text2video", {"cast": [], "closing": "asset_cafe"}, "E504"),
        ("omni", {"cast": [], "closing": "asset_cafe"}, "E506"),
    ],
)
def test_a_route_that_cannot_be_had_is_refused(route: str, fields: dict[str, Any], rule: str):
    """What was asked for is never changed silently: the refusal names the routes that would do."""
    found = shown(**{**ARGUE, **fields, "route": route}).findings

    assert found[0].rule == rule
    assert found[0].alternatives


def test_speech_that_does_not_fit_is_told():
    """More words than the clip has seconds is a note with the next approved length (guide F3.14)."""
    turns = [{"speaker": "mina", "line": "I was here first, and I will not move for anybody. " * 2}]
    asked = {**ARGUE, "dialogue": {"language": "English", "turns": turns}}

    found = {one.rule: one for one in shown(**asked).findings}

    assert found["I305"].alternatives == ('set $.duration to "10"',)
    assert "I305" not in informed(**asked, duration=15)


def test_a_prompt_of_ones_own_is_read_for_speech():
    """Voices, language and framing are missed in a verbatim prompt, and never in a composed one (guide F3)."""
    own = '<<<element_1>>> says to <<<element_2>>>: "This seat is mine."'

    assert informed(prompt=own, sound="on") >= {"I306", "I307", "I308"}
    assert not informed(**ARGUE, dialogue=KOREAN) & {"I306", "I307", "I308"}


def test_two_people_are_grounded_before_they_talk():
    """A2 with speech advises a silent take first, until one is named (guide A2.11)."""
    asked = {**ARGUE, "cast": BY_IMAGES, "dialogue": KOREAN}

    assert "I309" in informed(**asked)
    assert "I309" not in informed(film(retake=TakeGround("clip_0", "std")), **asked, retake_of="clip_0")

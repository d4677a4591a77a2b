"""The shot request is parsed once: every problem at its place, nothing dropped, nothing guessed."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from generation.shot import ShotRequest


def problems(body: object) -> dict[str, str]:
    with pytest.raises(ValidationError) as refused:
        ShotRequest.model_validate(body)
    return {".".join(map(str, error["loc"])): error["msg"] for error in refused.value.errors()}


def test_defaults_are_the_guides():
    """A request that names the least gets std, five seconds, sixteen by nine, and the scene's whole cast."""
    request = ShotRequest.model_validate({"scene": "scene_1", "action": "Rain."})

    assert (request.mode, request.duration, request.aspect_ratio, request.cast, request.sound) == (
        "std",
        5,
        "16:9",
        None,
        None,
    )


def test_every_problem_is_reported_at_once():
    """Misspelt fields, wrong types, missing and excluding fields come back in one answer."""
    found = problems(
        {
            "prompt": "Rain.",
            "action": "They argue.",
            "durations": 5,
            "duration": "5",
            "cast": [{"character": "mina", "loook": "x"}],
        }
    )

    assert found.keys() == {"scene", "action", "durations", "duration", "cast.0.loook"}
    assert "no field of a shot request" in found["durations"]


def test_a_look_is_named_as_looks_are():
    """A cast entry may name a look; what no look can be called is refused at its place."""
    body = {"scene": "scene_1", "action": "Rain."}
    named = ShotRequest.model_validate({**body, "cast": [{"character": "mina", "look": "winter"}]})

    assert named.cast is not None
    assert named.cast[0].look == "winter"
    for look in ("", " winter", "day/night", "x" * 61, 7):
        assert problems({**body, "cast": [{"character": "mina", "look": look}]}).keys() == {"cast.0.look"}


def test_a_picture_elsewhere_is_named_by_its_address():
    """An address is absolute and without credentials; a wrong one is faulted at its place, without the parser's own words."""
    found = problems(
        {
            "scene": "scene_1",
            "action": "Rain.",
            "opening": {"url": "cafe.png"},
            "references": ["asset_1", {"url": "https://me:secret@cdn.example.com/a.png"}, 5],
        }
    )

    assert found.keys() == {"opening.url", "references.1.url", "references.2"}


def test_shots_give_the_clip_its_length():
    """Where the clip's length is not named it is the sum of its shots; where it is, nothing is changed silently."""
    shots = [{"action": "Rain.", "duration": 4}, {"action": "Sun.", "duration": 5}]
    body = {"scene": "scene_1", "shots": shots}

    request = ShotRequest.model_validate(body)

    assert request.duration == 9
    assert ShotRequest.model_validate(request.model_dump(mode="json")) == request
    assert ShotRequest.model_validate({**body, "duration": 15}).duration == 15


EXCLUDED = {
    "shots": {"prompt": "Rain.", "shots": [{"action": "Rain.", "duration": 5}]},
    "dialogue": {
        "dialogue": {"language": "Korean", "turns": [{"speaker": "a", "line": "b"}]},
        "shots": [{"action": "Rain.", "duration": 5}],
    },
    "edit": {"action": "Rain.", "edit": "clip_1", "continue_from": "clip_2"},
    "opening": {"action": "Rain.", "edit": "clip_1", "opening": "asset_1"},
    "closing": {"action": "Rain.", "edit": "clip_1", "closing": "asset_1"},
    "shots.0.action": {"shots": [{"duration": 5}]},
}


@pytest.mark.parametrize("field", EXCLUDED)
def test_what_does_not_go_together_is_refused(field: str):
    """Fields that exclude each other are refused at the one to drop."""
    assert problems({"scene": "scene_1", **EXCLUDED[field]}).keys() == {field}


@pytest.mark.parametrize("field", ["action", "dialogue", "setting"])
def test_a_prompt_excludes_the_parts_it_would_replace(field: str):
    """A part that a verbatim prompt would silently lose is refused."""
    part = {"language": "Korean", "turns": [{"speaker": "a", "line": "b"}]} if field == "dialogue" else "x"

    assert field in problems({"scene": "scene_1", "prompt": "Rain.", field: part})


@pytest.mark.parametrize(
    "body", [None, [], "text", 5, {}, {"scene": None}, {1: 2}, {"cast": {}}, {"accept": []}]
)
def test_no_body_crashes_the_parser(body: object):
    """Any JSON is either a request or a list of problems."""
    assert problems(body)


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
@pytest.mark.parametrize("field", ["action", "prompt", "setting", "opening", "client_reference"])
def test_text_the_log_cannot_keep_is_refused(text: str, field: str):
    """NUL and lone surrogates are refused at the door, because no engine stores them alike."""
    assert field in problems({"scene": "scene_1", field: text})


def test_a_request_reads_back_from_its_own_json():
    """What the log keeps of a request is a request again, defaults included."""
    request = ShotRequest.model_validate({"scene": "scene_1", "action": "Rain."})

    assert ShotRequest.model_validate(request.model_dump(mode="json")) == request


def test_sound_of_a_clip_needs_the_clip():
    """keep_original_sound without continue_from would mean nothing, so it is refused."""
    body = {"scene": "scene_1", "action": "Rain.", "keep_original_sound": False}

    assert problems(body).keys() == {"keep_original_sound"}

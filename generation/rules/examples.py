"""For every rule, the smallest payload that breaks it: what the reference page shows, and what the tests start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from generation.rules.subject import (
    DELETE_ELEMENT,
    ELEMENT,
    IMAGE,
    OMNI,
    TEXT,
    VOICE,
    Facts,
    Picture,
    Subject,
    Video,
)
from generation.shot import ShotRequest

_URL: Final = "https://cdn.example.com"
_VIDEO: Final = {
    "model_name": "kling-v3",
    "prompt": "Rain.",
    "duration": "5",
    "mode": "std",
    "aspect_ratio": "16:9",
}
LEGAL_BODIES: Final[Mapping[str, Mapping[str, Any]]] = {
    OMNI: _VIDEO | {"model_name": "kling-v3-omni"},
    TEXT: _VIDEO,
    IMAGE: _VIDEO | {"image": "blob:asset_cafe"},
    ELEMENT: {
        "element_name": "Mina",
        "element_description": "Young woman, short black hair",
        "reference_type": "image_refer",
        "element_image_list": {
            "frontal_image": "blob:asset_mina",
            "refer_images": [{"image_url": "blob:asset_mina_side"}],
        },
    },
    VOICE: {"voice_name": "Mina", "voice_url": f"{_URL}/mina.wav"},
    DELETE_ELEMENT: {"element_id": "321922438904313"},
}
"""A body per endpoint that no rule has anything against."""
PLACEHOLDERS: Final = frozenset(
    {"blob:asset_cafe", "blob:asset_street", "blob:asset_mina", "blob:asset_mina_side", "clip:clip_1"}
)


@dataclass(frozen=True, slots=True)
class Example:
    """A legal body with `changes` (None drops a field) that breaks one rule; `given` says what is known beside it."""

    endpoint: str
    changes: Mapping[str, Any]
    facts: Facts = field(default_factory=lambda: Facts(references=PLACEHOLDERS))
    given: str = ""

    @property
    def subject(self) -> Subject:
        body = {**LEGAL_BODIES.get(self.endpoint, {}), **self.changes}
        return Subject(
            self.endpoint, {key: value for key, value in body.items() if value is not None}, self.facts
        )


def _omni(**changes: Any) -> Example:
    return Example(OMNI, changes)


def _asked(
    request: Mapping[str, Any], *, given: str, facts: Mapping[str, Any] | None = None, **changes: Any
) -> Example:
    """An omni payload beside the shot request it was made from."""
    asked = ShotRequest.model_validate({"scene": "scene_1", "action": "Rain.", **request})
    return Example(OMNI, changes, Facts(request=asked, references=PLACEHOLDERS, **(facts or {})), given)


def _known(given: str, example: Example, **facts: Any) -> Example:
    return Example(example.endpoint, example.changes, Facts(references=PLACEHOLDERS, **facts), given)


_FIRST: Final = {"image_url": "blob:asset_cafe", "type": "first_frame"}
_END: Final = {"image_url": "blob:asset_street", "type": "end_frame"}
_PLAIN: Final = {"image_url": "blob:asset_mina"}
_FEATURE: Final = {"video_url": "clip:clip_1", "refer_type": "feature"}
_BASE: Final = {"video_url": "clip:clip_1", "refer_type": "base"}
_TALK: Final = {
    "dialogue": {"language": "Korean", "turns": [{"speaker": "mina", "line": "여기 제 자리예요."}]},
}
_LINE: Final = 'She said: "The seat is mine."'


def _shots(*seconds: str, **first: Any) -> dict[str, Any]:
    told = [
        {"index": number, "prompt": f"Shot {number}.", "duration": length}
        for number, length in enumerate(seconds, start=1)
    ]
    return {"multi_shot": True, "shot_type": "customize", "multi_prompt": [{**told[0], **first}, *told[1:]]}


def _elements(count: int, start: int = 1) -> list[dict[str, int]]:
    return [{"element_id": number} for number in range(start, start + count)]


EXAMPLES: Final[Mapping[str, Example]] = {
    "R1": _omni(model_name=None),
    "R2": _omni(prompt="  "),
    "R3": _omni(prompt="x" * 2501),
    "R4": _omni(multi_shot=True, shot_type="automatic"),
    "R5": _omni(multi_shot=True, shot_type="customize"),
    "R6": _omni(**_shots("2", "3", duration=2)),
    "R7": _omni(**_shots("5", "5")),
    "R8": _omni(shot_type="customize"),
    "R9": _omni(**_shots("2", "3", index=0)),
    "R10": _omni(duration="16"),
    "R11": _omni(mode="standard"),
    "R12": _omni(aspect_ratio=None),
    "R13": _omni(image_list=[_FIRST]),
    "R14": _omni(sound=True),
    "R15": _omni(video_list=[_FEATURE], sound="on"),
    "R16": _omni(video_list=[_FEATURE, _FEATURE]),
    "R17": _omni(video_list=[{"video_url": "AAAA"}]),
    "R18": _omni(video_list=[{**_FEATURE, "refer_type": "style"}]),
    "R19": _omni(video_list=[_BASE], image_list=[_FIRST]),
    "R20": _omni(video_list=[_BASE], multi_shot=True, shot_type="intelligence"),
    "R21": _omni(video_list=[_FEATURE], **_shots("2", "3")),
    "R22": _omni(image_list=[{"image": "blob:asset_mina"}]),
    "R23": _omni(image_list=[{**_PLAIN, "type": "last"}]),
    "R24": _omni(image_list=[_END]),
    "R25": _omni(image_list=[_FIRST, _END, _PLAIN]),
    "R26": _omni(element_list=_elements(4), image_list=[_PLAIN] * 4),
    "R27": _omni(element_list=_elements(2), image_list=[_PLAIN] * 3, video_list=[_FEATURE]),
    "R28": _omni(image_list=[_FIRST], element_list=_elements(4)),
    "R29": _known(
        "the four elements were made from video",
        _omni(element_list=_elements(4)),
        element_kinds=dict.fromkeys(range(1, 5), "video"),
    ),
    "R30": _omni(element_list=[{"element_id": 7}, {"element_id": 7}]),
    "R31": Example(IMAGE, {"image": None, "image_tail": "blob:asset_street"}),
    "R32": Example(IMAGE, {"image_tail": "blob:asset_street", "camera_control": {"type": "down_back"}}),
    "R33": Example(IMAGE, {"element_list": _elements(4)}),
    "R34": Example(IMAGE, {"element_list": _elements(1), "voice_list": [{"voice_id": "1"}]}),
    "R35": _omni(voice_list=[{"voice_id": "1"}]),
    "R36": Example(TEXT, {"negative_prompt": "x" * 2501}),
    "R37": Example(TEXT, {"cfg_scale": 1.5}),
    "R38": Example(TEXT, {"camera_control": {"type": "simple", "config": {"pan": 5, "zoom": 5}}}),
    "R39": Example(IMAGE, {"image": "data:image/png;base64,iVBORw0KGgo="}),
    "R40": _known(
        "the picture has 299 x 400 pixels",
        _omni(image_list=[_PLAIN]),
        pictures={"blob:asset_mina": Picture(299, 400, 90_000, "jpeg")},
    ),
    "R41": _known(
        "the clip lasts 2 seconds", _omni(video_list=[_FEATURE]), videos={"clip:clip_1": Video(seconds=2.0)}
    ),
    "R42": _omni(watermark_info={"enabled": "yes"}),
    "R43": _known(
        "the account has used this id", _omni(external_task_id="take-1"), external_ids=frozenset({"take-1"})
    ),
    "R44": _omni(callback_url="hooks.example.com/kling"),
    "R45": _omni(prompt="<<<image_2>>> enters.", image_list=[_PLAIN]),
    "R46": _omni(seed=7),
    "R47": Example(ELEMENT, {"element_name": "abcdefghijklmnopqrstu"}),
    "R48": Example(ELEMENT, {"element_description": "x" * 101}),
    "R49": Example(ELEMENT, {"reference_type": "images"}),
    "R50": Example(ELEMENT, {"element_image_list": {"frontal_image": "blob:asset_mina", "refer_images": []}}),
    "R51": Example(
        ELEMENT,
        {
            "reference_type": "video_refer",
            "element_image_list": None,
            "element_video_list": {"refer_videos": [{"video_url": f"{_URL}/{name}.mp4"} for name in "ab"]},
        },
    ),
    "R52": Example(ELEMENT, {"element_video_list": {"refer_videos": [{"video_url": f"{_URL}/a.mp4"}]}}),
    "R53": Example(ELEMENT, {"tag_list": [{"tag_id": "o_109"}]}),
    "R54": Example(ELEMENT, {"element_voice_id": 850087542757535834}),
    "R56": Example(VOICE, {"voice_name": ""}),
    "R57": Example(VOICE, {"video_id": "930810294971662349"}),
    "R58": Example(VOICE, {"voice_url": "mina.wav"}),
    "R59": Example(DELETE_ELEMENT, {"element_id": 321922438904313}),
    "R60": Example("GET omni-video", {"pageNum": 0, "pageSize": 30}),
    "R61": Example(TEXT, {"element_list": _elements(1)}),
    "R62": _omni(negative_prompt="No blur."),
    "E101": _omni(model_name="kling-video-o1"),
    "E102": Example(TEXT, {"duration": "20"}),
    "E103": _known(
        "the picture was cut from clip_0 of the same scene",
        _omni(image_list=[_FIRST]),
        cut_from_scene={"blob:asset_cafe": "clip_0"},
    ),
    "E104": _omni(video_url="AAAA"),
    "E107": _omni(image_list="blob:asset_mina"),
    "E108": _omni(image_tail="blob:asset_street"),
    "W201": _asked({}, given="the request names no reason", mode="pro"),
    "W202": _asked({}, given="the request names no reason", mode="4k"),
    "W203": _asked({"purpose": "final"}, given="the purpose is final", mode="std"),
    "W204": _asked(_TALK, given="the request has dialogue", sound="off"),
    "W205": _omni(image_list=[{"image_url": f"{_URL}/cafe.png"}]),
    "W206": Example(IMAGE, {"image_tail": "blob:asset_street"}),
    "W207": _omni(image="blob:asset_cafe"),
    "W208": _omni(
        sound="on",
        image_list=[_PLAIN],
        prompt='Medium shot, English. Mina <<<image_1>>><<<voice_1>>> said: "No." A man <<<voice_2>>> said: "Yes."',
    ),
    "W209": _asked(
        {"setting": "a harbour"},
        given="the picture is a reference of Mina, and the setting a harbour",
        facts={"portraits": frozenset({"blob:asset_mina"}), "setting": "a harbour"},
        image_list=[{"image_url": "blob:asset_mina", "type": "first_frame"}],
    ),
    "W210": Example(TEXT, {"prompt": f"Medium shot, in English. Mina <<<voice_1>>> {_LINE}", "sound": "on"}),
    "I301": _known("pattern A was chosen", _omni(duration="7"), pattern="A", durations=(5, 15)),
    "I302": _asked(
        {**_TALK, "framing": "wide shot"}, given="the request frames its dialogue wide", sound="on"
    ),
    "I303": _asked(
        {"action": None, "prompt": "Rain.", "framing": "wide shot"},
        given="the request has a prompt of its own and a framing",
    ),
    "I305": _omni(
        sound="on", duration="3", prompt=f'Medium shot, English. <<<voice_1>>> said: "{"no " * 20}never."'
    ),
    "I306": _omni(sound="on", prompt=f"Medium shot, in English. {_LINE}"),
    "I307": _omni(sound="on", prompt=f"Medium shot. <<<voice_1>>> {_LINE}"),
    "I308": _omni(sound="on", prompt=f"A harbour, in English. <<<voice_1>>> {_LINE}"),
    "I309": _asked(_TALK, given="pattern A2 was chosen, with dialogue", facts={"pattern": "A2"}, sound="on"),
    "I310": _omni(**_shots("2", "3")),
    "I311": Example(TEXT, {"camera_control": {"type": "down_back"}}),
    "I312": Example(VOICE, {"voice_url": f"{_URL}/mina.ogg"}),
    "I313": _asked(
        {"edit": "clip_1"},
        given="the request asks for 5 s, and the clip lasts 8",
        facts={"videos": {"clip:clip_1": Video(seconds=8.0)}},
        video_list=[_BASE],
    ),
    "I314": _omni(element_list=_elements(2), video_list=[_FEATURE]),
    "I315": _omni(prompt="<<<element_1>>> leans on the bar.", element_list=_elements(1)),
    "I316": _omni(
        sound="on",
        element_list=_elements(2),
        prompt="Medium shot, in English, wardrobe adapted. <<<element_1>>><<<voice_2>>> and "
        f"<<<element_2>>><<<voice_1>>> {_LINE}",
    ),
}

"""For every rule: a payload that passes, one that fails, and one the rule has nothing to say about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from generation.rules.subject import IMAGE, OMNI, TEXT, Facts, Picture, Subject
from tests.generation.film import KOREAN, shot

IMAGES = [{"image_url": f"blob:asset_{index}"} for index in range(8)]
ELEMENTS = [{"element_id": index} for index in range(1, 9)]
FIRST, LAST = (
    {"image_url": "blob:first", "type": "first_frame"},
    {"image_url": "blob:last", "type": "end_frame"},
)
FEATURE = {
    "video_url": "https://cdn.example.com/a.mp4",
    "refer_type": "feature",
    "keep_original_sound": "yes",
}
BASE = {**FEATURE, "refer_type": "base"}
VIDEO_ELEMENTS = Facts(element_kinds={1: "video", 2: "video", 3: "video", 4: "video", 5: "image"})


def omni(*, facts: Facts | None = None, **fields: Any) -> Subject:
    """An omni payload that every rule passes, changed by the fields; None drops one."""
    body = {
        "model_name": "kling-v3-omni",
        "prompt": "Rain.",
        "duration": "5",
        "mode": "std",
        "aspect_ratio": "16:9",
        **fields,
    }
    return Subject(OMNI, {key: value for key, value in body.items() if value is not None}, facts or Facts())


def text(*, facts: Facts | None = None, **fields: Any) -> Subject:
    return Subject(TEXT, {**omni().body, "model_name": "kling-v3", **fields}, facts or Facts())


def asking(**fields: Any) -> Facts:
    return Facts(request=shot(**{"action": "Rain.", **fields}))


def picture(width: int = 1024, height: int = 1024, size: int = 1000, *, format: str = "jpeg") -> Facts:
    return Facts(pictures={"blob:asset_0": Picture(width, height, size, format)})


ELEMENT_ROUTE = Subject("advanced-custom-elements", {"element_name": "Mina"})
TALK = asking(dialogue=KOREAN)


@dataclass(frozen=True)
class Case:
    """`path` is where the failing payload is expected to be faulted."""

    passes: Subject
    fails: Subject
    silent: Subject
    path: str


CASES: dict[str, Case] = {
    "R1": Case(omni(), omni(model_name=None), ELEMENT_ROUTE, "$.model_name"),
    "R2": Case(
        omni(), omni(prompt="  "), omni(prompt="", multi_shot=True, shot_type="customize"), "$.prompt"
    ),
    "R3": Case(omni(prompt="x" * 2500), omni(prompt="x" * 2501), ELEMENT_ROUTE, "$.prompt"),
    "R10": Case(
        omni(duration="3"), omni(duration="16"), omni(duration="99", video_list=[BASE]), "$.duration"
    ),
    "R11": Case(omni(mode="4k"), omni(mode="standard"), ELEMENT_ROUTE, "$.mode"),
    "R12": Case(
        omni(aspect_ratio=None, image_list=[FIRST]), omni(aspect_ratio=None), ELEMENT_ROUTE, "$.aspect_ratio"
    ),
    "R13": Case(
        omni(aspect_ratio=None, image_list=[FIRST]), omni(image_list=[FIRST]), omni(), "$.aspect_ratio"
    ),
    "R14": Case(omni(sound="off"), omni(sound=True), omni(), "$.sound"),
    "R45": Case(
        omni(prompt="<<<image_1>>><<<voice_9>>>", image_list=IMAGES[:1]),
        omni(prompt="<<<image_2>>>", image_list=IMAGES[:1]),
        omni(prompt="<<<object_2>>>"),
        "$.prompt",
    ),
    "R15": Case(
        omni(video_list=[FEATURE]), omni(video_list=[FEATURE], sound="on"), omni(sound="on"), "$.sound"
    ),
    "R16": Case(omni(video_list=[FEATURE]), omni(video_list=[FEATURE, FEATURE]), omni(), "$.video_list"),
    "R17": Case(
        omni(video_list=[{"video_url": "clip:1"}], facts=Facts(references=frozenset({"clip:1"}))),
        omni(video_list=[{"video_url": "AAAA"}]),
        omni(),
        "$.video_list[0].video_url",
    ),
    "R18": Case(
        omni(video_list=[FEATURE]),
        omni(video_list=[{**FEATURE, "refer_type": "style"}]),
        omni(),
        "$.video_list[0].refer_type",
    ),
    "R19": Case(
        omni(video_list=[BASE], image_list=IMAGES[:1]),
        omni(video_list=[BASE], image_list=[FIRST]),
        omni(video_list=[FEATURE], image_list=[FIRST]),
        "$.image_list",
    ),
    "R20": Case(
        omni(video_list=[BASE]),
        omni(video_list=[BASE], multi_shot=True, shot_type="intelligence"),
        omni(multi_shot=True),
        "$.multi_shot",
    ),
    "R21": Case(
        omni(video_list=[FEATURE], multi_shot=True, shot_type="intelligence"),
        omni(video_list=[FEATURE], multi_shot=True, shot_type="customize"),
        omni(video_list=[FEATURE]),
        "$.shot_type",
    ),
    "R22": Case(omni(image_list=IMAGES[:1]), omni(image_list=[{"image": "x"}]), omni(), "$.image_list[0]"),
    "R23": Case(
        omni(image_list=[FIRST, LAST]),
        omni(image_list=[{**FIRST, "type": "last"}]),
        omni(),
        "$.image_list[0].type",
    ),
    "R24": Case(
        omni(image_list=[FIRST, LAST]), omni(image_list=[LAST]), omni(image_list=[FIRST]), "$.image_list"
    ),
    "R25": Case(
        omni(image_list=[FIRST, LAST]),
        omni(image_list=[FIRST, LAST, IMAGES[0]]),
        omni(image_list=[FIRST, LAST, IMAGES[0]], facts=Facts(end_frame_policy=False)),
        "$.image_list",
    ),
    "R40": Case(
        omni(image_list=IMAGES[:1], facts=picture(300, 750)),
        omni(image_list=IMAGES[:1], facts=picture(299, 400)),
        omni(image_list=IMAGES[:1]),
        "$.image_list[0].image_url",
    ),
    "R26": Case(
        omni(image_list=IMAGES[:4], element_list=ELEMENTS[:3]),
        omni(image_list=IMAGES),
        omni(image_list=IMAGES, video_list=[FEATURE]),
        "$.image_list",
    ),
    "R27": Case(
        omni(image_list=IMAGES[:2], element_list=ELEMENTS[:2], video_list=[FEATURE]),
        omni(image_list=IMAGES[:2], element_list=ELEMENTS[:3], video_list=[FEATURE]),
        omni(image_list=IMAGES[:5]),
        "$.image_list",
    ),
    "R28": Case(
        omni(image_list=[FIRST], element_list=ELEMENTS[:3]),
        omni(image_list=[FIRST], element_list=ELEMENTS[:4]),
        omni(image_list=IMAGES[:1], element_list=ELEMENTS[:4]),
        "$.element_list",
    ),
    "R29": Case(
        omni(element_list=ELEMENTS[:3], image_list=IMAGES[:4], facts=VIDEO_ELEMENTS),
        omni(element_list=ELEMENTS[:4], facts=VIDEO_ELEMENTS),
        omni(element_list=ELEMENTS[:4]),
        "$.element_list",
    ),
    "R30": Case(
        omni(element_list=[{"element_id": 2**63 - 1}, {"element_id": "7"}]),
        omni(element_list=[{"element_id": 0}]),
        omni(),
        "$.element_list[0].element_id",
    ),
    "E101": Case(omni(), omni(model_name="kling-video-o1"), omni(model_name=None), "$.model_name"),
    "E102": Case(text(duration="15"), text(duration="16"), omni(duration=16), "$.duration"),
    "W201": Case(
        omni(mode="pro", facts=asking(purpose="final")),
        omni(mode="pro", facts=asking()),
        omni(mode="pro"),
        "$.mode",
    ),
    "W202": Case(omni(facts=asking()), omni(mode="4k", facts=asking()), omni(mode="4k"), "$.mode"),
    "W203": Case(
        omni(mode="pro", facts=asking(purpose="final")),
        omni(facts=asking(purpose="final")),
        omni(facts=asking()),
        "$.mode",
    ),
    "W204": Case(
        omni(sound="on", facts=TALK), omni(sound="off", facts=TALK), omni(facts=asking()), "$.sound"
    ),
    "I301": Case(
        omni(facts=Facts(pattern="A", durations=(5, 15))),
        omni(duration="7", facts=Facts(pattern="A", durations=(5, 15))),
        omni(duration="7"),
        "$.duration",
    ),
    "I302": Case(
        omni(facts=asking(dialogue=KOREAN, framing="upper-body framing")),
        omni(facts=asking(dialogue=KOREAN, framing="wide shot")),
        omni(facts=asking(framing="wide shot")),
        "$.framing",
    ),
    "I303": Case(
        omni(facts=Facts(request=shot(prompt="Rain."))),
        omni(facts=Facts(request=shot(prompt="Rain.", framing="wide shot"))),
        omni(facts=asking(framing="wide shot")),
        "$.prompt",
    ),
}

MORE_FAILURES: dict[str, list[Subject]] = {
    "R1": [omni(model_name="kling-v3"), text(model_name="kling-v3-omni"), Subject(IMAGE, {"model_name": 3})],
    "R2": [omni(prompt=None), omni(prompt=5), omni(prompt="", multi_shot=True, shot_type="intelligence")],
    "R10": [omni(duration=value) for value in (5, "2", "5.0", "", "٥", True, ["5"])],
    "R11": [omni(mode=None), omni(mode="professional"), omni(mode=1)],
    "R12": [omni(aspect_ratio="4:3"), omni(aspect_ratio=None, video_list=[FEATURE]), text(aspect_ratio=[])],
    "R14": [omni(sound="yes"), omni(sound=1), text(sound={})],
    "R15": [omni(video_list=[BASE], sound="on"), omni(video_list=[FEATURE], sound=True)],
    "R17": [
        omni(video_list=[entry])
        for entry in ({}, {"video_url": ""}, {"video_url": "https://"}, {"video_url": "ftp://a/b"}, "x", None)
    ],
    "R18": [omni(video_list=[{**FEATURE, "keep_original_sound": True}])],
    "R22": [
        omni(image_list=[entry])
        for entry in ({"image_url": ""}, {"image_url": "x", "index": 1}, {}, "x", None, {"image_url": 5})
    ],
    "R23": [
        omni(image_list=[FIRST, FIRST]),
        omni(image_list=[FIRST, LAST, LAST]),
        omni(image_list=[{"type": []}]),
    ],
    "R26": [omni(element_list=ELEMENTS), omni(image_list=[FIRST, *IMAGES[:7]])],
    "R29": [
        omni(element_list=ELEMENTS[:1], image_list=IMAGES[:1], video_list=[FEATURE], facts=VIDEO_ELEMENTS),
        omni(element_list=ELEMENTS[:2], video_list=[FEATURE], facts=VIDEO_ELEMENTS),
        omni(element_list=ELEMENTS[:1], image_list=IMAGES[:5], facts=VIDEO_ELEMENTS),
    ],
    "R30": [
        omni(element_list=[{"element_id": value}])
        for value in (None, -1, 2**63, 1.0, True, "1.0", "", "abc", "9" * 5000, [])
    ]
    + [
        omni(element_list=[{"element_id": 7}, {"element_id": "7"}]),
        omni(element_list=["x"]),
        omni(element_list=[{}]),
    ],
    "R40": [
        omni(image_list=IMAGES[:1], facts=facts)
        for facts in (
            picture(300, 751),
            picture(751, 300),
            picture(size=10 * 1024 * 1024 + 1),
            picture(format="webp"),
            picture(0, 0),
        )
    ],
    "R45": [
        omni(prompt="<<<element_1>>>"),
        text(prompt="<<<video_1>>>"),
        omni(prompt="<<<image_999999999>>>"),
    ],
}

"""For every rule: a payload that passes, one that fails, and one the rule has nothing to say about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from generation.grounds import TakeGround
from generation.rules.examples import EXAMPLES, LEGAL_BODIES, PLACEHOLDERS
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
        omni(duration="99", video_list=[BASE]), omni(duration="16"), omni(duration=None), "$.duration"
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
        omni(),
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

SHOTS = {
    "multi_shot": True,
    "shot_type": "customize",
    "multi_prompt": [{"index": n, "prompt": f"Shot {n}.", "duration": d} for n, d in ((1, "2"), (2, "3"))],
}
LINE = '<<<voice_1>>> said: "The seat is mine."'


def still(*, facts: Facts | None = None, **fields: Any) -> Subject:
    """An image2video payload that every rule passes, changed by the fields."""
    body = {**text().body, "image": "blob:asset_cafe", **fields}
    given = facts or Facts(references=PLACEHOLDERS)
    return Subject(IMAGE, {key: value for key, value in body.items() if value is not None}, given)


def of(endpoint: str, **fields: Any) -> Subject:
    return Subject(endpoint, {**LEGAL_BODIES[endpoint], **fields}, Facts(references=PLACEHOLDERS))


def heard(prompt: str, **fields: Any) -> Subject:
    return omni(sound="on", prompt=prompt, **fields)


# rule -> a payload that passes, one it has nothing to say about, and where the published example is faulted
BESIDE_EXAMPLES: dict[str, tuple[Subject, Subject, str]] = {
    "R4": (omni(**SHOTS), omni(), "$.shot_type"),
    "R5": (omni(**SHOTS), omni(multi_shot=True, shot_type="intelligence"), "$.multi_prompt"),
    "R6": (text(**SHOTS), omni(), "$.multi_prompt[0].duration"),
    "R7": (omni(**SHOTS), omni(multi_shot=False), "$.duration"),
    "R8": (omni(**SHOTS), omni(), "$.shot_type"),
    "R9": (omni(**SHOTS), omni(), "$.multi_prompt[0].index"),
    "R31": (still(), omni(), "$.image"),
    "R32": (still(image_tail="blob:asset_street"), omni(), "$.image_tail"),
    "R33": (still(element_list=ELEMENTS[:3]), omni(element_list=ELEMENTS[:5]), "$.element_list"),
    "R34": (still(element_list=ELEMENTS[:1]), still(), "$.voice_list"),
    "R35": (omni(prompt=LINE), text(), "$.voice_list"),
    "R36": (text(negative_prompt="x" * 2500), omni(negative_prompt="x" * 2501), "$.negative_prompt"),
    "R37": (text(cfg_scale=1), text(), "$.cfg_scale"),
    "R38": (
        text(camera_control={"type": "simple", "config": {"pan": -10, "zoom": 0}}),
        text(),
        "$.camera_control.config",
    ),
    "R39": (still(), omni(), "$.image"),
    "R41": (
        omni(video_list=[FEATURE], facts=Facts(videos={FEATURE["video_url"]: Video(15.5, 1920, 1080)})),
        omni(video_list=[FEATURE]),
        "$.video_list[0].video_url",
    ),
    "R42": (omni(watermark_info={"enabled": False}), omni(), "$.watermark_info"),
    "R43": (omni(external_task_id=""), omni(), "$.external_task_id"),
    "R44": (omni(callback_url="https://hooks.example.com/k"), omni(callback_url=""), "$.callback_url"),
    "R46": (omni(external_task_id="a"), of(DELETE_ELEMENT), "$.seed"),
    "R47": (of(ELEMENT, element_name="x" * 20), omni(), "$.element_name"),
    "R48": (of(ELEMENT, element_description="x" * 100), omni(), "$.element_description"),
    "R49": (of(ELEMENT), omni(), "$.reference_type"),
    "R50": (of(ELEMENT), of(ELEMENT, reference_type="video_refer"), "$.element_image_list.refer_images"),
    "R51": (
        of(
            ELEMENT,
            reference_type="video_refer",
            element_video_list={"refer_videos": [{"video_url": "https://cdn.example.com/a.mp4"}]},
        ),
        of(ELEMENT),
        "$.element_video_list.refer_videos",
    ),
    "R52": (of(ELEMENT), of(ELEMENT, reference_type="x"), "$.element_video_list"),
    "R53": (of(ELEMENT, tag_list=[{"tag_id": "o_108"}]), of(ELEMENT), "$.tag_list[0].tag_id"),
    "R54": (of(ELEMENT, element_voice_id=""), of(ELEMENT), "$.element_voice_id"),
    "R56": (of(VOICE, voice_name="x" * 20), omni(), "$.voice_name"),
    "R57": (of(VOICE, video_id=""), omni(), "$.voice_url"),
    "R58": (of(VOICE), of(VOICE, voice_url=""), "$.voice_url"),
    "R59": (of(DELETE_ELEMENT), omni(), "$.element_id"),
    "R60": (Subject("GET custom-voices", {"pageSize": "1000"}), omni(pageNum=0), "$.pageNum"),
    "R61": (text(), omni(element_list=ELEMENTS[:1]), "$.element_list"),
    "R62": (omni(), text(negative_prompt="No blur."), "$.negative_prompt"),
    "E103": (
        omni(image_list=IMAGES[:1], facts=Facts(cut_from_scene={"blob:asset_0": "clip_0"})),
        omni(image_list=[FIRST]),
        "$.image_list[0].image_url",
    ),
    "E104": (omni(video_list=[FEATURE]), text(video_url="x"), "$.video_url"),
    "E107": (omni(**SHOTS, image_list=IMAGES[:1]), of(VOICE), "$.image_list"),
    "E108": (still(image_tail="blob:asset_street"), text(image_list=[]), "$.image_tail"),
    "W205": (still(), omni(), "$.image_list[0].image_url"),
    "W206": (still(), omni(), "$.image_tail"),
    "W207": (omni(image_list=[FIRST]), still(), "$.image"),
    "W208": (
        heard("<<<voice_1>>><<<voice_2>>>", element_list=ELEMENTS[:2]),
        omni(prompt="<<<voice_1>>><<<voice_2>>>", element_list=ELEMENTS[:1]),
        "$.prompt",
    ),
    "W209": (
        omni(
            image_list=[FIRST],
            facts=Facts(
                portraits=frozenset({"blob:other"}), setting="a harbour", request=shot(action="Rain.")
            ),
        ),
        omni(image_list=[FIRST], facts=Facts(portraits=frozenset({"blob:first"}))),
        "$.opening",
    ),
    "I305": (heard(LINE), omni(prompt=LINE), "$.prompt"),
    "I306": (heard(LINE), heard("Rain."), "$.prompt"),
    "I307": (heard(f"In Korean. {LINE}"), heard(f"{LINE}", facts=TALK), "$.prompt"),
    "I308": (heard(f"Upper-body framing. {LINE}"), heard(LINE, facts=TALK), "$.prompt"),
    "I309": (
        heard(LINE, facts=replace(TALK, pattern="A2", retake=TakeGround("clip_0", "std"))),
        heard(LINE, facts=TALK),
        "$.dialogue",
    ),
    "I310": (omni(**SHOTS, prompt=""), omni(**SHOTS, facts=asking()), "$.prompt"),
    "I311": (text(), omni(camera_control={}), "$.camera_control"),
    "I312": (
        of(VOICE, voice_url="https://cdn.example.com/a.MP3?x=1"),
        of(VOICE, voice_url="a.mp3"),
        "$.voice_url",
    ),
    "I313": (
        omni(video_list=[BASE], facts=replace(asking(), videos={"x": Video(seconds=5.04)})),
        omni(video_list=[FEATURE], facts=asking()),
        "$.duration",
    ),
    "I314": (
        omni(element_list=ELEMENTS[:1], video_list=[FEATURE]),
        omni(element_list=ELEMENTS[:7]),
        "$.element_list",
    ),
}
CASES |= {
    id: Case(passes, EXAMPLES[id].subject, silent, path)
    for id, (passes, silent, path) in BESIDE_EXAMPLES.items()
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
    "R4": [omni(multi_shot="true"), text(multi_shot=True, shot_type=3)],
    "R5": [
        omni(**{**SHOTS, "multi_prompt": [SHOTS["multi_prompt"][0]] * 7}),
        omni(**{**SHOTS, "multi_prompt": 5}),
    ],
    "R6": [
        omni(**{**SHOTS, "multi_prompt": [shot]})
        for shot in (
            "x",
            {},
            {"prompt": " ", "duration": "5"},
            {"prompt": "x" * 513, "duration": "5"},
            {"prompt": "x", "duration": "0"},
            {"prompt": "x", "duration": "05"},
            {"prompt": "x", "duration": "6"},
            {"prompt": "x", "duration": 2.5},
        )
    ],
    "R8": [omni(multi_prompt=SHOTS["multi_prompt"]), omni(**{**SHOTS, "shot_type": "intelligence"})],
    "R9": [
        omni(**{**SHOTS, "multi_prompt": [{"index": index, "prompt": "x", "duration": "5"}]})
        for index in (0, 2, "1", True, None, 1.0)
    ],
    "R31": [still(image=None), still(image=""), still(image=5)],
    "R32": [still(image_tail="x", dynamic_masks=[{}]), still(static_mask="x", camera_control={"type": "x"})],
    "R35": [still(voice_list=[]), omni(voice_list="x")],
    "R36": [still(negative_prompt=5)],
    "R37": [text(cfg_scale=value) for value in (-0.1, "0.5", True, float("nan"), [])],
    "R38": [
        text(camera_control=value)
        for value in (
            5,
            {},
            {"type": "simple"},
            {"type": "simple", "config": {}},
            {"type": "simple", "config": {"pan": 11}},
            {"type": "simple", "config": {"pan": "1"}},
            {"type": "simple", "config": {"pan": 1, "x": 0}},
            {"type": "forward_up", "config": {"pan": 1}},
        )
    ],
    "R39": [
        omni(image_list=[{"image_url": value}])
        for value in ("not base64!", "iVBO Rw0=", "https://", "https://u:p@host/a.png", "AAA", "blob:asset_9")
    ],
    "R41": [
        omni(video_list=[FEATURE], facts=Facts(videos={FEATURE["video_url"]: video}))
        for video in (
            Video(seconds=15.6),
            Video(width=699, height=1080),
            Video(width=4554, height=2277),
            Video(width=4000, height=4000),
            Video(width=2100, height=1000),
            Video(bytes=200 * 1024 * 1024 + 1),
        )
    ],
    "R42": [omni(watermark_info=value) for value in (True, {}, {"enabled": 1}, [], "yes")],
    "R43": [omni(external_task_id=5)],
    "R44": [
        omni(callback_url=value) for value in (5, "x", "ftp://a/b", "https://", "https://a b", "http://[")
    ],
    "R46": [of(VOICE, prompt="x"), text(a=1), omni(**{"odd key": 1})],
    "R47": [of(ELEMENT, element_name=value) for value in ("", " ", 5, None)],
    "R50": [
        of(ELEMENT, element_image_list=value)
        for value in (
            {},
            5,
            {"frontal_image": "", "refer_images": [{"image_url": "x"}]},
            {"frontal_image": "x", "refer_images": [{"image_url": "x"}]},
            {"frontal_image": "x", "refer_images": ["y"]},
            {"frontal_image": "x", "refer_images": [{"image_url": name} for name in "abcd"]},
        )
    ],
    "R51": [
        of(ELEMENT, reference_type="video_refer", element_video_list=value)
        for value in ({}, 5, {"refer_videos": [{"video_url": "AAAA"}]}, {"refer_videos": [5]})
    ],
    "R53": [of(ELEMENT, tag_list=value) for value in (5, ["o_101"], [{"tag_id": 101}])],
    "R57": [of(VOICE, voice_url=""), of(VOICE, voice_url=5), of(VOICE, video_id=5)],
    "R59": [of(DELETE_ELEMENT, element_id="x"), of(DELETE_ELEMENT, name="x"), Subject("delete-voices", {})],
    "R60": [
        Subject("GET omni-video", query)
        for query in (
            {"pageSize": 501},
            {"pageNum": 1001},
            {"pageNum": "0"},
            {"pageSize": True},
            {"pageNum": 1.5},
        )
    ],
    "R61": [text(image="x"), text(voice_list=[])],
    "R62": [omni(cfg_scale=0.5), omni(camera_control={})],
    "E107": [
        omni(multi_shot="yes"),
        omni(multi_shot=1),
        omni(prompt=5),
        omni(element_list=[1]),
        still(image_tail=5),
        omni(shot_type=5),
    ],
    "E108": [still(image_list=[{"image_url": "x"}]), still(video_list=[])],
    "W201": [omni(mode="pro", facts=replace(asking(), retake=TakeGround("clip_0", "pro")))],
    "W205": [still(image="HTTP://cdn.example.com/a.png")],
    "I302": [
        omni(facts=Facts(request=shot(shots=[{"duration": 5, "framing": "aerial view", "dialogue": KOREAN}])))
    ],
    "I311": [still(static_mask="x")],
}

"""Further failures per rule, beside the one case each has."""

from __future__ import annotations

from dataclasses import replace

from generation.grounds import TakeGround
from generation.rules.subject import (
    DELETE_ELEMENT,
    ELEMENT,
    IMAGE,
    VOICE,
    Facts,
    Subject,
    Video,
)
from tests.generation.film import KOREAN, shot
from tests.generation.rules.case import (
    BASE,
    ELEMENTS,
    FEATURE,
    FIRST,
    IMAGES,
    LAST,
    LINE,
    SHOTS,
    VIDEO_ELEMENTS,
    asking,
    heard,
    of,
    omni,
    picture,
    still,
    text,
)

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
        *(
            omni(prompt=f"{meant} smiles.", image_list=IMAGES[:1], element_list=ELEMENTS[:1])
            for meant in (
                "<<<image_0>>>",
                "<<<Image_1>>>",
                "<<<element_01>>>",
                "<<<image 1>>>",
                "<<<voice>>>",
            )
        ),
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
    "R57": [of(VOICE, voice_url=""), of(VOICE, voice_url=5), of(VOICE, video_id=5), of(VOICE, video_id=" ")],
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
    "W204": [omni(prompt=LINE), omni(prompt=LINE, facts=asking(action=None, prompt=LINE), sound="off")],
    "W208": [heard(LINE)],
    "I316": [omni(prompt="<<<voice_3>>> whispers.", element_list=ELEMENTS[:2])],
    "W210": [still(prompt=LINE)],
    "W205": [still(image="HTTP://cdn.example.com/a.png")],
    "I302": [
        omni(facts=Facts(request=shot(shots=[{"duration": 5, "framing": "aerial view", "dialogue": KOREAN}])))
    ],
    "I311": [still(static_mask="x")],
}

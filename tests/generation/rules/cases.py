"""Per rule: one passing, one failing, one not-applicable case."""

from __future__ import annotations

from dataclasses import replace

from generation.grounds import TakeGround
from generation.policies import Policies
from generation.rules.examples import EXAMPLES
from generation.rules.subject import (
    DELETE_ELEMENT,
    ELEMENT,
    VOICE,
    Facts,
    Subject,
    Video,
)
from tests.generation.film import KOREAN, shot
from tests.generation.rules.case import (
    BASE,
    ELEMENT_ROUTE,
    ELEMENTS,
    FEATURE,
    FIRST,
    IMAGES,
    LAST,
    LINE,
    SHOTS,
    TALK,
    VIDEO_ELEMENTS,
    Case,
    asking,
    heard,
    of,
    omni,
    picture,
    still,
    text,
)

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
        omni(image_list=[FIRST, LAST, IMAGES[0]], facts=Facts(policies=Policies(end_frame="allow"))),
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
    "W202": Case(omni(mode="pro"), omni(mode="4k"), omni(mode=None), "$.mode"),
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
    "W210": (text(prompt=LINE.replace("<<<voice_1>>>", "Mina")), heard(LINE), "$.prompt"),
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
    "I315": (
        omni(prompt="They wear raincoats.", element_list=ELEMENTS[:1]),
        omni(image_list=[FIRST], element_list=ELEMENTS[:1]),
        "$.prompt",
    ),
    "I316": (
        omni(prompt="<<<image_2>>> <<<voice_2>>>", image_list=IMAGES[:2]),
        omni(prompt="<<<image_1>>> <<<voice_2>>>", image_list=[FIRST]),
        "$.prompt",
    ),
}
CASES |= {
    id: Case(passes, EXAMPLES[id].subject, silent, path)
    for id, (passes, silent, path) in BESIDE_EXAMPLES.items()
}

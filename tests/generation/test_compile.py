"""A plan is complete, exact and repeatable; what must not be sent has no plan, and everything wrong is said at once."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import orjson
import pytest

from generation.compile import compile_plan, preview
from generation.errors import CannotResolve, PayloadRefused
from generation.payloads import OmniBody
from generation.plan import Plan, Preview
from tests.generation.film import ARGUE, BY_IMAGES, KOREAN, PARENT, asset, character, film, shot


def refused(error: type[Exception], grounds=None, **fields: Any) -> list[str]:
    with pytest.raises(error) as raised:
        compile_plan(shot(**fields), grounds or film())
    carried = getattr(raised.value, "gaps", None) or getattr(raised.value, "findings", ())
    return [finding.rule for finding in carried if finding.blocks]


def test_the_plan_says_who_stands_on_what():
    """Speaker, face, reference and voice carry one number, and the plan maps it to the character's version."""
    plan = compile_plan(shot(**ARGUE, dialogue=KOREAN), film())

    assert [(one.number, one.name, one.reference, one.voice) for one in plan.mapping] == [
        (1, "Mina", "<<<element_1>>>", "<<<voice_1>>>"),
        (2, "Jun", "<<<element_2>>>", "<<<voice_2>>>"),
    ]
    assert [(one.character, one.version, one.element, one.element_id) for one in plan.grounded] == [
        ("character_mina", 3, "element_mina", 12345),
        ("character_jun", 3, "element_jun", 67890),
    ]
    assert (plan.sound, plan.framing, plan.estimate.units) == ("on", "medium close shot", "4")


def test_a_person_who_is_silent_has_no_voice():
    """The voice number is mapped only where the prompt uses it."""
    dialogue = {"language": "Korean", "turns": [{"speaker": "jun", "line": "네!"}]}

    plan = compile_plan(shot(**ARGUE, dialogue=dialogue), film())

    assert [one.voice for one in plan.mapping] == [None, "<<<voice_2>>>"]


@pytest.mark.parametrize(
    "fields",
    [
        {"dialogue": KOREAN},
        {"cast": BY_IMAGES, "dialogue": KOREAN},
        {"cast": [], "continue_from": "clip_1"},
        {
            "cast": BY_IMAGES,
            "references": ["asset_mina", "asset_cafe"],
            "accept": {"W507": "the café is known"},
        },
    ],
)
def test_the_size_on_the_wire_is_exact(fields: dict[str, Any]):
    """The stated size is the length of the JSON once every reference is filled, repeated pictures and URL included."""
    plan = compile_plan(shot(**ARGUE, **fields), film())
    filled = {
        one.ref: one.url or base64.b64encode(bytes(one.bytes or 0)).decode() for one in plan.attachments
    }

    payload = orjson.loads(orjson.dumps(plan.payload))
    for key, entry_key in (("image_list", "image_url"), ("video_list", "video_url")):
        for entry in payload.get(key, []):
            entry[entry_key] = filled[entry[entry_key]]

    assert plan.wire_bytes == len(orjson.dumps(payload))


def test_attachments_are_renditions_once_each():
    """A picture that serves twice is attached once, by its rendition's key, digest and length."""
    request = shot(**ARGUE, cast=BY_IMAGES, references=["asset_mina"], accept={"W507": "the same scarf"})

    attached = compile_plan(request, film()).attachments

    assert [one.ref for one in attached] == ["blob:asset_mina", "blob:asset_jun"]
    mina = asset("mina")
    assert (attached[0].key, attached[0].sha256, attached[0].bytes) == (
        mina.rendition_key,
        mina.rendition_digest,
        mina.rendition_bytes,
    )


def test_the_digest_covers_what_is_sent():
    """A picture counts by its id and not its bytes; another address of a clip, clock or position changes nothing."""
    images, continued = shot(**ARGUE, cast=BY_IMAGES), shot(action="Rain.", cast=[], continue_from="clip_1")
    repainted = {**film().assets, "asset_mina": asset("mina", rendition_digest="f" * 64)}
    elsewhere = film(parent=replace(PARENT, url="https://cdn.example.com/b.mp4"), position=99, now_us=5)

    assert (
        compile_plan(images, film(assets=repainted)).plan_digest == compile_plan(images, film()).plan_digest
    )
    assert compile_plan(continued, elsewhere).plan_digest == compile_plan(continued, film()).plan_digest


def test_the_digest_is_pinned():
    """The digest of a known plan never drifts by accident; a change of bytes raises the compiler's version."""
    plan = compile_plan(shot(**ARGUE, dialogue=KOREAN), film())

    assert (plan.compiler_version.partition("+")[0], plan.plan_digest) == (
        "1",
        "2572cc6cc6d5492ab000a57e51171b040d0e10bbbe3add8245824b0bb454a642",
    )


def test_a_plan_is_json_both_ways():
    """The log keeps the plan as JSON, and it reads back equal."""
    plan = compile_plan(
        shot(**ARGUE, cast=BY_IMAGES, opening="asset_cafe", accept={"W506": "a match cut"}), film()
    )
    shown = preview(shot(**ARGUE), film())

    assert Plan.model_validate_json(plan.model_dump_json()) == plan
    assert Plan.model_validate(orjson.loads(orjson.dumps(plan.model_dump(mode="json")))) == plan
    assert Preview.model_validate_json(shown.model_dump_json()) == shown
    assert OmniBody.model_validate(plan.payload).as_wire() == plan.payload


def test_a_preview_is_the_plan_without_sending():
    """Preview and plan come from the same functions and say the same."""
    plan, shown = compile_plan(shot(**ARGUE), film()), preview(shot(**ARGUE), film())

    assert shown.sendable
    own = {"sendable", "takes", "total"}
    assert shown.model_dump(exclude=own) == plan.model_dump(include=set(Preview.model_fields))
    assert (shown.takes, shown.total) == (1, plan.estimate)


EIGHT = [f"asset_{index}" for index in range(8)]
REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "eight references": ({"cast": [], "references": EIGHT}, ["W503", "R26"]),
    "seconds out of range": ({"duration": 16}, ["R10", "E102"]),
    "too short": ({"duration": 2}, ["R10"]),
    "a prompt too long": ({"action": None, "setting": None, "prompt": "x" * 2501}, ["R3"]),
    "an empty prompt": ({"action": None, "setting": None, "prompt": " \n"}, ["R2"]),
    "a marker to nobody": ({"action": None, "setting": None, "prompt": "<<<element_3>>>"}, ["R45"]),
    "sound on a continued clip": ({"cast": [], "continue_from": "clip_1", "sound": "on"}, ["R15"]),
    "dialogue on a continued clip": (
        {"continue_from": "clip_1", "dialogue": KOREAN, "duration": 99},
        ["E502", "R10", "E102"],
    ),
    "dialogue without sound": ({"dialogue": KOREAN, "sound": "off"}, ["W204"]),
    "pro without a reason": ({"mode": "pro"}, ["W201"]),
    "4k without a reason": ({"mode": "4k"}, ["W202"]),
    "std for the final take": ({"purpose": "final"}, ["W203"]),
    "the wrong route": ({"route": "text2video"}, ["E504"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_must_not_be_sent_is_refused_by_name(name: str):
    """Each refusal carries every blocking finding, and only those that are true."""
    fields, rules = REFUSED[name]
    grounds = film(assets={**film().assets, **{name: asset(name[6:]) for name in EIGHT}})

    assert refused(PayloadRefused, grounds, **ARGUE | fields) == rules


def test_four_elements_beside_a_first_frame_are_refused():
    """The accepted combination still meets the vendor's own limit (contract R28)."""
    people = [character(name, number) for number, name in enumerate(("mina", "jun", "ara", "bo"), start=1)]

    found = refused(
        PayloadRefused, film(*people), **ARGUE, opening="asset_cafe", accept={"W506": "a match cut"}
    )

    assert found == ["R28"]


def test_a_picture_outside_the_limits_is_refused_where_it_is_used():
    """A kept picture with findings cannot be sent (contract R40)."""
    grounds = film(assets={**film().assets, "asset_cafe": asset("cafe", width=299, height=400)})

    assert refused(PayloadRefused, grounds, **ARGUE, cast=[], opening="asset_cafe") == ["R40"]


def test_gaps_come_with_everything_else_that_is_wrong():
    """Missing grounds do not hide a bad duration or mode."""
    found = refused(CannotResolve, **ARGUE, cast=[{"character": "bob"}], duration=16, mode="pro")

    assert found == ["E401", "R10", "E102", "W201"]


def test_a_gap_is_not_blamed_twice():
    """What only follows from a gap is not reported beside it: a marker of somebody who is missing points nowhere yet."""
    cast = [{"character": "mina"}, {"character": "bob"}]

    assert refused(CannotResolve, prompt="<<<element_1>>> meets <<<element_2>>>", cast=cast) == ["E401"]


def test_a_caution_passes_with_a_reason_that_is_kept():
    """The written reason is on the plan's finding; without it the preview shows the payload and is not sendable."""
    asked = {**ARGUE, "opening": "asset_cafe"}

    shown = preview(shot(**asked), film())
    plan = compile_plan(shot(**asked, accept={"W506": "a match cut"}), film())

    assert not shown.sendable
    assert shown.payload == plan.payload
    assert [(one.rule, one.accepted) for one in plan.findings if one.severity == "W"] == [
        ("W506", "a match cut")
    ]
    assert plan.evidence == "legal, not approved"


def test_mode_reason_is_the_reason_for_the_mode():
    """A caution about the mode is answered by mode_reason."""
    plan = compile_plan(shot(**ARGUE, mode="4k", mode_reason="the wall is 8 m wide"), film())

    assert [one.accepted for one in plan.findings if one.rule == "W202"] == ["the wall is 8 m wide"]


def test_a_reason_for_nothing_is_told():
    """A reason that met no caution is reported, because its id may be misspelt; it never lifts an E."""
    found = {
        one.rule: one for one in preview(shot(**ARGUE, duration=2, accept={"R10": "please"}), film()).findings
    }

    assert found["R10"].blocks
    assert "R10" in found["I304"].message


def test_a_refused_preview_explains_itself_and_shows_no_payload():
    """Where something refuses, there is no payload to copy, and the table's answer is explained."""
    shown = preview(shot(**ARGUE, continue_from="clip_1", dialogue=KOREAN), film())

    assert (shown.sendable, shown.payload, shown.pattern) == (False, None, None)
    assert shown.why[0].verdict == "refused"
    assert shown.findings[0].alternatives

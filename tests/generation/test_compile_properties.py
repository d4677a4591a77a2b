"""Whatever is asked: no crash, no payload with an error in it, and the same bytes for the same inputs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from generation.check import check
from generation.compile import COMPILER_VERSION, compile_plan, preview
from generation.compiler import compiler_version
from generation.errors import CannotResolve, PayloadRefused
from generation.grounds import Grounds, TakeGround
from generation.payloads import ImageToVideoBody, OmniBody, TextToVideoBody
from generation.rules.catalogue import CRASHED
from generation.shot import ShotRequest
from tests.generation.film import NOW_US, PARENT, PICTURES, asset, character, film
from tests.proof import times

words = st.text(
    st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=40
).filter(lambda text: bool(text.strip()))
spoken = words | st.sampled_from(["<<<voice_1>>>", "<<<image_2>>> waits", '{x} %s "q"', "x" * 450, "한국어"])
told = spoken | st.just("x" * 2450)
duos = st.sampled_from([["mina"], ["mina", "jun"], ["jun", "mina"], ["mina", "jun", "ara"], []])
strays = st.lists(st.sampled_from(["mina", "jun", "ara", "character_mina", "bob"]), max_size=4)
pictures = st.sampled_from([f"asset_{name}" for name in PICTURES])
odd_pictures = pictures | st.sampled_from(["asset_gone", "asset_small"])
addresses = st.fixed_dictionaries(
    {"url": st.sampled_from(["https://cdn.example.com/é.png", "http://x.org/a?b=1"])}
)
OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "framing": words | st.sampled_from(["wide shot", "medium shot"]),
    "adapt_wardrobe": st.booleans(),
    "opening": pictures | odd_pictures | addresses,
    "closing": pictures | odd_pictures | addresses,
    "edit": st.just("clip_1"),
    "retake_of": st.sampled_from(["clip_0", "clip_0", "clip_gone"]),
    "references": st.lists(pictures | addresses, max_size=3) | st.lists(odd_pictures, max_size=9),
    "continue_from": st.just("clip_1"),
    "route": st.sampled_from(["auto", "omni", "omni", "image2video", "text2video"]),
    "duration": st.integers(3, 15) | st.integers(1, 20),
    "mode": st.sampled_from(["std", "pro", "4k"]),
    "purpose": st.sampled_from(["draft", "final"]),
    "sound": st.sampled_from(["on", "off"]),
    "watermark": st.booleans(),
}
CAUTIONS = [f"W{number}" for number in (*range(201, 211), *range(501, 517))]
MODELS = {"omni-video": OmniBody, "text2video": TextToVideoBody, "image2video": ImageToVideoBody}


def shots(people: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """One shot among several, sometimes with a part of the cast, a framing, or somebody who speaks."""
    names = st.sampled_from([*people, "bob"]) if people else st.just("bob")
    talk = st.fixed_dictionaries(
        {
            "language": words,
            "turns": st.lists(
                st.fixed_dictionaries({"speaker": names, "line": spoken}), min_size=1, max_size=2
            ),
        }
    )
    return st.fixed_dictionaries(
        {"action": words | st.just("x" * 500), "duration": st.integers(1, 6)},
        optional={"framing": words, "cast": st.lists(names, max_size=2), "dialogue": talk},
    )


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """A request with a few options, told in parts or in a prompt of its own; now and then with strays in the cast."""
    body: dict[str, Any] = {"scene": "scene_1"}
    chosen = draw(st.lists(st.sampled_from(sorted(OPTIONS)), max_size=4, unique=True))
    body |= {name: draw(OPTIONS[name]) for name in chosen}
    people = draw(duos | duos | strays)
    identity = draw(st.sampled_from(["auto", "auto", "elements", "images"]))
    body["cast"] = [{"character": name, "identity": identity} for name in people]
    body |= {"prompt": draw(told)} if draw(st.integers(0, 3)) == 0 else {"action": draw(told)}
    if people and "action" in body and draw(st.booleans()):
        speakers = st.sampled_from(people) | st.sampled_from([*people, "bob"])
        turns = st.lists(st.fixed_dictionaries({"speaker": speakers, "line": spoken}), min_size=1, max_size=3)
        body |= {"setting": draw(spoken), "dialogue": {"language": draw(words), "turns": draw(turns)}}
    elif "action" in body and draw(st.integers(0, 3)) == 0:
        body["shots"] = draw(st.lists(shots(people), min_size=1, max_size=7))
    if "edit" in body:
        body = {
            name: value for name, value in body.items() if name not in ("opening", "closing", "continue_from")
        }
    if draw(st.booleans()):
        body["accept"] = dict.fromkeys(CAUTIONS, "it is what we want")
    return body


requests = bodies().map(ShotRequest.model_validate)


@st.composite
def grounds(draw: st.DrawFn) -> Grounds:
    """Films in which elements, portraits, the account or the parent may be missing."""
    numbers = {"mina": 1, "jun": 2, "ara": draw(st.sampled_from([1, 3]))}
    people = [
        character(
            name,
            number if draw(st.integers(0, 3)) else None,
            account=draw(st.sampled_from(["account_1"] * 5 + ["account_2"])),
        )
        for name, number in numbers.items()
    ]
    assets = {f"asset_{name}": asset(name) for name in PICTURES} | {"asset_small": asset("small", width=10)}
    changed: dict[str, Any] = {"assets": assets}
    if draw(st.integers(0, 3)) == 0:
        changed["parent"] = draw(
            st.sampled_from([None, replace(PARENT, url=None), replace(PARENT, url_expires_at_us=NOW_US)])
        )
    if draw(st.integers(0, 9)) == 0:
        changed["account"] = None
    if draw(st.booleans()):
        changed["retake"] = TakeGround("clip_0", draw(st.sampled_from(["std", "pro", None])))
    return film(*people, **changed)


@settings(max_examples=times(400), deadline=None)
@given(requests, grounds())
def test_every_request_has_one_sound_answer(request: ShotRequest, world: Grounds):
    """A plan without a blocking finding that its own wire model takes, or a refusal that names one; never a crash."""
    shown = preview(request, world)
    assert CRASHED not in {finding.rule for finding in shown.findings}

    try:
        plan = compile_plan(request, world)
    except (CannotResolve, PayloadRefused):
        assert not shown.sendable
        assert any(finding.blocks for finding in shown.findings)
        return

    assert shown.sendable
    assert not any(finding.blocks for finding in plan.findings)
    assert not [found.rule for found in check(plan.endpoint, plan.payload) if found.severity == "E"]
    assert "image" not in plan.payload or plan.endpoint == "image2video"
    assert MODELS[plan.endpoint].model_validate(plan.payload).as_wire() == plan.payload
    assert (plan.as_of, plan.compiled_at_us, plan.compiler_version) == (
        world.position,
        world.now_us,
        compiler_version(COMPILER_VERSION),
    )


@settings(max_examples=times(150), deadline=None)
@given(requests, grounds())
def test_the_same_inputs_give_the_same_bytes(request: ShotRequest, world: Grounds):
    """Compiling is a function: a request read back from its JSON, on equal grounds, previews to the same bytes."""
    again = ShotRequest.model_validate_json(request.model_dump_json())
    shuffled = replace(
        world, people=dict(reversed(world.people.items())), assets=dict(reversed(world.assets.items()))
    )

    assert preview(request, world).model_dump_json() == preview(again, shuffled).model_dump_json()

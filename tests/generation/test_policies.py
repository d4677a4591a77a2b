"""The named policies of an installation: on as the guide says, off only where somebody said so, and kept with the plan."""

from __future__ import annotations

from typing import Any

from generation.check import check
from generation.compile import compile_plan, preview
from generation.intake import request_generation
from generation.policies import GUIDE, Policies
from generation.shot import ShotRequest
from tests.generation.film import film, shot
from tests.servers.world import CONTEXT, World, new_id

LAX = Policies(end_frame="allow")
CROWDED: dict[str, Any] = {
    "cast": [{"character": "mina", "identity": "images"}],
    "action": "She sits down.",
    "opening": "asset_cafe",
    "closing": "asset_street",
    "accept": {"W506": "the seat is known"},
}


def test_an_end_frame_beside_more_than_two_pictures_is_refused_by_default():
    """Without a word about policies the guide's limit holds, for requests and for anybody's payload (R25)."""
    refused = preview(shot(**CROWDED), film())
    plan = compile_plan(shot(**CROWDED), film(policies=LAX))

    assert [found.rule for found in refused.findings if found.severity == "E"] == ["R25"]
    assert [found.rule for found in check("omni-video", plan.payload) if found.severity == "E"] == ["R25"]


def test_the_policy_lets_it_pass_and_is_kept_with_the_plan():
    """Where the installation allows it, the same request compiles, and the plan says under which policies."""
    plan = compile_plan(shot(**CROWDED), film(policies=LAX))

    assert [entry.get("type") for entry in plan.payload["image_list"]] == [None, "first_frame", "end_frame"]
    assert plan.policies == LAX
    assert not [found for found in check("omni-video", plan.payload, policies=LAX) if found.severity == "E"]


def test_the_door_takes_the_policies_it_is_given(studio: World) -> None:
    """A request taken under a policy keeps it in its PlanCompiled."""
    fields = {"cast": [], "action": "The lamps come on."}
    request = ShotRequest.model_validate({"scene": studio.scene, **fields})
    for policies in (GUIDE, LAX):
        asked = new_id("generation")
        request_generation(
            studio.registry, studio.studio, request, generation=asked, context=CONTEXT, policies=policies
        )

        compiled: Any = studio.log()[-1].event
        assert compiled.policies == policies.model_dump()

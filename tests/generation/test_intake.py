"""The door: a request is compiled and taken in one append, or refused with everything that is wrong and nothing written."""

from __future__ import annotations

from typing import Any

import pytest

from generation.compile import COMPILER_VERSION
from generation.compiler import compiler_version
from generation.errors import CannotResolve, PayloadRefused
from generation.intake import preview, request_generation
from generation.prices import PRICED_ON
from generation.shot import ShotRequest
from registry.deciders.asset import RetireAsset
from registry.deciders.character import IntroduceCharacter
from registry.deciders.scene import CloseScene
from registry.errors import KeyReused, Refusal
from registry.registry import Idempotency
from tests.servers.world import ALONE, CONTEXT, TALK, World, new_id

ARGUE = {"action": "They argue over the last seat.", "dialogue": TALK}


def shot(world: World, **fields: Any) -> ShotRequest:
    return ShotRequest.model_validate({"scene": world.scene, **fields})


def test_a_request_is_one_append(studio: World) -> None:
    """Request and plan stand at consecutive positions; the plan knows the position it was compiled as of."""
    before = studio.log()[-1].position
    asked = studio.ask(**ARGUE)
    requested, compiled = studio.log()[before:]

    assert (requested.type, compiled.type) == ("GenerationRequested", "PlanCompiled")
    assert {requested.stream, compiled.stream} == {asked}
    assert set(requested.event.subjects) == {studio.mina.character, studio.jun.character}  # type: ignore[attr-defined]


def test_a_plan_says_what_it_was_compiled_by(studio: World) -> None:
    """Compiler version, named policies, the price table's day, the position and the clock stand unsealed beside the plan."""
    before = studio.log()[-1].position
    studio.ask(**ALONE)
    compiled: Any = studio.log()[-1].event

    assert (compiled.compiler, compiled.policies) == (
        compiler_version(COMPILER_VERSION),
        {"end_frame": "refuse", "old_parents": "refuse"},
    )
    assert (compiled.priced_on, compiled.as_of) == (PRICED_ON, before)
    assert compiled.compiled_at == compiled.plan["compiled_at_us"] <= studio.log()[-1].recorded_at
    assert compiled.policies == compiled.plan["policies"]


def test_a_preview_says_the_same_and_writes_nothing(studio: World) -> None:
    """A preview shows the payload and digest that the request then gets, and leaves no event."""
    before = studio.log()[-1].position
    shown = preview(studio.registry, studio.studio, shot(studio, **ARGUE))
    assert (shown.sendable, studio.log()[-1].position) == (True, before)

    card = studio.card(studio.ask(**ARGUE))
    assert (shown.plan_digest, shown.payload) == (card.plan_digest, (card.plan or {})["payload"])


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"action": "x", "cast": [{"character": "Nobody"}], "opening": "asset_gone"}, CannotResolve),
        ({"action": "x", "cast": [], "duration": 16}, PayloadRefused),
    ],
)
def test_a_refusal_writes_nothing(studio: World, fields: dict[str, Any], refusal: type[Exception]) -> None:
    """A request that cannot be resolved or sent is refused, and the log is as it was."""
    before = studio.log()[-1].position
    with pytest.raises(refusal):
        studio.ask(**fields)

    assert studio.log()[-1].position == before


def test_nothing_that_is_named_hides_another(studio: World) -> None:
    """Unknown scene, production, people, pictures and clips, and a reason nothing asked for, come in one refusal."""
    nowhere = {"scene": new_id("scene"), "production": new_id("production"), "opening": "asset_gone"}
    people = [{"character": "Nobody"}, {"character": studio.mina.character, "identity": "elements"}]
    told = {"cast": people, "action": "x", "retake_of": "clip_gone", "accept": {"W999": "because"}}
    with pytest.raises(CannotResolve) as refused:
        studio.ask(**nowhere, **told)
    found = {gap.rule for gap in refused.value.gaps}

    assert found == {"E413", "E417", "E401", "E406", "E415", "I304"}


@pytest.mark.parametrize(
    ("named", "rule"),
    [
        ({"shot": "shot_gone"}, "E416"),
        ({"scene": None, "shot": "shot_gone"}, "E416"),
        ({"production": "production_other"}, "E418"),
        ({"cast": [{"character": "Twin"}]}, "E419"),
    ],
)
def test_places_and_names_that_do_not_fit(studio: World, named: dict[str, Any], rule: str) -> None:
    """A shot of no scene, a scene of another production and a name of two people are findings at their places."""
    for _ in range(2):
        studio.do(IntroduceCharacter(stream=new_id("character"), depicts="fictional", name="Twin"))
    where = {"production": studio.production} if "scene" in named else {}
    shown = preview(studio.registry, studio.studio, shot(studio, action="They wait.", **where, **named))

    blocking = [found.rule for found in shown.findings if found.severity == "E"]
    assert (blocking, shown.sendable) == ([rule], False)


def test_every_gap_is_told_at_once(studio: World) -> None:
    """A person, a picture and a clip that are missing are named in one refusal."""
    with pytest.raises(CannotResolve) as refused:
        studio.ask(
            action="x", cast=[{"character": "Nobody"}], opening="asset_gone", continue_from="clip_gone"
        )

    told = " ".join(gap.message for gap in refused.value.gaps)
    assert all(name in told for name in ("Nobody", "asset_gone", "clip_gone"))


def test_a_closed_scene_and_a_retired_picture(studio: World) -> None:
    """Nothing new stands on a retired picture or in a closed scene."""
    studio.do(RetireAsset(stream=studio.cafe, reason="not cleared"))
    with pytest.raises(CannotResolve):
        studio.ask(cast=[], action="The lamps come on.", opening=studio.cafe)
    studio.do(CloseScene(stream=studio.scene, reason="done"))
    with pytest.raises(Refusal):
        studio.ask(**ALONE)


def test_a_repeat_meets_the_first_answer(studio: World) -> None:
    """The same key with the same command takes the request once; with another command it is refused."""

    def take(command: str) -> Any:
        key = Idempotency("key-1", command, lambda _connection: b"taken")
        asked, request = new_id("generation"), shot(studio, **ALONE)
        return request_generation(
            studio.registry, studio.studio, request, generation=asked, context=CONTEXT, idempotency=key
        )

    first, again = take("a" * 64), take("a" * 64)
    assert (first.replayed, again.replayed, again.answer) == (False, True, b"taken")
    assert sum(event.type == "GenerationRequested" for event in studio.log()) == 1
    with pytest.raises(KeyReused):
        take("b" * 64)

"""Nobody real is shown without consent, on any path: at the door, in a preview, at the intent, and when it is sent again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generation.errors import CannotResolve
from generation.intake import preview, request_generation
from generation.revoking import end_what_waits
from generation.shot import ShotRequest
from registry.deciders.account import HoldAccount
from registry.deciders.character import AssignReference, RetireCharacter
from registry.deciders.clip import DecideClip
from registry.deciders.portrayal import UnlinkLikeness
from registry.deciders.production import OpenProduction, SetTerritories
from registry.events.account import AccountHeld
from registry.events.scene import ContinuityRecorded
from registry.registry import Idempotency
from tests.crash.hooks import hooked
from tests.crash.invariants import check_all
from tests.generation.people import actor
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, CONTEXT, TALK, World, new_id

ARGUE = {"action": "They argue over the last seat."}
FULL = {"do": "code", "code": 1303, "status": 429}


def rules(world: World, **fields: Any) -> list[str]:
    """What blocks a preview; the door says the same."""
    shot = ShotRequest.model_validate({"scene": world.scene, **fields})
    shown = preview(world.registry, world.studio, shot)
    found = sorted({one.rule for one in shown.findings if one.rule.startswith("E43")})
    if found:
        with pytest.raises(CannotResolve):
            world.ask(**fields)
    return found


def delivered(world: World, **fields: Any) -> str:
    """A clip of such a request."""
    card = world.carry(world.ask(**fields))[0]
    assert card.clip is not None, card.reason
    return card.clip


@pytest.mark.parametrize(
    "said",
    [
        {"starts_at": 2**62},
        {"ends_at": 1},
        {"purposes": ("final",)},
        {"territories": ("KR",)},
        {"productions": "others"},
        {"voice": False},
    ],
    ids=str,
)
def test_a_consent_that_does_not_cover_it(world: World, said: dict[str, Any]) -> None:
    """Not begun, over, for another purpose, territory or production, or without the voice: refused, in previews too."""
    if "productions" in said:
        said = {"productions": (_another_production(world),)}
    actor(world, **said)

    assert rules(world, **ARGUE, dialogue=TALK) == ["E430"]


def _another_production(world: World) -> str:
    other = new_id("production")
    world.do(OpenProduction(stream=other, name="Other", unplaced=new_id("scene")))
    return other


def test_a_consent_that_covers_it(world: World) -> None:
    """The consent and the likeness stand in the continuity record of what was made by it; silence needs no voice consent."""
    who = actor(world, voice=False, territories=("DE", "KR"))
    world.do(SetTerritories(stream=world.production, territories=("KR",)))
    delivered(world, **ARGUE)
    [told] = [one.event for one in world.log() if isinstance(one.event, ContinuityRecorded)]

    assert [(m.character, m.likeness, m.consent) for m in told.cast] == [
        (world.mina.character, who.likeness, who.consent),
        (world.jun.character, None, None),
    ]


def test_a_real_person_without_a_likeness(world: World) -> None:
    """Who depicts a real person is not shown before the likeness is linked, nor after the link is taken back."""
    who = actor(world)
    assert rules(world, **ARGUE) == []
    world.do(UnlinkLikeness(stream=who.character, reason="her sister sat for it"))
    assert rules(world, **ARGUE) == ["E431"]


@pytest.mark.parametrize("where", ["opening", "closing", "references", "prompt", "frame"])
def test_hidden_ways_into_the_picture(world: World, where: str) -> None:
    """A portrait as a first or last frame or reference shows its person, cast or not, and under a verbatim prompt too."""
    actor(world, allows=False)
    face = world.mina.portrait
    ways: dict[str, dict[str, Any]] = {
        "opening": {"action": "She waits.", "opening": face},
        "closing": {"action": "She waits.", "opening": world.cafe, "closing": face},
        "references": {"action": "She waits.", "references": [face]},
        "prompt": {"prompt": "<<<image_1>>> waits.", "references": [face]},
        "frame": {"prompt": "A woman waits.", "opening": face, "route": "image2video"},
    }

    assert rules(world, cast=[], **ways[where]) == ["E430"]


def test_a_verbatim_prompt_may_let_anybody_speak(world: World) -> None:
    """Under a prompt of the caller's own with the sound on, the voice must be allowed too; silent it need not."""
    actor(world, voice=False)
    cast = [{"character": "Mina"}]

    assert rules(world, cast=cast, prompt="<<<element_1>>> says: sit down.", sound="on") == ["E430"]
    assert rules(world, cast=cast, prompt="<<<element_1>>> waits.", sound="off") == []


@pytest.mark.parametrize("how", ["continue_from", "edit"])
def test_the_people_of_a_clip_gone_on_from(world: World, how: str) -> None:
    """Whoever is in a clip is in what goes on from it, over several steps, without being cast and though they are retired."""
    who = actor(world)
    first = delivered(world, **ARGUE)
    second = delivered(world, cast=[], action="The rain begins.", continue_from=first)
    world.do(RetireCharacter(stream=who.character, reason="left the show"))
    assert rules(world, cast=[], action="It snows.", **{how: second}) == []
    who.take_back()

    assert rules(world, cast=[], action="It snows.", **{how: first}) == ["E430"]
    assert rules(world, cast=[], action="It snows.", **{how: second}) == ["E430"]


def test_a_withdrawn_clip_is_not_used_again(world: World) -> None:
    """A withdrawn clip cannot be continued, edited or retaken from, and a continuation that waits of it is not sent."""
    clip = delivered(world, **ALONE)
    waiting = world.ask(cast=[], action="The rain begins.", continue_from=clip)
    world.do(DecideClip(stream=clip, decision="withdraw", reason="not cleared"))

    for fields in ({"continue_from": clip}, {"edit": clip}, {"retake_of": clip}):
        assert rules(world, cast=[], action="It snows.", **fields) == ["E432"]
    card = world.carry(waiting)[0]
    assert (card.outcome, card.submission, clip in card.reason) == ("refused", None, True)


def test_consent_taken_back_before_the_send(world: World, provider: Sandbox) -> None:
    """What was asked for with consent is not sent after it: the end says why, and the refused use stands in the same append."""
    who = actor(world)
    asked, posts = world.ask(**ARGUE), len(provider.ledger())
    who.take_back()
    card = world.carry(asked)[0]

    assert (card.outcome, card.submission) == ("refused", None)
    assert f"{who.consent}: it was revoked" in card.reason
    assert len(provider.ledger()) == posts
    assert who.refused() == [asked]
    [end] = [one for one in world.log() if one.type == "GenerationEnded"]
    [use] = [one for one in world.log() if one.type == "LikenessUseRefused"]
    assert use.position == end.position + 1
    check_all(world, provider.ledger())


def test_consent_taken_back_before_it_is_sent_again(world: World, provider: Sandbox) -> None:
    """A request that the provider had no room for is not sent again after the revocation."""
    who = actor(world)
    provider.order(**FULL)
    asked = world.ask(**ARGUE)
    world.work(steps=1)
    who.take_back()
    card = world.carry(asked)[0]

    assert card.outcome == "refused"
    assert who.refused() == [asked]
    assert [post["code"] for post in provider.ledger(world.submission(asked).external_task_id)] == [1303]
    check_all(world, provider.ledger())


def test_what_changed_since_the_compile(world: World) -> None:
    """Who is declared real, or is recognised in the opening picture, after the request was taken, stops it at the intent."""
    plain = world.ask(**ARGUE)
    opening = world.ask(cast=[], action="The lamps come on.", opening=world.cafe)
    who = actor(world, allows=False)
    world.do(AssignReference(stream=who.character, asset=world.cafe, role="other"))

    assert [card.outcome for card in world.carry(plain, opening)] == ["refused", "refused"]


def test_a_revocation_between_compiling_and_the_append(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The door asks again in its append: consent taken back while the plan was compiled refuses the request, and that is kept."""
    who = actor(world)
    handle = world.registry.handle

    def late(studio: str, commands: Any, **rest: Any) -> Any:
        if type(commands[0]).__name__ == "RequestGeneration":
            monkeypatch.setattr(world.registry, "handle", handle)
            who.take_back()
        return handle(studio, commands, **rest)

    monkeypatch.setattr(world.registry, "handle", late)
    with pytest.raises(Exception, match="was revoked") as refused:
        world.ask(**ARGUE)

    assert getattr(refused.value, "code", "") == "no-consent"
    assert who.refused() == [""]


def test_a_refusal_is_kept_once(world: World) -> None:
    """A refused request is written down on the likeness, not again for its repeat, and a preview writes nothing."""
    who = actor(world, allows=False)
    shot = ShotRequest.model_validate({"scene": world.scene, **ARGUE})
    preview(world.registry, world.studio, shot)
    assert who.refused() == []

    for key in ("one", "one", "two"):
        repeat = Idempotency(key, "0" * 64, lambda _: b"{}")
        with pytest.raises(CannotResolve):
            request_generation(
                world.registry,
                world.studio,
                shot,
                generation=new_id("generation"),
                context=CONTEXT,
                idempotency=repeat,
            )
    assert who.refused() == ["", ""]


def test_a_revocation_ends_what_waits(world: World, provider: Sandbox) -> None:
    """What waits for a held account, an approval or a slot ends as refused at once; what shows others goes on waiting."""
    who = actor(world)
    held = AccountHeld(scope="sending", by="person", message="the meeting is on Monday")
    provider.order(**FULL)
    full = world.ask(**ARGUE)
    world.work(steps=1)
    world.do(HoldAccount(stream=world.account, held=held))
    waiting, approval = world.ask(**ARGUE), world.ask(**ARGUE, approval=True)
    others = world.ask(**ALONE)
    who.take_back()
    ended = end_what_waits(world.registry, world.studio, who.likeness, context=CONTEXT)

    assert ended == [full, waiting, approval]
    assert [world.card(one).outcome for one in ended] == ["refused"] * 3
    assert world.card(others).outcome is None
    assert who.refused() == ended
    check_all(world, provider.ledger())


def test_a_revocation_while_the_intent_is_made(world: World, provider: Sandbox) -> None:
    """A consent taken back at the last moment before the intent is seen by the intent's own append."""
    who = actor(world)
    asked, posts = world.ask(**ARGUE), len(provider.ledger())

    def at(point: str, _external: str) -> None:
        if point == "before:IntendSubmission":
            who.take_back()

    replace(world, desk=hooked(world.desk, at)).work(steps=1)

    assert (world.card(asked).outcome, len(provider.ledger())) == ("refused", posts)
    assert who.refused() == [asked]

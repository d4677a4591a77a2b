"""What the tests of lineage add to the story: a second clip that changes the first, and everything that ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from registry.deciders.asset import RetireAsset, SupersedeAsset
from registry.deciders.character import AssignReference, RetireCharacter, WithdrawReference
from registry.deciders.clip import DecideClip, RecordClip
from registry.deciders.command import Command
from registry.deciders.generation import EndGeneration, StoreResult
from registry.deciders.looks import DefineLook, RetireLook
from registry.deciders.minting import EndMint
from registry.deciders.portrayal import BindVoice, DeclareCharacter, LinkLikeness, UnlinkLikeness
from registry.deciders.production import ReserveBudget, SettleBudget
from registry.deciders.records import CorrectContinuity
from registry.deciders.scene import ContinueScene, RecordContinuity, ReleaseFromScene
from registry.deciders.submission import IntendSubmission
from registry.deciders.verdicts import ApproveClip, WithdrawApproval
from registry.deciders.voice import MintVoice
from registry.events.asset import FrameOf
from registry.events.scene import LookWorn
from tests.registry.events.golden import an_id, example
from tests.registry.log.opened import STUDIO, Opened, register
from tests.registry.log.story import CAFE, CLIP, FACE, JUN, MADE, MINA, NEXT, SCENE, SHOW, adopted, requested
from tests.registry.views.bound import FIRST, PERSON, VOICE, bind, minted

SPARE, STILL, NEW_CAFE = an_id("element", 13), an_id("asset", 30), an_id("asset", 31)
CHANGED, AGAIN, SENT = an_id("clip", 2), an_id("generation", 40), an_id("submission", 40)
MINTED, MUTE = an_id("submission", 41), an_id("voice", 13)


def changed() -> list[list[Command]]:
    """A change of the first clip, from an exact first frame, with Jun whom the first clip may show."""
    cast = [{"character": JUN, "version": 1, "likeness": PERSON}]
    result: Any = example("ResultStored", clip=CHANGED)
    made: Any = example("ClipRecorded", generation=AGAIN, submission=SENT, continues=CLIP)
    record: Any = example(
        "ContinuityRecorded",
        **{"generation": AGAIN, "submission": SENT, "clip": CHANGED, "parents": [CLIP], "edited": CLIP},
        **{
            "assets": [CAFE, STILL],
            "opening": CAFE,
            "closing": None,
            "elements": [],
            "cast": cast,
            "units": None,
        },
    )
    return [
        *requested(AGAIN, SENT),
        [ReserveBudget(stream=SHOW, submission=SENT, subject=AGAIN, units="3")],
        [StoreResult(stream=AGAIN, result=result)],
        [RecordClip(stream=CHANGED, clip=made), RecordContinuity(stream=NEXT, continuity=record)],
        [EndGeneration(stream=AGAIN, outcome="delivered", clip=CHANGED)],
        [SettleBudget(stream=SHOW, submission=SENT, units=None)],
    ]


def minting() -> list[list[Command]]:
    """An element and a voice that were asked for and did not come; the element was paid for."""
    intent: Any = example("SubmissionIntended", subject=SPARE)
    voice: Any = example("VoiceMintRequested", production=None, remint_of=None, estimate_units="0")
    made_of = voice.inputs.model_copy(update={"recording": None, "clip": CLIP})
    voice = voice.model_copy(update={"inputs": made_of})
    return [
        [minted(SPARE, remint_of=FIRST)],
        [MintVoice(stream=MUTE, requested=voice)],
        [IntendSubmission(stream=MINTED, intent=intent)],
        [EndMint(stream=one, outcome="failed", reason="the provider gave up") for one in (SPARE, MUTE)],
    ]


def ended() -> list[list[Command]]:
    """Whatever was said is taken back, and some of it said again."""
    return [
        [AssignReference(stream=MINA, asset=FACE, role="profile")],
        [WithdrawReference(stream=MINA, asset=FACE, role="frontal")],
        [AssignReference(stream=MINA, asset=FACE, role="frontal")],
        [ReleaseFromScene(stream=SCENE, character=JUN, reason="cut")],
        [BindVoice(stream=MINA, voice=None, reason="recast"), BindVoice(stream=MINA, voice=VOICE)],
        [DefineLook(stream=MINA, look="summer", wardrobe="a shirt"), RetireLook(stream=MINA, look="summer", reason="cut")],
        [DeclareCharacter(stream=JUN, depicts="real_person", reason="a cameo"), LinkLikeness(stream=JUN, likeness=PERSON)],
        [UnlinkLikeness(stream=JUN, reason="somebody else")],
        [WithdrawApproval(stream=CLIP, reason="the next one is better")],
        [ApproveClip(stream=CHANGED)],
        [ContinueScene(stream=an_id("scene", 9), clip=CLIP), ContinueScene(stream=an_id("scene", 9), clip=CHANGED)],
        [CorrectContinuity(stream=SCENE, generation=MADE, looks=(LookWorn(character=MINA),), reason="as introduced")],
        [RetireAsset(stream=STILL, reason="blurred"), RetireCharacter(stream=JUN, reason="wrapped")],
        [DecideClip(stream=CHANGED, decision="withdraw", reason="not cleared")],
    ]  # fmt: skip


def weave(log: Opened) -> int:
    """Write all of it; the position before anything of it ended."""
    bind(log)
    still = replace(register(STILL), derived_from=FrameOf(clip=CLIP, at_us=1_000_000))
    log.handle(still)
    log.handle(register(NEW_CAFE))
    log.handle(SupersedeAsset(stream=CAFE, by=NEW_CAFE, reason="sharper"))
    for call in [*changed(), *minting()[:-1]]:
        log.handle(*call)
    before = log.registry.feed.head(STUDIO)
    for call in [minting()[-1], *ended()]:
        log.handle(*call)
    log.handle(adopted()[2])
    return before

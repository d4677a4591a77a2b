"""A short history that fills every view: two people, an element, a scene, one delivered and one failed generation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from registry.deciders.access import GrantRole, IssueKey, RevokeKey, RotateKey, WithdrawRole
from registry.deciders.account import NoteFinding, OpenAccount, RecordCensus, RecordReconciliation
from registry.deciders.adopting import AdoptClip
from registry.deciders.allowance import ReleaseAllowance, ReserveAllowance, SettleAllowance
from registry.deciders.asset import DescribeAsset, RegisterAsset, RetireAsset
from registry.deciders.attesting import Attested, Seen
from registry.deciders.character import (
    AssignReference,
    IntroduceCharacter,
    ReviseCharacter,
    WithdrawReference,
)
from registry.deciders.clip import DecideClip, RecordClip
from registry.deciders.command import Command
from registry.deciders.delivering import DeliverClip
from registry.deciders.element import AdoptElement, RetireElement
from registry.deciders.generation import EndGeneration, OpenSubmission, RequestGeneration, StoreResult
from registry.deciders.likeness import GrantConsent, RefuseUse, RegisterLikeness
from registry.deciders.looks import DefineLook, RetireLook
from registry.deciders.pins import PinCharacter, ReleasePin
from registry.deciders.portrayal import BindVoice
from registry.deciders.production import ChooseAccount, OpenProduction, ReserveBudget, SettleBudget
from registry.deciders.reads import NoteRead
from registry.deciders.records import CorrectContinuity
from registry.deciders.scene import (
    CastInScene,
    ContinueScene,
    DropShot,
    OpenScene,
    PlanShot,
    RecordContinuity,
)
from registry.deciders.standing import Standing
from registry.deciders.studio import OpenStudio
from registry.deciders.submission import IntendSubmission, NoteOnSubmission
from registry.deciders.verdicts import ApproveClip, NoteOnClip, RejectClip
from registry.deciders.voice import AdoptVoice
from registry.deciders.webhook import (
    AddWebhook,
    ChangeWebhook,
    PauseWebhook,
    RemoveWebhook,
    ReplayWebhook,
    ResumeWebhook,
    RotateWebhookSecret,
)
from tests.registry.events.golden import an_id, example
from tests.registry.log.opened import STUDIO, Opened, register

SHOW: Final = an_id("production")
SCENE, UNPLACED, NEXT = an_id("scene"), an_id("scene", 9), an_id("scene", 2)
MINA, JUN = an_id("character"), an_id("character", 2)
FACE, CAFE, OLD = an_id("asset"), an_id("asset", 2), an_id("asset", 3)
ELEMENT, ACCOUNT, SHOT, CLIP = an_id("element"), an_id("account"), an_id("shot"), an_id("clip")
SPARE: Final = an_id("element", 2)
VOICE: Final = an_id("voice")
MADE, FAILED = an_id("generation"), an_id("generation", 2)
FOUND, AGAIN = an_id("clip", 20), an_id("clip", 21)
PAID, LOST = an_id("submission"), an_id("submission", 2)


def noted(submission: str, name: str, **changes: Any) -> NoteOnSubmission:
    return NoteOnSubmission(stream=submission, event=example(name, **changes))  # type: ignore[arg-type]


def access() -> list[list[Command]]:
    key = an_id("key")
    return [
        [OpenStudio(stream=STUDIO, name="Han River")],
        [IssueKey(stream=key, studio=STUDIO, holder="Yuna", secret_sha256="a" * 64)],
        [GrantRole(stream=key, role="reader"), GrantRole(stream=key, role="approver")],
        [
            WithdrawRole(stream=key, role="reader"),
            RotateKey(stream=key, secret_sha256="b" * 64, old_until=2**50),
        ],
        [RevokeKey(stream=key, reason="lost")],
        [NoteRead(stream=an_id("reads"), read=example("BytesRead"))],  # type: ignore[arg-type]
    ]


def people() -> list[list[Command]]:
    return [
        [OpenAccount(stream=ACCOUNT, name="main", region="sg", host="https://kling", key_fingerprint="ak")],
        [register(FACE), register(CAFE), register(OLD, kind="video")],
        [RegisterLikeness(stream=an_id("likeness"), name="Sora Park", minor=False)],
        [DescribeAsset(stream=CAFE, label="Café"), RetireAsset(stream=OLD, reason="blurred")],
        [
            IntroduceCharacter(stream=MINA, depicts="fictional", name="Mina", aliases=("미나",)),
            IntroduceCharacter(stream=JUN, depicts="fictional", name="Jun"),
        ],
        [AssignReference(stream=MINA, asset=FACE, role="frontal"), ReviseCharacter(stream=JUN, name="June")],
        [
            AssignReference(stream=JUN, asset=CAFE, role="other"),
            WithdrawReference(stream=JUN, asset=CAFE, role="other"),
            AssignReference(stream=JUN, asset=CAFE, role="other"),
        ],
        [AdoptElement(stream=ELEMENT, element_id=7, account=ACCOUNT, character=MINA, attested_by="Yuna")],
    ]


def scenes() -> list[list[Command]]:
    return [
        [
            OpenProduction(stream=SHOW, name="Late Trains", unplaced=UNPLACED),
            OpenScene(stream=UNPLACED, production=SHOW, name="Unplaced"),
            ChooseAccount(stream=SHOW, account=ACCOUNT),
        ],
        [OpenScene(stream=SCENE, production=SHOW, name="Café", number=12, setting="dusk")],
        [OpenScene(stream=NEXT, production=SHOW, name="Street", number=13)],
        [CastInScene(stream=SCENE, character=MINA), CastInScene(stream=SCENE, character=JUN)],
        [PlanShot(stream=SCENE, shot=SHOT, action="They argue."), PlanShot(stream=SCENE, shot=an_id("shot", 2), action="x")],
        [DropShot(stream=SCENE, shot=an_id("shot", 2))],
    ]  # fmt: skip


def identity() -> list[list[Command]]:
    """Looks, pins and a voice."""
    return [
        [DefineLook(stream=MINA, look="winter", wardrobe="a grey coat")],
        [AssignReference(stream=MINA, asset=FACE, role="wardrobe", look="winter")],
        [PinCharacter(stream=SCENE, character=MINA, look="winter"), PinCharacter(stream=SHOW, character=MINA, version=1)],
        [PinCharacter(stream=SHOW, character=JUN), ReleasePin(stream=SHOW, character=JUN)],
        [DefineLook(stream=MINA, look="winter", age="forty"), DefineLook(stream=MINA, look="summer")],
        [RetireLook(stream=MINA, look="summer", reason="cut")],
        [
            AdoptVoice(
                stream=VOICE, voice_id="v7", account=ACCOUNT, character=MINA, name="Mina", attested_by="Yuna"
            )
        ],
        [BindVoice(stream=MINA, voice=VOICE)],
    ]  # fmt: skip


def requested(generation: str, submission: str) -> list[list[Command]]:
    request, plan = example("GenerationRequested", approval=False, retry_of=None), example("PlanCompiled")
    intent = example("SubmissionIntended", subject=generation)
    return [
        [RequestGeneration(stream=generation, requested=request, plan=plan)],  # type: ignore[arg-type]
        [
            OpenSubmission(stream=generation, submission=submission, standing=Standing((ELEMENT, FACE))),
            IntendSubmission(stream=submission, intent=intent),  # type: ignore[arg-type]
        ],
    ]


def delivered(*, with_identity: bool = True) -> list[list[Command]]:
    clip = example("ClipRecorded", continues=None)
    record: Any = example("ContinuityRecorded", parents=[], edited=None, opening=None, closing=None)
    if not with_identity:
        nobody = {"speaks_with": None}
        cast = tuple(member.model_copy(update=nobody) for member in record.cast)
        record = record.model_copy(update={"cast": cast})
    return [
        *requested(MADE, PAID),
        [ReserveBudget(stream=SHOW, submission=PAID, subject=MADE, units="2")],
        [noted(PAID, "SubmissionRejected")],
        [noted(PAID, "SubmissionResent")],
        [noted(PAID, "SubmissionConfirmed")],
        [noted(PAID, "TaskProcessing"), noted(PAID, "ProviderAnomaly"), noted(PAID, "TaskSucceeded")],
        [StoreResult(stream=MADE, result=example("ResultStored"))],  # type: ignore[arg-type]
        [
            EndGeneration(stream=MADE, outcome="delivered", clip=CLIP),
            RecordClip(stream=CLIP, clip=clip),  # type: ignore[arg-type]
            RecordContinuity(stream=SCENE, continuity=record),  # type: ignore[arg-type]
        ],
        [SettleBudget(stream=SHOW, submission=PAID, units="1.8")],
        [ContinueScene(stream=NEXT, clip=CLIP)],
    ]


def failed() -> list[list[Command]]:
    record = example("ContinuityRecorded", generation=FAILED, outcome="failed", clip=None, clip_sha256=None)
    return [
        *requested(FAILED, LOST),
        [noted(LOST, "SubmissionUnknown")],
        [noted(LOST, "SubmissionConfirmed", via="lookup", task_id="task-2"), noted(LOST, "TaskFailed")],
        [
            EndGeneration(stream=FAILED, outcome="failed", reason="risk control"),
            RecordContinuity(stream=SCENE, continuity=record),  # type: ignore[arg-type]
        ],
    ]


def compared() -> list[Command]:
    return [
        NoteFinding(stream=ACCOUNT, finding=example("OrphanTaskFound")),  # type: ignore[arg-type]
        RecordReconciliation(stream=ACCOUNT, reconciled=example("AccountReconciled")),  # type: ignore[arg-type]
        RecordCensus(stream=ACCOUNT, taken=example("CensusTaken")),  # type: ignore[arg-type]
        AdoptElement(stream=SPARE, element_id=8, account=ACCOUNT, character=JUN, attested_by="Yuna"),
        RetireElement(stream=SPARE, reason="never used", delete=True),
        DecideClip(stream=CLIP, decision="keep", likeness=an_id("likeness"), reason="seen from behind"),
        GrantConsent(
            stream=an_id("likeness"),
            consent=example("ConsentGranted", evidence=FACE, productions=[SHOW]),  # type: ignore[arg-type]
        ),
        RefuseUse(stream=an_id("likeness"), refused=example("LikenessUseRefused")),  # type: ignore[arg-type]
    ]


def adopted() -> list[Command]:
    """Footage that was not made here, with Jun in it; withdrawn, and come again without anybody, approved. Told by few tests."""
    said: Any = example("ClipAdopted")
    shown = Attested(
        production=SHOW, scene=SCENE, shot=SHOT, depicts="unknown", seen=(Seen(JUN),), likenesses=()
    )
    adopt = AdoptClip(
        stream=FOUND,
        **{name: getattr(said, name) for name in ("label", "source", "stored", "footage", "marks")},
        ai_generated=None,
        attested=shown,
        recognised_by=said.recognised_by,
    )
    twice = replace(adopt, stream=AGAIN, attested=replace(shown, seen=()), recognised_by=None)
    return [
        adopt,
        DecideClip(stream=FOUND, decision="withdraw", reason="the wrong scene"),
        twice,
        ApproveClip(stream=AGAIN),
    ]


def judged() -> list[Command]:
    """A take that was turned down first, delivered since, with a remark on it, and a record set right."""
    return [
        RejectClip(stream=CLIP, cause="motion", reason="she slides"),
        ApproveClip(stream=CLIP, note="on second thought"),
        DeliverClip(stream=CLIP, delivered=example("ClipDelivered"), standing=Standing()),  # type: ignore[arg-type]
        NoteOnClip(stream=CLIP, text="she blinks", at_us=1_250_000, subjects=(MINA,)),
        NoteOnClip(stream=CLIP, text="a fine take"),
        CorrectContinuity(stream=SCENE, generation=MADE, framing="wide shot", reason="seen on screen"),
    ]


def told() -> list[Command]:
    """A webhook with all that happens to one, and one that was removed."""
    webhook, other = an_id("webhook"), an_id("webhook", 2)
    rotated: Any = example("WebhookSecretRotated")
    return [
        AddWebhook(stream=webhook, added=example("WebhookAdded", after=None)),  # type: ignore[arg-type]
        ChangeWebhook(stream=webhook, url="https://b.example", types=(), description="dailies"),
        RotateWebhookSecret(stream=webhook, **rotated.model_dump()),
        PauseWebhook(stream=webhook, reason="moving"),
        ResumeWebhook(stream=webhook),
        ReplayWebhook(stream=webhook, after=7),
        PauseWebhook(stream=webhook, cause="gone", reason="it answered 410"),
        AddWebhook(stream=other, added=example("WebhookAdded")),  # type: ignore[arg-type]
        RemoveWebhook(stream=other),
    ]


def spent() -> list[Command]:
    """A day's allowance with a call that is paid, one that is under way and one that cost nothing."""
    day = an_id("allowance")
    calls = [an_id("submission", number) for number in (1, 2, 3)]
    reserved: list[Command] = [
        ReserveAllowance(
            stream=day, holder=an_id("key"), submission=call, units="1.8", day=20_000, most="100"
        )
        for call in calls
    ]
    settled = SettleAllowance(stream=day, submission=calls[0], units="1.2")
    return [*reserved, settled, ReleaseAllowance(stream=day, submission=calls[2])]


def tell(log: Opened, *, with_identity: bool = True) -> None:
    """Write the whole story, and one request that stays open."""
    looks = identity() if with_identity else [[DefineLook(stream=MINA, look="winter")]]
    for call in [*access(), *people(), *scenes(), *looks, *delivered(with_identity=with_identity), *failed()]:
        log.handle(*call)
    log.handle(*requested(an_id("generation", 3), an_id("submission", 3))[0])
    log.handle(*compared())
    log.handle(*judged())
    log.handle(*told())
    log.handle(*spent())


def more(log: Opened) -> RegisterAsset:
    """One more asset, as somebody may register while something else goes on."""
    command = register()
    log.handle(command)
    return command

"""A studio with a past: fixed ids, a first history, and strategies for what happens next and for what is asked about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

from generation.intake import preview
from generation.shot import ShotRequest
from registry.deciders.account import OpenAccount
from registry.deciders.asset import DescribeAsset, RegisterAsset, RetireAsset, SupersedeAsset
from registry.deciders.character import (
    AssignReference,
    IntroduceCharacter,
    RetireCharacter,
    ReviseCharacter,
    WithdrawReference,
)
from registry.deciders.clip import RecordClip
from registry.deciders.command import Command
from registry.deciders.element import AdoptElement, RetireElement
from registry.deciders.generation import EndGeneration, OpenSubmission, RequestGeneration, StoreResult
from registry.deciders.looks import DefineLook, RetireLook
from registry.deciders.pins import MovePin, PinCharacter, ReleasePin
from registry.deciders.production import ChooseAccount, OpenProduction
from registry.deciders.scene import (
    CastInScene,
    DescribeScene,
    DropShot,
    OpenScene,
    PlanShot,
    ReleaseFromScene,
)
from registry.deciders.studio import OpenStudio
from registry.deciders.submission import IntendSubmission, NoteOnSubmission
from registry.errors import RegistryError
from registry.events.references import PictureFacts, StoredBytes
from registry.registry import Registry
from tests.registry.events.golden import an_id, example
from tests.servers.homes import equip
from tests.servers.world import CONTEXT, open_registry

START: Final = 1_795_000_000_000_000
DAY_US: Final = 86_400_000_000
STUDIO, SHOW, UNPLACED = an_id("studio"), an_id("production"), an_id("scene", 9)
PEOPLE, PICTURES, ELEMENTS = (
    [an_id(kind, n) for n in (1, 2, 3)] for kind in ("character", "asset", "element")
)
SCENES, ACCOUNTS, SHOTS = ([an_id(kind, n) for n in (1, 2)] for kind in ("scene", "account", "shot"))
GENERATIONS, CLIPS = ([an_id(kind, n) for n in (1, 2)] for kind in ("generation", "clip"))
NAMES: Final = ("Mina", "Jun", "mina", "Lead")
LOOKS: Final = ("winter", "summer")
Step = tuple[Command, ...]


class Still:
    """A clock that stands until it is put forward."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def picture(asset: str, pixels: int = 720) -> RegisterAsset:
    original, rendition = (
        StoredBytes(key=f"{asset}/{part}", bytes=pixels, sha256=asset[-1] * 64, media_type="image/png")
        for part in ("original", "rendition")
    )
    return RegisterAsset(
        stream=asset,
        kind="picture",
        label="",
        original=original,
        rendition=rendition,
        picture=PictureFacts(format="png", width=pixels, height=pixels),
        fingerprint=asset,
    )


def adopted(element: str, character: str, account: str = ACCOUNTS[0], *, number: int = 7) -> AdoptElement:
    return AdoptElement(
        stream=element,
        element_id=number,
        account=account,
        character=character,
        made_from="image",
        attested_by="a test",
    )


def asked(generation: str) -> Step:
    alone = {"shot": None, "retry_of": None, "approval": False, "subjects": []}
    requested = example("GenerationRequested", production=SHOW, scene=SCENES[0], **alone)
    plan = example("PlanCompiled", subjects=[])
    return (RequestGeneration(stream=generation, requested=requested, plan=plan),)  # type: ignore[arg-type]


def delivered(generation: str, clip: str, *, expires_at: int = START + 30 * DAY_US) -> Step:
    """A generation that was asked for, from its submission to its clip."""
    paid = an_id("submission", int(generation[-1]))
    names = {
        "generation": generation,
        "submission": paid,
        "scene": SCENES[0],
        "shot": None,
        "continues": None,
    }
    facts: Any = example("ClipRecorded", kling_url_expires_at=expires_at, **names)
    intent: Any = example("SubmissionIntended", subject=generation)
    notes: list[Any] = [example("SubmissionConfirmed"), example("TaskSucceeded")]
    return (
        OpenSubmission(stream=generation, submission=paid),
        IntendSubmission(stream=paid, intent=intent),
        *(NoteOnSubmission(stream=paid, event=note) for note in notes),
        StoreResult(stream=generation, result=example("ResultStored", clip=clip)),  # type: ignore[arg-type]
        EndGeneration(stream=generation, outcome="delivered", clip=clip),
        RecordClip(stream=clip, clip=facts),
    )


FIRST: Final[Sequence[Step]] = (
    *((OpenAccount(stream=id, name=id, region="singapore", host="h", key_fingerprint="k"),) for id in ACCOUNTS),
    (OpenProduction(stream=SHOW, name="Café", unplaced=UNPLACED), ChooseAccount(stream=SHOW, account=ACCOUNTS[0])),
    *((OpenScene(stream=id, production=SHOW, name=id, setting="dusk"),) for id in (*SCENES, UNPLACED)),
    (picture(PICTURES[0]), picture(PICTURES[1])),
    (
        IntroduceCharacter(stream=PEOPLE[0], depicts="fictional", name="Mina"),
        IntroduceCharacter(stream=PEOPLE[1], depicts="fictional", name="Jun"),
    ),
    tuple(AssignReference(stream=PEOPLE[n], asset=PICTURES[n], role="frontal") for n in (0, 1)),
    tuple(adopted(ELEMENTS[n], PEOPLE[n], number=n + 1) for n in (0, 1)),
    (CastInScene(stream=SCENES[0], character=PEOPLE[0]),),
    (DefineLook(stream=PEOPLE[0], look=LOOKS[0], wardrobe="a coat"),),
    (PlanShot(stream=SCENES[0], shot=SHOTS[0], action="They sit."),),
)  # fmt: skip


def begin(folder: Path, clock: Still) -> Registry:
    """A studio with its first history in an empty folder."""
    registry = open_registry(equip(folder), clock)
    furnish(registry)
    return registry


def furnish(registry: Registry) -> None:
    """The first history, in an empty registry."""
    for step in ((OpenStudio(stream=STUDIO, name="Studio"),), *FIRST):
        registry.handle(STUDIO, step, context=CONTEXT)


def told(registry: Registry, request: ShotRequest, *, as_of: int | None = None) -> str:
    """Every byte of a preview, or every word of its refusal."""
    try:
        return preview(registry, STUDIO, request, as_of=as_of).model_dump_json()
    except RegistryError as refused:
        return f"{type(refused).__name__} {refused.message} {refused.hint}"


people, pictures, scenes, shots = map(st.sampled_from, (PEOPLE, PICTURES, SCENES, SHOTS))
elements, accounts, names = map(st.sampled_from, (ELEMENTS, ACCOUNTS, NAMES))
roles = st.sampled_from(["frontal", "profile", "wardrobe"])
reason = st.just("why")
looks = st.sampled_from([None, None, *LOOKS])
holders = st.sampled_from([*SCENES, SHOW])
changes: list[st.SearchStrategy[Command]] = [
    st.builds(IntroduceCharacter, stream=people, name=names, aliases=st.tuples(names)),
    st.builds(ReviseCharacter, stream=people, name=names, aliases=st.none() | st.tuples(names)),
    st.builds(RetireCharacter, stream=people, reason=reason),
    st.builds(AssignReference, stream=people, asset=pictures, role=roles, look=looks),
    st.builds(WithdrawReference, stream=people, asset=pictures, role=roles, look=looks),
    st.builds(DefineLook, stream=people, look=st.sampled_from(LOOKS), wardrobe=st.none() | names),
    st.builds(RetireLook, stream=people, look=st.sampled_from(LOOKS), reason=reason),
    st.builds(
        PinCharacter, stream=holders, character=people, version=st.none() | st.integers(1, 6), look=looks
    ),
    st.builds(MovePin, stream=holders, character=people),
    st.builds(ReleasePin, stream=holders, character=people),
    st.builds(adopted, elements, people, accounts, number=st.integers(1, 4)),
    st.builds(RetireElement, stream=elements, reason=reason),
    st.builds(picture, pictures, st.sampled_from([200, 720])),
    st.builds(DescribeAsset, stream=pictures, label=names),
    st.builds(SupersedeAsset, stream=pictures, by=pictures, reason=reason),
    st.builds(RetireAsset, stream=pictures, reason=reason),
    st.builds(DescribeScene, stream=scenes, name=names, setting=names),
    st.builds(CastInScene, stream=scenes, character=people),
    st.builds(ReleaseFromScene, stream=scenes, character=people),
    st.builds(PlanShot, stream=scenes, shot=shots, action=names),
    st.builds(DropShot, stream=scenes, shot=shots),
    st.builds(ChooseAccount, stream=st.just(SHOW), account=accounts),
]
made = st.sampled_from(list(zip(GENERATIONS, CLIPS, strict=True)))
steps: st.SearchStrategy[Step] = st.one_of(
    *(st.tuples(change) for change in changes),
    made.map(lambda one: asked(one[0])),
    made.map(lambda one: asked(one[0]) + delivered(*one)),
    made.map(lambda one: delivered(*one)),
)
words = names | people
_member = st.fixed_dictionaries(
    {"character": words, "identity": st.sampled_from(["auto", "elements", "images"])},
    optional={"look": looks},
)
_turns = st.lists(st.fixed_dictionaries({"speaker": words, "line": st.just("왜?")}), min_size=1, max_size=2)
requests: st.SearchStrategy[ShotRequest] = st.fixed_dictionaries(
    {"action": st.just("They argue.")},
    optional={
        "scene": scenes,
        "production": st.just(SHOW),
        "shot": st.sampled_from([None, None, *SHOTS]),
        "cast": st.lists(_member, max_size=2),
        "dialogue": st.fixed_dictionaries({"language": st.just("Korean"), "turns": _turns}),
        "opening": pictures,
        "references": st.lists(pictures, max_size=2),
        "continue_from": st.sampled_from([*GENERATIONS, *CLIPS]),
    },
).map(lambda fields: ShotRequest.model_validate({"scene": SCENES[0]} | fields))

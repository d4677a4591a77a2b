"""Whatever happens to people, elements, looks, pins and consents, in any order: a plan shows nobody it must not show."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.intake import preview
from generation.plan import Preview
from generation.shot import ShotRequest
from registry.blobs import store_for
from registry.deciders.character import (
    AssignReference,
    IntroduceCharacter,
    RetireCharacter,
    WithdrawReference,
)
from registry.deciders.command import Command
from registry.deciders.element import AdoptElement, MintElement, NoteOnElement, RetireElement
from registry.deciders.likeness import GrantConsent, RegisterLikeness, RevokeConsent
from registry.deciders.looks import DefineLook
from registry.deciders.minting import EndMint, OpenMint
from registry.deciders.pins import MovePin, PinCharacter, ReleasePin
from registry.deciders.portrayal import DeclareCharacter, LinkLikeness, UnlinkLikeness
from registry.deciders.production import ChooseAccount
from registry.erasure import Tools, carry_out, order_erasure
from registry.errors import RegistryError
from registry.events.element import ElementDeleted, ElementLost, ElementRecovered
from registry.events.likeness import ConsentGranted
from registry.registry import Registry
from tests.generation import past
from tests.generation.past import (
    ACCOUNTS,
    LOOKS,
    PEOPLE,
    PICTURES,
    SCENES,
    SHOW,
    START,
    STUDIO,
    Still,
    begin,
    picture,
    told,
)
from tests.generation.test_erasing import Gone
from tests.generation.test_hindsight_properties import copied
from tests.registry.events.golden import an_id, example
from tests.servers.world import CONTEXT

HELD = [an_id("element", n) for n in range(1, 9)]
LIKENESSES, CONSENTS = [an_id("likeness", n) for n in (1, 2)], [an_id("consent", n) for n in range(1, 5)]
FACES = [*PICTURES, an_id("asset", 4), an_id("asset", 5)]
CAUTIONS = [f"W{number}" for number in (*range(201, 211), *range(420, 430), *range(501, 517))]


@dataclass(frozen=True)
class Held:
    """An element as the test knows it."""

    number: int | None
    account: str
    character: str
    look: str | None
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Allowed:
    """A consent as the test knows it."""

    likeness: str
    voice: bool
    over: bool
    revoked: bool = False


@dataclass
class Known:
    """What is so, by the commands that were taken alone: nothing here is read from the registry."""

    account: str = ACCOUNTS[0]
    elements: dict[str, Held] = field(default_factory=dict)
    faces: dict[str, set[tuple[str, str | None]]] = field(default_factory=dict)
    pins: dict[tuple[str, str], str | None] = field(default_factory=dict)
    real: set[str] = field(default_factory=set)
    linked: dict[str, str | None] = field(default_factory=dict)
    consents: dict[str, Allowed] = field(default_factory=dict)
    retired: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)

    def take(self, command: Command) -> None:  # noqa: PLR0912 - one case for each command
        name = command.stream
        match command:
            case ChooseAccount(account=account):
                self.account = account
            case MintElement(requested=asked):
                self.elements[name] = Held(None, asked.account, asked.inputs.character, asked.inputs.look)
            case EndMint(made_id=made):
                self.elements[name] = replace(self.elements[name], number=int(made))
            case AdoptElement(element_id=number, account=account, character=who, look=look):
                self.elements[name] = Held(number, account, who, look)
            case RetireElement():
                self._mark(name, "retired")
            case NoteOnElement(event=ElementRecovered()):
                held = self.elements[name]
                self.elements[name] = replace(held, gone=held.gone - {"lost"})
            case NoteOnElement(event=ElementLost()):
                self._mark(name, "lost")
            case NoteOnElement(event=ElementDeleted()):
                self._mark(name, "deleted")
            case AssignReference(asset=asset, look=look):
                self.faces.setdefault(name, set()).add((asset, look))
            case PinCharacter(character=who, look=look):
                self.pins[name, who] = look
            case ReleasePin(character=who):
                self.pins.pop((name, who), None)
            case RetireCharacter():
                self.retired.add(name)
            case DeclareCharacter(depicts=depicts):
                (self.real.add if depicts == "real_person" else self.real.discard)(name)
            case LinkLikeness(likeness=likeness):
                self.linked[name] = likeness
            case UnlinkLikeness():
                self.linked[name] = None
            case GrantConsent(consent=said):
                self.consents[said.consent] = Allowed(name, said.voice, said.ends_at is not None)
            case RevokeConsent(consent=consent):
                self.consents[consent] = replace(self.consents[consent], revoked=True)
            case _:
                pass

    def _mark(self, element: str, why: str) -> None:
        held = self.elements[element]
        self.elements[element] = replace(held, gone=held.gone | {why})

    def erase(self, likeness: str) -> None:
        self.erased.add(likeness)
        for who, behind in self.linked.items():
            if behind == likeness:
                self.erased.add(who)

    def look(self, who: str, wanted: str | None) -> str | None:
        """The look in use: the scene's pin, or the production's, or the request."""
        pin = next(((place, who) for place in (SCENES[0], SHOW) if (place, who) in self.pins), None)
        return (self.pins[pin] if pin else None) or wanted

    def allows(self, who: str, *, heard: bool) -> bool:
        """Whether they are fictional, or a consent covers them now."""
        if who not in self.real:
            return True
        behind = self.linked.get(who)
        return behind not in self.erased and any(
            one.likeness == behind and not one.revoked and not one.over and (one.voice or not heard)
            for one in self.consents.values()
        )


def mint(element: str, who: str, account: str, look: str | None, number: int) -> tuple[Command, ...]:
    """An element made from a recipe, from its request to its id."""
    given: Any = {"production": None, "remint_of": None, "estimate_units": "0", "account": account}
    asked: Any = example("ElementMintRequested", **given)
    inputs = {
        "character": who,
        "look": look,
        "frontal": FACES[0],
        "views": (FACES[1],),
        "voice": None,
        "video": None,
    }
    asked = asked.model_copy(update={"inputs": asked.inputs.model_copy(update=inputs)})
    paid = an_id("submission", int(element[-1]))
    return (
        MintElement(stream=element, requested=asked),
        OpenMint(stream=element, submission=paid),
        EndMint(stream=element, outcome="delivered", made_id=str(number), task_id="t", submission=paid),
    )


def adopt(element: str, who: str, account: str, look: str | None, number: int) -> tuple[Command, ...]:
    said = {"element_id": number, "account": account, "character": who, "look": look, "attested_by": "a test"}
    return (AdoptElement(stream=element, made_from="image", **said),)  # type: ignore[arg-type]


def consent(likeness: str, consent: str, voice: bool = True, over: bool = False) -> GrantConsent:
    granted = ConsentGranted(
        consent=consent,
        voice=voice,
        starts_at=0,
        ends_at=START if over else None,
        evidence=FACES[0],
        signed_by="x",
    )
    return GrantConsent(stream=likeness, consent=granted)


def reference(who: str, asset: str, look: str | None) -> AssignReference:
    return AssignReference(stream=who, asset=asset, role="frontal", look=look)


Step = tuple[Command, ...] | str
"""Commands taken together, or a likeness that is erased."""
people, faces, held = map(st.sampled_from, (PEOPLE, FACES, HELD))
likenesses, accounts, looks = map(st.sampled_from, (LIKENESSES, ACCOUNTS, [None, *LOOKS]))
holders, why = st.sampled_from([SCENES[0], SHOW]), st.just("why")
said = {"character": people}
papers = st.sampled_from(list(zip((*LIKENESSES, *LIKENESSES), CONSENTS, strict=True)))
granted = st.tuples(papers, st.booleans(), st.booleans()).map(lambda said: (*said[0], *said[1:]))
bound = (held, people, accounts, looks, st.integers(1, 4))
ordinary: list[st.SearchStrategy[Command]] = [
    st.builds(ChooseAccount, stream=st.just(SHOW), account=accounts),
    st.builds(reference, people, faces, looks),
    st.builds(WithdrawReference, stream=people, asset=faces, role=st.just("frontal"), look=looks),
    st.builds(DefineLook, stream=people, look=st.sampled_from(LOOKS), wardrobe=st.just("a coat")),
    *[st.builds(PinCharacter, stream=holders, version=st.none(), look=looks, **said)] * 2,
    st.builds(PinCharacter, stream=holders, version=st.none() | st.integers(2, 6), look=looks, **said),
    st.builds(MovePin, stream=holders, **said),
    st.builds(ReleasePin, stream=holders, **said),
    st.builds(RetireElement, stream=held, reason=why),
    st.builds(NoteOnElement, stream=held, event=st.just(ElementLost(cause="missing"))),
    st.builds(NoteOnElement, stream=held, event=st.just(ElementRecovered())),
    st.builds(NoteOnElement, stream=held, event=st.just(ElementDeleted())),
    st.builds(
        DeclareCharacter, stream=people, depicts=st.sampled_from(["fictional", "real_person"]), reason=why
    ),
    st.builds(LinkLikeness, stream=people, likeness=likenesses),
    st.builds(UnlinkLikeness, stream=people, reason=why),
    *[granted.map(lambda said: consent(*said))] * 3,
    *[granted.map(lambda said: RevokeConsent(stream=said[0], consent=said[1], reason="why"))] * 3,
    st.builds(RetireCharacter, stream=people, reason=why),
]
steps: st.SearchStrategy[Step] = st.one_of(
    *(st.tuples(one) for one in ordinary), st.builds(adopt, *bound), st.builds(mint, *bound), likenesses
)
_whom = people | st.just(PEOPLE[2])
_by = st.sampled_from(["auto", "auto", "elements", "images"])
_member = st.fixed_dictionaries({"character": _whom, "look": looks | st.none(), "identity": _by})
_turns = st.lists(st.fixed_dictionaries({"speaker": people, "line": st.just("Why?")}), min_size=1, max_size=2)
requests = st.fixed_dictionaries(
    {
        "action": st.just("They argue."),
        "scene": st.just(SCENES[0]),
        "accept": st.just(dict.fromkeys(CAUTIONS, "a test")),
        "cast": st.lists(_member, min_size=1, max_size=2, unique_by=lambda one: one["character"]),
    },
    optional={"dialogue": st.fixed_dictionaries({"language": st.just("English"), "turns": _turns})},
).map(ShotRequest.model_validate)
FIRST: list[tuple[Command, ...]] = [
    tuple(picture(face) for face in FACES[2:]),
    (IntroduceCharacter(stream=PEOPLE[2], depicts="real_person", name="Hana"),),
    tuple(DefineLook(stream=who, look=look, wardrobe="a hat") for who in PEOPLE for look in LOOKS),
    (DefineLook(stream=PEOPLE[2], look=LOOKS[1], wardrobe="a scarf"), reference(PEOPLE[2], FACES[2], None)),
    tuple(RegisterLikeness(stream=one, name="Somebody", minor=False) for one in LIKENESSES),
    (LinkLikeness(stream=PEOPLE[2], likeness=LIKENESSES[0]), consent(LIKENESSES[0], CONSENTS[0])),
    *(adopt(HELD[n], PEOPLE[n], ACCOUNTS[0], None, n + 1) for n in (2,)),
    *(adopt(HELD[n + 3], PEOPLE[n], ACCOUNTS[1], None, n + 11) for n in (0, 1, 2)),
    mint(HELD[6], PEOPLE[0], ACCOUNTS[0], LOOKS[0], 20),
]


class Lived:
    """A registry and what the test knows of it, through the same history."""

    def __init__(self, registry: Registry, blobs: Path) -> None:
        self.registry, self.known = registry, Known()
        self._tools = Tools(registry, store_for(f"file://{blobs}"), Gone(), CONTEXT)

    def live(self, step: Step) -> None:
        with suppress(RegistryError):
            if isinstance(step, str):
                order_erasure(self.registry, STUDIO, step, "request", context=CONTEXT)
                self.known.erase(step)
                carry_out(self._tools, STUDIO, step)
            else:
                self.registry.handle(STUDIO, step, context=CONTEXT)
                for command in step:
                    self.known.take(command)


def known_of_the_past() -> Known:
    """What the first history made so."""
    known = Known()
    for step in (*past.FIRST, *FIRST):
        for command in step:
            known.take(command)
    known.real.add(PEOPLE[2])
    return known


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("identity")
    registry = begin(folder, Still())
    for step in FIRST:
        registry.handle(STUDIO, step, context=CONTEXT)
    registry.close()
    return folder


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(steps, max_size=10), st.lists(requests, min_size=1, max_size=3))
def test_a_plan_shows_nobody_it_must_not(begun: Path, history: list[Step], wanted: list[ShotRequest]) -> None:
    """Elements are of the paying account, live, and of the look in use; who is real has allowed it; as of now is now.

    Where somebody who was erased is named, or cast in the scene, what the log tells as of any position is that this is unknown.
    """
    with copied(begun, Still()) as registry:
        lived = Lived(registry, begun / "blobs")
        lived.known = known_of_the_past()
        for step in history:
            lived.live(step)
        head = registry.feed.head(STUDIO)
        for request in wanted:
            with suppress(RegistryError):
                shown = preview(registry, STUDIO, request)
                if shown.sendable:
                    holds(lived.known, request, shown)
            now, then = told(registry, request), told(registry, request, as_of=head)
            assert now == then or (lived.known.erased and "erased since" in then), (now, then)


def holds(known: Known, request: ShotRequest, shown: Preview) -> None:
    """Judged by what was done alone, without a line of what resolves."""
    asked = {one.character: one.look for one in request.cast or ()}
    heard = {turn.speaker for turn in (request.dialogue.turns if request.dialogue else ())}
    for one in (*shown.grounded, *shown.shows):
        if one.character is not None:
            assert one.character not in known.erased
            assert known.allows(one.character, heard=one.character in heard), one
    numbers = [one["element_id"] for one in (shown.payload or {}).get("element_list", ())]
    assert numbers == [one.element_id for one in shown.grounded if one.element_id is not None]
    for one in shown.grounded:
        if one.role != "person" or one.character is None:
            continue
        in_use = known.look(one.character, asked[one.character])
        assert one.look == in_use
        if one.element is not None:
            element = known.elements[one.element]
            assert element == Held(one.element_id, known.account, one.character, in_use), one
        else:
            assert {look for asset, look in known.faces[one.character] if asset == one.asset} & {in_use, None}

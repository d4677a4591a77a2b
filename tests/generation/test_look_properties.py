"""Whatever happens to looks, pictures and pins, in any order: a face stands on a picture of its look, or as introduced."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.gather import gather
from generation.resolve import Resolution, resolve
from generation.shot import ShotRequest
from registry.deciders.character import AssignReference, Character, WithdrawReference
from registry.deciders.command import Command
from registry.deciders.looks import DefineLook, RetireLook
from registry.deciders.pins import MovePin, Pin, PinCharacter, ReleasePin
from registry.deciders.production import Production
from registry.deciders.scene import Scene
from registry.errors import RegistryError
from registry.registry import Registry
from tests.generation.past import LOOKS, PEOPLE, PICTURES, SCENES, SHOW, STUDIO, Still, begin, picture
from tests.generation.test_hindsight_properties import copied
from tests.servers.world import CONTEXT

MINA, SCENE = PEOPLE[0], SCENES[0]
look, some_look = st.sampled_from(LOOKS), st.sampled_from([None, *LOOKS])
holder = st.sampled_from([SCENE, SHOW])
SHOWN = [
    AssignReference(stream=MINA, asset=asset, role="frontal", look=look)
    for asset, look in zip(PICTURES, (None, *LOOKS), strict=True)
]
"""One face as introduced, and one in each look; Mina begins with all three."""
GONE = [WithdrawReference(stream=MINA, asset=one.asset, role="frontal", look=one.look) for one in SHOWN]
ELSEWHERE = st.builds(
    AssignReference,
    stream=st.just(MINA),
    asset=st.sampled_from(PICTURES),
    role=st.sampled_from(["frontal", "wardrobe"]),
    look=some_look,
)
change: st.SearchStrategy[Command] = st.one_of(
    st.sampled_from(GONE),
    st.sampled_from(GONE),
    st.sampled_from(SHOWN),
    ELSEWHERE,
    st.builds(DefineLook, stream=st.just(MINA), look=look, wardrobe=st.sampled_from(["a coat", "a scarf"])),
    st.builds(RetireLook, stream=st.just(MINA), look=look, reason=st.just("cut")),
    st.builds(PinCharacter, stream=holder, character=st.just(MINA), version=st.none() | st.integers(4, 9), look=some_look),
    st.builds(MovePin, stream=holder, character=st.just(MINA)),
    st.builds(ReleasePin, stream=holder, character=st.just(MINA)),
)  # fmt: skip


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("looks")
    registry = begin(folder, Still())
    registry.handle(STUDIO, [picture(PICTURES[2])], context=CONTEXT)
    registry.handle(STUDIO, [DefineLook(stream=MINA, look=LOOKS[1])], context=CONTEXT)
    for command in SHOWN[1:]:
        registry.handle(STUDIO, [command], context=CONTEXT)
    registry.close()
    return folder


@settings(max_examples=80, deadline=None)
@given(st.lists(change, min_size=1, max_size=14), some_look)
def test_a_payload_stands_on_the_look_in_use(begun: Path, history: list[Command], wanted: str | None) -> None:
    """Never on another look's picture, never on one that the pinned version has not, never in a look that a pin contradicts."""
    with copied(begun, Still()) as registry:
        for command in history:
            with suppress(RegistryError):
                registry.handle(STUDIO, [command], context=CONTEXT)
        entry = {"character": MINA, "identity": "images", "look": wanted}
        request = ShotRequest.model_validate({"scene": SCENE, "action": "She waits.", "cast": [entry]})
        resolution = resolve(request, gather(registry, STUDIO, request).grounds)

        pin = _pin(registry)
        version = pin.version if pin else registry.state(STUDIO, MINA).version
        _holds(resolution, _as_of(registry, version), pin, wanted)


def _holds(resolution: Resolution, then: Character, pin: Pin | None, wanted: str | None) -> None:
    """Judged by the pin and the folded stream alone, without a line of what resolves."""
    rules = {gap.rule for gap in resolution.gaps}
    in_use = pin.look if pin is not None and pin.look is not None else wanted
    assert ("E422" in rules) == (None not in (in_use, wanted) and in_use != wanted)
    if in_use is not None and in_use not in then.looks:
        assert "E423" in rules
    for person in resolution.people:
        assert person.picture is not None
        assert person.character.look == in_use
        looks = {one.look for one in then.references if one.asset == person.picture.id}
        assert looks & {in_use, None}, f"{person.picture.id} shows {looks}, and {in_use} is in use"
        own = [one for one in then.references if one.look == in_use and one.role != "wardrobe"]
        assert in_use in looks or not own
        if in_use in then.looks:
            assert person.worn is not None
            assert person.worn.wardrobe == then.looks[in_use].wardrobe


def _pin(registry: Registry) -> Pin | None:
    scene, show = registry.state(STUDIO, SCENE).state, registry.state(STUDIO, SHOW).state
    assert isinstance(scene, Scene)
    assert isinstance(show, Production)
    return scene.pins.get(MINA) or show.pins.get(MINA)


def _as_of(registry: Registry, version: int) -> Character:
    """The character as the whole log tells it: the state at the last position where its stream was at that version."""
    for position in range(registry.feed.head(STUDIO), 0, -1):
        folded = registry.state(STUDIO, MINA, as_of=position)
        if folded.version == version:
            assert isinstance(folded.state, Character)
            return folded.state
    raise AssertionError(f"there was never a version {version}")

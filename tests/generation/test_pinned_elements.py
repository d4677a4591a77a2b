"""Elements of a pinned character: chosen and judged by the pinned version and look, and what a moved pin makes stale."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generation.gather import gather
from generation.intake import preview
from generation.repinning import impact_of_move
from generation.shot import ShotRequest
from registry.deciders.character import AssignReference, WithdrawReference
from registry.deciders.command import Command
from registry.deciders.element import MintElement
from registry.deciders.minting import EndMint, OpenMint
from registry.deciders.pins import MovePin, PinCharacter
from registry.deciders.portrayal import BindVoice
from registry.deciders.voice import AdoptVoice
from registry.registry import Registry
from tests.generation.past import ACCOUNTS, LOOKS, PEOPLE, PICTURES, SCENES, STUDIO, Still, begin
from tests.registry.events.golden import an_id, example
from tests.servers.world import CONTEXT

MINA, SCENE, WINTER = PEOPLE[0], SCENES[0], LOOKS[0]
WORN, PLAIN, VOICE = an_id("element", 11), an_id("element", 12), an_id("voice")


def do(registry: Registry, *commands: Command) -> None:
    registry.handle(STUDIO, commands, context=CONTEXT)


def made(registry: Registry, element: str, number: int, look: str | None, *pictures: str) -> None:
    """An element made from these pictures of Mina."""
    paid = an_id("submission", number)
    requested: Any = example("ElementMintRequested", production=None, remint_of=None, estimate_units="0")
    given = {"character": MINA, "look": look, "frontal": pictures[0], "views": pictures[1:], "voice": None}
    inputs = requested.inputs.model_copy(update=given)
    asked = requested.model_copy(update={"inputs": inputs, "account": ACCOUNTS[0]})
    do(registry, MintElement(stream=element, requested=asked))
    do(registry, OpenMint(stream=element, submission=paid))
    do(registry, EndMint(stream=element, outcome="delivered", made_id=str(number), submission=paid))


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Registry]:
    """Mina, pinned in her winter look, with an element of that look and one as introduced; the look has its own picture."""
    registry = begin(tmp_path, Still())
    do(registry, AssignReference(stream=MINA, asset=PICTURES[1], role="wardrobe", look=WINTER))
    made(registry, WORN, 11, WINTER, PICTURES[0], PICTURES[1])
    made(registry, PLAIN, 12, None, PICTURES[0])
    do(registry, PinCharacter(stream=SCENE, character=MINA, look=WINTER))
    yield registry
    registry.close()


def stands_on(registry: Registry) -> tuple[str | None, list[str]]:
    """The element a request would stand on, and what is stale: the same by the views as by the log."""
    request = ShotRequest.model_validate(
        {"scene": SCENE, "action": "She waits.", "cast": [{"character": "Mina"}]}
    )
    now = gather(registry, STUDIO, request).grounds
    then = gather(registry, STUDIO, request, as_of=now.position).grounds
    assert (then.people, then.assets) == (now.people, now.assets)
    shown = preview(registry, STUDIO, request)
    assert preview(registry, STUDIO, request, as_of=now.position) == shown
    people = [one.element for one in shown.grounded if one.role == "person"]
    return people[0] if people else None, [
        one.message.rsplit(": ", 1)[0] for one in shown.findings if one.rule == "W424"
    ]


def becoming_stale(registry: Registry) -> list[tuple[str, str]]:
    return [
        (one.element, one.because) for one in impact_of_move(registry, STUDIO, SCENE, MINA).stale_elements
    ]


def test_the_pinned_look_chooses_the_element(past: Registry) -> None:
    """In the pinned look stands the element of that look, though one as introduced was made later."""
    assert stands_on(past) == (WORN, [])
    assert becoming_stale(past) == []


def test_a_moved_pin_makes_an_element_stale(past: Registry) -> None:
    """A picture taken back since leaves the pinned version as it is; the move would make its element stale, and does."""
    do(past, WithdrawReference(stream=MINA, asset=PICTURES[1], role="wardrobe", look=WINTER))

    assert stands_on(past) == (WORN, [])
    [(element, because)] = becoming_stale(past)
    assert (element, because) == (WORN, f"{PICTURES[1]} no longer shows Mina in the look 'winter'")

    do(past, MovePin(stream=SCENE, character=MINA))
    assert stands_on(past) == (WORN, [f"{WORN} of Mina is stale: {because}"])


def test_a_voice_counts(past: Registry) -> None:
    """An element made without the voice that the character has now is stale, and told of a move; others' looks are left out."""
    adopt = AdoptVoice(stream=VOICE, voice_id="829", account=ACCOUNTS[0], character=MINA, attested_by="x")
    do(past, adopt)
    do(past, BindVoice(stream=MINA, voice=VOICE))

    because = f"it was made with no voice, and Mina now has {VOICE}"
    assert becoming_stale(past) == [(WORN, because)]
    assert stands_on(past) == (WORN, [f"{WORN} of Mina is stale: {because}"])

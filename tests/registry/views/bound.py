"""What the view tests of uses add to the story: a look, bindings made from a recipe, a voice, a real person, pins."""

from __future__ import annotations

from typing import Any, Final

from registry.deciders.character import AssignReference
from registry.deciders.command import Command
from registry.deciders.element import MintElement
from registry.deciders.generation import RequestGeneration
from registry.deciders.looks import DefineLook
from registry.deciders.pins import PinCharacter
from registry.deciders.portrayal import BindVoice, DeclareCharacter, LinkLikeness
from registry.deciders.scene import RecordContinuity
from registry.deciders.voice import AdoptVoice
from tests.registry.events.golden import an_id, example
from tests.registry.log.opened import Opened, register
from tests.registry.log.story import ACCOUNT, CAFE, FACE, MINA, SCENE, SHOW

COAT: Final = an_id("asset", 20)
VOICE, PERSON = an_id("voice", 3), an_id("likeness")
FIRST, SECOND = an_id("element", 11), an_id("element", 12)
OPEN: Final = an_id("generation", 20)


def minted(element: str, **changes: Any) -> MintElement:
    """An element of Mina in her winter look, from two pictures and her voice, at nobody's cost."""
    given = {"production": None, "remint_of": None, "estimate_units": "0"} | changes
    requested: Any = example("ElementMintRequested", **given)
    views = requested.inputs.model_copy(
        update={"frontal": FACE, "views": (COAT,), "voice": VOICE, "character": MINA, "look": "winter"}
    )
    return MintElement(stream=element, requested=requested.model_copy(update={"inputs": views}))


def bind(log: Opened) -> None:
    """Mina gets a winter look with a picture of its own, a voice, an element made from them, and its re-mint."""
    steps: list[list[Command]] = [
        [DefineLook(stream=MINA, look="winter", wardrobe="a red coat")],
        [register(COAT)],
        [AssignReference(stream=MINA, asset=COAT, role="full_body", look="winter")],
        [AdoptVoice(stream=VOICE, voice_id="v1", account=ACCOUNT, character=MINA, attested_by="Yuna")],
        [BindVoice(stream=MINA, voice=VOICE)],
        [minted(FIRST)],
        [minted(SECOND, remint_of=FIRST)],
        [PinCharacter(stream=SHOW, character=MINA, look="winter")],
    ]
    for step in steps:
        log.handle(*step)


def link(log: Opened, who: str = MINA) -> None:
    """A real person is behind the character."""
    log.handle(DeclareCharacter(stream=who, depicts="real_person", reason="a cameo"))
    log.handle(LinkLikeness(stream=who, likeness=PERSON))


def plan(log: Opened, generation: str = OPEN, **grounded: Any) -> None:
    """A request whose plan stands on something, and that has not ended."""
    requested: Any = example("GenerationRequested", approval=False, retry_of=None)
    said = {"payload": {}, "grounded": [{"role": "person", "character": MINA, **grounded}]}
    compiled: Any = example("PlanCompiled", plan=said)
    log.handle(RequestGeneration(stream=generation, requested=requested, plan=compiled))


def record(log: Opened, generation: str = OPEN, **changes: Any) -> None:
    """That the request ended, standing on what the record says; a clip of the story serves as its clip."""
    empty = {name: [] for name in ("parents", "assets", "elements", "cast")}
    given = {"generation": generation, **empty, **dict.fromkeys(("edited", "opening", "closing")), **changes}
    continuity: Any = example("ContinuityRecorded", **given)
    log.handle(RecordContinuity(stream=SCENE, continuity=continuity))


__all__ = [
    "CAFE",
    "COAT",
    "FIRST",
    "OPEN",
    "PERSON",
    "SECOND",
    "VOICE",
    "bind",
    "link",
    "minted",
    "plan",
    "record",
]

"""Productions and scenes: opened in their show, cast, planned, continued, recorded, closed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.deciders.command import AlreadyClosed, AlreadyExists, AlreadyRetired, Command
from registry.deciders.production import ChooseAccount, CloseProduction, OpenProduction
from registry.deciders.scene import (
    CastInScene,
    CloseScene,
    ContinueScene,
    DescribeScene,
    DropShot,
    OpenScene,
    PlanShot,
    RecordContinuity,
    ReleaseFromScene,
)
from registry.errors import InvalidCommand, NotFound
from registry.events.character import CharacterRetired
from registry.events.production import AccountChosen, ProductionClosed, ProductionOpened
from registry.events.scene import (
    CastReleased,
    CharacterCast,
    ContinuityRecorded,
    SceneClosed,
    SceneContinuedFrom,
    SceneDescribed,
    SceneOpened,
    ShotDropped,
    ShotPlanned,
)
from tests.registry.deciders.given import folded, given
from tests.registry.events.golden import an_id, example

SHOW, SCENE, UNPLACED, ACCOUNT = an_id("production"), an_id("scene"), an_id("scene", 9), an_id("account")
MINA, CLIP, SHOT = an_id("character"), an_id("clip"), an_id("shot")
SHOW_OPENED = ProductionOpened(name="Late Trains", unplaced=UNPLACED)
SHOW_CLOSED = ProductionClosed(reason="wrapped")
OPENED = SceneOpened(production=SHOW, name="Café", episode=3, number=12, setting="dusk")
CLOSED = SceneClosed(reason="approved")
OPEN = OpenScene(stream=SCENE, production=SHOW, name=" Café", episode=3, number=12, setting="dusk ")
INTRODUCED, CLIP_ELSEWHERE = (
    example("CharacterIntroduced"),
    example("ClipRecorded", scene=an_id("scene", 2)),
)
CAST = CharacterCast(character=MINA, character_version=1)
PLANNED = ShotPlanned(shot=SHOT, number=1, action="They argue.", framing="close")
RECORD = example("ContinuityRecorded")
assert isinstance(RECORD, ContinuityRecorded)


def test_a_production_is_opened() -> None:
    """A show names the scene that takes requests without one."""
    command = OpenProduction(stream=SHOW, name=" Late Trains", unplaced=UNPLACED)

    assert given().when(command) == [SHOW_OPENED]
    given().refuses(replace(command, name=""), InvalidCommand, "name")
    given(SHOW_OPENED).refuses(command, AlreadyExists, SHOW)


def test_an_account_is_chosen() -> None:
    """Another account is written down, the same one is quiet, an unknown one or no account is not found."""
    choose = ChooseAccount(stream=SHOW, account=ACCOUNT)
    chosen = AccountChosen(account=ACCOUNT)

    assert given(SHOW_OPENED).and_(ACCOUNT, example("AccountOpened")).when(choose) == [chosen]
    assert given(SHOW_OPENED, chosen).and_(ACCOUNT, example("AccountOpened")).when(choose) == []
    given(SHOW_OPENED).refuses(choose, NotFound, ACCOUNT)
    given(SHOW_OPENED).and_(MINA, INTRODUCED).refuses(replace(choose, account=MINA), NotFound, "no account")


@pytest.mark.parametrize(
    "command", [ChooseAccount(stream=SHOW, account=ACCOUNT), CloseProduction(stream=SHOW, reason="")]
)
def test_absent_and_closed_productions_refuse(command: Command) -> None:
    """Nothing is done to a show that is not there or is over; closing it again is refused, not quiet."""
    given().and_(ACCOUNT, example("AccountOpened")).refuses(command, NotFound, SHOW)
    closed = given(SHOW_OPENED, SHOW_CLOSED).and_(ACCOUNT, example("AccountOpened"))
    closed.refuses(command, AlreadyClosed, SHOW)


def test_a_production_is_closed() -> None:
    """Closing says why."""
    assert given(SHOW_OPENED).when(CloseProduction(stream=SHOW, reason=" wrapped")) == [SHOW_CLOSED]


def test_a_scene_is_opened() -> None:
    """A scene stands in its show, ordered by episode and number."""
    assert given().and_(SHOW, SHOW_OPENED).when(OPEN) == [OPENED]


def test_scenes_are_opened_in_open_productions() -> None:
    """Not in an absent or closed show, not without a name, and not twice: a repeat is refused, not quiet."""
    given().refuses(OPEN, NotFound, SHOW)
    given().and_(SHOW, SHOW_OPENED, SHOW_CLOSED).refuses(OPEN, AlreadyClosed, SHOW)
    given().and_(SHOW, SHOW_OPENED).refuses(replace(OPEN, name=""), InvalidCommand, "name")
    given(OPENED).and_(SHOW, SHOW_OPENED).refuses(OPEN, AlreadyExists, SCENE)


def test_a_scene_is_described() -> None:
    """What is left out stays; the same again is quiet; an empty name is refused."""
    night = DescribeScene(stream=SCENE, setting="night")

    assert given(OPENED).when(night) == [SceneDescribed(name="Café", setting="night")]
    assert given(OPENED).when(DescribeScene(stream=SCENE, name="Café ", setting="dusk")) == []
    given(OPENED).refuses(DescribeScene(stream=SCENE, name=" "), InvalidCommand, "name")


def test_a_character_is_cast_as_of_now() -> None:
    """Casting freezes which version of the character plays; casting again is quiet."""
    cast = CastInScene(stream=SCENE, character=MINA)

    assert given(OPENED).and_(MINA, INTRODUCED).when(cast) == [CAST]
    assert given(OPENED, CAST).and_(MINA, INTRODUCED, example("CharacterDescribed")).when(cast) == []


def test_only_live_characters_are_cast() -> None:
    """Not who is absent or retired, nor what is no character."""
    cast = CastInScene(stream=SCENE, character=MINA)

    given(OPENED).refuses(cast, NotFound, MINA)
    given(OPENED).and_(MINA, INTRODUCED, CharacterRetired(reason="")).refuses(cast, AlreadyRetired, MINA)
    given(OPENED).and_(CLIP, CLIP_ELSEWHERE).refuses(replace(cast, character=CLIP), NotFound, CLIP)


def test_a_cast_member_is_released() -> None:
    """Releasing says why; releasing whom the scene does not have is refused, not quiet."""
    release = ReleaseFromScene(stream=SCENE, character=MINA, reason="rewritten")
    released = CastReleased(character=MINA, reason="rewritten")

    assert given(OPENED, CAST).when(release) == [released]
    given(OPENED, CAST, released).refuses(release, NotFound, MINA)
    assert folded(SCENE, [OPENED, CAST, released]).cast == ()


def test_a_scene_continues_another() -> None:
    """A scene takes up another scene's clip (guide E); saying so again is quiet."""
    command = ContinueScene(stream=SCENE, clip=CLIP)
    continued = SceneContinuedFrom(scene=an_id("scene", 2), clip=CLIP)

    assert given(OPENED).and_(CLIP, CLIP_ELSEWHERE).when(command) == [continued]
    assert given(OPENED, continued).and_(CLIP, CLIP_ELSEWHERE).when(command) == []


def test_a_scene_does_not_continue_itself() -> None:
    """One scene is one clip (guide 3D): its own clip, an absent one or no clip is refused."""
    command = ContinueScene(stream=SCENE, clip=CLIP)

    given(OPENED).and_(CLIP, example("ClipRecorded", scene=SCENE)).refuses(command, InvalidCommand, CLIP)
    given(OPENED).refuses(command, NotFound, CLIP)
    given(OPENED).and_(MINA, INTRODUCED).refuses(replace(command, clip=MINA), NotFound, "no clip")


def test_shots_are_numbered_in_order() -> None:
    """Shots count from one, and a dropped shot's number is not given again."""
    dropped = ShotDropped(shot=SHOT, reason="")
    plan = PlanShot(stream=SCENE, shot=an_id("shot", 2), action=" They argue. ", framing="")

    first = given(OPENED).when(PlanShot(stream=SCENE, shot=SHOT, action="They argue.", framing="close"))

    assert first == [PLANNED]
    assert given(OPENED, PLANNED, dropped).when(plan) == [
        ShotPlanned(shot=plan.shot, number=2, action="They argue.", framing=None)
    ]


def test_shots_are_planned_once() -> None:
    """A planned shot's id is refused, not quiet; a shot has an action."""
    plan = PlanShot(stream=SCENE, shot=SHOT, action="They argue.")

    given(OPENED, PLANNED).refuses(plan, AlreadyExists, SHOT)
    given(OPENED).refuses(replace(plan, action=" "), InvalidCommand, "action")


def test_a_shot_is_dropped() -> None:
    """Dropping says why; what is not planned, or no longer, is not found."""
    drop, dropped = DropShot(stream=SCENE, shot=SHOT, reason="cut"), ShotDropped(shot=SHOT, reason="cut")

    assert given(OPENED, PLANNED).when(drop) == [dropped]
    given(OPENED, PLANNED, dropped).refuses(drop, NotFound, SHOT)


def test_continuity_is_recorded_once() -> None:
    """A generation's end stands in its scene once; recording it again is quiet; an absent scene is not found."""
    record = RecordContinuity(stream=SCENE, continuity=RECORD)

    assert given(OPENED).when(record) == [RECORD]
    assert given(OPENED, RECORD).when(record) == []
    given().refuses(record, NotFound, SCENE)


def test_closed_scenes_still_take_results() -> None:
    """A paid result that arrives after the scene was closed is recorded all the same."""
    assert given(OPENED, CLOSED).when(RecordContinuity(stream=SCENE, continuity=RECORD)) == [RECORD]


def test_a_scene_is_closed() -> None:
    """Closing says why."""
    assert given(OPENED).when(CloseScene(stream=SCENE, reason="approved")) == [CLOSED]


@pytest.mark.parametrize(
    "command",
    [
        DescribeScene(stream=SCENE, name="x"),
        CastInScene(stream=SCENE, character=MINA),
        ReleaseFromScene(stream=SCENE, character=MINA),
        ContinueScene(stream=SCENE, clip=CLIP),
        PlanShot(stream=SCENE, shot=an_id("shot", 3), action="x"),
        DropShot(stream=SCENE, shot=SHOT),
        CloseScene(stream=SCENE, reason=""),
    ],
    ids=lambda command: type(command).__name__,
)
def test_absent_and_closed_scenes_refuse(command: Command) -> None:
    """Nothing is planned in a scene that is not there or is over; closing it again is refused, not quiet."""
    others = {MINA: (INTRODUCED,), CLIP: (CLIP_ELSEWHERE,)}

    replace(given(), others=others).refuses(command, NotFound, SCENE)
    replace(given(OPENED, CAST, PLANNED, CLOSED), others=others).refuses(command, AlreadyClosed, SCENE)

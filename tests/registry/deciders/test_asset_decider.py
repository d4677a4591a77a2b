"""Assets: registered once, described, superseded, retired."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.deciders.asset import DescribeAsset, RegisterAsset, RetireAsset, SupersedeAsset
from registry.deciders.command import AlreadyExists, AlreadyRetired, Command
from registry.errors import InvalidCommand, NotFound
from registry.events.asset import AssetDescribed, AssetRegistered, AssetRetired, AssetSuperseded, FrameOf
from registry.events.personal import ERASED
from tests.registry.deciders.given import folded, given
from tests.registry.events.golden import an_id, example

ASSET, OTHER, CLIP = an_id("asset"), an_id("asset", 2), an_id("clip")
REGISTERED = example("AssetRegistered")
assert isinstance(REGISTERED, AssetRegistered)
RETIRED = AssetRetired(reason="wrong person")
SUPERSEDED = AssetSuperseded(by=OTHER, reason="sharper")
REGISTER = RegisterAsset(
    stream=ASSET, **{name: getattr(REGISTERED, name) for name in REGISTERED.model_fields_set}
)


def test_an_asset_is_registered() -> None:
    """Registering keeps both digests, the facts, and which clip it was taken from."""
    assert given().and_(CLIP, example("ClipRecorded")).when(REGISTER) == [REGISTERED]


def test_an_asset_need_not_come_from_a_clip() -> None:
    """Without derived_from no other stream is read."""
    bare = replace(REGISTER, derived_from=None)

    assert bare.reads == ()
    assert given().when(bare) == [example("AssetRegistered", derived_from=None)]


def test_a_frame_needs_its_clip() -> None:
    """An asset is not derived from a clip we do not hold, nor from something that is no clip."""
    given().refuses(REGISTER, NotFound, CLIP)
    given().refuses(replace(REGISTER, label="x" * 201, derived_from=None), InvalidCommand, "label")
    of_asset = replace(REGISTER, derived_from=FrameOf.model_construct(clip=OTHER, at_us=0))
    given().and_(OTHER, REGISTERED).refuses(of_asset, NotFound, "no clip")


def test_an_asset_is_registered_once() -> None:
    """Registering the id again is refused, not quiet: the bytes could differ."""
    given(REGISTERED).refuses(replace(REGISTER, derived_from=None), AlreadyExists, ASSET)


def test_an_asset_is_described() -> None:
    """What is left out of a description stays as it was."""
    described = given(REGISTERED).when(DescribeAsset(stream=ASSET, description="grey coat "))

    assert described == [AssetDescribed(label="Mina, front", description="grey coat")]


@pytest.mark.parametrize(
    "field", [{"label": "x" * 201}, {"description": "x" * 5_001}], ids=["label", "description"]
)
def test_descriptions_have_a_length(field: dict[str, str]) -> None:
    """Overlong words are refused by field."""
    given(REGISTERED).refuses(DescribeAsset(stream=ASSET, **field), InvalidCommand, next(iter(field)))


def test_describing_the_same_is_quiet() -> None:
    """Saying what is said already writes nothing."""
    assert given(REGISTERED).when(DescribeAsset(stream=ASSET, label=" Mina, front")) == []
    assert given(REGISTERED).when(DescribeAsset(stream=ASSET)) == []


def test_an_asset_is_superseded() -> None:
    """Another live asset takes its place, and nothing new stands on the first."""
    command = SupersedeAsset(stream=ASSET, by=OTHER, reason="sharper")

    assert given(REGISTERED).and_(OTHER, REGISTERED).when(command) == [SUPERSEDED]
    assert folded(ASSET, [REGISTERED, SUPERSEDED]).retired


def test_only_live_assets_supersede() -> None:
    """Not by itself, not by what is absent, retired or no asset, and not twice."""
    command = SupersedeAsset(stream=ASSET, by=OTHER, reason="")
    character = SupersedeAsset(stream=ASSET, by=an_id("character"), reason="")

    given(REGISTERED).refuses(command, NotFound, OTHER)
    given(REGISTERED).and_(OTHER, REGISTERED, RETIRED).refuses(command, AlreadyRetired, OTHER)
    given(REGISTERED, SUPERSEDED).and_(OTHER, REGISTERED).refuses(command, AlreadyRetired, ASSET)
    given(REGISTERED).and_(character.by, example("CharacterIntroduced")).refuses(character, NotFound)
    itself = SupersedeAsset(stream=ASSET, by=ASSET, reason="")
    given(REGISTERED).and_(ASSET, REGISTERED).refuses(itself, InvalidCommand, "itself")


def test_an_asset_is_retired() -> None:
    """Retiring says why."""
    assert given(REGISTERED).when(RetireAsset(stream=ASSET, reason="wrong person")) == [RETIRED]


def test_an_asset_is_retired_once() -> None:
    """A second retirement is refused, not quiet: its reason would be lost."""
    given(REGISTERED, RETIRED).refuses(RetireAsset(stream=ASSET, reason=""), AlreadyRetired)


@pytest.mark.parametrize(
    "command",
    [
        DescribeAsset(stream=ASSET, label="x"),
        SupersedeAsset(stream=ASSET, by=OTHER, reason=""),
        RetireAsset(stream=ASSET, reason=""),
    ],
    ids=lambda command: type(command).__name__,
)
def test_unknown_assets_are_not_found(command: Command) -> None:
    """Nothing but registering is possible on an asset that does not exist."""
    given().and_(OTHER, REGISTERED).refuses(command, NotFound, ASSET)


def test_erased_words_are_coped_with() -> None:
    """An asset whose words were erased still folds, and can be described anew."""
    erased = example("AssetRegistered", label={"erased": True}, derived_from=None)

    assert erased.label == ERASED  # type: ignore[attr-defined]
    assert given(erased).when(DescribeAsset(stream=ASSET, description="d")) == [
        AssetDescribed(label="", description="d")
    ]

"""Ids, exact units and personal fields: the small grammars that every event leans on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from registry.events import personal
from registry.events.asset import AssetRegistered
from registry.events.catalogue import EVENTS
from registry.events.generation import GenerationRequested
from registry.events.ids import AssetId, is_id, prefix_of, suffix_of
from registry.events.personal import ERASED, Erased, Personal, known, personal_fields
from registry.events.references import Units
from tests.registry.events.golden import an_id, example

SUFFIX = "01h455vb4pex5vsknk084sn02q"
NO_IDS = [
    "",
    "asset",
    SUFFIX,
    f"_{SUFFIX}",
    f"asset-{SUFFIX}",
    f"Asset_{SUFFIX}",
    f"asset_{SUFFIX.upper()}",
    f"asset_{SUFFIX}\n",
    f"asset_{SUFFIX}x",
    f"asset_{SUFFIX[:-1]}",
    f"asset_8{SUFFIX[1:]}",
    f"asset_{SUFFIX[:-1]}u",
    f" asset_{SUFFIX}",
]
ERASED_BODY = {"erased": True}


def mentions_personal(annotation: Any) -> bool:
    """Whether a personal mark stands anywhere inside an annotation, instead of at the top of its field."""
    if personal._PERSONAL in getattr(annotation, "__metadata__", ()):
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.values()
        return any(personal._PERSONAL in f.metadata or mentions_personal(f.annotation) for f in fields)
    return any(mentions_personal(inner) for inner in getattr(annotation, "__args__", ()))


def test_ids_say_what_they_name() -> None:
    """An id is a prefix and 26 characters; both can be read from it."""
    asset = f"asset_{SUFFIX}"

    assert (prefix_of(asset), suffix_of(asset)) == ("asset", SUFFIX)
    assert (is_id(asset, "asset"), is_id(asset, "clip")) == (True, False)
    assert TypeAdapter(AssetId).validate_python(asset) == asset


@pytest.mark.parametrize("text", NO_IDS)
def test_what_is_no_id_is_refused(text: str) -> None:
    """Whatever is not exactly an id is none, for the grammar and for event fields alike."""
    assert not is_id(text, "asset")
    with pytest.raises(ValueError, match="no id"):
        prefix_of(text)
    with pytest.raises(ValidationError):
        TypeAdapter(AssetId).validate_python(text)


@pytest.mark.parametrize("text", ["0", "1.8", "123456789012.123456"])
def test_units_are_exact_decimals(text: str) -> None:
    """Billing units are kept as the provider wrote them and compute exactly."""
    assert str(Decimal(TypeAdapter(Units).validate_python(text))) == text


@pytest.mark.parametrize("text", ["", "-1", "1.", ".5", "1e3", "NaN", "1,8", "٣", "1.8\n", "1.1234567"])
def test_other_spellings_of_units_are_refused(text: str) -> None:
    """Signs, exponents, foreign digits and more than six places are no billing units."""
    with pytest.raises(ValidationError):
        TypeAdapter(Units).validate_python(text)


@pytest.mark.parametrize("event_type", EVENTS.values(), ids=lambda event: event.NAME)
def test_personal_fields_stand_at_the_top_level(event_type: type[BaseModel]) -> None:
    """A personal mark inside a union or a nested value would not be found, and its value stored in the clear."""
    hidden = [name for name, field in event_type.model_fields.items() if mentions_personal(field.annotation)]

    assert hidden == []


def test_the_check_finds_hidden_marks() -> None:
    """The check above sees a mark behind a union, in a tuple and in a nested value."""

    class Inner(BaseModel):
        name: Personal[str]

    for annotation in (Personal[str] | None, tuple[Personal[str], ...], Inner, tuple[Inner, ...]):
        assert mentions_personal(annotation)


def test_everything_that_identifies_a_picture_is_personal() -> None:
    """Keys and digests of a portrait, original and rendition, and what it looks like are sealed like its label."""
    assert personal_fields(AssetRegistered) == {
        *("label", "original", "rendition", "fingerprint", "perceptual"),
        *("rendition_fingerprint", "recognised_by"),
    }


@pytest.mark.parametrize(
    ("name", "version"), [address for address in EVENTS if personal_fields(EVENTS[address])]
)
def test_every_personal_field_may_read_back_as_erased(name: str, version: int) -> None:
    """Each personal field, and all of them at once, reads back as the erased mark, also where any object is allowed."""
    fields = personal_fields(EVENTS[name, version])

    for erased in [*({field} for field in fields), fields]:
        event = example(name, **dict.fromkeys(erased, ERASED_BODY))
        assert {field for field in fields if isinstance(getattr(event, field), Erased)} == erased


def test_known_answers_for_the_erased() -> None:
    """A reader asks for the value and says what to show in its place."""
    erased = example("GenerationRequested", request=ERASED_BODY)
    assert isinstance(erased, GenerationRequested)

    assert known(erased.request, {}) == {}
    assert known("Mina", "(erased)") == "Mina"
    assert Erased() == ERASED


def test_ids_of_examples_are_ids() -> None:
    """The ids these tests use obey the grammar themselves."""
    assert is_id(an_id("asset", 12), "asset")

"""States as JSON, and what differs between two of them."""

from __future__ import annotations

from decimal import Decimal

import orjson
import pytest

from registry.deciders.account import Account
from registry.deciders.character import Character
from registry.deciders.kinds import DECIDERS
from registry.deciders.looks import Look
from registry.deciders.production import Production
from registry.deciders.shown import changes, marked, shown
from registry.events.catalogue import EVENTS
from registry.events.envelope import Event
from registry.events.personal import ERASED, personal_fields
from tests.registry.events.golden import example

_BEGINNING: dict[str, str] = {
    "asset": "AssetRegistered",
    "character": "CharacterIntroduced",
    "likeness": "LikenessRegistered",
    "scene": "SceneOpened",
    "generation": "GenerationRequested",
    "submission": "SubmissionIntended",
    "element": "ElementMintRequested",
    "voice": "VoiceMintRequested",
    "webhook": "WebhookAdded",
}


def erased(event: Event) -> Event:
    return event.model_copy(update=dict.fromkeys(personal_fields(type(event)), ERASED))


def test_what_json_has_no_word_for() -> None:
    """Sets stand in order, decimals as texts, keys of several parts with spaces; `exists` says nothing."""
    account = Account(exists=True, name="main", keys=frozenset({"b", "a"}))
    account = DECIDERS["account"].evolve(account, example("AccountHeld", scope="model", model="kling-v3"))
    told = shown(account)

    assert (told["keys"], "exists" in told) == (["a", "b"], False)
    assert list(told["holds"]) == ["model kling-v3"]
    assert shown(Production(budget=Decimal("1.50")))["budget"] == "1.5"


@pytest.mark.parametrize(("kind", "first"), _BEGINNING.items(), ids=list(_BEGINNING))
def test_what_is_erased_stands_out(kind: str, first: str) -> None:
    """Where a decider reads an erased field as empty, the shown state says that something was there."""
    decider = DECIDERS[kind]
    event = erased(example(first))
    told = orjson.dumps(shown(decider.evolve(decider.initial, marked(event)))).decode()

    assert '{"erased":true}' in told
    assert "_Gone" not in told


def test_a_mark_is_empty_to_the_decider() -> None:
    """Every event folds with the mark as it does erased: no decider looks into what is gone."""
    for name, _ in EVENTS:
        event = erased(example(name))
        for decider in DECIDERS.values():
            try:
                decider.evolve(decider.initial, event)
            except RuntimeError:
                continue  # it belongs to another kind of stream
            decider.evolve(decider.initial, marked(event))


def test_differences_are_named_by_path() -> None:
    """Parts are compared name by name, a list is one value, and a slash in a name is escaped (RFC 6901)."""
    before = Character(name="Mina", aliases=("m",), looks={"a/b": Look(version=1), "old": Look()})
    after = Character(name="Sora", aliases=("m", "s"), looks={"a/b": Look(version=2), "new": Look()})

    found = {(one.op, one.path): (one.before, one.value) for one in changes(before, after)}

    assert found[("replace", "/name")] == ("Mina", "Sora")
    assert found[("replace", "/aliases")] == (["m"], ["m", "s"])
    assert found[("replace", "/looks/a~1b/version")] == (1, 2)
    assert {("remove", "/looks/old"), ("add", "/looks/new")} < found.keys()
    assert len(found) == 5
    assert list(changes(before, before)) == []


def test_an_erased_word_is_not_an_empty_one() -> None:
    """From empty to erased is a change, though both are empty to the decider."""
    decider = DECIDERS["asset"]
    begun = decider.evolve(decider.initial, example("AssetRegistered", label=""))
    described = decider.evolve(begun, marked(erased(example("AssetDescribed"))))

    assert ("replace", "/label", {"erased": True}, "") in list(changes(begun, described))

"""Accounts: keys that are vouched for, calls that are held and go on again, and slots."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from registry.deciders.account import AttestKey, HoldAccount, ResumeAccount, SetSlots
from registry.deciders.command import Command
from registry.errors import InvalidCommand, NotFound
from registry.events.account import (
    AccountHeld,
    AccountKeyAttested,
    AccountOpened,
    AccountResumed,
    Scope,
    SlotsSet,
)
from tests.registry.deciders.given import folded, given
from tests.registry.events.golden import an_id, example

ACCOUNT = an_id("account")
OPENED = example("AccountOpened")
assert isinstance(OPENED, AccountOpened)
HELD = AccountHeld(scope="sending", by="provider", message="no money", code=1102)
HOLD = HoldAccount(stream=ACCOUNT, held=HELD)
RESUME = ResumeAccount(stream=ACCOUNT, scope="sending", by="provider", reason="a call got through")
RESUMED = AccountResumed(scope="sending", by="provider", reason="a call got through")
ATTEST = AttestKey(stream=ACCOUNT, key_fingerprint="ak-77aa", reason=" rotated ")
SLOTS = SetSlots(stream=ACCOUNT, model="kling-v3-omni", slots=5, pack="trial")
BY_PERSON = HELD.model_copy(update={"by": "person", "code": None})


def test_a_key_is_attested() -> None:
    """The attested key is sent under from here on, and speaks for what the older keys sent; only to the same host."""
    attested = AccountKeyAttested(key_fingerprint="ak-77aa", reason="rotated")
    account = folded(ACCOUNT, [OPENED, attested])

    assert given(OPENED).when(ATTEST) == [attested]
    assert account.key_fingerprint == "ak-77aa"
    assert account.speaks_for(OPENED.key_fingerprint, OPENED.host)
    assert not account.speaks_for("ak-other", OPENED.host)
    assert not account.speaks_for(OPENED.key_fingerprint, "https://elsewhere")


def test_an_attestation_has_a_reason() -> None:
    """Vouching for a key takes a reason."""
    given(OPENED).refuses(replace(ATTEST, reason=" "), InvalidCommand, "reason")


def test_the_key_in_use_is_attested_already() -> None:
    """Attesting the key that is sent under is quiet; going back to an older one is not."""
    attested = AccountKeyAttested(key_fingerprint="ak-77aa", reason="rotated")

    assert given(OPENED, attested).when(ATTEST) == []
    assert len(given(OPENED, attested).when(replace(ATTEST, key_fingerprint=OPENED.key_fingerprint))) == 1


def test_an_account_is_held() -> None:
    """A hold says which calls stop, by whom and why; other scopes and models are held apart."""
    model = AccountHeld(scope="model", by="provider", message="locked", model="kling-v3", code=1103)

    assert given(OPENED).when(HOLD) == [HELD]
    assert given(OPENED, HELD).when(replace(HOLD, held=model)) == [model]
    assert set(folded(ACCOUNT, [OPENED, HELD, model]).holds) == {("sending", None), ("model", "kling-v3")}


def test_an_account_is_held_once() -> None:
    """What is held already is not held again: one alarm for all that wait."""
    later = HELD.model_copy(update={"message": "still no money"})

    assert given(OPENED, HELD).when(replace(HOLD, held=later)) == []
    assert given(OPENED, BY_PERSON).when(HOLD) == []


def test_a_person_s_hold_stands_over_the_provider_s() -> None:
    """A person's hold is written over the provider's, as it does not end by itself."""
    assert given(OPENED, HELD).when(replace(HOLD, held=BY_PERSON)) == [BY_PERSON]
    assert given(OPENED, HELD, BY_PERSON).when(RESUME) == []


def test_an_account_resumes() -> None:
    """The provider's hold ends when a call gets through, and when a person says so; a person's hold only so."""
    by_person = replace(RESUME, by="person")

    assert given(OPENED, HELD).when(RESUME) == [RESUMED]
    assert given(OPENED, BY_PERSON).when(by_person) == [RESUMED.model_copy(update={"by": "person"})]
    assert not folded(ACCOUNT, [OPENED, HELD, RESUMED]).holds


def test_what_is_not_held_does_not_resume() -> None:
    """Resuming what is not held, or another scope, is quiet."""
    assert given(OPENED).when(RESUME) == []
    assert given(OPENED, HELD).when(replace(RESUME, scope="everything")) == []


@pytest.mark.parametrize("scope", get_args(Scope))
def test_a_hold_names_its_model(scope: Scope) -> None:
    """A hold of one model names it, no other hold does; so does a resumption."""
    model = None if scope == "model" else "kling-v3"
    held: Any = HELD.model_copy(update={"scope": scope, "model": model})

    given(OPENED).refuses(replace(HOLD, held=held), InvalidCommand, "model")
    given(OPENED, HELD).refuses(replace(RESUME, scope=scope, model=model), InvalidCommand, "model")


def test_a_resumption_has_a_reason() -> None:
    """A person who lets calls out again says why."""
    given(OPENED, HELD).refuses(replace(RESUME, by="person", reason=""), InvalidCommand, "reason")


def test_slots_are_set() -> None:
    """Slots are counted per model; the same count again is quiet, another one is not."""
    said = SlotsSet(model="kling-v3-omni", slots=5, pack="trial")

    assert given(OPENED).when(SLOTS) == [said]
    assert given(OPENED, said).when(SLOTS) == []
    assert given(OPENED, said).when(replace(SLOTS, model="kling-v3")) == [
        said.model_copy(update={"model": "kling-v3"})
    ]
    assert folded(ACCOUNT, [OPENED, said]).slots == {"kling-v3-omni": 5}


@pytest.mark.parametrize("command", [ATTEST, HOLD, RESUME, SLOTS], ids=lambda command: type(command).__name__)
def test_an_unknown_account_is_not_found(command: Command) -> None:
    """Nothing is said of an account nobody opened."""
    given().refuses(command, NotFound, ACCOUNT)

"""A restore is accepted once, by a person who says why, after every account was compared whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry.deciders.account import KEPT_US
from registry.deciders.restore import AcceptRestore, NotReconciled
from registry.errors import InvalidCommand, NotFound
from registry.events.restore import RestoreAccepted
from tests.registry.deciders.given import Given, given
from tests.registry.events.golden import an_id, example

RESTORE, MAIN, OTHER = an_id("restore"), an_id("account"), an_id("account", 2)
ACCEPTED = example("RestoreAccepted", without=[])
assert isinstance(ACCEPTED, RestoreAccepted)
ACCEPT = AcceptRestore(stream=RESTORE, accepted=ACCEPTED, accounts=(MAIN, OTHER))
AFTER = ACCEPTED.sent_at + 1
WHOLE: dict[str, Any] = {"ran_at": AFTER, "since": AFTER - KEPT_US, "until": AFTER, "complete": True}


def compared(of_main: dict[str, Any], *history: RestoreAccepted) -> Given:
    """Both accounts compared after the mark: the other one whole, the main one with these changes."""
    opened, run = example("AccountOpened"), example("AccountReconciled", **WHOLE)
    mine = example("AccountReconciled", **{**WHOLE, **of_main})
    return given(*history).and_(MAIN, opened, mine).and_(OTHER, opened, run)


def test_a_restore_is_accepted() -> None:
    """Once all accounts were compared after the last send, the person's word is written down as it was said."""
    said = replace(ACCEPT, accepted=ACCEPTED.model_copy(update={"reason": " seen "}))

    assert compared({}).when(ACCEPT) == [ACCEPTED]
    assert compared({}).when(said) == [ACCEPTED.model_copy(update={"reason": "seen"})]


@pytest.mark.parametrize(
    "changed",
    [
        {"ran_at": ACCEPTED.sent_at, "since": 0},
        {"complete": False},
        {"since": AFTER - KEPT_US + 1},
        {"until": AFTER - 1},
    ],
    ids=["before the last send", "not everything read", "begins too late", "ends too early"],
)
def test_a_comparison_that_cannot_show_everything_does_not_count(changed: dict[str, Any]) -> None:
    """A run before the last send, an incomplete one and one of a window leave the account unreconciled, and it is named."""
    refused = compared(changed).refuses(ACCEPT, NotReconciled, MAIN)

    assert OTHER not in refused.message


def test_a_later_comparison_of_a_window_takes_nothing_back() -> None:
    """Once an account was compared whole, a narrow run after it changes nothing."""
    narrow = example("AccountReconciled", **{**WHOLE, "ran_at": AFTER + 5, "complete": False})
    whole = example("AccountReconciled", **WHOLE)
    history = compared({}).and_(MAIN, example("AccountOpened"), whole, narrow)

    assert history.when(ACCEPT) == [ACCEPTED]


def test_an_account_that_cannot_be_compared_is_named() -> None:
    """An account whose key is gone is left out by name; a name that is no account is refused."""
    without = replace(ACCEPT, accepted=ACCEPTED.model_copy(update={"without": (MAIN,)}))
    strange = replace(ACCEPT, accepted=ACCEPTED.model_copy(update={"without": (an_id("account", 3),)}))

    assert compared({"complete": False}).when(without) == [without.accepted]
    compared({}).refuses(strange, InvalidCommand, an_id("account", 3))
    given().refuses(ACCEPT, NotFound, MAIN)


def test_a_restore_is_accepted_with_a_reason() -> None:
    """Two letters are no reason."""
    hasty = replace(ACCEPT, accepted=ACCEPTED.model_copy(update={"reason": " ok "}))

    compared({}).refuses(hasty, InvalidCommand, "reason")


def test_a_restore_is_accepted_once() -> None:
    """An accepted restore is quiet, whatever the accounts are by then."""
    assert compared({}, ACCEPTED).when(ACCEPT) == []
    assert compared({"complete": False}, ACCEPTED).when(ACCEPT) == []

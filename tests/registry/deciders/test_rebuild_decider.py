"""A rebuild is certified once; rows are replaced where something differed, and with a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry.deciders.rebuild import CertifyViews
from registry.errors import InvalidCommand
from registry.events.rebuild import ViewsRebuilt
from tests.registry.deciders.given import given
from tests.registry.events.golden import an_id, example

CERTIFIED = example("ViewsRebuilt")
assert isinstance(CERTIFIED, ViewsRebuilt)
CERTIFY = CertifyViews(stream=an_id("rebuild"), certified=CERTIFIED)
EQUAL: dict[str, Any] = {"differences": (), "replaced": False, "reason": ""}


def certify(**changes: Any) -> CertifyViews:
    return replace(CERTIFY, certified=CERTIFIED.model_copy(update=changes))


def test_a_rebuild_is_certified() -> None:
    """What was found is written down as it was found; a reason loses the space around it."""
    assert given().when(CERTIFY) == [CERTIFIED]
    assert given().when(certify(**EQUAL)) == [CERTIFIED.model_copy(update=EQUAL)]
    assert given().when(certify(reason=f" {CERTIFIED.reason} ")) == [CERTIFIED]


def test_a_reason_is_for_what_was_replaced() -> None:
    """Where nothing was replaced, the reason somebody had at hand is not written down."""
    [event] = given().when(certify(replaced=False, reason="if need be"))

    assert event == CERTIFIED.model_copy(update={"replaced": False, "reason": ""})


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"reason": " ok "}, "reason"),
        ({"reason": "a" * 501}, "reason"),
        ({"differences": ()}, "nothing differed"),
    ],
    ids=["a hasty reason", "a long one", "nothing to replace"],
)
def test_a_replacement_needs_grounds(changes: dict[str, Any], named: str) -> None:
    """Two letters are no reason, and what did not differ was not replaced."""
    given().refuses(certify(**changes), InvalidCommand, named)


def test_a_rebuild_is_certified_once() -> None:
    """A certificate stays as it is, whatever is said again."""
    assert given(CERTIFIED).when(CERTIFY) == []
    assert given(CERTIFIED).when(certify(reason=" ok ")) == []

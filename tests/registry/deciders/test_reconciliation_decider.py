"""What comparing an account with the provider writes down: each finding once, each run once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.deciders.account import AttestKey, Finding, NoteFinding, RecordReconciliation
from registry.deciders.command import Command
from registry.errors import InvalidCommand, NotFound
from registry.events.account import AccountKeyAttested, AccountReconciled, OrphanTaskFound
from tests.registry.deciders.given import given
from tests.registry.events.golden import an_id, example

ACCOUNT = an_id("account")
OPENED = example("AccountOpened")
ORPHAN = example("OrphanTaskFound")
RUN = example("AccountReconciled")
assert isinstance(ORPHAN, OrphanTaskFound)
assert isinstance(RUN, AccountReconciled)
NOTE = NoteFinding(stream=ACCOUNT, finding=ORPHAN)
RECORD = RecordReconciliation(stream=ACCOUNT, reconciled=RUN)
CHARGES = ["ChargeWithoutEventFound", "EventWithoutChargeFound"]


def charge(name: str, **changes: object) -> Finding:
    return example(name, **changes)  # type: ignore[return-value]


def test_an_orphan_is_noted() -> None:
    """A task that nothing of ours stands for is written down, each task for itself."""
    other = ORPHAN.model_copy(update={"task_id": "task-10"})

    assert given(OPENED).when(NOTE) == [ORPHAN]
    assert given(OPENED, ORPHAN).when(replace(NOTE, finding=other)) == [other]


def test_an_orphan_is_noted_once() -> None:
    """A known orphan is quiet whatever its status and deduction become; of another kind it is news."""
    later = ORPHAN.model_copy(update={"status": "failed", "units": "0"})
    turned = ORPHAN.model_copy(update={"kind": "not_in_log"})

    assert given(OPENED, ORPHAN).when(replace(NOTE, finding=later)) == []
    assert given(OPENED, ORPHAN).when(replace(NOTE, finding=turned)) == [turned]


@pytest.mark.parametrize("name", CHARGES)
def test_a_charge_is_noted_once_for_each_pair_of_amounts(name: str) -> None:
    """The same difference about a task is quiet, another one is news."""
    first, other = charge(name), charge(name, theirs="5", ours="4")

    assert given(OPENED).when(replace(NOTE, finding=first)) == [first]
    assert given(OPENED, first).when(replace(NOTE, finding=first)) == []
    assert given(OPENED, first).when(replace(NOTE, finding=other)) == [other]


def test_a_run_is_recorded_once() -> None:
    """A run is written under its name; the same name again is quiet, the next run is not."""
    second = RUN.model_copy(update={"reconciliation": an_id("reconciliation", 2)})

    assert given(OPENED).when(RECORD) == [RUN]
    assert given(OPENED, RUN).when(RECORD) == []
    assert given(OPENED, RUN).when(replace(RECORD, reconciled=second)) == [second]


def test_a_run_has_a_window() -> None:
    """A window that holds nothing is refused."""
    empty = RUN.model_copy(update={"until": RUN.since})

    given(OPENED).refuses(replace(RECORD, reconciled=empty), InvalidCommand, "window")


def test_what_spoke_for_a_key_is_kept() -> None:
    """An attestation names the task that the key could see."""
    attest = AttestKey(stream=ACCOUNT, key_fingerprint="ak-77aa", reason="rotated", seen_task="task-1")

    assert given(OPENED).when(attest) == [
        AccountKeyAttested(key_fingerprint="ak-77aa", reason="rotated", seen_task="task-1")
    ]


@pytest.mark.parametrize("command", [NOTE, RECORD], ids=lambda command: type(command).__name__)
def test_nothing_is_compared_of_an_unknown_account(command: Command) -> None:
    """Findings and runs belong to an account that was opened."""
    given().refuses(command, NotFound, ACCOUNT)

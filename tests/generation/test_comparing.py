"""The comparison alone: every pair of what the provider lists and what the log says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from generation.comparing import (
    GRAVEST_FIRST,
    MOST_FINDINGS,
    SETTLES_WITHIN,
    Comparison,
    Listed,
    Window,
    compare,
    not_listed,
    report_of,
)
from registry.events.account import ReconciliationFinding
from registry.views.submissions import SubmissionCard
from tests.registry.events.golden import an_id

ACCOUNT, OTHER = an_id("account"), an_id("account", 2)
ALWAYS = Window(0)
DAY = 86_400 * 1_000_000
NOW = 1_795_370_400_000_000
EXTERNAL = f"s-{an_id('submission').rpartition('_')[2]}"


def task(**said: Any) -> Listed:
    plain: dict[str, Any] = {
        **{"route": "text2video", "task_id": "t-1", "external_task_id": EXTERNAL, "status": "succeed"},
        **{"units": Decimal(3), "created_at": NOW - DAY, "updated_at": NOW - DAY},
    }
    return Listed(**plain | said)


def card(**said: Any) -> SubmissionCard:
    names = SubmissionCard.model_fields
    plain: dict[str, Any] = dict.fromkeys(names, "") | {
        **dict.fromkeys(("done_at", "url_expires_at", "confirmed_at", "production", "units"), None),
        **{"id": an_id("submission"), "version": 3, "state": "succeeded", "external_task_id": EXTERNAL},
        **{"account": ACCOUNT, "route": "text2video", "task_id": "t-1", "units": "3", "wire_bytes": 1},
        **{"sends": 1, "answers": (), "intended_at": 1, "url": None, "watermark_url": None},
    }
    return SubmissionCard.model_validate(plain | said)


def compared(tasks: list[Listed], cards: list[SubmissionCard], window: Window = ALWAYS) -> Comparison:
    return compare(tasks, cards, account=ACCOUNT, window=window, now=NOW)


def kinds(found: Comparison) -> list[str]:
    return [one.finding.kind for one in found.differences]


def test_what_fits_is_no_finding() -> None:
    """A settled task with the same deduction is counted, in both sums, and nothing else."""
    found = compared([task(units=Decimal("3.0"))], [card()])
    sums = found.sums()

    assert (found.tasks, found.submissions, found.differences, found.adopts) == (1, 1, [], [])
    assert (sums.theirs, sums.ours, sums.gap) == ("3", "3", "0")


CHARGES: dict[str, tuple[dict[str, Any], dict[str, Any], list[str], str]] = {
    "other units": ({"units": Decimal(6)}, {}, ["charge"], "3"),
    "charged, no units in the log": ({}, {"units": None}, ["charge"], "3"),
    "charged, failed in the log": ({}, {"state": "closed", "units": "0"}, ["charge"], "3"),
    "less": ({"units": Decimal(1)}, {}, ["no_charge"], "-2"),
    "nothing": ({"units": Decimal(0)}, {}, ["no_charge"], "-3"),
    "not a word": ({"units": None}, {}, ["no_charge"], "-3"),
    "failed for both": ({"status": "failed", "units": None}, {"state": "closed", "units": None}, [], "0"),
    "known for a moment": ({}, {"state": "processing", "confirmed_at": NOW - 1}, [], "0"),
    "still followed": ({"updated_at": NOW - SETTLES_WITHIN + 1}, {"state": "processing"}, [], "0"),
    "ended long ago": ({}, {"state": "processing", "units": None}, ["charge"], "3"),
    "runs for long": ({"status": "processing", "units": None}, {"state": "processing"}, [], "0"),
}


@pytest.mark.parametrize("case", CHARGES)
def test_a_deduction_is_held_against_what_was_settled(case: str) -> None:
    """More at the provider is a charge without event, less an event without charge; the gap is what they come to."""
    theirs, ours, expected, gap = CHARGES[case]
    found = compared([task(**theirs)], [card(**ours)])

    assert kinds(found) == expected
    assert all(one.event is not None for one in found.differences)
    assert found.sums().gap == gap


@pytest.mark.parametrize(
    "state", ["intended", "unknown", "quarantined", "disproved", "absent", "waiting", "held"]
)
def test_an_orphan_of_ours_is_to_be_adopted(state: str) -> None:
    """A task under the external id of a submission that knows of no task is adopted, and no finding by itself."""
    lost = card(state=state, task_id=None, units=None)
    found = compared([task()], [lost])

    assert found.adopts == [(lost, task())]
    assert (kinds(found), found.sums().open) == ([], "3")


def test_of_two_tasks_the_older_is_ours() -> None:
    """The second task of one submission is a twin, whether the first was known or is adopted just now."""
    second = task(task_id="t-2", created_at=NOW - DAY + 1)
    known = compared([second, task()], [card()])
    lost = compared([second, task()], [card(state="unknown", task_id=None, units=None)])

    assert (kinds(known), kinds(lost)) == (["twin"], ["twin"])
    assert [one.task_id for _, one in lost.adopts] == ["t-1"]
    assert known.sums().orphans == "3"


ORPHANS: dict[str, tuple[dict[str, Any], list[SubmissionCard], str]] = {
    "after its end": ({}, [card(state="closed", task_id=None, units=None)], "after_end"),
    "ours by form": ({}, [], "not_in_log"),
    "no external id": ({"external_task_id": ""}, [], "foreign"),
    "a stranger's id": ({"external_task_id": "s-film-12"}, [], "foreign"),
    "another account's": ({}, [card(account=OTHER)], "foreign"),
}


@pytest.mark.parametrize("case", ORPHANS)
def test_a_task_nothing_stands_for_has_a_kind(case: str) -> None:
    """Ours after an end, ours by form, or made elsewhere; only what may be ours is an event."""
    said, cards, kind = ORPHANS[case]
    found = compared([task(**said)], cards)
    [difference] = found.differences

    assert difference.finding.kind == kind
    assert (difference.event is None) == (kind == "foreign")
    assert found.sums().gap == "0"


def test_an_adopted_task_without_our_id_is_known_by_its_own() -> None:
    """What a person adopted bears no id of ours, and is matched by the task's."""
    assert kinds(compared([task(external_task_id="")], [card()])) == []


def test_a_window_leaves_out_what_was_made_before_and_after() -> None:
    """From the first moment until before the last; a task without a date is never left out."""
    window = Window(NOW - DAY, NOW)
    made = [NOW - DAY - 1, NOW - DAY, NOW - 1, NOW, None]
    found = compared([task(task_id=f"t-{n}", created_at=at) for n, at in enumerate(made)], [], window)

    assert [one.finding.task_id for one in found.differences] == ["t-4", "t-1", "t-2"]


def test_what_no_list_holds_is_missing_only_where_all_was_read() -> None:
    """A submission whose task is in no list counts when its route was read to the end."""
    assert list(not_listed([task(task_id="t-9")], [card()], {"text2video"})) == [card()]
    assert list(not_listed([task()], [card()], {"text2video"})) == []
    assert list(not_listed([], [card()], {"omni-video"})) == []


def test_a_report_holds_the_gravest() -> None:
    """A long report leaves out what weighs least, and says how much."""
    lines = [
        ReconciliationFinding(kind=kind, task_id="t", words="w")
        for kind in ("foreign", "twin", "charge")
        for _ in range(MOST_FINDINGS // 2)
    ]
    shown, omitted = report_of(lines)

    assert (len(shown), omitted) == (MOST_FINDINGS, MOST_FINDINGS // 2)
    assert {line.kind for line in shown} == {"twin", "charge"}
    assert GRAVEST_FIRST.index(shown[0].kind) < GRAVEST_FIRST.index(shown[-1].kind)

"""What may be changed about a running sandbox, each account for itself."""

from __future__ import annotations

from typing import Any

import pytest

from generation.sandbox import SECOND_ACCOUNT

SECOND = {"authorization": f"Bearer {SECOND_ACCOUNT.api_key}"}


def codes(sandbox: Any, **body: Any) -> list[int]:
    """What the first and the second account are answered to the same create."""
    legal = {"model_name": "kling-v3", "prompt": "A kite."} | body
    first = sandbox.client.post("/v1/videos/text2video", json=legal)
    second = sandbox.client.post("/v1/videos/text2video", json=legal, headers=SECOND)
    return [first.json()["code"], second.json()["code"]]


def test_repeated_ids_per_account(sandbox: Any) -> None:
    """Whether a repeated external id is refused can be switched for one account, and for all."""
    codes(sandbox, external_task_id="x")
    sandbox.habits(account="second", duplicate_external_ids="accept")
    one = codes(sandbox, external_task_id="x")
    sandbox.habits(duplicate_external_ids="accept")
    both = codes(sandbox, external_task_id="x")
    sandbox.habits(duplicate_external_ids="refuse")

    assert (one, both, codes(sandbox, external_task_id="x")) == ([1201, 0], [0, 0], [1201, 1201])
    made = [(task["account"], task["external_task_id"]) for task in sandbox.tasks()]
    assert sorted(made) == [("first", "x")] * 2 + [("second", "x")] * 3


def test_visibility_for_all_new_tasks(sandbox: Any) -> None:
    """Look-ups and lists lag as ordered, from now on, until the order is taken back."""
    sandbox.habits(lookup_lag_seconds=30, list_lag_seconds=60)
    sandbox.create(external_task_id="x")
    seen = []
    for _ in range(3):
        found = sandbox.client.get("/v1/videos/text2video/x").json()["code"] == 0
        seen.append((found, len(sandbox.listed())))
        sandbox.advance(30)
    sandbox.create(external_task_id="y")
    hidden = sandbox.client.get("/v1/videos/text2video/y").json()["code"]
    sandbox.habits(lookup_lag_seconds=0)

    assert (seen, hidden) == ([(False, 0), (True, 0), (True, 1)], 1201)
    assert sandbox.task("y")["task_status"] == "submitted"


def test_slots_and_units(sandbox: Any) -> None:
    """Slots and units of an account can run out at run time, and come back."""
    sandbox.habits(account="first", slots=0)
    full = codes(sandbox)
    sandbox.habits(account="first", slots=5, units="2.5")
    poor = codes(sandbox)
    answer = sandbox.habits(account="first", units=100).json()["habits"]

    assert (full, poor, codes(sandbox)) == ([1303, 0], [1102, 0], [0, 0])
    assert (answer["first"]["units"], answer["second"]["slots"]) == ("100", 5)


@pytest.mark.parametrize(
    "order",
    [
        {"account": "third", "slots": 1},
        {"duplicate_external_ids": "sometimes"},
        {"lookup_lag_seconds": -1},
        {"units": "NaN"},
        {"webhook_secret": "plain"},
        {"colour": "red"},
    ],
)
def test_habits_nobody_can_have(sandbox: Any, order: dict[str, Any]) -> None:
    """An order that cannot be read, or is for nobody, changes nothing and says where it is wrong."""
    before = sandbox.client.get("/sandbox/v1/habits").json()
    answer = sandbox.habits(**order)

    assert (answer.status_code, bool(answer.json()["problems"][0]["message"])) == (400, True)
    assert sandbox.client.get("/sandbox/v1/habits").json() == before

"""Kling calls, or somebody who says so: a call is a reason to ask sooner, and nothing else."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.api.served.calling import Caller, Forger, signed
from tests.api.served.filming import filming
from tests.api.served.serving import problem
from tests.servers.sandbox import Sandbox, sandbox

SECRET = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="
FLOOR = 0.5
QUIET = {"CONTINUITY_POLL_FIRST_SECONDS": "600", "CONTINUITY_CALLBACK_FLOOR_SECONDS": str(FLOOR)}
"""Nothing is asked by itself, so every question is a callback's doing."""


@pytest.fixture(scope="module")
def kling() -> Iterator[Sandbox]:
    """It makes no calls of its own, so every call is a test's."""
    with sandbox() as provider:
        provider.order(on="callback", do="withhold", times=1_000_000)
        yield provider


def legacy(card: dict[str, Any], status: str = "succeed") -> bytes:
    return orjson.dumps({"task_id": card["task_id"], "task_status": status, "task_result": {"videos": []}})


def new(card: dict[str, Any], status: str = "succeeded") -> bytes:
    return orjson.dumps({"id": card["task_id"], "status": status, "message": ""})


def test_a_call_brings_the_answer_sooner(tmp_path: Path, kling: Sandbox) -> None:
    """A task is asked about once Kling called, in either shape, not ten minutes later; the answer delivers it, not the call."""
    with filming(tmp_path, kling, **QUIET) as film:
        card = film.task()
        before = film.service.position()
        film.kling.clock(advance_seconds=100)
        film.work(0.2)
        assert film.types(before) == []

        answers = [
            film.service.http.post(film.address(card["id"]), content=one)
            for one in (new(card, "x"), legacy(card))
        ]
        film.work(2 * FLOOR)

        assert [(one.status_code, one.json()) for one in answers] == [(200, {"received": True})] * 2
        assert film.types(before)[:3] == ["CallbackReceived", "CallbackReceived", "TaskSucceeded"]
        assert film.types(before)[-1] == "GenerationEnded"
        made = film.service.get(f"/v1/generations/{card['subject']}").json()
        assert made["days_left"] in (29, 30)
        assert film.service.get(f"/v1/clips/{made['clip']}").json()["days_left"] == made["days_left"]


@pytest.mark.parametrize("shape", ["legacy", "new"])
def test_a_provider_that_calls_by_itself_is_heard(tmp_path: Path, shape: str) -> None:
    """The sandbox's own signed calls, in either shape, bring the answer as well."""
    with sandbox() as provider, filming(tmp_path, provider, **QUIET, KLING_WEBHOOK_SECRETS=SECRET) as film:
        provider.habits(callback_shape=shape, webhook_secret=SECRET)
        film.task()
        before, end = film.service.position(), time.monotonic() + 20
        provider.clock(advance_seconds=100)
        while "GenerationEnded" not in film.types(before) and time.monotonic() < end:
            film.work(0.05)

        told = film.types(before)
        assert told[-1] == "GenerationEnded"
        assert told.index("CallbackReceived") < told.index("TaskSucceeded")


def test_refusals_say_nothing_of_what_exists(tmp_path: Path, kling: Sandbox) -> None:
    """An unknown submission, a wrong token and another one's token are the same 404, in which no token is repeated."""
    with filming(tmp_path, kling) as film:
        card = film.task()
        right, before = film.address(card["id"]), film.service.position()
        unknown = "submission_01jd0k4m5vf2s8m1q3x7w9y2ab"
        token = right.rpartition("/")[2]
        for path in (
            f"/v1/callbacks/kling/{card['id']}/{'0' * 64}",
            f"/v1/callbacks/kling/{unknown}/{token}",
            film.address(unknown),
            film.address("%00"),
        ):
            said = problem(film.service.http.post(path, content=legacy(card)), 404, "not-found")
            assert said["instance"] == "/v1/callbacks/kling/{submission}/{token}"
            assert said["detail"] == "nobody listens at this address"
        assert film.service.http.get(right).status_code == 405
        problem(film.service.http.post(right, content=b"x" * 300_000), 413, "too-large")
        problem(film.service.http.post(right, content=b"<html>"), 422, "call-refused")
        assert film.types(before) == []


def test_with_a_secret_unsigned_calls_are_refused(tmp_path: Path, kling: Sandbox) -> None:
    """Once a webhook secret is set the token alone does not do; a right signature of now does."""
    with filming(tmp_path, kling, KLING_WEBHOOK_SECRETS=SECRET) as film:
        card = film.task()
        path, body, before = film.address(card["id"]), legacy(card), film.service.position()
        late = {**signed(SECRET, body, at=time.time() - 400)}

        problem(film.service.http.post(path, content=body), 403, "call-unsigned")
        problem(film.service.http.post(path, content=body, headers=late), 403, "call-unsigned")
        assert film.types(before) == []
        right = film.service.http.post(path, content=body, headers=signed(SECRET, body))
        again = film.service.http.post(path, content=body, headers=signed(SECRET, body))
        assert (right.status_code, again.status_code) == (200, 200)
        assert film.types(before) == ["CallbackReceived"]


@pytest.mark.slow
def test_ten_thousand_forged_calls_move_nothing(tmp_path: Path, kling: Sandbox) -> None:
    """Whatever comes in whatever order, the log gains notes of rightly signed calls alone, and Kling is not asked more often."""
    with filming(tmp_path, kling, **QUIET, KLING_WEBHOOK_SECRETS=SECRET) as film:
        cards = [film.task() for _ in range(4)]
        forger = Forger(SECRET, [(film.address(card["id"]), legacy, new, card) for card in cards])
        film.asked.clear()
        before = film.service.position()

        with Caller(film.service.url, forger.calls(10_000), threads=3) as caller:
            while not caller.done():
                film.work(0.05)
        film.work(2 * FLOOR)

        assert sum(caller.answers.values()) == 10_000
        assert not [status for status in caller.answers if status >= 500], caller.answers
        assert {200, 403, 404, 413, 422} == set(caller.answers)
        noted = film.types(before)
        assert set(noted) == {"CallbackReceived"}
        assert len(noted) <= forger.distinct
        for card in cards:
            times = [at for at, task in film.asked if task == card["task_id"]]
            assert times
            assert all(later - earlier >= FLOOR for earlier, later in itertools.pairwise(times))

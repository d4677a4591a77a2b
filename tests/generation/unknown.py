"""Paid calls whose outcome nobody knows: how a test brings one about, and lets the waiting pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from registry.events.submission import SubmissionDisproved
from tests.crash.hooks import hooked
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World

OVER: Final = 30 + 90 + 5.0
"""Seconds after which the send deadline of a small body and the grace are over."""
LOST: Final = {"do": "drop_before_accept"}
BEGUN: Final = ["SubmissionIntended", "SubmissionUnknown"]


def unknown(world: World, provider: Sandbox, **fault: Any) -> str:
    """A generation whose submission is unknown; by default the provider has accepted nothing."""
    provider.order(**(fault or LOST))
    asked = world.ask(**ALONE)
    world.work_until(
        lambda: world.card(asked).submission is not None and world.submission(asked).state != "intended"
    )
    assert world.submission(asked).state in ("unknown", "confirmed")
    return asked


def reached(world: World, asked: str, *states: str) -> None:
    """Work until the submission is in one of these states."""
    world.work_until(lambda: world.submission(asked).state in states)


def quarantined(world: World, provider: Sandbox) -> str:
    """A generation whose submission was disproved and waits for a person, as nothing is resent by itself."""
    asked = unknown(world, provider)
    world.clock.pass_by(OVER)
    reached(world, asked, "quarantined")
    return asked


def hidden(world: World, provider: Sandbox, *, times: int = 1000) -> str:
    """A generation whose task was accepted unseen, and so many questions by our id are answered with "not found"."""
    provider.order(on="query", do="http_status", status=500)
    asked = unknown(world, provider, do="drop_after_accept")
    external = world.submission(asked).external_task_id
    absent = f"Task not found by id/external id: {external}"
    provider.order(
        on="query",
        do="code",
        code=1201,
        status=400,
        message=absent,
        times=times,
        match={"external_task_id": external},
    )
    return asked


def posts(world: World, provider: Sandbox, asked: str) -> list[bool]:
    """Each POST of the submission: whether it was accepted."""
    return [post["accepted"] for post in provider.ledger(world.submission(asked).external_task_id)]


def submission_types(world: World, asked: str) -> list[str]:
    return world.types(world.submission(asked).id)


def disproofs(world: World) -> list[SubmissionDisproved]:
    return [told.event for told in world.log() if isinstance(told.event, SubmissionDisproved)]


def counting(world: World) -> tuple[World, list[str]]:
    """The world with a desk that notes every question about a task."""
    asked: list[str] = []
    at = lambda point, _external: asked.append(point) if point == "before:task" else None  # noqa: E731
    return replace(world, desk=hooked(world.desk, at)), asked

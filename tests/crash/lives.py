"""One life of a worker process: it takes a generation up where the last one died, until it is killed itself.

When a generation has settled, it is judged, the next schedule begins, and the same process goes on with that.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from generation.durations import Durations
from generation.kling.client import KlingClient
from registry.deciders.submission import ResolveQuarantine
from tests.crash.breaking import broken
from tests.crash.hooks import hooked
from tests.crash.judging import Began, verdict
from tests.crash.schedules import CHAOS, DEEDS, FAULTS, RATE, Mode, Schedule
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, KEYS, Ahead, Person, World, new_id, open_desk, open_registry

Say = Callable[[dict[str, Any]], None]

TICK: Final = 0.3
"""The least pause of everything that is waited for, in seconds."""
IDLE: Final = 1.0
"""Seconds by which both clocks jump when nothing is due."""
QUICK: Final = Durations(
    lease=5.0,
    lease_margin=1.0,
    send_floor=5.0,
    grace=1.0,
    look_interval=TICK,
    quarantine=TICK,
    poll_first=TICK,
    poll_then=TICK,
    poll_slow=TICK,
    retry_first=TICK,
    retry_most=TICK,
    load_first=TICK,
    load_most=TICK,
    hold_first=TICK,
    hold_most=TICK,
)
AT_MOST: Final = 60.0
"""Seconds of this machine that one generation may take before it is called stuck."""
_NOBODY: Final = Person("", "", "")


@dataclass(frozen=True)
class Stage:
    """Where it all happens: the folder, the ids in it, the provider."""

    folder: str
    ids: dict[str, str]
    host: str
    mode: Mode


@dataclass
class Place:
    """How far the run is: where it died in this schedule, how far the clocks are ahead, posts so far, what it began with."""

    deaths: list[str] = field(default_factory=list)
    ahead: int = 0
    posts: int = 0
    began: Began | None = None

    def left(self, schedule: Schedule) -> list[str]:
        """The schedule's points without those it died at."""
        points = list(schedule.points)
        for point in self.deaths:
            points.remove(point)
        return points


def live(stage: Stage, place: Place, plan: Iterator[Schedule], *, last: bool, say: Say) -> None:
    """Carry schedules to their end until this process dies; with `last`, only the one at hand, and without dying."""
    world, provider = _opened(stage, place), Sandbox(stage.host)
    with broken(stage.mode.broken):
        while True:
            schedule = next(plan)
            if place.began is None:
                place.began = _begin(world, provider, schedule, place.posts)
                say({"began": place.began.__dict__})
            points = [] if last else place.left(schedule)
            death = _Death(points, lambda point: say({"died": point, "ahead": world.clock.by}))
            stuck = _carry(replace(world, desk=hooked(world.desk, death)), provider, place.began, schedule)
            say(
                {
                    "settled": schedule.number,
                    "ahead": world.clock.by,
                    **verdict(world, provider, place.began, stuck),
                }
            )
            place.deaths, place.posts, place.began = [], place.began.posts, None
            if last:
                return


class _Death:
    """Kills this process when it comes by one of the points."""

    def __init__(self, points: list[str], last_words: Callable[[str], None]) -> None:
        self._points = points
        self._last_words = last_words

    def __call__(self, point: str, _external: str) -> None:
        if point in self._points:
            self._last_words(point)
            os.kill(os.getpid(), signal.SIGKILL)


def _opened(stage: Stage, place: Place) -> World:
    clock = Ahead()
    clock.by = place.ahead
    folder = Path(stage.folder)
    registry = open_registry(folder, clock)
    desk = open_desk(folder, registry, durations=QUICK)

    @contextmanager
    def kling_for(account: Any) -> Iterator[KlingClient]:
        with desk.outbound.client_for_api(account.host) as http:
            yield KlingClient(http, account.host, KEYS, read_seconds=5)

    resend = {"omni-video": stage.mode.resend, "text2video": stage.mode.resend}
    desk = replace(desk, kling_for=kling_for, resend=resend)
    return World(folder=folder, desk=desk, clock=clock, mina=_NOBODY, jun=_NOBODY, **stage.ids)


def _begin(world: World, provider: Sandbox, schedule: Schedule, posts: int) -> Began:
    provider.forgive()
    provider.chaos(
        **({"seed": schedule.number, "rate": RATE, "deeds": DEEDS} if schedule.fault == CHAOS else {})
    )
    for order in FAULTS[schedule.fault]:
        provider.order(**order)
    position = world.registry.feed.head(world.studio)
    asked = {**ALONE, "opening": world.cafe} if schedule.with_picture else ALONE
    generation = world.ask(**asked)
    return Began(generation, position, posts + len(provider.ledger(after=posts)))


def _carry(world: World, provider: Sandbox, began: Began, schedule: Schedule) -> str:
    """Work until the generation has ended; what it waits for, when that does not happen."""
    worker, end = world.worker(new_id("worker")), time.monotonic() + AT_MOST
    while world.card(began.generation).stage != "ended":
        if time.monotonic() > end:
            return f"{schedule}: {world.note(began.generation)}"
        if not worker.work_once():
            _decide(world, provider, began)
            world.clock.pass_by(IDLE)
            provider.clock(advance_seconds=IDLE)
    return ""


def _decide(world: World, provider: Sandbox, began: Began) -> None:
    """The operator, who can see the provider's own books, decides what the worker may not."""
    card = world.card(began.generation)
    if card.submission is None or world.submission(began.generation).state != "quarantined":
        return
    external = world.submission(began.generation).external_task_id
    paid = [post["task_id"] for post in provider.ledger(external) if post["accepted"]]
    world.do(
        ResolveQuarantine(
            stream=card.submission,
            decision="adopt" if paid else "declare_absent",
            reason="seen in the provider's own books",
            task_id=paid[0] if paid else None,
        )
    )

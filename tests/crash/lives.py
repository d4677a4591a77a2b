"""One life of a worker process: it takes a paid request up where the last one died, until it is killed itself.

When it has settled, it is judged, the next schedule begins, and the same process goes on with that.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from generation.durations import Durations
from generation.kling.client import PATH_OF_ROUTE, KlingClient
from registry.deciders.submission import ResolveQuarantine
from tests.crash.breaking import broken
from tests.crash.hooks import hooked
from tests.crash.judging import Began, outcome_of, verdict
from tests.crash.schedules import CHAOS, DEEDS, FAULTS, RATE, Mode, Schedule
from tests.servers.making import mint, mint_a_voice
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
_ALSO: Final = {
    f"{when}:EndMint": tuple(f"{when}:{what}" for what in ("TaskSucceeded", "StoreResult", "EndGeneration"))
    for when in ("before", "after")
}
"""What is in the making is done in one append: whoever was to die at one of a film's last steps dies there."""


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
    world = _opened(stage, place)
    with closing(Sandbox(stage.host)) as provider, closing(world.registry), broken(stage.mode.broken):
        for schedule in plan:
            if place.began is None:
                place.began = _begin(world, provider, schedule, place.posts)
                say({"began": place.began.__dict__})
            points = [] if last else place.left(schedule)
            death = _Death(points, lambda point: say({"died": point, "ahead": world.clock.by}))
            stuck = _carry(replace(world, desk=hooked(world.desk, death)), provider, place.began, schedule)
            judged = verdict(world, provider, place.began, stuck)
            say({"settled": schedule.number, "ahead": world.clock.by, **judged})
            place.deaths, place.posts, place.began = [], place.began.posts, None
            if last:
                return


class _Death:
    """Kills this process when it comes by one of the points."""

    def __init__(self, points: list[str], last_words: Callable[[str], None]) -> None:
        self._points = points
        self._last_words = last_words

    def __call__(self, point: str, _external: str) -> None:
        for name in (point, *_ALSO.get(point, ())):
            if name in self._points:
                self._last_words(name)
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

    resend = dict.fromkeys(PATH_OF_ROUTE, stage.mode.resend)
    desk = replace(desk, kling_for=kling_for, resend=resend)
    ids = dict(stage.ids)
    mina = Person(ids.pop("mina"), "", "")
    return World(folder=folder, desk=desk, clock=clock, mina=mina, jun=_NOBODY, **ids)


def _begin(world: World, provider: Sandbox, schedule: Schedule, posts: int) -> Began:
    provider.forgive()
    provider.chaos(
        **({"seed": schedule.number, "rate": RATE, "deeds": DEEDS} if schedule.fault == CHAOS else {})
    )
    for order in FAULTS[schedule.fault]:
        provider.order(**order)
    position = world.registry.feed.head(world.studio)
    return Began(_asked(world, schedule), position, posts + len(provider.ledger(after=posts)))


def _asked(world: World, schedule: Schedule) -> str:
    match schedule.subject:
        case "element":
            return mint(world, production=world.production if schedule.with_picture else None)
        case "voice":
            return mint_a_voice(world, production=world.production if schedule.with_picture else None)
        case "generation":
            return world.ask(**({**ALONE, "opening": world.cafe} if schedule.with_picture else ALONE))


def _carry(world: World, provider: Sandbox, began: Began, schedule: Schedule) -> str:
    """Work until it has ended; what it waits for, when that does not happen."""
    worker, end = world.worker(new_id("worker")), time.monotonic() + AT_MOST
    while outcome_of(world, began.subject) is None:
        while not worker.work_once():
            if time.monotonic() > end:
                return f"{schedule}: {world.note(began.subject)}"
            _decide(world, provider, began)
            world.clock.pass_by(IDLE)
            provider.clock(advance_seconds=IDLE)
    return ""


def _decide(world: World, provider: Sandbox, began: Began) -> None:
    """The operator, who can see the provider's own books, decides what the worker may not."""
    paid_by = next((one for one in world.submissions("quarantined") if one.subject == began.subject), None)
    if paid_by is None:
        return
    external = paid_by.external_task_id
    paid = [post["task_id"] for post in provider.ledger(external) if post["accepted"]]
    world.do(
        ResolveQuarantine(
            stream=paid_by.id,
            decision="adopt" if paid else "declare_absent",
            reason="seen in the provider's own books",
            task_id=paid[0] if paid else None,
        )
    )

"""The service killed while it takes in the provider's call: nothing is lost, since polling finds what the call told."""

from __future__ import annotations

import signal

import pytest

from generation.desk import ResendPolicy
from tests.crash.invariants import check_all
from tests.crash.workers import Nursery
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World

HOURS = 3600.0
RESENT: dict[str, ResendPolicy] = dict.fromkeys(("omni-video", "text2video"), "same_id_after_disproof")
AROUND_THE_APPEND = ("before:CallbackReceived", "after:CallbackReceived")
AROUND_THE_HURRY = ("before:hurry", "after:hurry")
STATES = {"before:create": "intended", "sent": "intended", "after:SubmissionConfirmed": "confirmed"}
"""Where the worker died, and what is on disk when the call comes."""
CUT_OFF = [
    *((left, point) for left in STATES for point in AROUND_THE_APPEND),
    *(("after:SubmissionConfirmed", point) for point in AROUND_THE_HURRY),
]


@pytest.mark.parametrize(("left", "point"), CUT_OFF)
def test_a_call_that_is_cut_off(
    world: World, provider: Sandbox, nursery: Nursery, left: str, point: str
) -> None:
    """Killed around noting a call or hurrying the work: told again it is noted once, and one POST is delivered all the same."""
    world, asked = world.with_desk(resend=RESENT), world.ask(**ALONE)
    assert nursery.wait(nursery.start(world, left)) == -signal.SIGKILL
    submission = world.submission(asked)
    killed = nursery.wait(nursery.start(world, point, hears=submission.id))
    noted = world.types(submission.id).count("CallbackReceived")
    again = nursery.wait(nursery.start(world, hears=submission.id))
    world.clock.pass_by(HOURS)
    card = world.carry(asked)[0]

    assert (submission.state, killed, again) == (STATES[left], -signal.SIGKILL, 0), nursery.said()[-2000:]
    assert noted == (point != "before:CallbackReceived")
    assert world.types(submission.id).count("CallbackReceived") == 1
    assert (card.outcome, len(provider.ledger(submission.external_task_id))) == ("delivered", 1)
    check_all(world, provider.ledger())


@pytest.mark.parametrize("point", [*AROUND_THE_APPEND, *AROUND_THE_HURRY])
def test_polling_finds_what_a_lost_call_told(
    world: World, provider: Sandbox, nursery: Nursery, point: str
) -> None:
    """Killed with a call that nobody repeats: the task that it told about is delivered by polling."""
    provider.clock(speed=0)
    asked = world.ask(**ALONE)
    world.work_until(lambda: bool(world.submissions(state="confirmed")))
    submission = world.submission(asked).id
    assert nursery.wait(nursery.start(world, point, hears=submission)) == -signal.SIGKILL
    provider.clock(speed=1)
    card = world.carry(asked)[0]

    assert card.outcome == "delivered"
    check_all(world, provider.ledger())

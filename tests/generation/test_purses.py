"""Whose limits a paid call counts for, and what is then said to them: without a provider."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generation.allowances import (
    Purse,
    must_be_allowed,
    not_allowed,
    payers_purses,
    purses,
    reserving,
    settling,
)
from generation.allowances import (
    closing as closed,
)
from registry.deciders.access import IssueKey
from registry.deciders.allowance import (
    DAY_US,
    AllowanceExceeded,
    ReleaseAllowance,
    ReserveAllowance,
    SettleAllowance,
    allowance_of,
)
from registry.deciders.generation import RequestGeneration
from registry.deciders.production import OpenProduction
from registry.deciders.scene import OpenScene
from registry.deciders.studio import LimitStudio, OpenStudio
from registry.deciders.submission import Submission
from registry.events.envelope import Context
from registry.events.studio import KeyLimited, StudioLimited
from registry.registry import Registry
from tests.registry.events.golden import an_id, example
from tests.servers.world import open_registry

STUDIO, OTHER, KEY, FREE = an_id("studio"), an_id("studio", 2), an_id("key"), an_id("key", 2)
PAID = an_id("submission")
NOW = 20_000 * DAY_US + 5
PURSES = (Purse(KEY, "7.5"), Purse(STUDIO, "9"))


@pytest.fixture
def limited(on_file: Path) -> Iterator[Registry]:
    """A studio with 9 units a day, a key in it with 7.5 and one without a limit; a studio that is not limited."""
    with closing(open_registry(on_file, lambda: NOW)) as registry:
        nine = StudioLimited(requests_per_minute=None, units_per_day="9")
        seven = KeyLimited(requests_per_minute=None, units_per_day="7.5")
        for studio in (STUDIO, OTHER):
            registry.handle(studio, [OpenStudio(stream=studio, name="Han River")], context=Context("me"))
        registry.handle(STUDIO, [LimitStudio(stream=STUDIO, limits=nine)], context=Context("me"))
        for key, limits in ((KEY, seven), (FREE, None)):
            said: dict[str, Any] = {"holder": "Jun", "secret_sha256": "a" * 64, "limits": limits}
            registry.handle(STUDIO, [IssueKey(stream=key, studio=STUDIO, **said)], context=Context("me"))
        yield registry


def test_a_call_counts_for_its_key_and_its_studio(limited: Registry) -> None:
    """Each where it is limited; who is no key (the operator, a program of ours) counts for the studio alone."""
    assert purses(limited, STUDIO, KEY) == PURSES
    assert purses(limited, STUDIO, FREE) == PURSES[1:]
    assert purses(limited, STUDIO, "operator") == PURSES[1:]
    assert purses(limited, OTHER, "operator") == ()
    assert purses(limited, an_id("studio", 9), "operator") == ()


def test_whoever_asked_pays(limited: Registry) -> None:
    """The actor of the request; of what nobody asked for, the studio."""
    generation, show, scene = an_id("generation"), an_id("production"), an_id("scene")
    opening = OpenProduction(stream=show, name="Late Trains", unplaced=scene)
    limited.handle(
        STUDIO, [opening, OpenScene(stream=scene, production=show, name="Unplaced")], context=Context("me")
    )
    requested: Any = example("GenerationRequested", shot=None, approval=False, retry_of=None)
    ask = RequestGeneration(stream=generation, requested=requested, plan=example("PlanCompiled"))  # type: ignore[arg-type]
    limited.handle(STUDIO, [ask], context=Context(KEY))

    assert payers_purses(limited, STUDIO, generation) == PURSES
    assert payers_purses(limited, STUDIO, an_id("generation", 9)) == PURSES[1:]


def test_the_price_is_set_aside_for_today(limited: Registry) -> None:
    """In each purse by itself, with the limit as it stands now."""
    commands = reserving(PURSES, PAID, "2", now=NOW)

    assert commands == [
        ReserveAllowance(
            stream=allowance_of(holder), holder=holder, submission=PAID, units="2", day=20_000, most=most
        )
        for holder, most in PURSES
    ]


def test_the_door_asks_what_is_left_today(limited: Registry) -> None:
    """Exactly what is left is allowed; a preview says the same refusal as a finding at the takes."""
    limited.handle(STUDIO, reserving(PURSES, PAID, "2", now=NOW), context=Context("me"))
    limited.handle(
        STUDIO, reserving(PURSES, an_id("submission", 2), "3", now=NOW - DAY_US), context=Context("me")
    )

    must_be_allowed(limited, STUDIO, KEY, Decimal("5.5"))
    assert not_allowed(limited, STUDIO, KEY, Decimal("5.5")) == ()
    must_be_allowed(limited, STUDIO, FREE, Decimal(7))
    with pytest.raises(AllowanceExceeded, match=f"{STUDIO} has 7 of 9"):
        must_be_allowed(limited, STUDIO, FREE, Decimal("7.1"))
    [finding] = not_allowed(limited, STUDIO, KEY, Decimal("5.6"))
    assert (finding.rule, finding.path) == ("E427", "$.takes")
    assert f"{KEY} has 5.5 of 7.5 units left today" in finding.message


def test_an_end_is_told_to_every_purse_the_call_drew_on() -> None:
    """Settled with what was charged; released where nothing was; settled by what was set aside where nobody knows."""
    streams = tuple(allowance_of(purse.holder) for purse in PURSES)
    intent: Any = example("SubmissionIntended", allowances=streams)
    paid = Submission(intent=intent)

    assert settling(paid, PAID, "1.5") == [
        SettleAllowance(stream=one, submission=PAID, units="1.5") for one in streams
    ]
    assert closed(paid, PAID, abandoned=False) == [
        ReleaseAllowance(stream=one, submission=PAID) for one in streams
    ]
    assert closed(paid, PAID, abandoned=True) == settling(paid, PAID, None)
    assert settling(Submission(), PAID, "1") == closed(Submission(), PAID, abandoned=False) == []

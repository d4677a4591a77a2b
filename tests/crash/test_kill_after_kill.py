"""Thousands of kills: in both resend policies, with a provider that does and one that does not refuse repeated ids."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import islice

import pytest

from tests.crash.breaking import WAYS
from tests.crash.schedules import FAULTS, POINTS, schedules
from tests.servers.sandbox import ROOT

KILLS = 1_000
"""Under each of two policies: 2,000 in every test run; `make crash KILLS=100000` for the full figure."""
EACH = re.compile(r"^Mode\(.*: (kills=.*)$", re.MULTILINE)
"""The figures of one mode."""

PROVIDERS = ("refuse", "accept")
"""What a provider does on a repeated id: each policy meets both."""
BAD = ("double", "lost", "stuck", "wrong")


RARE = {
    *("before:SubmissionNotSent", "before:SubmissionRejected", "after:SubmissionRejected"),
    *("before:tasks", "after:tasks", "before:SubmissionDisproved", "after:SubmissionDisproved"),
    *("before:SubmissionQuarantined", "after:SubmissionQuarantined"),
    *("before:SubmissionResent", "after:SubmissionResent"),
}
"""Points that few faults lead to; at every other one somebody dies in every run."""


def run(*flags: str, seconds: float = 1_500) -> tuple[list[dict[str, float]], str]:
    """The figures of each mode, and everything that was said."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash", *flags],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.stdout, done.stderr[-3000:]
    told = [
        {name: float(figure) for name, figure in re.findall(r"(\w+)=([\d.]+)", line)}
        for line in EACH.findall(done.stdout)
    ]
    return told, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("resend", ["never", "same_id_after_disproof"])
def test_nothing_is_paid_twice_lost_or_stuck(resend: str) -> None:
    """Killed at every pair of points under every fault, drawn at random: double 0, lost 0, stuck 0, no invariant broken."""
    told, said = run("--kills", str(KILLS), "--resend", resend)

    assert [figures["kills"] >= KILLS // 2 for figures in told] == [True] * len(PROVIDERS), said
    left_out = set(
        re.findall(r"(?:before|after):\w+|\bbody|\bsent|\bdownload", said.partition("nobody died at:")[2])
    )
    assert left_out <= RARE, said
    for figures in told:
        assert {name: figures[name] for name in BAD} == dict.fromkeys(BAD, 0), said


@pytest.mark.slow
def test_a_protocol_made_wrong_is_found_out() -> None:
    """With the intent after the POST, a retrying transport, or a fresh id per try, the same harness finds double payments."""
    told, said = run("--kills", "900", "--resend", "never", "--duplicates", "accept", "--broken", *WAYS)

    assert [figures["double"] > 0 for figures in told] == [True] * len(WAYS), said


def test_every_pair_is_met_with_every_fault() -> None:
    """Before anything is repeated, each unordered pair of points has been drawn once with each fault."""
    every = len(POINTS) * (len(POINTS) + 1) // 2 * len(FAULTS)
    drawn = {(tuple(sorted(met.points[:2])), met.fault) for met in islice(schedules(seed=1), every)}

    assert len(drawn) == every

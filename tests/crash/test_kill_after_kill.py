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

KILLS = 500
"""In each of four modes: 2,000 in every test run; `make crash KILLS=100000` for the full figure."""


def run(*flags: str, seconds: float = 500) -> tuple[dict[str, float], str]:
    """The figures of the last line, and everything that was said."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash", *flags],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.stdout, done.stderr[-3000:]
    last = done.stdout.rstrip().rpartition("\n")[2]
    return {name: float(figure) for name, figure in re.findall(r"(\w+)=([\d.]+)", last)}, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("duplicates", ["refuse", "accept"])
@pytest.mark.parametrize("resend", ["never", "same_id_after_disproof"])
def test_nothing_is_paid_twice_lost_or_stuck(resend: str, duplicates: str) -> None:
    """Killed at every pair of points under every fault, drawn at random: double 0, lost 0, stuck 0, no invariant broken."""
    figures, said = run("--kills", str(KILLS), "--resend", resend, "--duplicates", duplicates)

    assert figures["kills"] >= KILLS, said
    assert {name: figures[name] for name in ("double", "lost", "stuck", "wrong")} == dict.fromkeys(
        ("double", "lost", "stuck", "wrong"), 0
    ), said


@pytest.mark.slow
@pytest.mark.parametrize("how", WAYS)
def test_a_protocol_made_wrong_is_found_out(how: str) -> None:
    """With the intent after the POST, a retrying transport, or a fresh id per try, the same harness finds double payments."""
    figures, said = run("--kills", "300", "--resend", "never", "--duplicates", "accept", "--broken", how)

    assert figures["double"] > 0, said


def test_every_pair_is_met_with_every_fault() -> None:
    """Before anything is repeated, each unordered pair of points has been drawn once with each fault."""
    every = len(POINTS) * (len(POINTS) + 1) // 2 * len(FAULTS)
    drawn = {(tuple(sorted(met.points[:2])), met.fault) for met in islice(schedules(seed=1), every)}

    assert len(drawn) == every

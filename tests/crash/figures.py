"""Runs of `python -m tests.crash --kills` and the figures they end with, for the tests that judge them."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Final

from tests.servers.sandbox import ROOT

KILLS: Final = 1_000
"""Under each of two policies: 2,000 in every test run; `make crash KILLS=100000` for the full figure."""
PROVIDERS: Final = ("refuse", "accept")
"""What a provider does on a repeated id: each policy meets both."""
_EACH: Final = re.compile(r"^Mode\(.*: (kills=.*)$", re.MULTILINE)
"""The figures of one mode."""
_BAD: Final = ("double", "lost", "stuck", "wrong")
_RARE: Final = {
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
        for line in _EACH.findall(done.stdout)
    ]
    return told, done.stdout


def nothing_is_bad(resend: str) -> None:
    """Killed at every pair of points under every fault, drawn at random: double 0, lost 0, stuck 0, no invariant broken."""
    told, said = run("--kills", str(KILLS), "--resend", resend)

    assert [figures["kills"] >= KILLS // 2 for figures in told] == [True] * len(PROVIDERS), said
    left_out = set(
        re.findall(r"(?:before|after):\w+|\bbody|\bsent|\bdownload", said.partition("nobody died at:")[2])
    )
    assert left_out <= _RARE, said
    for figures in told:
        assert {name: figures[name] for name in _BAD} == dict.fromkeys(_BAD, 0), said

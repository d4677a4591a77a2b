"""Several shots in one clip (R4 to R9, K5). With `multi_shot` off these fields are void and ignored (R8)."""

from __future__ import annotations

import re

from generation.sandbox.checks.context import CheckContext
from generation.sandbox.envelope import Problem, bad_value
from generation.sandbox.requests import Shot, VideoRequest

MOST_SHOTS = 6
LONGEST_SHOT_PROMPT = 512
_SECONDS = re.compile(r"[1-9][0-9]?", re.ASCII)


def check_shots(request: VideoRequest, _context: CheckContext) -> list[Problem]:
    if not request.multi_shot:
        return []
    if request.shot_type not in ("customize", "intelligence"):
        return [bad_value(f"shot_type value '{request.shot_type}' is invalid")]
    if not request.customized:
        return []
    shots = request.shots or ()
    if not 1 <= len(shots) <= MOST_SHOTS:
        return [bad_value(f"multi_prompt must have 1 to {MOST_SHOTS} items, got {len(shots)}")]
    problems = [problem for n, shot in enumerate(shots) for problem in _one(n, shot, request.duration)]
    return problems or _total(shots, request.duration)


def _one(n: int, shot: Shot, total: str) -> list[Problem]:
    """R6, and K5 on the index. R9 beyond that is only a caution for the server."""
    where = f"multi_prompt[{n}]"
    problems = []
    if shot.index < 1:
        problems.append(bad_value(f"{where}.index value '{shot.index}' is invalid"))
    if not shot.prompt:
        problems.append(bad_value(f"{where}.prompt can not be empty"))
    if len(shot.prompt) > LONGEST_SHOT_PROMPT:
        problems.append(bad_value(f"The length of {where}.prompt can not exceed {LONGEST_SHOT_PROMPT}"))
    # A broken total is check_output's finding; here it only must not crash the comparison.
    within = _SECONDS.fullmatch(shot.duration) and (
        not _SECONDS.fullmatch(total) or int(shot.duration) <= int(total)
    )
    if not within:
        problems.append(bad_value(f"{where}.duration value '{shot.duration}' is invalid"))
    return problems


def _total(shots: tuple[Shot, ...], total: str) -> list[Problem]:
    """R7: the shots fill the clip exactly."""
    spent = sum(int(shot.duration) for shot in shots)
    if not _SECONDS.fullmatch(total) or spent == int(total):
        return []
    return [bad_value(f"The sum of multi_prompt durations {spent} does not equal duration {total}")]

"""Presence and length of the prompts (R2, R3, R36)."""

from __future__ import annotations

from generation.sandbox.checks.context import CheckContext
from generation.sandbox.envelope import Problem, bad_value
from generation.sandbox.requests import VideoRequest

LONGEST_PROMPT = 2500


def check_prompt(request: VideoRequest, _context: CheckContext) -> list[Problem]:
    """R2: a prompt unless the shots carry their own; R3, R36: at most 2500 characters."""
    problems = []
    if not request.prompt and not request.customized:
        problems.append(bad_value("prompt can not be empty"))
    for name, text in (("prompt", request.prompt), ("negative_prompt", request.negative_prompt)):
        if len(text) > LONGEST_PROMPT:
            problems.append(bad_value(f"The length of {name} can not exceed {LONGEST_PROMPT}"))
    return problems

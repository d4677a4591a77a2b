"""Collected vendor bodies, when they lie beside the checkout: what breaks a rule we hold is faulted, what is valid is not."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from generation.rules import CATALOGUE, Facts, Subject, judge

BODIES = Path(__file__).parents[4] / "shared" / "cases" / "wire-bodies.jsonl"
CASES: list[dict[str, Any]] = (
    [json.loads(line) for line in BODIES.read_text().splitlines() if line.strip()] if BODIES.exists() else []
)
IDS = {rule.id for rule in CATALOGUE}
VIDEO = [case for case in CASES if "/videos/" in case["endpoint"] and case["endpoint"].startswith("POST")]

pytestmark = pytest.mark.skipif(not CASES, reason="the collected bodies are not part of the repository")


def blocking(case: dict[str, Any]) -> set[str]:
    subject = Subject(case["endpoint"].rpartition("/")[2], case["body"], Facts())
    return {found.rule for found in judge(subject) if found.blocks}


def test_bodies_are_judged_as_collected():
    """No valid body is refused, and each invalid one that names a rule of ours is refused by it."""
    for case in VIDEO:
        named = set(re.findall(r"R\d+", case["rule"])) & IDS
        if case["valid"]:
            assert not blocking(case), case["name"]
        elif (
            named and "R40" not in named
        ):  # picture facts come from the picture's bytes, which only intake reads
            assert named & blocking(case), case["name"]

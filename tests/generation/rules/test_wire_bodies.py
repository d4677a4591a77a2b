"""Collected vendor bodies, when they lie beside the checkout: what breaks a rule we hold is faulted, what is valid is not."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from generation.check import check

BODIES = Path(__file__).parents[4] / "shared" / "cases" / "wire-bodies.jsonl"
CASES: list[dict[str, Any]] = (
    [json.loads(line) for line in BODIES.read_text().splitlines() if line.strip()] if BODIES.exists() else []
)


def _judged_as_collected(case: dict[str, Any]) -> bool:
    refused = {found.rule for found in check(case["endpoint"], case["body"]) if found.severity == "E"}
    return not refused if case["valid"] else bool(refused & set(re.findall(r"R\d+", case["rule"])))


def test_bodies_are_judged_as_collected() -> None:
    """No valid body is refused, and each invalid one by its own rule: an extra beside `test_own_bodies`, which always runs."""
    assert [case["name"] for case in CASES if not _judged_as_collected(case)] == []

"""Collected vendor bodies, when they lie beside the checkout: what breaks a rule we hold is faulted, what is valid is not."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from generation.check import check

BODIES = Path(__file__).parents[4] / "shared" / "cases" / "wire-bodies.jsonl"
CASES: list[dict[str, Any]] = (
    [json.loads(line) for line in BODIES.read_text().splitlines() if line.strip()] if BODIES.exists() else []
)
pytestmark = pytest.mark.skipif(not CASES, reason="the collected bodies are not part of the repository")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_body_is_judged_as_collected(case: dict[str, Any]):
    """No valid body is refused, and each invalid one is refused by the rule it was collected for."""
    refused = {found.rule for found in check(case["endpoint"], case["body"]) if found.severity == "E"}

    if case["valid"]:
        assert not refused
    else:
        assert refused & set(re.findall(r"R\d+", case["rule"]))

"""Bodies written from the contract's text, apart from the code: each breaks what it names, or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generation.check import check, endpoint_of
from generation.rules.subject import VIDEO_ENDPOINTS
from generation.sandbox import DEFAULT_ACCOUNT
from generation.sandbox.checks import CheckContext, check_body

BODIES = Path(__file__).parents[2] / "golden" / "wire-bodies.jsonl"
CASES: list[dict[str, Any]] = [json.loads(line) for line in BODIES.read_text().splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_body_breaks_what_it_names_and_nothing_else(case: dict[str, Any]):
    """A valid body has no error, and an invalid one exactly what it was written for: one rule, or two that cannot part."""
    refused = {found.rule for found in check(case["endpoint"], case["body"]) if found.severity == "E"}

    assert refused - {"E101"} == set((case["breaks"] or "").split())


@pytest.mark.parametrize(
    "case", [case for case in CASES if not case["breaks"]], ids=lambda case: case["name"]
)
def test_the_sandbox_takes_the_valid_ones(case: dict[str, Any]):
    """What is written as valid is valid to both judges; elements are the account's own affair."""
    product = endpoint_of(case["endpoint"])
    if product in VIDEO_ENDPOINTS:
        problems = check_body(product, case["body"], CheckContext(DEFAULT_ACCOUNT))[1]  # type: ignore[arg-type]

        assert not [one for one in problems if not one.message.startswith("Element not found")]

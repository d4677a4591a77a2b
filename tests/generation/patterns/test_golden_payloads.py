"""One golden payload per pattern, to be compared by eye with the guide's own JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generation.compile import compile_plan
from generation.patterns.combinations import PATTERNS
from tests.generation.film import ARGUE, BY_IMAGES, KOREAN, film, shot

GOLDEN = Path(__file__).parents[2] / "golden" / "payloads"
SHOTS: dict[str, dict[str, Any]] = {
    "text2video": {"cast": [], "action": "Rain runs down the café window.", "duration": 3},
    "A": {"cast": [], "action": "Steam rises from the cups.", "opening": "asset_cafe", "duration": 15},
    "A2": {**ARGUE, "cast": BY_IMAGES, "dialogue": KOREAN, "adapt_wardrobe": True},
    "B": {
        "cast": [],
        "action": "Day turns to night.",
        "opening": "asset_cafe",
        "closing": "asset_street",
    },
    "C": {
        "cast": [],
        "action": "Steam rises from the cups.",
        "route": "image2video",
        "opening": "asset_cafe",
        "duration": 10,
    },
    "D": {
        "cast": [],
        "setting": "a crowded café at dusk",
        "shots": [
            {"action": "Rain runs down the window.", "duration": 5, "framing": "close-up"},
            {"action": "A waiter lights the lamps.", "duration": 5},
            {"action": "The street outside lights up.", "duration": 5, "framing": "wide shot"},
        ],
    },
    "E-base": {"cast": [], "action": "It begins to snow.", "edit": "clip_1"},
    "E": {"cast": [], "action": "They leave the café in silence.", "continue_from": "clip_1"},
    "F": {**ARGUE, "mode": "pro", "mode_reason": "the poster is cut from it", "watermark": True},
    "F2": {**ARGUE, "dialogue": KOREAN, "duration": 10},
}


def test_every_pattern_has_a_golden_payload():
    """No pattern without a payload a person has looked at."""
    assert SHOTS.keys() == {pattern.name for pattern in PATTERNS}
    assert {path.stem for path in GOLDEN.glob("*.json")} == SHOTS.keys()


@pytest.mark.parametrize("name", SHOTS)
def test_the_payload_is_the_golden_one(name: str):
    """Pattern, endpoint and payload are to the letter what was looked at."""
    golden = json.loads((GOLDEN / f"{name}.json").read_text())

    plan = compile_plan(shot(**SHOTS[name]), film())

    assert {"pattern": plan.pattern, "endpoint": plan.endpoint, "payload": plan.payload} == golden
    assert list(plan.payload) == list(golden["payload"])

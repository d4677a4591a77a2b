"""Requests whose form is wrong: what can be read of them is judged, and an unreadable field never accuses another."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.compile import judge_parts
from generation.malformed import findings_beside, readable
from generation.rules.catalogue import CRASHED
from generation.shot import ShotRequest
from tests.generation.film import film
from tests.generation.test_compile_properties import bodies
from tests.proof import times
from tests.servers.world import World

NOBODY = [{"character": "Nobody"}]


def told(world: World, **fields: Any) -> set[str]:
    body = {"scene": world.scene, "action": "They wait.", **fields}
    return {one.rule for one in findings_beside(world.registry, world.studio, body)}


@pytest.mark.parametrize(
    ("fields", "rules"),
    [
        ({"colour": 1, "cast": NOBODY, "opening": "asset_gone"}, {"E401", "E406"}),
        ({"colour": 1, "cast": [], "duration": 16}, {"R10", "E102"}),
        ({"duration": "long", "cast": NOBODY}, {"E401"}),
        ({"prompt": "x", "cast": [], "opening": "asset_gone"}, {"E406"}),
        ({"scene": 5, "shot": "shot_gone", "cast": NOBODY}, {"E401"}),
        ({"cast": "Mina", "dialogue": {"language": "Korean", "turns": [{"speaker": "Mina", "line": "x"}]}}, set()),
        ({"opening": 5, "duration": 16, "cast": []}, set()),
        ({"colour": 1, "cast": [], "as_of": 3}, set()),
    ],
)  # fmt: skip
def test_only_what_can_be_read_is_judged(studio: World, fields: dict[str, Any], rules: set[str]) -> None:
    """Gaps and limits of the readable fields are told, and nothing that the unreadable ones could change."""
    assert told(studio, **fields) == rules


@pytest.mark.parametrize("raw", [None, [], "text", 7, {}, {"cast": 5, "x": {}}])
def test_no_body_is_too_odd(studio: World, raw: Any) -> None:
    """Whatever was sent, there is an answer."""
    assert isinstance(findings_beside(studio.registry, studio.studio, raw), tuple)


ODD = st.sampled_from([None, 5, "x", [], {}, [1], True, "", "\x00", [None], {"url": 1}])


@settings(max_examples=times(400), deadline=None)
@given(
    bodies(),
    bodies(),
    st.dictionaries(st.sampled_from([*ShotRequest.model_fields, "colour"]), ODD, max_size=3),
)
def test_parts_of_any_mixture_are_judged(one: dict[str, Any], other: dict[str, Any], odd: dict[str, Any]):
    """Two requests thrown together, exclusions and all, with odd values between: no crash, and no rule that crashed."""
    request, lost = readable(one | other | odd)

    assert request is not None
    assert lost <= {*ShotRequest.model_fields, "colour"}
    assert CRASHED not in {found.rule for found in judge_parts(request, film())}

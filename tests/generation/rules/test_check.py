"""Anybody's payload is judged: endpoints as people write them, any JSON, and changes that do what they say."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.check import check, endpoint_of
from generation.compile import preview
from generation.rules.catalogue import CATALOGUE, CRASHED, judge
from generation.rules.examples import EXAMPLES, LEGAL_BODIES
from generation.rules.rule import MOST_PLACES
from generation.rules.subject import ENDPOINTS, Subject
from tests.generation.film import film, shot
from tests.generation.patterns.test_golden_payloads import SHOTS
from tests.proof import times


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("omni-video", "omni-video"),
        ("POST /v1/videos/omni-video", "omni-video"),
        ("https://api-singapore.klingai.com/v1/videos/image2video?x=1", "image2video"),
        ("/v1/general/advanced-custom-elements/", "advanced-custom-elements"),
        ("POST /v1/general/delete-elements", "delete-advanced-elements"),
        ("get /v1/general/presets-voices?pageNum=1", "GET presets-voices"),
        ("presets-voices", "GET presets-voices"),
        ("reference2video", None),
        ("POST /v1/general/presets-voices", None),
        ("GET /v1/general/delete-voices", None),
        ("", None),
        ("GET", None),
        ("http://[", None),
        ("/", None),
    ],
)
def test_an_endpoint_is_known_however_it_is_written(written: str, known: str | None):
    """Name, path and address lead to the same rules; what production does not use is refused by name."""
    assert endpoint_of(written) == known
    if known is None:
        assert [(one.rule, one.severity) for one in check(written, {})] == [("E105", "E")]


@pytest.mark.parametrize("body", [None, [], "x", 5, True, 1.5])
def test_a_body_that_is_no_object_is_refused(body: object):
    """A list or a text has no fields to judge, so that is what is said."""
    assert [one.rule for one in check("omni-video", body)] == ["E106"]


@pytest.mark.parametrize("endpoint", LEGAL_BODIES)
def test_a_legal_body_has_no_findings(endpoint: str):
    """The bodies the examples are made from pass, placeholders of our own previews and nulls included."""
    assert check(endpoint, {**LEGAL_BODIES[endpoint], "callback_url": None, "x": None}) == ()


@pytest.mark.parametrize("name", SHOTS)
def test_what_a_preview_shows_can_be_checked(name: str):
    """Every golden payload, as a preview shows it, is judged without an error."""
    shown = preview(shot(**SHOTS[name]), film())

    assert not [one.rule for one in check(shown.endpoint, shown.payload) if one.severity == "E"]


@pytest.mark.parametrize("id", EXAMPLES)
def test_the_published_example_breaks_its_rule(id: str):
    """The example of a rule is faulted by it, and by no other error than those that say the same."""
    found = {one.rule: one for one in judge(EXAMPLES[id].subject)}
    same = {"R10": {"E102"}, "E102": {"R10"}, "R34": {"R35"}}.get(id, set())

    assert id in found
    assert {rule for rule, one in found.items() if one.severity == "E"} - {id} <= same


def applied(body: dict[str, Any], change: str) -> dict[str, Any]:
    """The body after the steps of a change: `set P to J`, `remove P`, `rename P to K`."""
    changed: dict[str, Any] = copy.deepcopy(body)
    for step in change.split("; "):
        verb, _, rest = step.partition(" ")
        path, _, value = rest.partition(" to ")
        *way, last = [
            int(part) if part.isdigit() else part
            for part in path.removeprefix("$.").replace("[", ".").replace("]", "").split(".")
        ]
        place: Any = changed
        for part in way:
            place = place[part]
        if verb == "set":
            place[last] = json.loads(value)
        elif verb == "rename":
            place[value] = place.pop(last)
        else:
            del place[last]
    return changed


CHANGES = [
    (id, one.alternatives[0])
    for id, example in EXAMPLES.items()
    for one in judge(example.subject)
    if one.rule == id and one.alternatives
]


@pytest.mark.parametrize(("id", "change"), CHANGES)
def test_the_proposed_change_lifts_the_finding(id: str, change: str):
    """What a finding proposes can be carried out to the letter; the finding is gone, and no new error came."""
    example = EXAMPLES[id].subject
    before = {one.rule for one in judge(example) if one.severity == "E"}

    after = judge(Subject(example.endpoint, applied(dict(example.body), change), example.facts))

    assert id not in {one.rule for one in after}
    assert {one.rule for one in after if one.severity == "E"} <= before


def test_most_refusals_that_can_be_mended_say_how():
    """Where a machine can name the cheapest legal change, it does; what needs a person's words does not."""
    proposed = {id for id, _ in CHANGES}
    needs_words = {
        *(
            "R2",
            "R3",
            "R17",
            "R29",
            "R36",
            "R38",
            "R39",
            "R40",
            "R43",
            "R45",
            "R47",
            "R48",
            "R50",
            "R56",
        ),
        *("R58", "E103", "E107"),
    }

    assert {rule.id for rule in CATALOGUE if rule.severity == "E"} - proposed == needs_words


def test_a_body_of_many_errors_is_told_briefly():
    """A million wrong entries and megabytes of text give a readable answer."""
    found = check(
        "omni-video", {"image_list": [{"image": 1}] * 50_000, "mode": "x" * 5_000_000, "duration": 10**18}
    )

    assert len([one for one in found if one.rule == "R22"]) == MOST_PLACES
    assert sum(len(one.message) for one in found) < 20_000
    assert CRASHED not in {one.rule for one in found}


deep: Any = "x"
for _ in range(400):
    deep = [deep]


@pytest.mark.parametrize(
    "value",
    [deep, 10**5000, {"a": deep}, "\ud800", float("inf")],
    ids=["deep", "long", "deep object", "surrogate", "infinite"],
)
@pytest.mark.parametrize(
    "key", ["mode", "duration", "image_list", "element_list", "watermark_info", "prompt"]
)
def test_no_value_crashes_a_rule(key: str, value: object):
    """Depth, size and letters that JSON can carry are judged like anything else."""
    entries = [value] if key.endswith("_list") else value

    assert CRASHED not in {one.rule for one in check("omni-video", {key: entries})}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = sorted({key for example in EXAMPLES.values() for key in example.subject.body})
INNER = [
    "image_url",
    "type",
    "image",
    "element_id",
    "video_url",
    "refer_type",
    "index",
    "prompt",
    "duration",
    "tag_id",
]
entries = st.lists(st.dictionaries(st.sampled_from(INNER), json_values, max_size=3), max_size=9)
bodies = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), json_values | entries, max_size=8)


@settings(max_examples=times(400), deadline=None)
@given(
    st.sampled_from([*ENDPOINTS, "POST /v1/videos/omni-video"]) | st.text(max_size=20), json_values | bodies
)
def test_no_json_crashes_a_check(endpoint: str, body: object):
    """Any endpoint with any JSON gives findings that are JSON themselves."""
    found = check(endpoint, body)

    assert CRASHED not in {one.rule for one in found}
    assert all(one.message and one.path.startswith("$") for one in found)

"""Every rule passes what it should, faults what it should at the right place, and is silent where it has nothing to say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.rules.catalogue import CATALOGUE, CRASHED, judge, unique
from generation.rules.finding import Finding, with_reasons
from generation.rules.rule import Problem, rule
from generation.rules.subject import IMAGE, OMNI, TEXT, Facts, Picture, Subject
from tests.generation.rules.case import omni
from tests.generation.rules.cases import CASES
from tests.generation.rules.failures import MORE_FAILURES
from tests.proof import times

RULES = {rule.id: rule for rule in CATALOGUE}


def test_every_rule_has_its_cases():
    """No rule without a passing, a failing and a not-applicable payload."""
    assert CASES.keys() == RULES.keys()


@pytest.mark.parametrize("id", RULES)
def test_it_passes_what_it_should(id: str):
    """The passing payload is one the rule applies to and finds nothing in."""
    assert RULES[id].applies(CASES[id].passes)
    assert not list(RULES[id].findings(CASES[id].passes))


@pytest.mark.parametrize("id", RULES)
def test_it_faults_what_it_should_where_it_is(id: str):
    """The failing payload yields the rule's id, severity and sources at the expected path."""
    found = list(RULES[id].findings(CASES[id].fails))

    assert found[0].path == CASES[id].path
    assert {(one.rule, one.severity, one.cites) for one in found} == {
        (id, RULES[id].severity, RULES[id].cites)
    }


@pytest.mark.parametrize("id", RULES)
def test_it_is_silent_where_it_does_not_apply(id: str):
    """What the rule does not speak about is neither passed nor failed."""
    assert not RULES[id].applies(CASES[id].silent)


@pytest.mark.parametrize(
    ("id", "index"), [(id, n) for id, more in MORE_FAILURES.items() for n in range(len(more))]
)
def test_odd_values_are_faulted_too(id: str, index: int):
    """Wrong types, bounds and repetitions are faulted by the rule that owns the field."""
    assert list(RULES[id].findings(MORE_FAILURES[id][index]))


def test_the_passing_payload_passes_everything():
    """The plain payload the cases are made from breaks no rule at all."""
    assert judge(omni()) == ()


def test_ids_are_unique_and_say_the_severity():
    """Two rules cannot share an id, and E, W and I ids carry that severity."""
    with pytest.raises(ValueError, match="R1"):
        unique((*CATALOGUE, CATALOGUE[0]))

    assert all(rule.id[0] in ("R", rule.severity) for rule in CATALOGUE)


def test_findings_come_in_catalogue_order():
    """All problems of a payload are reported at once, always in the same order."""
    found = [one.rule for one in judge(omni(model_name="x", duration="99", mode="x", sound=1))]

    assert found == ["R1", "R10", "R11", "R14", "E101", "E102"]
    assert [one.rule for one in judge(omni(seed=1, sound="x", shot_type="customize"))] == ["R14", "R8", "R46"]


def test_a_crashing_rule_is_a_finding():
    """A rule that fails refuses the payload and names itself; the other rules still run."""

    @rule("X1", "I", "Fails", cites="contract R1", path="$", applies=lambda s: True)
    def fails(s: Subject) -> list[Problem]:
        raise KeyError(s.endpoint)

    found = judge(omni(mode="x"), (fails, *CATALOGUE))

    assert [one.rule for one in found] == [CRASHED, "R11"]
    assert "X1" in found[0].message
    assert found[0].blocks


def test_a_reason_lifts_a_caution_and_nothing_else():
    """A written reason is kept on the W it names; an E stays."""
    found = judge(omni(mode="4k", duration="2", facts=CASES["W202"].fails.facts))

    reasoned = {one.rule: one for one in with_reasons(found, {"W202": "the wall is 8 m", "R10": "please"})}

    assert reasoned["W202"].accepted == "the wall is 8 m"
    assert not reasoned["W202"].blocks
    assert (reasoned["R10"].blocks, reasoned["R10"].accepted) == (True, None)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = ["model_name", "prompt", "duration", "mode", "aspect_ratio", "sound", "multi_shot", "shot_type"]
LISTS = {
    "image_list": ["image_url", "type", "image"],
    "element_list": ["element_id"],
    "video_list": ["video_url", "refer_type"],
}


def entries(keys: list[str]) -> st.SearchStrategy[Any]:
    return json_values | st.lists(st.dictionaries(st.sampled_from(keys), json_values, max_size=3), max_size=9)


FIELDS = dict.fromkeys(KEYS, json_values) | {key: entries(keys) for key, keys in LISTS.items()}
bodies = st.fixed_dictionaries({}, optional=FIELDS)


@settings(max_examples=times(300), deadline=None)
@given(st.sampled_from([OMNI, TEXT, IMAGE, "else", ""]), bodies)
def test_no_json_crashes_a_rule(endpoint: str, body: dict[str, Any]):
    """Whatever the payload, every rule copes: a crash would show as its own finding."""
    facts = Facts(
        element_kinds={1: "video"}, pictures={"": Picture(1, 1, 1, "x")}, durations=(5,), pattern="A"
    )

    found = judge(Subject(endpoint, body, facts))

    assert all(isinstance(one, Finding) and one.rule != CRASHED for one in found)

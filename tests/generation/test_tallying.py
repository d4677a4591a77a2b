"""The comparison of a census: each difference is named once, with what can be done, and only what was read is judged."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.tallying import ACTIONS, KINDS, MOST_FINDINGS, Ours, Recipe, Tally, Theirs, report_of, tally
from tests.registry.events.golden import an_id

MADE = an_id("element")
MINE = Ours(MADE, "element", "11", "account_1")
THERE = Theirs("element", "11", owner="me", recipe=Recipe("Mina", "A woman", "image_refer", 3))
OTHERS = [Theirs("element", str(90 + n), owner="me", recipe=Recipe(f"Other {n}")) for n in range(2)]
KNOWN = [Ours(an_id("element", 90 + n), "element", str(90 + n), "account_1") for n in range(2)]


def told(ours: Ours, *theirs: Theirs, whole: Any = KINDS) -> Tally:
    """One binding against a list, among others that are in order."""
    return tally([ours, *KNOWN], [*theirs, *OTHERS], whole=whole)


def found(tallied: Tally) -> list[tuple[str, str]]:
    return [(finding.kind, finding.subject) for finding in tallied.findings]


def test_agreement_is_quiet() -> None:
    """What both sides have alike is no finding."""
    same = replace(MINE, recipe=THERE.recipe)

    assert told(same, THERE) == Tally()


CASES: dict[str, tuple[Ours, list[Theirs], list[tuple[str, str]], list[tuple[str, str]]]] = {
    "missing": (MINE, [], [("missing", MADE)], [(MADE, "missing")]),
    "deleted": (MINE, [replace(THERE, deleted=True)], [("deleted", MADE)], [(MADE, "deleted")]),
    "foreign": (MINE, [replace(THERE, owner="you")], [("foreign", MADE)], [(MADE, "foreign")]),
    "retired and gone": (replace(MINE, retired=True), [], [], [(MADE, "missing")]),
    "lost before": (replace(MINE, lost="missing"), [], [("missing", MADE)], []),
    "preset": (MINE, [replace(THERE, preset=True, owner="kling")], [("preset", MADE)], []),
    "not yet made": (replace(MINE, vendor_id=None), [], [], []),
    "undeleted": (
        replace(MINE, retired=True, doomed=True),
        [THERE],
        [("undeleted", MADE)],
        [],
    ),
    "orphan": (MINE, [THERE, replace(THERE, vendor_id="12", recipe=Recipe("Jun"))], [("orphan", "12")], []),
    "somebody else's orphan": (MINE, [THERE, replace(THERE, vendor_id="12", owner="you")], [], []),
    "a mint under way": (
        replace(MINE, vendor_id=None, made_by="submission_1"),
        [replace(THERE, external_task_id="submission_1")],
        [],
        [],
    ),
    "a voice of that number": (
        MINE,
        [THERE, Theirs("voice", "11")],
        [("orphan", "11")],
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_difference_is_named(name: str) -> None:
    """The finding, its subject, and whether the binding is to be noted as lost."""
    ours, theirs, findings, lost = CASES[name]

    tallied = told(ours, *theirs)

    assert found(tallied) == findings
    assert [(stream, cause) for stream, cause, _ in tallied.lost] == lost
    assert all(finding.actions == ACTIONS[finding.kind] for finding in tallied.findings)


@pytest.mark.parametrize("theirs", [[], [replace(THERE, deleted=True)]], ids=["gone", "marked"])
def test_an_ordered_deletion_is_noted_as_done(theirs: list[Theirs]) -> None:
    """What we had deleted and is gone is deleted, not lost."""
    tallied = told(replace(MINE, retired=True, doomed=True), *theirs)

    assert (tallied.deleted, tallied.lost, tallied.findings) == ([MADE], [], [])


def test_what_is_there_again_is_recovered() -> None:
    """A lost binding that is listed is noted as found."""
    tallied = told(replace(MINE, lost="missing"), THERE)

    assert (tallied.recovered, found(tallied)) == ([MADE], [("recovered", MADE)])


DRIFT = {
    "name": {"name": "Minji"},
    "description": {"description": "A man"},
    "reference type": {"reference_type": "video_refer"},
    "number of pictures": {"sources": 2},
}


@pytest.mark.parametrize("what", DRIFT)
def test_other_inputs_are_named_and_not_repeated(what: str) -> None:
    """The finding says which input differs, and neither side's words: they may be a person's."""
    minted = replace(MINE, recipe=replace(THERE.recipe, **DRIFT[what]))

    (finding,) = told(minted, THERE).findings

    assert (finding.kind, what in finding.words) == ("drifted", True)
    assert not any(word in finding.words for word in ("Mina", "Minji", "woman", "man"))


def test_erased_inputs_are_not_compared() -> None:
    """A recipe whose words were erased says nothing against the provider's."""
    assert told(replace(MINE, recipe=Recipe(sources=3)), THERE).findings == []


def test_one_name_twice_is_one_finding() -> None:
    """All that bear a name, in any case, are one finding, told by their ids."""
    twin = replace(THERE, vendor_id="9", recipe=Recipe("MINA"))
    other = Ours(an_id("element", 2), "element", "9", "account_1")

    tallied = tally([MINE, other, *KNOWN], [THERE, twin, *OTHERS], whole=KINDS)

    assert found(tallied) == [("duplicate", "9")]
    assert tallied.findings[0].words == "one name on 2 elements: 9, 11"
    assert tallied.findings[0].actions[0] == "merge"


def test_a_voice_of_the_vendors_is_never_lost() -> None:
    """A preset belongs to no account: another region may have it."""
    preset = Ours(an_id("voice"), "voice", "5", None)

    tallied = tally([preset], [], whole=KINDS)

    assert (found(tallied), tallied.lost) == ([("missing", preset.stream)], [])


bindings = st.builds(
    Ours,
    st.integers(1, 40).map(lambda n: an_id("element", n)),
    st.just("element"),
    st.sampled_from(["1", "2", "3", None]),
    st.just("account_1"),
    retired=st.booleans(),
    lost=st.sampled_from([None, "missing"]),
    doomed=st.booleans(),
)
entries = st.builds(
    Theirs,
    st.just("element"),
    st.sampled_from("123"),
    deleted=st.booleans(),
    owner=st.sampled_from(["", "me"]),
)


@given(st.lists(bindings, max_size=5), st.lists(entries, max_size=3))
def test_what_was_not_read_is_never_missing(ours: list[Ours], theirs: list[Theirs]) -> None:
    """Of a list that was not read to its end nothing is lost but what it says itself, and nothing is deleted by silence."""
    tallied = tally(ours, theirs, whole={"voice"})

    listed = {one.vendor_id for one in theirs}
    unlisted = {one.stream for one in ours if one.vendor_id not in listed}
    seen = {one.stream for one in ours if one.vendor_id in listed}
    noted = {stream for stream, _, _ in tallied.lost} | set(tallied.recovered) | set(tallied.deleted)
    assert not noted & (unlisted - seen)
    assert all(cause != "missing" for _, cause, _ in tallied.lost)


def test_a_report_is_bounded() -> None:
    """The gravest come first, the rest is counted."""
    many = Tally()
    for number in range(MOST_FINDINGS + 50):
        many.say("orphan", "element", str(number), "x")
    many.say("missing", "element", MADE, "x")

    shown, omitted, counts = report_of(many.findings)

    assert (len(shown), shown[0].kind, omitted) == (MOST_FINDINGS, "missing", 51)
    assert counts == {"missing": 1, "orphan": MOST_FINDINGS + 50}

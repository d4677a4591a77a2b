"""How mutants are counted: what was noticed, what lived, and what only says something in other words."""

from __future__ import annotations

import pytest

from tests.mutation.__main__ import chosen
from tests.mutation.judging import Score, end_of, says_the_same

RULE = """
    def rule(self, units):
        if units > 5:
            raise TooMuch(f"{units} units are left", hint="come again after midnight UTC", path="units")
        return text("UPDATE heads SET position = 1")
"""


@pytest.mark.parametrize(
    ("was", "now", "same"),
    [
        ("come again after midnight UTC", "XXcome again after midnight UTCXX", True),
        ("come again after midnight UTC", "COME AGAIN AFTER MIDNIGHT UTC", True),
        ("come again after midnight UTC", "come again after midnight utc", True),
        ('hint="come again after midnight UTC"', "hint=None", False),
        ('path="units"', 'path="XXunitsXX"', False),
        ("UPDATE heads SET position = 1", "XXUPDATE heads SET position = 1XX", False),
        ("units > 5", "units >= 5", False),
    ],
)
def test_other_words_are_told_from_other_deeds(was: str, now: str, same: bool) -> None:
    """Only a sentence for people may change; a name, a statement for the database and a missing hint are no wording."""
    assert says_the_same(RULE, RULE.replace(was, now)) == same


def test_every_end_is_counted_once() -> None:
    """Words and what was not tried are no part of the score; what no test meets, or ends in no known way, has lived."""
    score, other = Score(), RULE.replace("> 5", ">= 5")
    for number, verdict in enumerate((1, 3, -24, -9, 0, 33, 5, -11, None)):
        score.count(str(number), verdict, RULE, other)
    score.count("words", 0, RULE, RULE.replace("midnight", "MIDNIGHT"))

    assert [end_of(verdict) for verdict in (1, -24, 0, 33, None)] == [
        "killed",
        "timed out",
        "lived",
        "lived",
        "not tried",
    ]
    assert dict(score.counts) == {
        "killed": 2,
        "timed out": 2,
        "lived": 4,
        "not tried": 1,
        "of words alone": 1,
    }
    assert score.percent == 50
    assert score.lived["4"] == "-    if units > 5:\n+    if units >= 5:"


def test_a_sample_is_the_same_for_the_same_seed() -> None:
    """So that two runs can be compared; 0, or more than there are, is all of them."""
    names = [str(number) for number in range(100)]

    assert chosen(names, 9, 1) == chosen(names, 9, 1) != chosen(names, 9, 2)
    assert len(set(chosen(names, 9, 1))) == 9
    assert chosen(names, 0, 1) == chosen(names, 100, 1) == chosen(names, 200, 1) == names

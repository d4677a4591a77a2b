"""Every source a finding can cite has its anchor in the reference the repository carries."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generation import gaps
from generation.check import BEFORE_RULES
from generation.gaps import Gap
from generation.patterns import goals
from generation.patterns.combinations import PATTERNS, TABLE
from generation.patterns.goals import Goal
from generation.rules.catalogue import CATALOGUE

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
GAPS = [gap for gap in vars(gaps).values() if isinstance(gap, Gap)]
GOALS = [goal for goal in vars(goals).values() if isinstance(goal, Goal)]
SOURCES = (*CATALOGUE, *BEFORE_RULES, *TABLE, *PATTERNS, *GAPS, *GOALS)
CITED = sorted({cite for source in SOURCES for cite in source.cites})


def anchor(cite: str) -> tuple[str, str]:
    """`guide A2.7` is #g-a2-7, `contract R26` is #r26, `contract section 10` is #s10."""
    book, _, place = cite.partition(" ")
    if book == "guide":
        return "guide.md", f"g-{place.lower().replace('.', '-')}"
    return "contract.md", re.sub(r"^section ", "s", place).lower()


@pytest.mark.parametrize("cite", CITED)
def test_a_citation_leads_somewhere(cite: str):
    """A reader who follows a citation finds the sentence it names."""
    page, name = anchor(cite)

    assert f'id="{name}"' in (REFERENCE / page).read_text()


def test_ids_are_unique_across_rules_gaps_and_combinations():
    """A finding's id means one thing, wherever it comes from."""
    ids = (
        [one.id for one in (*CATALOGUE, *GAPS)]
        + [one.rule for one in BEFORE_RULES]
        + [row.id for row in TABLE if row.pattern is None]
    )

    assert len(ids) == len(set(ids))

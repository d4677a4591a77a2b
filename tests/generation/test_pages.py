"""The generated reference pages are those of the code, and everything they link to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generation.examples import PATTERN_EXAMPLES
from generation.pages import PAGES
from generation.patterns.combinations import PATTERNS
from generation.rules.catalogue import CATALOGUE
from generation.rules.examples import EXAMPLES

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_not_stale(name: str):
    """Whoever changes a rule or a pattern writes the pages again: python -m generation.pages docs/reference."""
    assert (REFERENCE / name).read_text() == PAGES[name]()


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str):
    """Each source on a page has its anchor in the reference beside it."""
    page = PAGES[name]()
    links = set(re.findall(r"\]\(([a-z]*\.?m?d?)#([^)]+)\)", page))

    missing = [
        (book, anchor)
        for book, anchor in links
        if f'id="{anchor}"' not in ((REFERENCE / book).read_text() if book else page)
    ]
    assert links
    assert missing == []


def test_every_rule_and_pattern_has_an_example():
    """No rule and no pattern without something to look at."""
    assert EXAMPLES.keys() == {rule.id for rule in CATALOGUE}
    assert PATTERN_EXAMPLES.keys() == {pattern.name for pattern in PATTERNS}

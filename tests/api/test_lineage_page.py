"""docs/reference/lineage.md is what the table of the kinds of steps says."""

from __future__ import annotations

from pathlib import Path

from api.lineage_page import lineage_reference
from registry.events.catalogue import EVENTS
from registry.views.kinds import events_told

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "lineage.md"


def test_the_page_is_current() -> None:
    """Write it anew with `python -m api.lineage_page > docs/reference/lineage.md`."""
    assert PAGE.read_text() == lineage_reference()


def test_the_table_names_events_that_there_are() -> None:
    """No name in it is misspelt."""
    assert events_told() <= {name for name, _ in EVENTS}

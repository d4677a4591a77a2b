"""docs/reference/metrics.md is what the declarations say, and its alerts ask for what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.alerts import ALERTS, Alert
from api.gauges import GAUGES
from api.metrics import OF_A_PROCESS
from api.metrics_page import metrics_reference
from api.scraping import READABLE, READERS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"
DECLARED = {
    one.name: one for one in (READABLE, *READERS, *OF_A_PROCESS, *(gauge.measure for gauge in GAUGES))
}


def test_the_page_is_current() -> None:
    """Write it anew with `python -m api.metrics_page > docs/reference/metrics.md`."""
    assert PAGE.read_text() == metrics_reference()


def test_names_are_unique_and_say_their_unit() -> None:
    """No two metrics share a name; counters end in _total, and what counts seconds says so."""
    names = [one.name for one in (READABLE, *READERS, *OF_A_PROCESS, *(gauge.measure for gauge in GAUGES))]

    assert len(names) == len(set(names))
    for one in DECLARED.values():
        assert one.name.startswith("continuity_")
        assert one.name.endswith("_total") == (one.kind == "counter")
        assert one.meaning.endswith((".", "them all)."))


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_alerts_stand_on_declared_metrics(alert: Alert) -> None:
    """Each expression names metrics and labels that are declared, and says what it means and what to do."""
    asked = re.findall(r"(continuity_\w+?)(?:_bucket)?(?:\{(\w+)|\W)", alert.expression)
    assert asked
    for name, label in asked:
        assert name in DECLARED
        assert not label or label in DECLARED[name].labels
    assert alert.meaning
    assert alert.act
    assert "'" not in alert.expression

"""Why an aim is missed, where it is: what was found by profiles, in one place, to be read again whenever the figures are.

A reason is looked up by the report's title, by words that the case must hold, and by what was compared.
"""

from __future__ import annotations

from typing import Final

from benchmarks.report import Compared, Report

NOT_KNOWN: Final = "the reason is not known yet"
REASONS: Final[tuple[tuple[str, tuple[str, ...], str, str], ...]] = ()
"""(title, words of the case, what was compared, why); the first that fits counts."""


def reason(report: Report, one: Compared) -> str:
    """The sentence for the page."""
    for title, words, what, why in REASONS:
        if title == report.title and what == one.what and all(word in one.case for word in words):
            return why
    return NOT_KNOWN

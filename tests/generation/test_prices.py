"""Prices are the vendor's published figures, exact, with their date."""

from __future__ import annotations

from decimal import Decimal

import pytest

from generation.prices import PRICED_ON, Estimate, estimate, plain


@pytest.mark.parametrize(
    ("model", "mode", "case", "seconds", "units", "usd"),
    [
        ("kling-v3-omni", "std", "silent", 3, "1.8", "0.252"),  # the one price that was seen live
        ("kling-v3-omni", "std", "sound", 5, "4", "0.56"),
        ("kling-v3-omni", "pro", "video", 10, "12", "1.68"),
        ("kling-v3", "std", "sound", 5, "4.5", "0.63"),
        ("kling-v3", "4k", "silent", 15, "45", "6.3"),
    ],
)
def test_the_table_gives_exact_decimals(model, mode, case, seconds, units, usd):
    """Units and dollars are the table's rate times seconds, as the shortest decimal."""
    assert estimate(model, mode, case=case, seconds=seconds) == Estimate(
        units=units, usd=usd, priced_on=PRICED_ON
    )


def test_what_the_table_does_not_know_has_no_price():
    """An unknown model or mode gets no invented figure."""
    assert estimate("kling-v9", "std", case="silent", seconds=5) is None
    assert estimate("kling-v3", "ultra", case="silent", seconds=5) is None


@pytest.mark.parametrize(("amount", "text"), [("100", "100"), ("1E+2", "100"), ("0.50", "0.5"), ("3.0", "3")])
def test_decimals_are_written_without_exponent(amount: str, text: str):
    """Trailing zeros go only behind the point."""
    assert plain(Decimal(amount)) == text

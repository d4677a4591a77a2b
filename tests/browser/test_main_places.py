"""The places within a place, where the screen is narrow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.api.served.filming import Film
from tests.browser.looking import NARROW, signed_in

_SEEN = """link => {
  const { left, right, top, bottom } = link.getBoundingClientRect();
  const start = Math.max(left, 0) + 16;
  const there = document.elementFromPoint(start, (top + bottom) / 2);
  return start < Math.min(right, innerWidth) && (there === link || link.contains(there));
}"""
"""Whether a link is on the screen, and nothing lies over where it begins."""


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_places_are_one_line_and_show_where_we_are(browser: Browser, film: Film, scripts: bool) -> None:
    """One line that scrolls, where we are in view without a script; whatever has the focus is in view and under nothing."""
    how = {"width": NARROW, "java_script_enabled": scripts}
    with signed_in(browser, film.service, **how) as page:
        for where in ("audit/history", "audit/exports", "money/comparisons"):
            page.goto(f"/console/{where}")
            places = page.locator("nav.places")
            box = places.bounding_box()
            assert box is not None
            assert box["height"] < 64
            assert places.locator("[aria-current]").evaluate(_SEEN)
            for link in places.get_by_role("link").all():
                link.focus()
                assert link.evaluate(_SEEN), link.inner_text()

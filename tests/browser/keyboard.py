"""Somebody without a mouse: Tab from stop to stop, each of them to be seen, then Enter, the space bar or letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Locator, Page

_MOST: Final = 150
"""Stops of the longest page, and some more."""
_STOP: Final = """(wanted) => {
  const at = document.activeElement;
  if (at === document.body) return [false, "body"];
  const drawn = getComputedStyle(at);
  const ringed = at.matches(":focus-visible") && drawn.outlineStyle !== "none" && parseFloat(drawn.outlineWidth) >= 2;
  const framed = [...at.querySelectorAll("rect")].some((one) => parseFloat(getComputedStyle(one).strokeWidth) >= 2);
  const box = at.getBoundingClientRect();
  const [above, below] = [box.bottom > 0 && box.right > 0, box.top < innerHeight && box.left < innerWidth];
  const there = box.width > 1 && box.height > 1 && above && below;
  const seen = at.tagName === "VIDEO" || ((ringed || (at.ownerSVGElement && framed)) && there);
  return [at === wanted, seen ? "" : at.outerHTML.slice(0, 200)];
}"""
"""Whether the focus is where it should go, and what has it without showing it. A video's own controls show their own."""


@dataclass(frozen=True)
class Keyboard:
    """The keys, on a page that is open."""

    page: Page

    def to(self, place: Locator) -> None:
        """Tab until a place has the focus; every stop on the way shows where one is."""
        for _ in range(_MOST):
            self.page.keyboard.press("Tab")
            there, unseen = place.evaluate(_STOP)
            assert unseen in ("", "body"), f"{self.page.url}: the focus is not to be seen on {unseen}"
            if there:
                return
        raise AssertionError(f"{self.page.url}: Tab does not lead to {place}")

    def says(self, place: Locator, words: str) -> None:
        """Go to a field and write; of a choice, what begins so is chosen."""
        self.to(place)
        self.page.keyboard.type(words)

    def presses(self, button: str, *, first: bool = True) -> None:
        """Go to a button and press it."""
        found = self.page.get_by_role("button", name=button, exact=True)
        self.to(found.first if first else found.last)
        self.page.keyboard.press("Enter")

    def follows(self, link: str) -> None:
        """Go to a link and follow it."""
        self.to(self.page.get_by_role("link", name=link, exact=True).first)
        self.page.keyboard.press("Enter")

"""Footage on a page, as somebody who looks sees it: where each video stands, and whether they stand together."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page, expect

FRAME: Final = 1 / 24
"""Seconds that a frame is seen."""
_APART: Final = """([moment, frames]) => new Promise((done) => {
  const videos = [...document.querySelectorAll("video[data-take]")];
  const spread = () => {
    const at = videos.map((video) => video.currentTime);
    return Math.max(...at) - Math.min(...at);
  };
  const apart = [];
  const look = () => {
    if (videos.every((video) => video.currentTime > moment)) apart.push(spread());
    if (apart.length < frames) requestAnimationFrame(look);
    else done(apart.sort((one, other) => one - other)[Math.floor(frames / 2)]);
  };
  look();
})"""
_STAND: Final = "() => [...document.querySelectorAll('video[data-take]')].map((video) => video.currentTime)"


def must_play_together(page: Page) -> None:
    """All takes play, for most of the time within three frames of each other; stopped, all show the same frame, and one moment
    of the slider is that of all.
    """
    page.get_by_role("button", name="Play all").click()
    apart = page.evaluate(_APART, [0.2, 30])
    assert apart < 3 * FRAME, apart
    page.get_by_role("button", name="Stop all").click()
    first, *others = standing(page)
    assert first > 0.2
    assert all(abs(one - first) < FRAME for one in others), (first, others)
    page.get_by_label("Moment").fill("2")
    assert standing(page) == [2] * (1 + len(others))
    page.get_by_role("button", name="One frame on").click()
    expect(page.locator("[data-clock]")).to_have_text("2.04 s")
    assert len(set(standing(page))) == 1


def standing(page: Page) -> list[float]:
    """The moment of each take, in seconds."""
    found: list[float] = page.evaluate(_STAND)
    return found

"""Every page there is, in a studio whose every word is a script: nothing runs, nothing is lost, everybody can use it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.api.console.entries import PAGES
from tests.api.served.filming import Film
from tests.browser.hostile import fill
from tests.browser.looking import NARROW, must_serve_everybody, signed_in

OPENED = sorted(
    path
    for (path, method), entry in PAGES.items()
    if method == "GET" and entry.need != "open" and path != "/console"
)
LOOKS = {"wide and light": {}, "narrow and dark": {"width": NARROW, "dark": True}}


@pytest.fixture(scope="module")
def things(film: Film) -> dict[str, str]:
    return fill(film)


@pytest.fixture(scope="module", params=LOOKS.values(), ids=LOOKS)
def looked_at(request: pytest.FixtureRequest, browser: Browser, film: Film) -> Iterator[Page]:
    with signed_in(browser, film.service, **request.param) as page:
        yield page


@pytest.mark.parametrize("path", OPENED)
def test_a_page_shows_words_and_serves_everybody(looked_at: Page, things: dict[str, str], path: str) -> None:
    """No script of anybody's runs, nothing comes from elsewhere; nothing that axe calls serious; nothing beyond the screen."""
    address = re.sub(r"{(\w+)}", lambda name: things[name[1]], path)
    answer = looked_at.goto(address)
    assert answer is not None
    assert answer.status == 200, looked_at.inner_text("main")[:500]
    looked_at.wait_for_load_state("load")
    must_serve_everybody(looked_at)

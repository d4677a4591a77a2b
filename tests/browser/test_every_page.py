"""Every page there is, in a studio whose every word is a script: nothing runs, nothing is lost, everybody can use it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from litestar.routes import HTTPRoute
from playwright.sync_api import Browser, Locator, Page, expect

from api.app import application
from registry.events.studio import ROLES
from tests.api.console.browsing import visiting
from tests.api.console.entries import PAGES
from tests.api.served.filming import Film
from tests.api.served.serving import png
from tests.browser.free_texts import Told, free_texts
from tests.browser.hostile import fill
from tests.browser.looking import drop, must_serve_in_every_look, signed_in
from tests.browser.scripts import SCRIPT, SHORT

OVER = (
    "/console/keys/{revoked}",
    "/console/characters/{retired}",
    "/console/characters/{recast}",
    "/console/assets/{unused}",
    "/console/clips/{withdrawn}",
    "/console/scenes/{closed}",
    "/console/productions/{over}",
    "/console/generations/{cancelled}",
    "/console/submissions/{abandoned}",
    "/console/accounts/{elsewhere}",
)
OPENED = sorted(
    path
    for (path, method), entry in PAGES.items()
    if method == "GET" and entry.need != "open" and path != "/console"
)


@pytest.fixture(scope="module")
def told(film: Film) -> Iterator[Told]:
    """What the API was told while the studio was filled."""
    told, hooks = Told(SCRIPT, SHORT), film.service.http.event_hooks
    film.service.http.event_hooks = {**hooks, "response": [told.note]}
    yield told
    film.service.http.event_hooks = hooks


@pytest.fixture(scope="module")
def things(film: Film, told: Told) -> dict[str, str]:
    return fill(film)


@pytest.fixture(scope="module")
def key(film: Film) -> str:
    """Of somebody who is called so, with every role."""
    return str(film.service.made("/v1/keys", {"holder": SCRIPT, "roles": list(ROLES)})["key"])


@pytest.fixture(scope="module")
def looked_at(browser: Browser, film: Film, key: str) -> Iterator[Page]:
    with signed_in(browser, film.service, key) as page:
        yield page


def address(path: str, things: dict[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda name: things[name[1]], path)


@pytest.mark.slow(2)
@pytest.mark.parametrize("path", [*OPENED, *OVER])
def test_a_page_shows_words_and_serves_everybody(looked_at: Page, things: dict[str, str], path: str) -> None:
    """No script of anybody's runs, nothing comes from elsewhere; in both themes and at both widths nothing that axe calls
    serious, and nothing beyond the screen.
    """
    answer = looked_at.goto(address(path, things))
    assert answer is not None
    assert answer.status == 200, looked_at.inner_text("main")[:500]
    looked_at.wait_for_load_state("load")
    expect(looked_at.locator("header .who")).to_contain_text(SCRIPT)
    must_serve_in_every_look(looked_at)


def test_every_word_of_the_api_was_a_script(film: Film, told: Told, things: dict[str, str]) -> None:
    """Every place of the description that keeps any words was given one; a new one has to be given it too."""
    assert things
    wanted = free_texts(film.service.get("/openapi.json").json())
    assert len(wanted) > 60
    assert told.not_said(wanted) == set()


def test_every_event_is_told_in_words(film: Film, key: str, things: dict[str, str]) -> None:
    """The page of each event there is, whatever it says; and those that say a script show it."""
    shown = 0
    with visiting(film.service, key) as visitor:
        for position in range(1, int(things["position"]) + 1):
            answer = visitor.get(f"/console/audit/events/{position}")
            assert answer.status_code == 200, position
            assert "<img src=x" not in answer.text, position
            assert "<script>" not in answer.text, position
            shown += "&lt;img src=x" in answer.text.partition("<main")[2]
    assert shown > 60


def test_what_is_refused_serves_everybody(browser: Browser, film: Film) -> None:
    """The pages of what one may not see, and of what is not there."""
    reader = str(film.service.made("/v1/keys", {"holder": SCRIPT, "roles": ["reader"]})["key"])
    with signed_in(browser, film.service, reader) as page:
        for place, status in (("/console/keys", 403), (f"/console/clips/{quote(SCRIPT)}", 404)):
            answer = page.goto(place)
            assert answer is not None
            assert answer.status == status
            must_serve_in_every_look(page)


def asked_by(film: Film) -> dict[str, list[str]]:
    """By what each page may be asked in its address."""
    return {
        route.path_format: sorted(
            one.field_alias for one in route.route_handler_map["GET"][1].expected_query_params
        )
        for route in application(film.service.continuity.settings.body_most_bytes).routes
        if isinstance(route, HTTPRoute) and route.path_format in OPENED
    }


def test_what_an_address_asks_is_shown_as_words(
    film: Film, key: str, things: dict[str, str], looked_at: Page
) -> None:
    """Whatever stands in the query of any page, whether it is taken or refused."""
    names = asked_by(film)
    assert sorted(names) == OPENED
    with visiting(film.service, key) as visitor:
        for path, name in ((path, name) for path, named in names.items() for name in named):
            answer = visitor.get(f"{address(path, things)}?{name}={quote(SCRIPT)}")
            assert answer.status_code < 500, (path, name)
            assert "<img src=x" not in answer.text, (path, name)
            assert "<script>" not in answer.text, (path, name)
    for narrowed in ("characters?name=", "audit?stream=", "audit/exports?thing=", "ask?scene="):
        looked_at.goto(f"/console/{narrowed}{quote(SCRIPT)}")
        assert planted(looked_at).count() == 0


def planted(page: Page) -> Locator:
    """What somebody's words have put into a page."""
    return page.locator("img[src=x], [onerror], script:not([src])")


def test_what_is_typed_and_refused_is_shown_as_words(looked_at: Page, things: dict[str, str]) -> None:
    """Beside a form, in a list of files, in what a look-up says, and in a preview that follows what is typed."""
    looked_at.goto("/console/assets")
    torn = (f"{SCRIPT}.png", png(600, 600)[:200], "image/png")
    drop(looked_at.locator("#upload"), torn, torn)
    uploads = looked_at.get_by_role("list", name="Uploads")
    expect(uploads.get_by_role("alert")).to_have_count(2)
    expect(uploads).to_contain_text(f"{SCRIPT}.png")
    expect(planted(looked_at)).to_have_count(0)
    looked_at.goto("/console/audit/lookup")
    drop(looked_at.locator("[data-lookup]"), torn)
    expect(looked_at.get_by_role("status")).to_contain_text(SCRIPT)
    expect(planted(looked_at)).to_have_count(0)
    looked_at.goto("/console/audit/exports")
    looked_at.get_by_label("Id").fill(SCRIPT[:60])
    looked_at.get_by_role("button", name="Find it").click()
    expect(looked_at.get_by_role("main")).to_contain_text(SCRIPT[:40])
    expect(planted(looked_at)).to_have_count(0)
    looked_at.goto(f"/console/ask?scene={things['scene']}")
    looked_at.get_by_label("Action").fill(f"again {SCRIPT}")
    expect(looked_at.get_by_role("region", name="Preview")).to_contain_text(f"again {SCRIPT}")
    expect(planted(looked_at)).to_have_count(0)

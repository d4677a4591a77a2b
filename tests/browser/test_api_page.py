"""The page on which the API describes itself, in a browser: whole, from this host alone, also when somebody reads on."""

from __future__ import annotations

import json

from playwright.sync_api import Browser, expect

from tests.api.served.filming import Film
from tests.browser.looking import looking


def test_the_api_describes_itself_from_here_alone(browser: Browser, film: Film) -> None:
    """Every operation is drawn and one opens with its example; nobody else is asked, and no script fails (`looking`)."""
    document = film.service.get("/openapi.json").json()
    operations = sum(len(verbs) for verbs in document["paths"].values())
    asked: list[str] = []
    with looking(browser, film.service) as page:
        page.on("request", lambda one: asked.append(one.url))
        answer = page.goto("/docs")
        assert answer is not None
        assert answer.status == 200
        drawn = page.locator(".opblock")
        expect(drawn).to_have_count(operations)
        expect(page.locator(".info .title")).to_contain_text(document["info"]["title"])
        expect(page.locator(".errors-wrapper")).to_have_count(0)
        page.locator(".opblock-post", has_text="/v1/productions").first.click()
        example = page.locator(".opblock.is-open .body-param__example, .opblock.is-open pre.example").first
        assert json.loads(example.inner_text()) == {"name": "Café"}
    assert {one for one in asked if not one.startswith(("data:", film.service.url))} == set()
    assert f"{film.service.url}/docs/openapi-3.0.json" in asked

"""Signing in and out in a browser."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.api.served.filming import Film
from tests.browser.looking import NARROW, kept_in, looking, must_serve_everybody


def test_a_person_signs_in_and_out_by_keyboard(browser: Browser, film: Film) -> None:
    """The field has the focus, a wrong key is told, Enter sends; signed out, nothing of the session is left."""
    with looking(browser, film.service, width=NARROW, dark=True) as page:
        page.goto("/console/productions")
        must_serve_everybody(page)
        page.keyboard.type("continuity_mistyped")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("no key of this service")
        page.get_by_label("API key").fill(film.service.key)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Productions")
        assert kept_in(page.context) == ["__Host-continuity"]
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        assert kept_in(page.context) == []
        page.goto("/console/productions")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_what_is_refused_is_told_beside_the_form(page: Page) -> None:
    """Nothing that was typed is lost, the place is marked, and the next try goes through."""
    page.get_by_text("Open a production").click()
    name = page.get_by_label("Name")
    name.evaluate("field => field.removeAttribute('maxlength')")
    name.fill("x" * 201)
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_role("alert")).to_contain_text("at most 200 characters")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_value("x" * 201)
    name.fill("Night Bus")
    page.get_by_role("button", name="Open it").click()
    page.wait_for_url("**/console/productions/production_*")

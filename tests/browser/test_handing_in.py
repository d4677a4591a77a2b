"""Handing in files in a browser, and what is made of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.api.served.filming import Film
from tests.api.served.serving import png
from tests.browser.looking import drop, must_serve_everybody

TORN = png(600, 600)[:200]
TOLD = "send a complete JPEG, PNG or WebP"


def picture(name: str, content: bytes) -> tuple[str, bytes, str]:
    return name, content, "image/png"


def test_a_dropped_picture_goes_on_to_whom_it_shows(page: Page) -> None:
    """With what Kling's limits say of it; then somebody is introduced, and the picture stands for them."""
    page.goto("/console/characters")
    drop(page.locator("#upload"), picture("Sora in the rain.png", png(700, 800)))
    page.wait_for_url("**/console/characters?picture=asset_*")
    expect(page.get_by_role("main")).to_contain_text("Sora in the rain")
    expect(page.get_by_role("main")).to_contain_text("within Kling's limits")
    page.get_by_label("Name", exact=True).last.fill("Sora")
    page.get_by_label("nobody: they are fictional").check()
    page.get_by_role("button", name="Introduce").click()
    page.wait_for_url("**/console/characters/character_*picture=asset_*")
    page.get_by_role("button", name="Let it stand").first.click()
    expect(page.get_by_role("img", name="Sora, frontal")).to_be_visible()


def test_a_bad_file_is_refused_beside_the_form(page: Page) -> None:
    """In the service's words, with what to do; the next file goes through."""
    page.goto("/console/assets")
    drop(page.locator("#upload"), picture("torn.png", TORN))
    expect(page.get_by_role("alert")).to_contain_text(TOLD)
    must_serve_everybody(page)
    drop(page.locator("#upload"), picture("small.png", png(200, 900)))
    page.wait_for_url("**/console/assets/asset_*")
    expect(page.get_by_role("main")).to_contain_text("Not allowed")


def test_of_several_files_each_says_what_became_of_it(page: Page) -> None:
    """The good ones are kept, with what Kling's limits say of them; the bad one is refused by itself."""
    page.goto("/console/assets")
    drop(
        page.locator("#upload"),
        picture("good.png", png(600, 610)),
        picture("torn.png", TORN),
        picture("thin.png", png(310, 990)),
    )
    said = page.get_by_role("list", name="Uploads").get_by_role("listitem")
    expect(said).to_have_count(3)
    expect(said.nth(0)).to_contain_text("Nothing stands against it")
    expect(said.nth(1).get_by_role("alert")).to_contain_text(TOLD)
    expect(said.nth(2)).to_contain_text("Kept, with 1 remark")
    must_serve_everybody(page)


@pytest.fixture
def mina(film: Film) -> str:
    """Somebody with two pictures."""
    made = film.service.made
    who = str(
        made("/v1/characters", {"name": "Mina", "depicts": "fictional", "description": "A barista"})["id"]
    )
    for number, role in enumerate(("frontal", "profile")):
        asset = film.service.upload(png(720, 720 + number)).json()["id"]
        made(f"/v1/characters/{who}/references", {"asset": asset, "role": role})
    return who


def test_an_element_is_made_and_grows_stale(page: Page, film: Film, mina: str) -> None:
    """Previewed, approved, made; when a picture of its recipe is gone it says why it is stale, and offers to be made anew."""
    page.goto(f"/console/characters/{mina}")
    page.get_by_role("link", name="Make or adopt an element").click()
    expect(page.get_by_text("can be sent")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url(f"**/console/characters/{mina}#elements")
    element = film.service.get(f"/v1/characters/{mina}/elements").json()["items"][0]["id"]
    assert film.service.get(f"/v1/elements/{element}", params={"wait": 20}).json()["state"] == "live"
    page.reload()
    page.get_by_role("button", name="Withdraw the profile picture").click()
    expect(page.get_by_text("Stale because")).to_be_visible()
    must_serve_everybody(page)
    page.get_by_role("link", name="Make it anew").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("in the place of")

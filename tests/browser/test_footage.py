"""Bringing footage in a browser: a file let go over the form is taken in on the word of its fields."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.api.served.filming import Film
from tests.browser.looking import drop, must_serve_everybody
from tests.servers.copying import film as footage
from tests.servers.copying import shots


@pytest.fixture
def place(film: Film) -> dict[str, str]:
    """A scene with a shot and somebody cast, and somebody who is not."""
    made = film.service.made
    account = film.service.get("/v1/accounts").json()["items"][0]["id"]
    production = made("/v1/productions", {"name": "Night Bus", "account": account})["id"]
    scene = str(made("/v1/scenes", {"production": production, "name": "Harbour"})["id"])
    shot = made(f"/v1/scenes/{scene}/shots", {"action": "The harbour."})["shots"][0]["id"]
    mina = made("/v1/characters", {"name": "Mina", "depicts": "fictional"})["id"]
    jun = made("/v1/characters", {"name": "Jun", "depicts": "fictional"})["id"]
    made(f"/v1/scenes/{scene}/cast", {"character": mina})
    return {"scene": scene, "shot": shot, "mina": mina, "jun": jun}


def test_dropped_footage_goes_on_to_its_clip(page: Page, film: Film, place: dict[str, str]) -> None:
    """What the fields say stands on record, several characters too; the clip is called as the file, and plays."""
    page.goto(f"/console/footage?scene={place['scene']}&shot={place['shot']}")
    page.get_by_label("Where it is from").fill("Northlight Stock")
    page.get_by_label("Did a machine make it?").select_option("no")
    page.get_by_label("Mina").select_option(label="is in it, as introduced")
    page.get_by_text("Somebody who does not play in this scene").click()
    page.get_by_label("Characters").select_option(label="Jun")
    drop(page.locator("#upload"), _film("Harbour, wide.mp4"))
    page.wait_for_url("**/console/clips/clip_*")
    card = film.service.get(f"/v1/clips/{page.url.rpartition('/')[2]}").json()
    assert (card["shot"], card["adopted"]["label"]) == (place["shot"], "Harbour, wide")
    assert [one["character"] for one in card["adopted"]["cast"]] == [place["mina"], place["jun"]]
    video = page.locator("video").first
    video.evaluate("video => { video.muted = true; return video.play(); }")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0")
    must_serve_everybody(page)


def test_dropped_footage_waits_for_what_must_be_said(page: Page, place: dict[str, str]) -> None:
    """The file stays chosen and the field is shown; once it is filled in the same file goes through."""
    page.goto(f"/console/footage?scene={place['scene']}")
    page.get_by_label("Did a machine make it?").select_option("no")
    drop(page.locator("#upload"), _film("Pier.mp4", hue=20))
    expect(page.get_by_label("Where it is from")).to_be_focused()
    assert page.get_by_label("Footage").evaluate("input => input.files[0].name") == "Pier.mp4"
    page.get_by_label("Where it is from").fill("Second unit")
    page.get_by_role("button", name="Take it in").click()
    page.wait_for_url("**/console/clips/clip_*")
    expect(page.get_by_role("main")).to_contain_text("Pier")


def test_of_several_films_each_says_what_became_of_it(page: Page, place: dict[str, str]) -> None:
    """What is no film is refused by itself with what to do; the others are clips with a way to each."""
    page.goto(f"/console/footage?scene={place['scene']}")
    page.get_by_label("Where it is from").fill("Second unit")
    page.get_by_label("Did a machine make it?").select_option("no")
    torn = ("torn.mp4", footage(shots())[:900], "video/mp4")
    drop(page.locator("#upload"), _film("Quay.mp4", hue=40), torn, _film("Crane.mp4", hue=60))
    said = page.get_by_role("list", name="Uploads").get_by_role("listitem")
    expect(said).to_have_count(3)
    for number in (0, 2):
        expect(said.nth(number).get_by_role("link")).to_have_attribute(
            "href", re.compile("/console/clips/clip_")
        )
    expect(said.nth(1).get_by_role("alert")).to_contain_text("MP4")
    must_serve_everybody(page)


def _film(name: str, hue: int = 0) -> tuple[str, bytes, str]:
    return name, footage(shots(hue=hue)), "video/mp4"

"""The whole work of a team by clicking, in one service that runs: from two portraits to a clip that is proven."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.served.filming import Film
from tests.api.served.serving import png
from tests.browser.footage import must_play_together
from tests.browser.keyboard import Keyboard
from tests.browser.looking import PATIENCE_MS, drop, looking, signed_in
from tests.browser.team import ARRIVES_MS, Team

ACTION = "They argue over the last seat."


@pytest.mark.slow(30)
def test_a_team_makes_a_clip_by_clicking(page: Page, tmp_path: Path) -> None:
    """1. two people; 2. a production, a scene, its cast; 3. a preview with a finding, mended; 4. two takes, watched as they
    arrive; 5. played side by side, one approved; 6. its receipt verified, its lineage gone through, its downloaded file found.
    """
    team = Team(page, tmp_path)
    for name in ("Mina", "Jun"):
        team.introduces(name)
    team.opens("The Last Seat", "Café at dusk", "a crowded café at dusk")
    team.casts("Mina", "Jun")
    page.get_by_role("link", name="Ask for a clip").first.click()
    team.says(ACTION, mode="pro")
    team.hears("against it")
    team.says(ACTION, mode="std")
    expect(team.hears("It can be sent").get_by_text("Mina").first).to_be_visible()
    team.goes()
    page.get_by_role("link", name="Take it again").click()
    team.hears("It can be sent")
    team.goes()
    clip = page.get_by_role("link", name="Look at the clip").get_attribute("href") or ""
    _compare_and_approve(page)
    _prove(page, clip)


def _compare_and_approve(page: Page) -> None:
    page.get_by_role("link", name="Café at dusk").first.click()
    page.get_by_role("link", name="Compare takes").click()
    expect(page.locator("video")).to_have_count(2)
    must_play_together(page)
    page.get_by_role("button", name="Approve", exact=True).first.click()
    expect(page.locator(".take").filter(has_text="Approved by tester")).to_have_count(1)


def _prove(page: Page, clip: str) -> None:
    page.goto(clip)
    page.get_by_role("button", name="Verify it now").click()
    expect(page.get_by_role("status")).to_contain_text("It holds")
    page.go_back()
    _trace(page)
    with page.expect_download() as coming:
        page.get_by_role("link", name="The clip", exact=True).click()
    page.goto("/console/audit/lookup")
    drop(page.locator("[data-lookup]"), ("from-somewhere.mp4", coming.value.path().read_bytes(), "video/mp4"))
    expect(page.get_by_role("heading", name="It is known")).to_be_focused()
    expect(page.get_by_role("status")).to_have_text("from-somewhere.mp4 was looked up.")
    expect(page.get_by_role("link", name="Mina").first).to_be_visible()
    expect(page.locator(f"a[href='{clip}']").first).to_be_visible()


def _trace(page: Page) -> None:
    """The drawing as of its first change has less in it, and no page is asked for; a box leads to what it stands for."""
    boxes = page.locator(".drawing a")
    now = boxes.count()
    page.evaluate("window.kept = true")
    page.get_by_role("slider", name="As of change").fill("0")
    expect(page).to_have_url(re.compile(r"[?&]as_of="))
    expect(page.get_by_text("As it stood")).to_be_visible()
    assert 0 < boxes.count() < now
    assert page.evaluate("window.kept")
    page.get_by_role("link", name="Show now").click()
    expect(boxes).to_have_count(now)
    boxes.filter(has_text="Mina").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mina")
    page.go_back()


@pytest.mark.slow(20)
def test_the_main_path_by_keyboard(browser: Browser, film: Film, tmp_path: Path) -> None:
    """Without a mouse, and always with the focus in sight: a person signs in and introduces somebody by a picture; casts and
    asks; plays and approves the take; goes into its lineage and verifies its receipt.
    """
    scene = {"production": film.production, "name": "River", "setting": "a river by night"}
    scene_id = film.service.made("/v1/scenes", scene)["id"]
    with looking(browser, film.service) as page:
        keys = Keyboard(page)
        page.goto("/console/characters")
        page.keyboard.type(film.service.key)
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/characters")
        _introduce(keys, "Ines", tmp_path)
        page.goto(f"/console/scenes/{scene_id}")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        keys.says(page.get_by_role("combobox", name="Cast"), "Ines")
        keys.presses("Cast")
        expect(page.locator("li.member").filter(has_text="Ines")).to_be_visible()
        keys.follows("Ask for a clip")
        keys.says(page.get_by_label("Action"), "A lantern drifts over the river.")
        Team(page, tmp_path).hears("needs your reason")
        keys.says(page.get_by_label("Why it will do"), "One face, seen from far.")
        Team(page, tmp_path).hears("It can be sent")
        keys.to(page.locator("#go"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Look at the clip")).to_be_visible(timeout=ARRIVES_MS)
        keys.follows("River")
        keys.follows("Compare takes")
        keys.presses("Play all")
        expect(page.get_by_role("button", name="Stop all")).to_be_focused()
        keys.presses("Approve")
        expect(page.get_by_text("Approved by tester")).to_be_visible()
        keys.follows("Take 1")
        keys.presses("Verify it now")
        expect(page.get_by_role("status")).to_contain_text("It holds")
        page.go_back()
        keys.to(page.locator(".drawing a").filter(has_text="Ines").first)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Ines")


def _introduce(keys: Keyboard, name: str, folder: Path) -> None:
    """The picture is chosen in the system's own window, which no key of a test opens."""
    portrait, page = folder / f"{name}.png", keys.page
    portrait.write_bytes(png(720, 960))
    file = page.get_by_label("Files: pictures")
    keys.to(file)
    file.set_input_files(portrait)
    keys.presses("Upload")
    page.wait_for_url("**/characters?picture=asset_*")
    keys.says(page.get_by_label("Name", exact=True).last, name)
    keys.to(page.get_by_label("nobody: they are fictional"))
    page.keyboard.press("Space")
    keys.presses("Introduce")
    page.wait_for_url("**/console/characters/character_*")
    keys.presses("Let it stand")
    page.wait_for_url(re.compile(r"/characters/character_\w+$"))
    expect(page.get_by_role("img", name=name).first).to_be_visible()


@pytest.mark.slow(20)
def test_the_work_without_scripts(browser: Browser, film: Film, tmp_path: Path) -> None:
    """A browser that runs none: sign in, hand in a picture, introduce, preview by its button, go, look again when the clip
    is there, approve it, move its lineage's slider, verify its receipt, find its file. What needs a script is not to be seen.
    """
    scene = {"production": film.production, "name": "Harbour", "setting": "a harbour at noon"}
    scene_id = film.service.made("/v1/scenes", scene)["id"]
    with signed_in(browser, film.service, java_script_enabled=False) as page:
        Team(page, tmp_path).introduces("Olu")
        page.goto(f"/console/scenes/{scene_id}")
        Team(page, tmp_path).casts("Olu")
        page.get_by_role("link", name="Ask for a clip").first.click()
        page.get_by_label("Action").fill("Olu waits for a boat.")
        expect(page.get_by_text("The preview follows as you type")).to_be_hidden()
        page.get_by_role("button", name="Preview").click()
        Team(page, tmp_path).hears("needs your reason")
        page.get_by_label("Why it will do").fill("One face, seen from far.")
        page.get_by_role("button", name="Preview").click()
        Team(page, tmp_path).hears("It can be sent")
        expect(page.get_by_label("Action")).to_have_value("Olu waits for a boat.")
        page.get_by_role("button", name="Approve and go").click()
        expect(page.get_by_text("Where it stands")).to_be_visible()
        generation = re.search(r"generation_\w+", page.url)
        assert generation is not None
        film.service.get(f"/v1/generations/{generation[0]}", params={"wait": 30})
        page.reload()
        page.get_by_role("link", name="Look at the clip").click()
        clip = page.url
        page.get_by_role("button", name="Approve", exact=True).click()
        expect(page.get_by_text("by tester").first).to_be_visible()
        now = page.locator(".drawing a").count()
        page.get_by_role("slider", name="As of change").fill("0")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page).to_have_url(re.compile(r"[?&]as_of="))
        assert 0 < page.locator(".drawing a").count() < now
        page.get_by_role("button", name="Verify it now").click()
        expect(page.get_by_role("status")).to_contain_text("It holds")
        page.goto(clip)
        with page.expect_download() as coming:
            page.get_by_role("link", name="The clip", exact=True).click()
        page.goto("/console/audit/lookup")
        page.locator("#file").set_input_files(coming.value.path())
        page.get_by_role("button", name="Look it up").first.click()
        expect(page.get_by_role("heading", name="It is known")).to_be_visible()
        page.goto(f"/console/scenes/{scene_id}/takes")
        expect(page.get_by_role("button", name="Play all")).to_be_hidden()
        page.goto("/console/audit")
        expect(page.get_by_role("button", name="Pause")).to_be_hidden()


def test_the_feed_follows_the_log_and_pauses(page: Page, film: Film) -> None:
    """What happens stands on top without the page being asked for again; paused, nothing comes, and then all that waited."""
    open_one = film.service.made
    page.clock.install()
    page.goto("/console/audit")
    page.evaluate("window.kept = true")
    top, status = page.locator("ol.events > li").first, page.get_by_role("status")
    open_one("/v1/characters", {"name": "Abe", "kind": "prop"})
    _in_time(page, lambda: "Abe" in top.inner_text())
    page.get_by_role("button", name="Pause").click()
    open_one("/v1/characters", {"name": "Bea", "kind": "prop"})
    _in_time(page, lambda: status.inner_text() == "Paused, newer events wait.")
    expect(top).to_contain_text("Abe")
    page.get_by_role("button", name="Pause").click()
    _in_time(page, lambda: "Bea" in top.inner_text())
    assert page.evaluate("window.kept")


def _in_time(page: Page, true: Callable[[], bool]) -> None:
    """Turn the page's clock on, as its script gathers what comes, until something is so."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not true():
        assert time.monotonic() < end
        page.clock.fast_forward(5000)
        page.wait_for_timeout(50)

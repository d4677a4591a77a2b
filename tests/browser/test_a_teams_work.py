"""The whole work of a team by clicking, in one service that runs: from two portraits to a clip that is proven."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.served.filming import Film
from tests.browser.looking import signed_in
from tests.browser.team import Team

ACTION = "They argue over the last seat."


@pytest.mark.slow
def test_a_team_makes_a_clip_by_clicking(page: Page, film: Film, tmp_path: Path) -> None:
    """1. two people; 2. a production, a scene, its cast; 3. a preview with a finding, mended; 4. two takes, watched as they
    arrive; 5. compared, one approved; 6. its lineage, its receipt verified, its file found again.
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
    _prove(page, film, clip, tmp_path)


def _compare_and_approve(page: Page) -> None:
    page.get_by_role("link", name="Café at dusk").first.click()
    page.get_by_role("link", name="Compare takes").click()
    expect(page.get_by_role("button", name="Play all")).to_be_visible()
    expect(page.locator("video")).to_have_count(2)
    page.get_by_role("button", name="Approve", exact=True).first.click()
    expect(page.locator(".take").filter(has_text="Approved by tester")).to_have_count(1)


def _prove(page: Page, film: Film, clip: str, folder: Path) -> None:
    page.goto(clip)
    expect(page.locator("svg a").filter(has_text="Mina").first).to_be_visible()
    page.get_by_role("button", name="Verify it now").click()
    expect(page.get_by_role("status")).to_contain_text("It holds")
    file = folder / "from-somewhere.mp4"
    file.write_bytes(film.service.get(f"/v1/clips/{clip.rpartition('/')[2]}/content").content)
    page.goto("/console/audit/lookup")
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Look it up").first.click()
    expect(page.get_by_role("heading", name="It is known")).to_be_visible()
    expect(page.get_by_role("link", name="Mina").first).to_be_visible()


def test_the_main_path_by_keyboard(browser: Browser, film: Film, tmp_path: Path) -> None:
    """Without a mouse: the skip link leads to the content, and a clip is asked for and sent by Tab, typing and Enter."""
    service = film.service
    scene = {"production": film.production, "name": "River", "setting": "a river by night"}
    scene_id = service.made("/v1/scenes", scene)["id"]
    with signed_in(browser, service) as page:
        page.goto(f"/console/ask?scene={scene_id}")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.name") == "action":
                break
        page.keyboard.type("A lantern drifts over the river.")
        Team(page, tmp_path).hears("It can be sent")
        for _ in range(120):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "go":
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/generations/generation_*")

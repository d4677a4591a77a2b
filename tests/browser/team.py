"""A team at work in the console: what each step is to somebody who looks and clicks, by the words that stand there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Locator, Page, expect

from tests.api.served.serving import png

ARRIVES_MS: Final = 60_000
"""A clip takes the sandbox some seconds, and a busy machine more."""


@dataclass(frozen=True)
class Team:
    """Somebody of the team with a page open; `folder` is where their files are."""

    page: Page
    folder: Path

    def introduces(self, name: str) -> None:
        """Upload a portrait, say who it is, and let the picture stand for them."""
        portrait = self.folder / f"{name}.png"
        portrait.write_bytes(png(720, 960))
        self.page.goto("/console/characters")
        self.page.get_by_label("Files: pictures").set_input_files(portrait)
        self._press("Upload")
        self.page.wait_for_url("**/characters?picture=asset_*")
        expect(self.page.get_by_text("within Kling's limits")).to_be_visible()
        form = self._form("Introduce")
        form.get_by_label("Name").fill(name)
        form.get_by_label("nobody: they are fictional").check()
        self._press("Introduce")
        self._press("Let it stand")
        self.page.wait_for_url(re.compile(r"/characters/character_\w+$"))
        expect(self.page.get_by_role("img", name=name).first).to_be_visible()

    def opens(self, production: str, scene: str, setting: str) -> None:
        """A production on the studio's account, and its first scene."""
        self.page.goto("/console/productions")
        self.page.get_by_text("Open a production").click()
        self._form("Open it").get_by_label("Name").fill(production)
        self._press("Open it")
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(production)
        form = self._form("Open it")
        if not form.get_by_label("Name").is_visible():
            self.page.get_by_text("Open a scene").click()
        form.get_by_label("Name").fill(scene)
        form.get_by_label("Setting").fill(setting)
        form.get_by_role("button", name="Open it").click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(scene)

    def casts(self, *names: str) -> None:
        """Everybody who plays in the scene that is open."""
        for name in names:
            self._form("Cast").get_by_label("Cast").select_option(label=name)
            self._form("Cast").get_by_role("button", name="Cast").click()
            expect(self.page.get_by_role("region", name="Cast").get_by_text(name, exact=True)).to_be_visible()

    def says(self, action: str, *, mode: str, reason: str = "") -> None:
        """Fill in the form that asks for a clip."""
        self.page.get_by_label("Action").fill(action)
        self.page.get_by_label("Mode", exact=True).select_option(mode)
        self.page.get_by_label("Why this mode").fill(reason)

    def hears(self, words: str) -> Locator:
        """What the preview says, once it says so."""
        preview = self.page.get_by_role("region", name="Preview")
        expect(preview).to_contain_text(words, timeout=ARRIVES_MS)
        return preview

    def goes(self) -> None:
        """Approve the plan that is seen, and wait on the page until the clip is there."""
        self.page.get_by_role("button", name="Approve and go").click()
        expect(self.page).to_have_url(re.compile("/generations/generation_"))
        expect(self.page.get_by_role("link", name="Look at the clip")).to_be_visible(timeout=ARRIVES_MS)

    def _press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def _form(self, button: str) -> Locator:
        """The form with that button."""
        there = self.page.get_by_role("button", name=button, exact=True, include_hidden=True)
        return self.page.locator("form").filter(has=there).last

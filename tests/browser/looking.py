"""Somebody at a screen: signed in, with a width and a preference for light or dark; and what every page owes them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.api.served.serving import Served

PATIENCE_MS: Final = 20_000
WIDE, NARROW = 1440, 390
_GRAVE: Final = ("serious", "critical")
_OVERFLOWS: Final = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_DROP: Final = """(form, files) => {
  const held = new DataTransfer();
  for (const { name, type, content } of files)
    held.items.add(new File([Uint8Array.from(atob(content), (one) => one.charCodeAt(0))], name, { type }));
  for (const kind of ["dragover", "drop"])
    form.dispatchEvent(new DragEvent(kind, { dataTransfer: held, bubbles: true, cancelable: true }));
}"""
"""What a hand does that lets files go over a form."""
_axe: Final = Axe()
_VIOLATED: Final = """async (how) => (await axe.run(how)).violations.map(({ id, help, impact, nodes }) => ({
  id, help, impact, where: nodes.slice(0, 4).map((node) => node.target.join(" ")).join("; "),
}))"""
_WHOLE: Final[dict[str, Any]] = {"resultTypes": ["violations"]}
_CONTRAST: Final[dict[str, Any]] = {**_WHOLE, "runOnly": ["color-contrast"]}
_PLANTED: Final = "() => [...document.querySelectorAll('img[src=x], [onerror], script:not([src])')].map((one) => one.outerHTML)"
_SCHEMES: Final = ("light", "dark")


@dataclass
class Watched:
    """What went wrong in a browser, in its own words."""

    wrong: list[str] = field(default_factory=list)

    def watch(self, page: Page, url: str) -> None:
        page.on("console", lambda said: self._said(said.type, said.text))
        page.on("pageerror", lambda error: self.wrong.append(f"a script failed: {error}"))
        page.on("dialog", self._asked)
        page.on("request", lambda asked: self._must_be_ours(asked.url, url))

    def _said(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:  # an answer that a test may want
            self.wrong.append(f"the console says: {text}")

    def _asked(self, dialog: Any) -> None:
        if dialog.type != "confirm":
            self.wrong.append(f"a dialog says: {dialog.message}")
        dialog.accept()

    def _must_be_ours(self, asked: str, url: str) -> None:
        if not asked.startswith((url, "data:", "blob:")):
            self.wrong.append(f"another place was asked: {asked}")


@contextmanager
def looking(
    browser: Browser, service: Served, *, width: int = WIDE, dark: bool = False, **options: Any
) -> Iterator[Page]:
    """A new browser's page; whatever goes wrong in it fails the test at the end."""
    context = browser.new_context(
        base_url=service.url,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        **options,
    )
    context.set_default_timeout(PATIENCE_MS)
    page, watched = context.new_page(), Watched()
    watched.watch(page, service.url)
    try:
        yield page
        assert watched.wrong == []
    finally:
        context.close()


@contextmanager
def signed_in(browser: Browser, service: Served, key: str | None = None, **how: Any) -> Iterator[Page]:
    """The same for somebody with a key, with every role unless one is given."""
    with looking(browser, service, **how) as page:
        page.goto("/console/sign-in")
        page.get_by_label("API key").fill(key or service.key)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/console/productions")
        yield page


def must_serve_everybody(page: Page, how: dict[str, Any] = _WHOLE) -> None:
    """Nothing serious by axe, nothing that runs out of the screen, and nothing that somebody's words have put there."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe.axe_script)
    found = page.evaluate(_VIOLATED, how)
    grave = [f"{one['id']}: {one['help']} ({one['where']})" for one in found if one["impact"] in _GRAVE]
    assert grave == [], f"{page.url}: {grave}"
    assert page.evaluate(_OVERFLOWS) <= 0, f"{page.url} is wider than the screen"
    assert page.evaluate(_PLANTED) == [], page.url


def must_serve_in_every_look(page: Page) -> None:
    """The same in both themes at both widths: the whole of it once at each width and in each theme, else what depends on both."""
    for width, scheme in product((WIDE, NARROW), _SCHEMES):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        whole = (width, scheme) in ((WIDE, "light"), (NARROW, "dark"))
        must_serve_everybody(page, _WHOLE if whole else _CONTRAST)


def drop(form: Locator, *files: tuple[str, bytes, str]) -> None:
    """Let files go over a form: each by its name, its bytes and its media type."""
    told = [
        {"name": name, "type": kind, "content": b64encode(content).decode()} for name, content, kind in files
    ]
    form.evaluate(_DROP, told)


def kept_in(context: BrowserContext) -> list[str]:
    """The names of the cookies that the browser holds."""
    return [str(cookie["name"]) for cookie in context.cookies()]

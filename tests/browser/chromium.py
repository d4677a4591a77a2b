"""The browser that tests drive: the machine's Chromium, else Debian's where it may be installed, else the tool's own download."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, Error, sync_playwright

_QUIET: Final = (
    *("--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run"),
)
"""Nothing that it does by itself, and no other host."""
_AT_WORK: Final = 20_000
"""The most milliseconds a step may take."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window. Raises where none can be had: a test that cannot run fails."""
    root = os.geteuid() == 0
    with sync_playwright() as tool:
        where = _found() or (_installed() if root else None) or _downloaded()
        browser = tool.chromium.launch(
            executable_path=where, args=[*_QUIET, *(("--no-sandbox",) if root else ())], timeout=60_000
        )
        try:
            yield browser
        finally:
            browser.close()


def _found() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _installed() -> str | None:
    """Debian's, by apt."""
    if shutil.which("apt-get") is None:
        return None
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for order in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-qq", *order], check=False, capture_output=True, env=quiet)
    return _found()


def _downloaded() -> str | None:
    """The tool's own; None is how it is told to take that."""
    order = [sys.executable, "-m", "playwright", "install", "chromium"]
    done = subprocess.run(order, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Error(f"no Chromium here, and none to be had: apt-get install chromium ({done.stderr[-300:]})")
    return None

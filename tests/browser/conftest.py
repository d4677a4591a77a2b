"""A studio on a service of its own, with a sandbox for Kling and a worker at work; and people who look at it in Chromium."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.served.filming import Film, filming
from tests.browser.chromium import chromium
from tests.browser.looking import PATIENCE_MS, signed_in
from tests.servers.sandbox import Sandbox, sandbox


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Gone with the module: as long as it is there an event loop runs in this thread, and no other may."""
    expect.set_options(timeout=PATIENCE_MS)
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def kling() -> Iterator[Sandbox]:
    with sandbox() as started:
        yield started


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, kling: Sandbox) -> Iterator[Film]:
    """The service, and a worker that works until the end."""
    with filming(tmp_path_factory.mktemp("film"), kling) as started, working(started):
        yield started


@contextmanager
def working(film: Film) -> Iterator[None]:
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.05):
            film.work()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.fixture
def page(browser: Browser, film: Film) -> Iterator[Page]:
    """A page of somebody who is signed in with every role. What its console says, and any other host, fails the test."""
    with signed_in(browser, film.service) as found:
        yield found

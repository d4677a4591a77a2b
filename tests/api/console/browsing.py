"""Somebody at the console without a browser: signed in, asking for pages and sending forms as a browser would."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from html import unescape
from typing import Any
from urllib.parse import urlencode

import httpx

from api.sessions import COOKIE
from tests.api.served.serving import Served

FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


class Visitor:
    """A browser's requests. Nothing is followed: a redirect is an answer to look at."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=20, verify=False)
        self.token = ""

    def sign_in(self, key: str) -> httpx.Response:
        """Exchange a key; the cookie is sent from then on, over http too, as browsers do to this machine."""
        answer = self.http.post("/console/sign-in", data={"key": key}, headers=FROM_HERE)
        found = re.search(f"{COOKIE}=([^;]*)", answer.headers.get("set-cookie", ""))
        self.token = found[1] if found else ""
        return answer

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(path, headers={**self._cookie(), **headers})

    def post(self, path: str, fields: Any = None, **headers: str) -> httpx.Response:
        """A form of a page of this host, unless `headers` say otherwise."""
        body = urlencode(fields or {}, doseq=True)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.http.post(path, content=body, headers={**self._cookie(), **kind, **FROM_HERE, **headers})

    def send(self, page: str, to: str, fields: Any = None) -> httpx.Response:
        """Fill in the form of a page that asks `to` ("POST /v1/…"), and send it."""
        return self.post(form_of(self.get(page).text, to), fields)

    def upload(
        self,
        page: str,
        content: bytes,
        *,
        kind: str = "image/png",
        to: str = "POST /v1/assets",
        said: Iterable[tuple[str, str]] = (),
        **words: str,
    ) -> httpx.Response:
        """Choose a file in the form of a page that hands files in, and send it without a script."""
        form = form_of(self.get(page).text, to)
        fields = [(name, (None, word)) for name, word in (*said, *words.items())]
        files: Any = [*fields, ("file", ("chosen", content, kind))]
        return self.http.post(form, files=files, headers={**self._cookie(), **FROM_HERE})

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.token}"} if self.token else {}


def form_of(text: str, to: str) -> str:
    """Where the form of a page goes that asks `to`."""
    wanted = urlencode({"to": to})
    found = [unescape(one) for one in re.findall(r'action="(/console/do\?[^"]*)"', text)]
    return next(one for one in found if f"{wanted}&" in one)


@contextmanager
def knocking(service: Served) -> Iterator[Visitor]:
    """Somebody who is not signed in."""
    visitor = Visitor(service.url)
    with closing(visitor.http):
        yield visitor


@contextmanager
def visiting(service: Served, key: str | None = None) -> Iterator[Visitor]:
    """Somebody who is signed in, with every role unless a key is given."""
    with knocking(service) as visitor:
        answer = visitor.sign_in(key or service.key)
        assert answer.status_code == 303, answer.text
        yield visitor

"""A whole service on a free port for tests: real uvicorn, real HTTP, SQLite and a folder; it can be stopped and started again."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import structlog
import uvicorn
from PIL import Image

from api.auth import issue_key
from api.bootstrap import Continuity, open_continuity
from api.listening import Patience
from api.server import make_server
from api.settings import Settings
from registry.deciders.studio import OpenStudio
from registry.events.envelope import Context
from registry.events.ids import SYSTEM_LOG
from registry.events.studio import ROLES
from tests.servers.homes import SERVED, equip

NOWHERE = {
    "CONTINUITY_ALLOW_LOOPBACK": "true",
    "KLING_BASE_URL": "http://127.0.0.1:9",
    "KLING_API_KEY": "toy",
    "CONTINUITY_STRANGERS_PER_MINUTE": "100000",
}
_KEYS = count(1)
PATIENT = Patience()


@contextmanager
def running(
    folder: Path, *, port: int = 0, patience: Patience = PATIENT, **settings: str
) -> Iterator[Served]:
    """The service over a folder; gone afterwards, the folder stays. `port` is for who must know the address before."""
    if not structlog.is_configured():  # or its lines would stand among what else is printed
        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    given = Settings.from_environment({"CONTINUITY_DATA": str(folder), **NOWHERE, **settings})
    if given.database_url is None:
        equip(given.data, SERVED)
    continuity = open_continuity(given)
    ready, listener = threading.Event(), socket.create_server(("127.0.0.1", port))
    server = make_server(continuity, ready.set, patience=patience)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        assert ready.wait(20)
        with Served(continuity, listener.getsockname()[1], server) as service:
            yield service
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
        continuity.close()


class Served:
    """One caller's view of it. `change` makes a new idempotency key for each call."""

    def __init__(self, continuity: Continuity, port: int, server: uvicorn.Server) -> None:
        self.continuity = continuity
        self.server, self.port = server, port
        self.key = issue_key(continuity.registry, continuity.studio, "tester", roles=ROLES)
        self.url = f"http://127.0.0.1:{port}"
        self.http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {self.key}"},
            trust_env=False,
            timeout=20,
            verify=False,
        )

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(path, **options)

    def change(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        said = {"Idempotency-Key": f"test-{next(_KEYS)}", **(headers or {})}
        if body is not None:
            options["json"] = body
        return self.http.request(method, path, headers=said, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.change("POST", path, body, **options)

    def made(self, path: str, body: Any) -> dict[str, Any]:
        """The card of what a POST made."""
        answer = self.post(path, body)
        assert answer.status_code in (200, 201), answer.text
        card: dict[str, Any] = answer.json()
        return card

    def upload(self, content: bytes, **options: Any) -> httpx.Response:
        headers = {"Content-Type": "image/png", **options.pop("headers", {})}
        return self.post("/v1/assets", content=content, headers=headers, **options)

    def other_studio(self) -> str:
        """One more studio of the same installation."""
        registry, studio = self.continuity.registry, self.continuity.registry.make_id("studio")
        registry.handle(studio, [OpenStudio(stream=studio, name="Another")], context=Context(actor="tester"))
        return studio

    def stop(self) -> None:
        """Ask the server to end, as a signal does."""
        self.server.should_exit = True

    def position(self) -> int:
        """Where the studio's log ends."""
        return self.continuity.registry.feed.head(self.continuity.studio)

    def system_position(self) -> int:
        """Where the log of the installation ends: studios, keys, webhooks."""
        return self.continuity.registry.feed.head(SYSTEM_LOG)

    def blob_keys(self) -> list[str]:
        return list(self.continuity.blobs.list(""))


_SHADES = count(1)


def png(width: int = 320, height: int = 320, *, colour: int | None = None) -> bytes:
    """A picture unlike any other of this run, unless a colour is named."""
    shade = next(_SHADES) if colour is None else colour
    out = io.BytesIO()
    Image.new("RGB", (width, height), (shade % 256, shade // 256 % 256, 77)).save(out, "PNG")
    return out.getvalue()


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of a refusal, complete and of that kind."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["code"] == code, document
    assert document["status"] == status
    assert document["request_id"] == answer.headers["x-request-id"]
    assert {"type", "title", "detail", "hint", "instance"} <= document.keys()
    return document

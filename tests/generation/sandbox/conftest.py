"""A sandbox for tests: real HTTP on a free loopback port, in a thread, stopped afterwards."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jwt
import pybase64
import pytest
from PIL import Image

from generation.sandbox import DEFAULT_ACCOUNT, SandboxSettings, SeededAccount, bind, make_server
from tests.generation.sandbox.listening import Listener


class Running:
    """A served sandbox and a client of it that uses the default account's API key."""

    def __init__(self, url: str, client: httpx.Client) -> None:
        self.url = url
        self.client = client

    def create(self, product: str = "text2video", **changes: Any) -> httpx.Response:
        """POST a small legal body with some keys changed."""
        body = {"model_name": "kling-v3", "prompt": "A kite over a grey sea.", "duration": "5", "mode": "std"}
        if product == "omni-video":
            body |= {"model_name": "kling-v3-omni", "aspect_ratio": "16:9"}
        return self.client.post(f"/v1/videos/{product}", json=body | changes)

    def task(self, either_id: str, product: str = "text2video") -> dict[str, Any]:
        data: dict[str, Any] = self.client.get(f"/v1/videos/{product}/{either_id}").json()["data"]
        return data

    def advance(self, seconds: float) -> None:
        """Move the sandbox's clock forward."""
        answer = self.client.post("/sandbox/v1/clock", json={"advance_seconds": seconds})
        assert answer.status_code == 200, answer.text

    def order(self, **fault: Any) -> httpx.Response:
        """Queue a fault."""
        return self.client.post("/sandbox/v1/faults", json=fault)

    def ledger(self, **query: Any) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.client.get("/sandbox/v1/ledger", params=query).json()["entries"]
        return entries

    def tasks(self) -> list[dict[str, Any]]:
        """The truth about every task."""
        tasks: list[dict[str, Any]] = self.client.get("/sandbox/v1/tasks").json()["tasks"]
        return tasks

    def listed(self, product: str = "text2video", **page: int) -> list[dict[str, Any]]:
        """A list as the vendor tells it."""
        data: list[dict[str, Any]] = self.client.get(f"/v1/videos/{product}", params=page).json()["data"]
        return data

    def habits(self, **order: Any) -> httpx.Response:
        """Change habits at run time."""
        return self.client.post("/sandbox/v1/habits", json=order)

    @staticmethod
    def until(look: Callable[[], Any], seconds: float = 10) -> Any:
        """What `look` gives as soon as that is something."""
        end = time.monotonic() + seconds
        while not (found := look()) and time.monotonic() < end:
            time.sleep(0.02)
        assert found, "it did not come"
        return found


def signed(account: SeededAccount = DEFAULT_ACCOUNT, **claims: Any) -> str:
    """An Authorization header as the vendor's own sample makes it, with some claims changed."""
    now = int(time.time())
    payload = {"iss": account.access_key, "exp": now + 1800, "nbf": now - 5} | claims
    # Signed as plain bytes: the library's own encoder refuses the broken claims some tests need.
    token = jwt.PyJWS().encode(json.dumps(payload).encode(), account.secret_key, "HS256")
    return f"Bearer {token}"


@pytest.fixture(name="signed")
def signed_fixture() -> Callable[..., str]:
    return signed


@pytest.fixture(scope="session")
def picture() -> Callable[..., str]:
    """Makes a picture of a size and format, as raw base64."""

    def make(width: int = 320, height: int = 320, kind: str = "PNG", colour: str = "teal") -> str:
        buffer = io.BytesIO()
        Image.new("RGB", (width, height), colour).save(buffer, kind)
        return pybase64.b64encode(buffer.getvalue()).decode()

    return make


@pytest.fixture
def serve() -> Iterator[Callable[[SandboxSettings], Running]]:
    """Starts sandboxes; stops them all when the test ends."""
    stops: list[Callable[[], None]] = []

    def start(settings: SandboxSettings) -> Running:
        running, stop = _start(settings)
        stops.append(stop)
        return running

    yield start
    for stop in stops:
        stop()


@pytest.fixture
def sandbox(serve: Callable[[SandboxSettings], Running]) -> Running:
    """A sandbox whose tasks end only when the test moves the clock."""
    running = serve(SandboxSettings(submitted_seconds=100, processing_seconds=100, url_lifetime_seconds=1000))
    running.client.post("/sandbox/v1/clock", json={"speed": 0})
    return running


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A loopback address that keeps the callbacks sent to it."""
    made = Listener()
    yield made
    made.stop()


def _start(settings: SandboxSettings) -> tuple[Running, Callable[[], None]]:
    listener = bind("127.0.0.1", 0)
    listening = threading.Event()
    server = make_server(settings, listening.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert listening.wait(10), "the sandbox did not start"
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    key = {"authorization": f"Bearer {DEFAULT_ACCOUNT.api_key}"}
    client = httpx.Client(base_url=url, headers=key, timeout=20, trust_env=False, verify=False)

    def stop() -> None:
        client.close()
        server.should_exit = True
        thread.join(10)
        listener.close()

    return Running(url, client), stop

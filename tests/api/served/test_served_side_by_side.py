"""Two installations served in one process at once, each in a thread of its own, by the same application: they never meet."""

from __future__ import annotations

import gc
import signal
import socket
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.api.console.browsing import FROM_HERE, Visitor, visiting
from tests.api.served.listening import listening
from tests.api.served.serving import Served, problem, running

FEW = {"CONTINUITY_KEY_REQUESTS_PER_MINUTE": "200", "CONTINUITY_STREAMS_MOST": "1"}


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Served, Served]]:
    with running(tmp_path / "one", **FEW) as one, running(tmp_path / "other", **FEW) as other:
        yield one, other


def test_what_is_asked_of_one_is_answered_by_that_one(pair: tuple[Served, Served]) -> None:
    """Keys, things, kept answers, limits and numbers: whoever was started last, and whoever was asked last."""
    names = ("Café", "Harbour")
    for service, name in zip(pair, names, strict=True):
        made = service.change("POST", "/v1/productions", {"name": name}, headers={"Idempotency-Key": "same"})
        assert made.headers["ratelimit"].startswith('"key";r=199;'), made.text
    for service, name, stranger in zip(pair, names, reversed(pair), strict=True):
        assert [one["name"] for one in service.get("/v1/productions").json()["items"]] == [name]
        problem(
            service.get("/v1/me", headers={"Authorization": f"Bearer {stranger.key}"}), 401, "unauthenticated"
        )
    pair[1].get("/v1/me")
    counted = [
        f'route="/v1/me",status="{status}"' in service.get("/metrics").text
        for service in pair
        for status in (401, 200)
    ]
    assert counted == [True, False, True, True]


def test_a_request_stays_with_the_one_it_came_to(pair: tuple[Served, Served]) -> None:
    """A page's form is asked of the API when it is whole; that the other one was asked meanwhile changes nothing."""
    one, other = pair
    with (
        visiting(one) as visitor,
        socket.create_connection(("127.0.0.1", urlsplit(one.url).port or 0), 10) as wire,
    ):
        body = b"name=Harbour"
        wire.sendall(form_head(visitor, len(body)))
        assert wire.recv(1_024).startswith(b"HTTP/1.1 100 ")  # it is being answered, and waits for the form
        assert other.get("/v1/productions").json()["items"] == []
        wire.sendall(body)
        assert wire.recv(1_024).startswith(b"HTTP/1.1 303 ")
    assert [len(service.get("/v1/productions").json()["items"]) for service in pair] == [1, 0]


def form_head(visitor: Visitor, length: int) -> bytes:
    """The head of a form that makes a production; its body is sent when it is asked for."""
    said = urlencode({"to": "POST /v1/productions", "then": "/console/productions", "key": "once"})
    lines = {
        "Host": "one",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(length),
        "Expect": "100-continue",
        **visitor._cookie(),
        **FROM_HERE,
    }
    return "\r\n".join([f"POST /console/do?{said} HTTP/1.1", *map(": ".join, lines.items()), "", ""]).encode()


def test_streams_and_ends_are_of_one(pair: tuple[Served, Served]) -> None:
    """The place for a stream that is taken in one is free in the other; one that ends is not ready, the other is."""
    one, other = pair
    with listening(one) as stream:
        problem(one.get("/v1/events/stream"), 503, "streams-full")
        with listening(other):
            pass
        one.server.handle_exit(signal.SIGTERM, None)
        assert [service.get("/health/ready").status_code for service in pair] == [503, 200]
        one.stop()
        assert [told.data["code"] for told in stream] == ["shutting-down"]
    assert other.get("/v1/me").status_code == 200


def test_who_has_ended_is_forgotten(tmp_path: Path) -> None:
    """The application outlives those it served and holds nothing of theirs."""
    gone = weakref.ref(served_once(tmp_path))
    gc.collect()
    assert gone() is None


def served_once(folder: Path) -> Any:
    """What was open while it was served and asked: a page, a change, a refusal, a stream."""
    with running(folder) as service, visiting(service) as visitor:
        assert visitor.get("/console/productions").status_code == 200
        service.made("/v1/productions", {"name": "Café"})
        problem(service.get("/v1/nothing"), 404, "no-such-route")
        with listening(service):
            pass
        assert service.get("/metrics").status_code == service.get("/health/ready").status_code == 200
        return service.continuity

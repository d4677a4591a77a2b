"""The open stream of events: everything once and in order, across breaks; bounded, and ended when it must be."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from api.auth import issue_key
from registry.deciders.access import RevokeKey, ScopeKey, WithdrawRole
from registry.events.envelope import Context
from registry.events.ids import SYSTEM_LOG
from tests.api.served.listening import listening
from tests.api.served.serving import Served, problem, running
from tests.registry.log.opened import describe, new_id, register

BRISK = {"CONTINUITY_STREAM_HEARTBEAT_SECONDS": "0.2", "CONTINUITY_STREAM_STALL_SECONDS": "0.5"}


@pytest.fixture(scope="module")
def brisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service whose streams tell soon that nothing happens."""
    with running(tmp_path_factory.mktemp("brisk"), **BRISK) as started:
        yield started


def introduce(service: Served, *names: str) -> list[str]:
    return [
        str(service.made("/v1/characters", {"depicts": "fictional", "name": name})["id"]) for name in names
    ]


def soon(true: Callable[[], bool]) -> bool:
    """Whether it becomes true within a time in which nothing but a fault would keep it from it."""
    deadline = time.monotonic() + 10
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()


def opens(service: Served) -> bool:
    with service.http.stream("GET", "/v1/events/stream") as response:
        return response.status_code == 200


def test_a_stream_is_the_feed_and_goes_on(service: Served) -> None:
    """What is there comes first, what happens then follows; each is the feed's own event under its position."""
    introduce(service, "Alpha", "Beta")
    kept = service.get("/v1/events").json()["items"]
    with listening(service) as stream:
        told = stream.take(len(kept))
        introduce(service, "Gamma")
        later = next(stream)
    assert [one.data for one in told] == kept
    assert [one.id for one in told] == [str(item["position"]) for item in kept]
    assert later.data["body"]["name"] == "Gamma"
    assert stream.response.headers["content-type"].startswith("text/event-stream")
    assert stream.response.headers["cache-control"] == "no-store"


def test_who_was_cut_off_goes_on_with_the_last_id(service: Served) -> None:
    """Last-Event-ID stands above `after`; cut off again and again, the reader misses and repeats nothing."""
    introduce(service, *(f"Cut {number}" for number in range(6)))
    head, seen, last = service.position(), [], {}
    while len(seen) < head:
        with listening(service, params={"after": 0}, headers=last) as stream:
            seen += [one.data["position"] for one in stream.take(min(2, head - len(seen)))]
            last = {"Last-Event-ID": stream.last_id}
    assert seen == list(range(1, head + 1))


def test_filters_pass_over_and_silences_move_the_last_id(brisk: Served) -> None:
    """A filtered stream tells in its silences how far it has looked, so that nothing is read twice."""
    first, other = introduce(brisk, "Mina", "Jun")
    with listening(brisk, params={"stream": first}) as stream:
        assert next(stream).data["stream"] == first
        brisk.made(f"/v1/characters/{other}/retire", {"reason": "x"})
        head = brisk.position()
        brisk.made(f"/v1/characters/{first}/retire", {"reason": "x"})
        assert next(stream).data["type"] == "CharacterRetired"
    with listening(brisk, params={"type": "SceneOpened"}) as stream:
        threading.Timer(0.5, stream.response.close).start()
        with pytest.raises(Exception, match=r"."):
            next(stream)
    assert stream.silences > 0
    assert int(stream.last_id) == head + 1


@pytest.mark.parametrize("sent", ["x", "-1", "1.5", "9" * 19, ""])
def test_an_id_of_somebody_else_is_refused(service: Served, sent: str) -> None:
    """A Last-Event-ID that is no position is a problem, not a beginning from zero."""
    answer = service.get("/v1/events/stream", headers={"Last-Event-ID": sent})
    problem(answer, 400, "bad-header")


def test_a_position_beyond_the_log_is_refused(service: Served) -> None:
    """Who has seen more than there is (the log was restored) is told, and does not wait past what comes."""
    answer = service.get("/v1/events/stream", params={"after": service.position() + 1})
    assert "restored" in problem(answer, 409, "beyond-the-log")["hint"]
    problem(service.get("/v1/events/stream", params={"type": "Nothing"}), 422, "invalid-request")


def test_a_revoked_key_ends_its_streams(service: Served) -> None:
    """The stream says why and ends; those of other keys go on."""
    registry = service.continuity.registry
    key = issue_key(registry, service.continuity.studio, "leaver")
    head = service.position()
    with (
        listening(service, key=key, params={"after": head}) as theirs,
        listening(service, params={"after": head}) as mine,
    ):
        stream = f"key_{key.split('_')[1]}"
        registry.handle(
            SYSTEM_LOG, [RevokeKey(stream=stream, reason="left")], context=Context(actor="operator")
        )
        last = list(theirs)
        introduce(service, "After")
        assert next(mine).data["body"]["name"] == "After"
    assert [(one.name, one.data["code"]) for one in last] == [("end", "unauthenticated")]


@pytest.mark.parametrize("fewer", ["roles", "productions"])
def test_a_key_that_may_do_less_ends_its_streams(service: Served, fewer: str) -> None:
    """Who loses a role, or all productions but one, must come back, and is then measured by what is left."""
    registry = service.continuity.registry
    key = issue_key(registry, service.continuity.studio, "narrowed")
    stream = f"key_{key.split('_')[1]}"
    less = {
        "roles": WithdrawRole(stream=stream, role="submitter"),
        "productions": ScopeKey(stream=stream, productions=(str(new_id("production")),)),
    }
    with listening(service, key=key, params={"after": service.position()}) as theirs:
        registry.handle(SYSTEM_LOG, [less[fewer]], context=Context(actor="operator"))
        last = list(theirs)
    assert [(one.name, one.data["code"]) for one in last] == [("end", "rights-changed")]


def test_streams_are_bounded(tmp_path: Path) -> None:
    """Beyond the limit of a key 429, beyond that of the process 503; who leaves makes room."""
    limits = {"CONTINUITY_STREAMS_MOST": "3", "CONTINUITY_STREAMS_PER_KEY": "2"}
    with running(tmp_path, **limits) as service:
        other = issue_key(service.continuity.registry, service.continuity.studio, "other")
        bearer = {"Authorization": f"Bearer {other}"}
        with listening(service), listening(service):
            answer = problem(service.get("/v1/events/stream"), 429, "too-many-streams")
            assert answer["hint"]
            with listening(service, key=other):
                full = service.get("/v1/events/stream", headers=bearer)
                problem(full, 503, "streams-full")
                assert full.headers["retry-after"]
        assert soon(lambda: opens(service))


def test_a_shutdown_ends_streams_cleanly(tmp_path: Path) -> None:
    """An open stream is told that the service goes, and the service goes without waiting for its reader."""
    with running(tmp_path) as service, listening(service) as stream:
        service.stop()
        last = list(stream)
        began = time.monotonic()
    assert [(one.name, one.data["code"]) for one in last] == [("end", "shutting-down")]
    assert time.monotonic() - began < 5


def test_a_reader_that_takes_nothing_loses_its_stream(brisk: Served) -> None:
    """With more to send than a connection holds, a reader that never reads is let go, and its place is free again."""
    fill(brisk, events=800)
    streams = brisk.server.config.app._app._app._app._installation.streams  # type: ignore[union-attr]
    address = urlsplit(brisk.url)
    with socket.socket() as mute:
        mute.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        mute.connect((address.hostname, address.port))
        ask = f"GET /v1/events/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {brisk.key}\r\n\r\n"
        mute.sendall(ask.encode())
        assert soon(lambda: len(streams._open) == 1)
        assert soon(lambda: not streams._open)


def fill(service: Served, *, events: int) -> None:
    """Long events, about 15 kB each as they are sent."""
    registry, studio = service.continuity.registry, service.continuity.studio
    picture = registry.make_id("asset")
    registry.handle(studio, [register(picture)], context=Context(actor="tester"))
    for first in range(0, events, 100):
        words = [describe(picture, f"{number:x<5000}") for number in range(first, first + 100)]
        registry.handle(studio, words, context=Context(actor="tester"))

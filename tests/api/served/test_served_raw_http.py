"""What comes over the wire and is no HTTP, or two things at once: answered as such, and nobody else notices.

`RAW_HTTP=10000` sends that many malformed requests instead of 2,000.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.listening import Patience
from tests.api.logging_lines import written
from tests.api.served.malforming import BODY, Malformer
from tests.api.served.serving import Served, problem, running

COUNT = int(os.environ.get("RAW_HTTP", "2000"))
AT_ONCE = 100
SILENCE_SECONDS = 0.15
"""So long without a word, before and after an answer to somebody else: whoever is left of a batch waits for more of a request."""
STATUS = re.compile(rb"(?:^|\n)HTTP/1\.1 (\d{3}) ")
HASTY = Patience(head_seconds=0.4, stall_seconds=0.4)


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that waits for nobody."""
    with running(tmp_path_factory.mktemp("hasty"), patience=HASTY) as started:
        yield started


def connected(service: Served) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(service.url.rpartition(":")[2])), 10)


def told(service: Served, *pieces: bytes, until: bytes = b"") -> bytes:
    """What the service says to these bytes, until it closes or said `until`."""
    with connected(service) as one:
        for piece in pieces:
            one.sendall(piece)
        said = b""
        while (part := one.recv(65_536)) and (not until or until not in said + part):
            said += part
        return said + part


def ask(*lines: bytes, body: bytes = b"", method: bytes = b"GET /health/live HTTP/1.1") -> bytes:
    return b"\r\n".join([method, *lines, b"", body])


def refused(said: bytes, status: int, code: str) -> dict[str, Any]:
    """The problem of a connection that was then closed."""
    head, _, body = said.partition(b"\r\n\r\n")
    headers = httpx.Headers([line.split(b": ", 1) for line in head.split(b"\r\n")[1:]])
    return problem(httpx.Response(int(head[9:12]), headers=headers, content=body), status, code)


def sent(service: Served, some: tuple[bytes, ...]) -> list[bytes]:
    """All of them at once, each on a connection of its own; what was answered to each until nothing more came.

    Silence means nothing while the service is behind with its work: it must answer a right request in between.
    """
    answers = [b""] * len(some)
    with selectors.DefaultSelector() as waiting:
        for number, wire in enumerate(some):
            one = connected(service)
            one.setblocking(False)
            with suppress(BrokenPipeError, ConnectionResetError):
                one.send(wire)  # what does not go at once is left out: a request cut short
            waiting.register(one, selectors.EVENT_READ, number)
        caught_up = False
        while waiting.get_map():
            ready = waiting.select(SILENCE_SECONDS)
            if not ready and caught_up:
                break
            caught_up = not ready and service.get("/health/ready").status_code == 200
            for key, _ in ready:
                try:
                    part = key.fileobj.recv(65_536)  # type: ignore[union-attr]
                except ConnectionResetError:
                    part = b""
                answers[key.data] += part
                if not part:
                    waiting.unregister(key.fileobj)
                    key.fileobj.close()  # type: ignore[union-attr]
        for key in [*waiting.get_map().values()]:
            key.fileobj.close()  # type: ignore[union-attr]
    return answers


def open_files() -> Counter[str]:
    """What this process holds open, by where it leads; sockets are all alike."""
    found: Counter[str] = Counter()
    for one in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found[one.readlink().name.partition(":")[0]] += 1
    return found


def left_over(before: Counter[str]) -> Counter[str]:
    """Sockets and temporary files beyond those before, once connections that are ending have ended; databases keep a pool."""
    deadline = time.monotonic() + 15
    while True:
        more = open_files() - before
        kept = Counter({name: count for name, count in more.items() if ".sqlite" not in name})
        if not kept or time.monotonic() > deadline:
            return kept
        time.sleep(0.05)


def test_malformed_requests_never_break_the_service(service: Served) -> None:
    """2,000 of all kinds: no 500, nothing in the log that would be one, no thread and no file left over, and health answers."""
    service.get("/v1/characters")
    files = open_files()
    sent(service, tuple(Malformer(service.key, 1).requests(AT_ONCE)))  # threads and files that are made once
    threads = threading.active_count()
    statuses: Counter[int] = Counter()

    with written() as lines:
        coming = Malformer(service.key, 20_261_130).requests(COUNT)
        while some := tuple(islice(coming, AT_ONCE)):
            for answer in sent(service, some):
                statuses.update(map(int, STATUS.findall(answer)))
        assert service.get("/health/ready").status_code == 200
    grave = [line for line in lines.all() if line["level"] == "error" or (line.get("status") or 0) >= 500]

    assert grave == []
    assert [status for status in statuses if status >= 500] == []
    assert sum(statuses.values()) > COUNT / 2
    assert {200, 400, 401, 404, 431} <= statuses.keys()
    assert left_over(files) == Counter()
    assert threading.active_count() <= max(threads, service.continuity.settings.threads + threads)
    assert service.made("/v1/characters", json.loads(BODY))["name"] == "Mina"


NOT_ONE_REQUEST = {
    "a length and chunks": ask(
        b"Host: a", b"Content-Length: 4", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"
    ),
    "chunks and a length": ask(
        b"Host: a", b"Transfer-Encoding: chunked", b"Content-Length: 4", body=b"0\r\n\r\n"
    ),
    "two lengths": ask(b"Host: a", b"Content-Length: 4", b"Content-Length: 5", body=b"abcde"),
    "a length that is none": ask(b"Host: a", b"Content-Length: +4", body=b"abcd"),
    "chunks of another name": ask(b"Host: a", b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
    "a space before the colon": ask(b"Host: a", b"Transfer-Encoding : chunked", body=b"0\r\n\r\n"),
    "a NUL in a header": ask(b"Host: a", b"X: \0"),
    "no host": ask(b"Accept: */*"),
    "two hosts": ask(b"Host: a", b"Host: a"),
    "a host with a path": ask(b"Host: a/b"),
    "a host with a user": ask(b"Host: a@b"),
    "a port there is not": ask(b"Host: a:65536"),
    "a port that is none": ask(b"Host: a:b"),
    "two ports": ask(b"Host: a:1:2"),
    "half an address": ask(b"Host: [::1"),
    "an address that is none": ask(b"Host: [1:2]"),
    "an address of bytes": ask(b"Host: a", method=b"GET /\xff HTTP/1.1"),
    "a proxy's request": ask(b"Host: a", method=b"CONNECT a:443 HTTP/1.1"),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40),
    "no method": ask(b"Host: a", method=b"/ HTTP/1.1"),
}


@pytest.mark.parametrize("case", NOT_ONE_REQUEST)
def test_what_could_be_two_requests_is_none(service: Served, case: str) -> None:
    """Refused by name with the same headers as any other answer, and the connection is closed: nothing after it is read."""
    said = told(service, NOT_ONE_REQUEST[case] + ask(b"Host: a"))
    refused(said, 400, "no-http")
    assert len(STATUS.findall(said)) == 1
    assert b"\r\nx-content-type-options: nosniff\r\n" in said
    assert b"\r\nconnection: close\r\n" in said


@pytest.mark.parametrize(
    "host", [b"", b"a", b"a.example:65535", b"127.0.0.1:80", b"[::1]:80", b"[::ffff:1.2.3.4]", b"a:"]
)
def test_a_host_is_a_name_or_an_address(service: Served, host: bytes) -> None:
    """With a port or without one, and even empty; a problem on the way to it can be told, too."""
    close = b"Connection: close"
    assert told(service, ask(b"Host: " + host, close)).startswith(b"HTTP/1.1 200 ")
    assert told(service, ask(b"Host: " + host, close, method=b"GET /v1/me HTTP/1.1")).startswith(
        b"HTTP/1.1 401 "
    )


def test_an_older_client_need_not_name_a_host(service: Served) -> None:
    """HTTP/1.0 knows no Host."""
    assert told(service, ask(method=b"GET /health/live HTTP/1.0")).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "head",
    [b"X: " + b"a" * 70_000, b"X: a\r\n" * 300, b"X: " + b"a" * 300_000, b"a" * 70_000 + b": x"],
    ids=["a long header", "many headers", "more than is read at once", "a long name"],
)
def test_a_head_is_bounded(service: Served, head: bytes) -> None:
    """Beyond 64 kB or 200 headers it is refused, whether or not it ever ends."""
    for end in (b"\r\n\r\n", b""):
        refused(
            told(service, b"GET /health/live HTTP/1.1\r\nHost: a\r\n" + head + end), 431, "head-too-large"
        )


@pytest.mark.parametrize(
    "body", [b"0\r\nT: " + b"t" * 300_000, b"5;" + b"e" * 300_000], ids=["after it", "between its pieces"]
)
def test_what_stands_beside_a_body_is_bounded(service: Served, body: bytes) -> None:
    """Trailers and notes on pieces of a body that never end are not kept."""
    started = ask(b"Host: a", b"Transfer-Encoding: chunked", method=b"POST /v1/assets HTTP/1.1", body=body)
    with connected(service) as one:
        one.sendall(started)
        assert one.recv(9) == b"HTTP/1.1 "
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            _send_for_ever(one)


def _send_for_ever(one: socket.socket) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        one.sendall(bytes(100_000))


def test_headers_behind_a_body_say_nothing(service: Served) -> None:
    """A key that comes as a trailer opens nothing, and a second Host there changes nothing."""
    late = b"0\r\nAuthorization: Bearer %b\r\nHost: b\r\n\r\n" % service.key.encode()
    said = told(
        service,
        ask(b"Host: a", b"Connection: close", b"Transfer-Encoding: chunked", method=b"POST /v1/characters HTTP/1.1", body=late),
    )  # fmt: skip
    assert said.startswith(b"HTTP/1.1 401 ")


def test_requests_in_one_go_are_answered_in_order(service: Served) -> None:
    """Each gets its own answer, the last one too."""
    named = [b"X-Request-Id: nr-%d" % number for number in range(20)]
    wire = b"".join(ask(b"Host: a", one) for one in named[:-1])
    said = told(service, wire + ask(b"Host: a", named[-1], b"Connection: close"))
    assert re.findall(rb"x-request-id: (nr-\d+)", said) == [one.split()[1] for one in named]


@pytest.mark.parametrize("drip", [b"GET /a", b"GET /health/live HTTP/1.1\r\nHost: a\r\nX: a\r\n"])
def test_a_head_that_never_ends_is_not_waited_for(hasty: Served, drip: bytes) -> None:
    """However slowly it comes, piece by piece: told so after the time there is, and closed."""
    began = time.monotonic()
    with connected(hasty) as one:
        one.sendall(drip)
        one.settimeout(0.1)
        said = b""
        while not said:
            assert time.monotonic() - began < 5
            try:
                one.send(b"a")
                said = one.recv(65_536)
            except TimeoutError:
                continue
    refused(said, 408, "too-slow")


def test_who_says_nothing_is_sent_away(hasty: Served) -> None:
    """A connection without a byte is closed without one."""
    assert told(hasty) == b""


def test_a_body_that_stops_is_not_waited_for(hasty: Served) -> None:
    """Neither a short one nor an upload; nothing is kept of it, and it is no failure of ours."""
    before = hasty.position()
    key = b"Authorization: Bearer " + hasty.key.encode()
    with written() as lines:
        for path in (b"/v1/characters", b"/v1/assets"):
            line = b"POST %b HTTP/1.1" % path
            said = told(
                hasty,
                ask(
                    b"Host: a",
                    key,
                    b"Idempotency-Key: stopped",
                    b"Content-Length: 90",
                    method=line,
                    body=BODY,
                ),
            )
            refused(said, 408, "too-slow")
        gone = lines.requests(2)
    assert {line["status"] for line in gone} == {400}
    assert hasty.position() == before

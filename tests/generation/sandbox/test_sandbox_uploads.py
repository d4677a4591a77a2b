"""Faults that strike while a create's body is still on its way."""

from __future__ import annotations

import hashlib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import pytest

from generation.sandbox import DEFAULT_ACCOUNT

BIG = 2_000_000


def body_of(external: str, size: int = BIG) -> bytes:
    """A legal body whose id comes first, as sorted keys have it, padded by a key the vendor ignores."""
    body = {"external_task_id": external, "model_name": "kling-v3", "prompt": "A kite.", "zzz": "x" * size}
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


def slowly(body: bytes) -> Iterator[bytes]:
    """A body in ten parts, with time between them."""
    step = len(body) // 9
    for start in range(0, len(body), step):
        yield body[start : start + step]
        time.sleep(0.02)


def post(sandbox: Any, body: bytes) -> httpx.Response:
    headers = {"content-length": str(len(body))}
    return sandbox.client.post("/v1/videos/text2video", content=slowly(body), headers=headers)


@contextmanager
def connected(sandbox: Any, length: int) -> Iterator[socket.socket]:
    """A connection on which a create of that many bytes has been announced."""
    address = urlsplit(sandbox.url)
    head = (
        f"POST /v1/videos/text2video HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: {length}\r\n"
        f"Authorization: Bearer {DEFAULT_ACCOUNT.api_key}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(head.encode())
        yield connection


@pytest.mark.parametrize("match", [{}, {"external_task_id": "big"}, {"account": "first"}])
def test_a_drop_in_mid_body(sandbox: Any, match: dict[str, str]) -> None:
    """A connection cut in mid-body leaves no task, and the ledger has the part that came."""
    sandbox.order(do="drop_mid_body", match=match, after_bytes=1000)
    body = body_of("big")

    with pytest.raises((httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError)):
        post(sandbox, body)
    (entry,) = sandbox.ledger(external_task_id="big")

    assert (entry["accepted"], entry["whole"], entry["fault"]) == (False, False, "drop_mid_body")
    assert 1000 <= entry["body_bytes"] < len(body)
    assert entry["body_sha256"] == hashlib.sha256(body[: entry["body_bytes"]]).hexdigest()
    assert sandbox.tasks() == []


def test_a_drop_behind_which_the_body_is_accepted(sandbox: Any) -> None:
    """Behind a buffering proxy the caller loses the connection in mid-body, and the task is made later all the same."""
    sandbox.order(do="drop_mid_body", accept=True, seconds=0.3)
    body = body_of("proxied")
    with pytest.raises(httpx.RemoteProtocolError):
        post(sandbox, body)
    at_once = sandbox.tasks()
    entry = sandbox.until(lambda: sandbox.ledger(external_task_id="proxied"))[0]

    assert at_once == []
    assert (entry["accepted"], entry["whole"], entry["http_status"]) == (True, True, None)
    assert entry["body_sha256"] == hashlib.sha256(body).hexdigest()
    assert [task["external_task_id"] for task in sandbox.tasks()] == ["proxied"]


def test_a_proxy_that_never_got_it_all(sandbox: Any) -> None:
    """Even a buffering proxy delivers nothing when the caller stops in mid-body."""
    sandbox.order(do="drop_mid_body", accept=True, seconds=0)
    with connected(sandbox, 5000) as connection:
        connection.sendall(body_of("half", 3000)[:2000])
        answered = connection.recv(100)
    (entry,) = sandbox.until(lambda: sandbox.ledger(external_task_id="half"))

    assert (answered, entry["accepted"], entry["whole"], entry["body_bytes"]) == (b"", False, False, 2000)


@pytest.mark.parametrize(
    ("do", "status", "code"), [("code", 401, 1004), ("code", 429, 1302), ("http_status", 413, None)]
)
def test_answers_in_mid_body(sandbox: Any, do: str, status: int, code: int | None) -> None:
    """An answer may come before the body is read; the caller can read it, and nothing was accepted."""
    sandbox.order(do=do, status=status, code=code or 1200, after_bytes=1000)
    answer = post(sandbox, body_of("early"))
    (entry,) = sandbox.ledger()

    assert (answer.status_code, answer.headers["connection"]) == (status, "close")
    assert (entry["http_status"], entry["code"], entry["accepted"]) == (status, code, False)
    assert entry["body_bytes"] < BIG
    assert post(sandbox, body_of("next")).json()["code"] == 0


@pytest.mark.parametrize(
    ("seconds", "finishes", "soonest", "latest"), [(0.5, False, 0.4, 5), (20, True, 0, 5)]
)
def test_after_an_early_answer_the_rest_is_awaited(
    sandbox: Any, seconds: float, finishes: bool, soonest: float, latest: float
) -> None:
    """The connection stays open behind an answer in mid-body until the rest has come, or for `seconds`: no reset eats it."""
    sandbox.order(do="code", status=429, code=1302, after_bytes=1000, seconds=seconds)
    body = body_of("early", 5000)
    with connected(sandbox, len(body)) as connection:
        connection.sendall(body[:2000])
        answered = connection.recv(10_000)
        began = time.monotonic()
        if finishes:
            connection.sendall(body[2000:])
        while more := connection.recv(10_000):
            answered += more
        waited = time.monotonic() - began

    assert answered.startswith(b"HTTP/1.1 429")
    assert b'"code":1302' in answered
    assert soonest <= waited < latest


def test_a_stall_in_mid_body(sandbox: Any) -> None:
    """A server that stops reading leaves the caller waiting, and then without an answer."""
    sandbox.order(do="stall", after_bytes=1000, seconds=0.3)
    began = time.monotonic()

    with pytest.raises((httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError)):
        sandbox.client.post("/v1/videos/text2video", content=body_of("stalled", 20_000_000))
    assert time.monotonic() - began >= 0.3
    assert sandbox.tasks() == []


def test_a_small_body_is_struck_at_its_end(sandbox: Any) -> None:
    """A body that ends before `after_bytes` is dropped all the same, and others pass untouched."""
    sandbox.order(do="drop_mid_body", after_bytes=1_000_000, match={"external_task_id": "small"})
    other = sandbox.create(external_task_id="other")

    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.create(external_task_id="small")
    assert other.json()["code"] == 0
    assert [(e["external_task_id"], e["whole"]) for e in sandbox.ledger()] == [
        ("other", True),
        ("small", True),
    ]

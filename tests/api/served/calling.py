"""Calling a service back as Kling would, and as it never would: signatures, forgeries, many calls on open connections."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

from standardwebhooks import Webhook

Call = tuple[str, dict[str, str], bytes]
"""Path, headers, body."""
Shape = Callable[[dict[str, Any], str], bytes]
Target = tuple[str, Shape, Shape, dict[str, Any]]
"""An address, both body shapes, and the submission it is about."""

STATUSES = ("submitted", "processing", "succeed", "succeeded", "failed", "cancelled")


def signed(secret: str, body: bytes, *, at: float | None = None, call: str = "call-1") -> dict[str, str]:
    """The headers of a signed call."""
    when = datetime.fromtimestamp(int(time.time() if at is None else at), tz=UTC)
    return {
        "webhook-id": call,
        "webhook-timestamp": str(int(when.timestamp())),
        "webhook-signature": Webhook(secret).sign(call, when, body.decode("utf-8", "replace")),
    }


class Forger:
    """Makes calls of every bad kind, and some that are right but lie; `distinct` counts the right bodies among them."""

    def __init__(self, secret: str, targets: list[Target]) -> None:
        self._secret, self._targets, self._chance = secret, targets, random.Random(4)
        self._kinds = (
            self._replayed,
            self._wrong_token,
            self._others_token,
            self._unsigned,
            self._wrongly_signed,
            self._stale,
            self._no_json,
            self._no_shape,
        )

    @property
    def distinct(self) -> int:
        return len(self._targets) * len(STATUSES) * 2

    def calls(self, count: int) -> Iterator[Call]:
        for number in range(count):
            address, *shapes, card = self._chance.choice(self._targets)
            body = self._chance.choice(shapes)(card, self._chance.choice(STATUSES))
            yield (
                self._large(address) if number % 200 == 0 else self._chance.choice(self._kinds)(address, body)
            )

    def _replayed(self, address: str, body: bytes) -> Call:
        """Right in everything but what it claims; each body comes hundreds of times, in any order."""
        return address, signed(self._secret, body), body

    def _wrong_token(self, address: str, body: bytes) -> Call:
        stem, _, token = address.rpartition("/")
        wrong = self._chance.choice((token[::-1], token[:-1], f"{token}0", "%F0%28", "0" * 64))
        return f"{stem}/{wrong}", signed(self._secret, body), body

    def _others_token(self, address: str, body: bytes) -> Call:
        others = [target[0] for target in self._targets if target[0] != address]
        token = self._chance.choice(others).rpartition("/")[2]
        return f"{address.rpartition('/')[0]}/{token}", signed(self._secret, body), body

    def _unsigned(self, address: str, body: bytes) -> Call:
        return address, {}, body

    def _wrongly_signed(self, address: str, body: bytes) -> Call:
        headers = signed(self._secret, body)
        kept = self._chance.choice(
            (
                {"webhook-signature": "v1,AAAA"},
                {"webhook-signature": "v1"},
                {"webhook-id": "other"},
                {"webhook-timestamp": "1e9"},
            )
        )
        return address, headers | kept, body

    def _stale(self, address: str, body: bytes) -> Call:
        off = self._chance.choice((-100_000, -310, 310, 10**9))
        return address, signed(self._secret, body, at=time.time() + off), body

    def _no_json(self, address: str, _body: bytes) -> Call:
        body = self._chance.choice(
            (b"", b"<html>", b"\xff\xfe", b'{"task_id":', b"[" * 5_000, b"null", b"NaN")
        )
        return address, signed(self._secret, body), body

    def _no_shape(self, address: str, _body: bytes) -> Call:
        body = self._chance.choice(
            (b"{}", b'{"task_id":1}', b'{"id":"x","status":null}', b'{"status":"succeed"}')
        )
        return address, signed(self._secret, body), body

    def _large(self, address: str) -> Call:
        return address, {}, b"x" * 300_000


class Caller:
    """Sends calls from several threads on kept connections; `answers` counts the statuses."""

    def __init__(self, url: str, calls: Iterator[Call], *, threads: int) -> None:
        self._address, self._calls, self._turn = urlsplit(url).netloc, calls, threading.Lock()
        self.answers: Counter[int] = Counter()
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join()

    def done(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def _next(self) -> Call | None:
        with self._turn:
            return next(self._calls, None)

    def _run(self) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=20)
        while (call := self._next()) is not None:
            path, headers, body = call
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            with self._turn:
                self.answers[answer.status] += 1
            if answer.status == 413:
                connection.close()
        connection.close()

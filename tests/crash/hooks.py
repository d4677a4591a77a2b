"""A desk that calls back at named points of the protocol, so that a test can stop, kill or overtake a worker there.

Points are `before:X` and `after:X`, where X is a command or event that is being appended (IntendSubmission,
SubmissionConfirmed, StoreResult, EndGeneration …), `claim`, `release`, `finish`, `hurry`, `create`, `task` (any question about
a task), `tasks` (a page of the list), `answer` and `clip` (puts into the store); and `body` (in the middle of the request
body), `sent` (the last byte is out, no answer read), `download` (in mid-download).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from generation.desk import Desk
from generation.kling.sockets import PatientStream
from registry.deciders.account import HoldAccount, ResumeAccount
from registry.deciders.production import ReleaseBudget, ReserveBudget, SettleBudget
from registry.deciders.submission import CloseSubmission, NoteOnSubmission

_BOOKS = (ReserveBudget, SettleBudget, ReleaseBudget, CloseSubmission, HoldAccount, ResumeAccount)
"""What only goes along with the command that gives an append its name."""

At = Callable[[str, str], None]
"""Called with the point, and with the external id of the POST under way (else empty)."""


def hooked(desk: Desk, at: At) -> Desk:
    """The same desk, calling `at` on its way."""

    @contextmanager
    def kling_for(account: Any) -> Iterator[Any]:
        with desk.kling_for(account) as client:
            yield _Kling(client, at)

    parts: dict[str, Any] = {
        "registry": _Registry(desk.registry, at),
        "blobs": _Blobs(desk.blobs, at),
        "outbound": _Outbound(desk.outbound, at),
        "kling_for": kling_for,
    }
    return replace(desk, **parts)


class _Around:
    """Everything of `inner`, with some of it called between two points."""

    def __init__(self, inner: Any, at: At) -> None:
        self._inner, self._at = inner, at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def _around(self, what: str, call: Callable[[], Any]) -> Any:
        self._at(f"before:{what}", "")
        answer = call()
        self._at(f"after:{what}", "")
        return answer


class _Registry(_Around):
    def handle(self, log: str, commands: Sequence[Any], **rest: Any) -> Any:
        what = [commands[-1], *(command for command in commands if not isinstance(command, _BOOKS))][-1]
        return self._around(_named(what), lambda: self._inner.handle(log, commands, **rest))

    def claim(self, **rest: Any) -> Any:
        return self._around("claim", lambda: self._inner.claim(**rest))

    def release(self, lease: Any, **rest: Any) -> Any:
        return self._around("release", lambda: self._inner.release(lease, **rest))

    def finish(self, lease: Any) -> Any:
        return self._around("finish", lambda: self._inner.finish(lease))

    def hurry(self, log: str, work: str, **rest: Any) -> None:
        self._around("hurry", lambda: self._inner.hurry(log, work, **rest))


class _Blobs(_Around):
    def put(self, key: str, chunks: Any, **rest: Any) -> Any:
        what = "answer" if "/answer-" in key else "clip"
        return self._around(what, lambda: self._inner.put(key, chunks, **rest))


class _Kling(_Around):
    def task(self, *asked: Any) -> Any:
        return self._around("task", lambda: self._inner.task(*asked))

    def tasks(self, *asked: Any) -> Any:
        return self._around("tasks", lambda: self._inner.tasks(*asked))

    def create(self, route: Any, body: Any, **rest: Any) -> Any:
        external = body.external_task_id
        watched = _Body(body, lambda: self._at("body", external))
        with _at_first_read(lambda: self._at("sent", external)):
            return self._around("create", lambda: self._inner.create(route, watched, **rest))


class _Outbound(_Around):
    @contextmanager
    def download(self, url: str, **rest: Any) -> Iterator[Any]:
        with self._inner.download(url, **rest) as download:
            yield replace(download, chunks=self._watched(download.chunks))

    def _watched(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            yield chunk
            self._at("download", "")


class _Body(_Around):
    """A body that calls back when it has been read to its last fragment, which the client still holds back."""

    def __init__(self, inner: Any, in_the_middle: Callable[[], None]) -> None:
        self._inner, self._in_the_middle = inner, in_the_middle

    def __iter__(self) -> Iterator[bytes]:
        yield from self._inner
        self._in_the_middle()


def _named(command: Any) -> str:
    return type(command.event if isinstance(command, NoteOnSubmission) else command).__name__


@contextmanager
def _at_first_read(call: Callable[[], None]) -> Iterator[None]:
    """The HTTP client reads only after it has written everything."""
    read, called = PatientStream.read, []

    def watched(stream: PatientStream, *rest: Any, **more: Any) -> bytes:
        if not called:
            called.append(True)
            call()
        return read(stream, *rest, **more)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(PatientStream, "read", watched)
        yield

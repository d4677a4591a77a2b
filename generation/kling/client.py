"""One paid POST, and the reads around it. Nothing here retries, follows, or decides what to do next.

`create` in order: 1. refuse a body without our external id; 2. check that sending is still allowed; 3. connect;
4. check again, as the last thing before the first request byte; 5. stream the body, holding back its last fragment
until a third check; 6. read the answer, bounded; 7. classify. A deadline covers all of it.

"Was a byte sent?" is answered by httpcore's trace of its own steps, not by exception classes: a ConnectError may come
from TLS on an old connection, a ReadError from before the first byte. A transport without a trace (a test client)
counts as having sent.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import urlencode

import httpx
import orjson

from generation.attach import WireBody
from generation.errors import PayloadRefused
from generation.kling.answers import Envelope, Pack, Task, read_costs, read_envelope, read_task
from generation.kling.outcomes import INVALID_VALUE, Answer, Outcome, classify
from generation.kling.sending import Sending, gate, named
from generation.kling.signing import Credentials
from generation.kling.sockets import CutOff

Route: TypeAlias = Literal[
    "omni-video", "text2video", "image2video", "advanced-custom-elements", "custom-voices"
]
PATH_OF_ROUTE: Final[Mapping[str, str]] = {
    **{route: f"/v1/videos/{route}" for route in ("omni-video", "text2video", "image2video")},
    **{route: f"/v1/general/{route}" for route in ("advanced-custom-elements", "custom-voices")},
}
"""Where a paid call is made, asked for and listed (contract sections 2 to 7)."""

ANSWER_BYTES: Final = 1 << 20
"""A create answer is under a kilobyte; more than this is not kept."""
READ_BYTES: Final = 16 << 20
"""A page of 500 tasks is about one megabyte."""
ALWAYS: Final = {"accept-encoding": "identity", "connection": "close"}
"""No compression, so that the bounds count wire bytes; and a connection serves one request."""
_ID: Final = re.compile(r"(?!\.+$)[A-Za-z0-9._~-]{1,200}")


@dataclass(frozen=True)
class Clock:
    """Where the client gets the time: `wall` (seconds since 1970) for tokens, `monotonic` for deadlines."""

    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class PostResult:
    """What one POST came to. `http` and `raw` are what was read, kept also when it made no sense (bounded)."""

    outcome: Outcome
    http: int | None = None
    raw: bytes = b""


@dataclass(frozen=True)
class Found:
    """The vendor has this task. `raw` is its whole answer."""

    task: Task
    raw: bytes = b""


@dataclass(frozen=True)
class Absent:
    """The vendor says, under this request id, that it knows no such task."""

    request_id: str


@dataclass(frozen=True)
class Page:
    """A page of the account's tasks on a route, in the vendor's order. `unreadable` counts broken entries."""

    tasks: tuple[Task, ...]
    unreadable: int = 0


@dataclass(frozen=True)
class NoInformation:
    """The question was not answered: refused, failed, or answered with something else. Proves nothing either way."""

    why: str
    http: int | None = None
    code: int | None = None


@dataclass(frozen=True)
class _Limits:
    """What one exchange may take: seconds over all, answer bytes; `trace` watches its steps."""

    seconds: float
    most: int
    trace: Callable[[str, Mapping[str, Any]], None]


class KlingClient:
    """Kling's legacy API (contract 1-5) over any `httpx.Client`: the real one, or a test client of the sandbox.

    `read_seconds` bounds each read, from name to last byte.
    """

    def __init__(
        self,
        http: httpx.Client,
        base_url: str,
        credentials: Credentials,
        *,
        clock: Clock | None = None,
        read_seconds: float = 30.0,
        connect_seconds: float = 10.0,
    ) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._credentials = credentials
        self._clock = clock or Clock()
        self._read_seconds = read_seconds
        self._connect_seconds = connect_seconds

    def create(
        self, route: Route, body: WireBody, *, deadline_seconds: float, still_allowed: Callable[[], bool]
    ) -> PostResult:
        """Send once. Raises only PayloadRefused (no such route, no external id), before anything is opened."""
        external = body.external_task_id
        if route not in PATH_OF_ROUTE or not external:
            wrong = f"no route {route!r}" if route not in PATH_OF_ROUTE else "no external_task_id"
            raise PayloadRefused(
                f"not sent: {wrong}", findings=[wrong], hint="every paid call carries our own id"
            )
        with CutOff(deadline_seconds) as cut:
            sending = Sending(cut, gate(deadline_seconds, still_allowed, self._clock.monotonic))
            content = sending.guarded(body)
            headers = {"content-type": "application/json", "content-length": str(body.length)}
            limits = _Limits(deadline_seconds, ANSWER_BYTES, sending.trace)
            path = PATH_OF_ROUTE[route]
            try:
                sending.check()
                answer = self._exchange("POST", path, limits=limits, headers=headers, content=content)
            except Exception as wrong:  # noqa: BLE001 - whatever failed, the money question is the same
                return PostResult(sending.failure(wrong))
            if cut.expired and answer.broken:
                answer = Answer(answer.http, answer.raw, f"the deadline of {deadline_seconds:g} s passed")
        return PostResult(classify(answer, external_task_id=external), answer.http, answer.raw)

    def task(self, route: Route, task_or_external_id: str) -> Found | Absent | NoInformation:
        """Ask for one task by the vendor's id or ours (contract 5.1). Only a task with that id is Found."""
        wanted = task_or_external_id
        if not _ID.fullmatch(wanted):
            return NoInformation(f"{wanted[:80]!r} is no task id; nothing was asked")
        read = self._read(route, f"/{wanted}")
        if isinstance(read, NoInformation):
            return read
        answer, envelope = read
        if answer.http in {200, 400} and envelope.code == INVALID_VALUE and _says_absent(envelope, wanted):
            return Absent(envelope.request_id or "")
        if answer.http != 200 or envelope.code != 0:
            return no_information(answer, envelope)
        listed = envelope.data if isinstance(envelope.data, list) else [envelope.data]
        for task in filter(None, map(read_task, listed)):
            if wanted in {task.task_id, task.external_task_id}:
                return Found(task, answer.raw)
        return NoInformation(f"the answer holds no readable task {wanted}", answer.http, 0)

    def tasks(self, route: Route, page: int = 1, size: int = 30) -> Page | NoInformation:
        """One page of the account's tasks: `page` 1-1000, `size` 1-500 (contract 5.2)."""
        if not (1 <= page <= 1000 and 1 <= size <= 500):
            return NoInformation(f"page {page} of {size} is outside 1-1000 of 1-500; nothing was asked")
        read = self._read(route, "?" + urlencode({"pageNum": page, "pageSize": size}))
        if isinstance(read, NoInformation):
            return read
        answer, envelope = read
        if answer.http != 200 or envelope.code != 0:
            return no_information(answer, envelope)
        if not isinstance(envelope.data, list):
            return NoInformation("the answer holds no list", answer.http, 0)
        tasks = [task for task in map(read_task, envelope.data) if task is not None]
        return Page(tuple(tasks), len(envelope.data) - len(tasks))

    def costs(self, start_ms: int, end_ms: int) -> tuple[Pack, ...] | NoInformation:
        """The account's packs of units between two moments (contract 7.1): ask at most once a second; 12 hours late."""
        read = self.get("/account/costs?" + urlencode({"start_time": start_ms, "end_time": end_ms}))
        if isinstance(read, NoInformation):
            return read
        answer, envelope = read
        if answer.http != 200 or envelope.code != 0:
            return no_information(answer, envelope)
        costs = read_costs(envelope.data)
        if costs is None or costs.code != 0:
            said = "holds no list of packs" if costs is None else f"says {costs.code}: {costs.msg}"
            return NoInformation(f"the answer {said}", answer.http, 0)
        return costs.resource_pack_subscribe_infos

    def _read(self, route: str, rest: str) -> tuple[Answer, Envelope] | NoInformation:
        if route not in PATH_OF_ROUTE:
            return NoInformation(f"no route {route!r}; nothing was asked")
        return self.get(PATH_OF_ROUTE[route] + rest)

    def get(self, path: str) -> tuple[Answer, Envelope] | NoInformation:
        """Any question, answered with a readable envelope."""
        return self._ask("GET", path)

    def order(self, path: str, body: Mapping[str, Any]) -> tuple[Answer, Envelope] | NoInformation:
        """A POST that costs nothing and may be sent twice. Nothing paid goes this way: see `create`."""
        return self._ask("POST", path, orjson.dumps(body))

    def _ask(
        self, method: str, path: str, body: bytes | None = None
    ) -> tuple[Answer, Envelope] | NoInformation:
        headers = None if body is None else {"content-type": "application/json"}
        with CutOff(self._read_seconds) as cut:
            try:
                limits = _Limits(self._read_seconds, READ_BYTES, cut.trace)
                answer = self._exchange(method, path, limits=limits, headers=headers, content=body)
            except Exception as wrong:  # noqa: BLE001 - a read that fails is no information, however it failed
                return NoInformation("the deadline passed" if cut.expired else named(wrong))
        envelope = None if answer.broken else read_envelope(answer.raw)
        if envelope is None:
            return NoInformation(answer.broken or "no readable answer", answer.http)
        return answer, envelope

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        limits: _Limits,
        headers: Mapping[str, str] | None = None,
        content: Iterator[bytes] | bytes | None = None,
    ) -> Answer:
        connect = min(limits.seconds, self._connect_seconds)
        token = self._credentials.token(self._clock.wall())
        sending = self._http.build_request(
            method,
            self._base_url + path,
            content=content,
            headers={**ALWAYS, **(headers or {}), "authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(limits.seconds, connect=connect, pool=connect),
            extensions={"trace": limits.trace},
        )
        response = self._http.send(sending, stream=True, auth=None, follow_redirects=False)
        try:
            return _bounded(response, limits.most)
        finally:
            response.close()


def _bounded(response: httpx.Response, most: int) -> Answer:
    """The status and body as far as they came: a body that breaks off is an answer too, and says so."""
    read = bytearray()
    try:
        for chunk in response.iter_bytes():  # nothing to decode: see ALWAYS
            read += chunk
            if len(read) > most:
                return Answer(response.status_code, bytes(read[:most]), f"longer than {most} bytes")
    except Exception as wrong:  # noqa: BLE001 - see create
        return Answer(response.status_code, bytes(read), named(wrong))
    return Answer(response.status_code, bytes(read))


def _says_absent(envelope: Envelope, wanted: str) -> bool:
    """The vendor's words (contract 5.1), about this very id and not one that begins with it."""
    message = envelope.message or ""
    named_whole = re.search(rf"(?<![\w.~-]){re.escape(wanted)}(?![\w~-])", message)
    return "not found" in message.lower() and named_whole is not None


def no_information(answer: Answer, envelope: Envelope) -> NoInformation:
    """What an answer that refuses the question says."""
    why = f"HTTP {answer.http}, code {envelope.code}: {(envelope.message or '')[:200]}"
    return NoInformation(why, answer.http, envelope.code)

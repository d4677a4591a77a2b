"""What became of a paid create call: one pure function, and this table. The default is Unknown.

| what happened | outcome |
|---|---|
| the connection failed before the first request byte | NotSent |
| 200, code 0, a task id, our external id echoed | Accepted |
| 200, code 0, without one of these; no JSON; cut short | Unknown |
| 429 with 1302 or 1303 | Rejected load |
| 401 with 1000-1004; 429 with 1100-1102 or 1304; 403 with 1103 | Rejected account |
| 400 with 1201 that names our external id | Duplicate |
| 400 with 1200, 1201, 1300, 1301; 404 with 1202, 1203 | Rejected final |
| any 5xx, 408, 3xx; any failure after the first byte | Unknown |
| anything else | Unknown, with an alarm |

Some refusals arrive under HTTP 200 (contract K3): a known code is then read as under its own status. A status
alone never decides: HTTP 429 stands for both "wait" and "you are out of money".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from generation.kling.answers import Envelope, Task, read_envelope, read_task

Kind: TypeAlias = Literal["load", "account", "final"]

INVALID_VALUE: Final = 1201
HTTP_OF_CODE: Final[dict[int, int]] = {
    **dict.fromkeys((1000, 1001, 1002, 1003, 1004), 401),
    **dict.fromkeys((1100, 1101, 1102, 1302, 1303, 1304), 429),
    1103: 403,
    **dict.fromkeys((1200, INVALID_VALUE, 1300, 1301), 400),
    **dict.fromkeys((1202, 1203), 404),
}
"""The status each business code comes under (contract 8)."""
KIND_OF_CODE: Final[dict[int, Kind]] = {
    **dict.fromkeys((1302, 1303), "load"),
    **dict.fromkeys((1000, 1001, 1002, 1003, 1004, 1100, 1101, 1102, 1103, 1304), "account"),
    **dict.fromkeys((1200, INVALID_VALUE, 1202, 1203, 1300, 1301), "final"),
}


@dataclass(frozen=True)
class NotSent:
    """Not one request byte left this machine: the same send may be tried again."""

    reason: str


@dataclass(frozen=True)
class Accepted:
    """The vendor made a task for this call, and says so under our external id."""

    task_id: str
    request_id: str


@dataclass(frozen=True)
class Rejected:
    """The vendor refused and accepted nothing. `http`, `code` and `message` are its own."""

    kind: Kind
    http: int
    code: int
    message: str
    request_id: str


@dataclass(frozen=True)
class Duplicate:
    """The vendor has seen our external id before: look the task up and adopt it (contract R43, K1)."""

    message: str
    request_id: str


@dataclass(frozen=True)
class Unknown:
    """It may have been accepted. Look up, never send again from here. `alarm`: a person should read the answer."""

    reason: str
    alarm: bool = False


Outcome: TypeAlias = NotSent | Accepted | Rejected | Duplicate | Unknown


@dataclass(frozen=True)
class Answer:
    """What was read from the wire: the status, the body bytes, and what ended the reading early, if anything did."""

    http: int
    raw: bytes
    broken: str = ""


def classify(answer: Answer, *, external_task_id: str) -> Outcome:
    """The outcome of a create call that got an answer, whole or broken."""
    if answer.broken:
        return Unknown(f"HTTP {answer.http}, but its body is not whole: {answer.broken}")
    if answer.http >= 500 or answer.http == 408 or 300 <= answer.http < 400:
        return Unknown(f"HTTP {answer.http}")
    envelope = read_envelope(answer.raw)
    if envelope is None:
        return Unknown(f"HTTP {answer.http} without a readable answer", alarm=answer.http != 200)
    if envelope.code == 0:
        return _accepted(answer.http, envelope, external_task_id)
    return _refused(answer.http, envelope, external_task_id)


def _accepted(http: int, envelope: Envelope, external_task_id: str) -> Outcome:
    task = _created(envelope)
    if http != 200:
        return Unknown(f"code 0 under HTTP {http}", alarm=True)
    if task is None:
        return Unknown("code 0 without a task id")
    if task.external_task_id is None:
        return Unknown(f"task {task.task_id} without an echo of {external_task_id}")
    if task.external_task_id != external_task_id:
        return Unknown(
            f"task {task.task_id} echoes {task.external_task_id!r}, not {external_task_id}", alarm=True
        )
    return Accepted(task.task_id, envelope.request_id or "")


def _refused(http: int, envelope: Envelope, external_task_id: str) -> Outcome:
    code, message = envelope.code, envelope.message or ""
    request_id = envelope.request_id or ""
    if http not in {HTTP_OF_CODE.get(code), 200}:
        return Unknown(f"code {code} under HTTP {http}: {message[:200]}", alarm=True)
    if code == INVALID_VALUE and _names(message, external_task_id):
        return Duplicate(message, request_id)
    kind = KIND_OF_CODE.get(code)
    if kind is None:
        return Unknown(f"code {code}: {message[:200]}", alarm=True)
    return Rejected(kind, http, code, message, request_id)


def _created(envelope: Envelope) -> Task | None:
    """The task of a create answer, from its two ids alone: nothing else in it may spoil an acceptance."""
    if not isinstance(envelope.data, dict):
        return None
    ids = {name: envelope.data.get(name) for name in ("task_id", "task_info")}
    return read_task({"task_status": "", **ids})


def _names(message: str, external_task_id: str) -> bool:
    """Whether a 1201 is about our id being taken, in the words seen live or in any that quote the id."""
    lowered = message.lower()
    return external_task_id.lower() in lowered or (
        "external_task_id" in lowered and "already exist" in lowered
    )

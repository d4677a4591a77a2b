"""Everything a call to the service can fail with, as the caller of the client sees it.

ContinuityError           the service refused; `problem` is its RFC 9457 document
├── Unreachable           no answer that settles the call, after every safe repeat
├── UnexpectedAnswer      something answered, but not a Continuity service as this client knows it
├── DigestMismatch        bytes arrived that are not the recorded ones; nothing was kept
├── LocalFailure          a file here cannot be read or written, or the call cannot be put into a request
├── Ambiguous             a name fits several things
├── StillRunning          the caller's own time limit ran out; the generation goes on
└── OutcomeUnknown        nobody knows whether the provider accepted a paid call
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ContinuityError(Exception):
    """A call did not succeed. `code` is stable, `hint` says what to do next.

    `status` is the HTTP status, None when there was no answer. `problem` is the service's whole problem document (empty when the
    failure is on this side); its `findings` and `errors` name everything that is wrong at once.
    """

    def __init__(
        self,
        code: str,
        message: str,
        hint: str = "",
        *,
        status: int | None = None,
        problem: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.status = status
        self.problem = dict(problem or {})

    @property
    def findings(self) -> tuple[Mapping[str, Any], ...]:
        """What rules and gaps had to say, as the service wrote it."""
        return self._listed("findings")

    @property
    def errors(self) -> tuple[Mapping[str, Any], ...]:
        """What is malformed in the request, each with its path and the offending value."""
        return self._listed("errors")

    def _listed(self, member: str) -> tuple[Mapping[str, Any], ...]:
        listed = self.problem.get(member)
        return tuple(one for one in listed if isinstance(one, Mapping)) if isinstance(listed, list) else ()


class Unreachable(ContinuityError):
    """No connection, or none that lasted. `idempotency_key` lets a change be repeated without being made twice."""

    def __init__(self, message: str, hint: str, *, idempotency_key: str | None = None) -> None:
        super().__init__("unreachable", message, hint)
        self.idempotency_key = idempotency_key


class UnexpectedAnswer(ContinuityError):
    """The answer is not one this client understands."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        hint = "check that the URL is that of a Continuity service of this version"
        super().__init__("unexpected-answer", message, hint, status=status)


class DigestMismatch(ContinuityError):
    """The bytes do not match their Content-Digest (RFC 9530), or came without one."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "digest-mismatch", message, "fetch it again; if it stays so, the stored bytes are damaged"
        )


class LocalFailure(ContinuityError):
    """Something on this machine: a file, or a text that cannot be sent."""


class Ambiguous(ContinuityError):
    """A name where an id was wanted, and several things bear it."""


class StillRunning(ContinuityError):
    """The time the caller gave is over."""


class OutcomeUnknown(ContinuityError):
    """The paid call may or may not have been accepted. Asking again for the same clip could pay twice."""

    def __init__(
        self, generation: str, submission: str, external_task_id: str, *, state: str = "unknown"
    ) -> None:
        super().__init__(
            "outcome-unknown",
            f"nobody knows whether the provider accepted {submission} (external task id {external_task_id})"
            f" of {generation}",
            f"do not ask for the clip again, it could be paid twice: look {external_task_id} up in the"
            " provider's console; "
            + (
                f"then decide: continuity submissions resolve {submission} --help"
                if state == "quarantined"
                else "it is looked up on and on, and goes to a person when nothing is found"
            ),
        )
        self.generation = generation
        self.submission = submission
        self.external_task_id = external_task_id

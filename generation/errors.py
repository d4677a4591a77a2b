"""Everything that can stop a request on its way to Kling and back.

GenerationError
├── CannotResolve      the registry lacks what the request needs; carries every gap, never only the first
├── VerdictQuestioned  a take is rejected for what the guide looks at second; carries the finding
├── DeliveryRefused    a clip may not be handed to somebody as it is asked; carries every finding
├── PayloadRefused     a payload breaks rules or cannot be written as bytes; carries every finding
├── PlanChanged        the caller named the plan it saw, and the same request gives another now; carries its preview
├── KlingRefused       the vendor said no, in words that prove it accepted nothing
├── KlingThrottled     the vendor has no room now; the same bytes may go again later
├── KlingUnreachable   nothing was sent, or a read did not work: asking again is safe
├── KlingUncertain     something may have been accepted; only a look-up by our own id may settle it
├── CallRefused        the vendor called, with a body that says nothing we know
├── CallUnsigned       somebody called, without a right signature of now
├── OutboundRefused    we do not connect there: scheme, host, port or address is not allowed
├── ReceiverUnreachable   who receives a webhook did not answer: the network failed, or it took too long
├── ResultRefused      a result was offered that we do not take: status, size, encoding, or cut short
├── KeyOfAnotherAccount   a key cannot see what an account has sent, so it is not that account's
├── ReconciliationRunning somebody compares this account with the provider already
├── CensusRunning      somebody counts this account's elements and voices already
└── CannotDelete       the provider would not delete it: it is a preset, or another account's

Each carries a stable `code`, a message with the offending value, a `hint` that says what to do next, and
`detail` for programs. No HTTP numbers of ours here: `api/errors.py` is the only place that knows them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar


class GenerationError(Exception):
    """Root of the tree. `code` is stable and published; `detail` is machine-readable context."""

    code: ClassVar[str] = "generation-error"

    def __init__(self, message: str, *, hint: str = "", **detail: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail


class CannotResolve(GenerationError):
    """Something the request stands on is missing. `gaps` holds all of it, in the order it was found."""

    code = "cannot-resolve"

    def __init__(self, message: str, *, gaps: Iterable[Any], hint: str = "", **detail: Any) -> None:
        super().__init__(message, hint=hint, **detail)
        self.gaps = tuple(gaps)


class PayloadRefused(GenerationError):
    """The payload may not go out as it is. `findings` holds every reason, in the order it was found."""

    code = "payload-refused"

    def __init__(self, message: str, *, findings: Iterable[Any], hint: str = "", **detail: Any) -> None:
        super().__init__(message, hint=hint, **detail)
        self.findings = tuple(findings)


class PlanChanged(GenerationError):
    """The request names the plan of an earlier preview. `preview` is what there is to see now; nothing was written."""

    code = "plan-changed"

    def __init__(self, message: str, *, preview: Any, hint: str = "", **detail: Any) -> None:
        super().__init__(message, hint=hint, **detail)
        self.preview = preview


class VerdictQuestioned(GenerationError):
    """A take is turned down for a cause that the guide diagnoses after another one; nothing was written."""

    code = "shot-scale-first"

    def __init__(self, message: str, *, findings: Iterable[Any], hint: str = "", **detail: Any) -> None:
        super().__init__(message, hint=hint, **detail)
        self.findings = tuple(findings)


class DeliveryRefused(GenerationError):
    """Something stands against a delivery of the clip, or asks for a reason first; nothing was written."""

    code = "delivery-refused"

    def __init__(self, message: str, *, findings: Iterable[Any], hint: str = "", **detail: Any) -> None:
        super().__init__(message, hint=hint, **detail)
        self.findings = tuple(findings)


class KlingRefused(GenerationError):
    """The vendor refused for good, or refused this account; nothing was accepted and nothing is charged."""

    code = "kling-refused"


class KlingThrottled(GenerationError):
    """The vendor is full (1302, 1303). The same bytes under the same id may be sent again after a pause."""

    code = "kling-throttled"


class KlingUnreachable(GenerationError):
    """The network failed where that costs nothing: before the first byte of a create, or while reading."""

    code = "kling-unreachable"


class KlingUncertain(GenerationError):
    """Bytes of a create left and no answer proves what became of them. Never send again; look up."""

    code = "kling-uncertain"


class CallRefused(GenerationError):
    """A callback whose body is neither of the vendor's two shapes."""

    code = "call-refused"


class CallUnsigned(GenerationError):
    """A callback without a right signature, or with one that is not of now."""

    code = "call-unsigned"


class OutboundRefused(GenerationError):
    """The address is not one this service connects to. Nothing was sent but, perhaps, a name query."""

    code = "outbound-refused"


class ReceiverUnreachable(GenerationError):
    """No answer came from a webhook's target; it may have heard all the same."""

    code = "receiver-unreachable"


class ResultRefused(GenerationError):
    """What a URL answered is no result. `detail['why']`: dead, status, encoding, too-large, short."""

    code = "result-refused"


class KeyOfAnotherAccount(GenerationError):
    """Asked under this key, the vendor does not know a task of the account."""

    code = "key-of-another-account"


class ReconciliationRunning(GenerationError):
    """One comparison of an account at a time. Nothing was read and nothing written."""

    code = "reconciliation-running"


class CensusRunning(GenerationError):
    """One census of an account at a time. Nothing was read and nothing written."""

    code = "census-running"


class CannotDelete(GenerationError):
    """The provider deletes what the account made itself, and nothing else (contract R59). Nothing was written."""

    code = "cannot-delete"

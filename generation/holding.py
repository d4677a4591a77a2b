"""What the provider's answers say about the account itself: that its calls must stop, or that they get through again; pure.

| code | what stops |
|---|---|
| 1000-1004 (key, token), 1304 (address not allowed) | every call |
| 1100-1102 (no money, no package) | paid calls |
| 1103 (no permission for the model) | paid calls for that model |

A token that was stale (1003, 1004) is made anew and the refused call sent once more before anything stops.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from generation.kling.client import Absent, Found, NoInformation
from registry.deciders.account import Account, HoldAccount, ResumeAccount
from registry.deciders.command import Command
from registry.deciders.submission import Submission
from registry.events.account import AccountHeld, Scope
from registry.events.envelope import Event
from registry.events.submission import SubmissionConfirmed, SubmissionRejected

SCOPE_OF_CODE: Final[dict[int, Scope]] = {
    **dict.fromkeys((1000, 1001, 1002, 1003, 1004, 1304), "everything"),
    **dict.fromkeys((1100, 1101, 1102), "sending"),
    1103: "model",
}
STALE_TOKEN: Final = (1003, 1004)
_Held = tuple[Scope, str | None]


def worth_another_token(outcome: Event, before: Submission) -> bool:
    """Whether this refusal may be the token's alone: a stale one, and the send before it was not refused for the same."""
    earlier = before.rejected.code if before.rejected is not None else 0
    return (
        isinstance(outcome, SubmissionRejected) and outcome.code in STALE_TOKEN and earlier not in STALE_TOKEN
    )


def after_send(
    outcome: Event, account: Account, before: Submission, *, stream: str, model: str, submission: str
) -> list[Command]:
    """What a paid call's outcome does to the account it was sent under. `account` and `before` are as they were when it left."""
    scope = SCOPE_OF_CODE.get(outcome.code) if isinstance(outcome, SubmissionRejected) else None
    if not isinstance(outcome, SubmissionRejected) or scope is None:
        return _resumed(account, stream, _proven_by(outcome, model))
    if worth_another_token(outcome, before):
        return []
    held = AccountHeld(
        scope=scope,
        by="provider",
        message=outcome.message,
        model=model if scope == "model" else None,
        code=outcome.code,
        submission=submission,
    )
    passed: tuple[_Held, ...] = () if scope == "everything" else (("everything", None),)
    return [*_resumed(account, stream, passed), HoldAccount(stream=stream, held=held)]


def after_read(answer: Found | Absent | NoInformation, account: Account, *, stream: str) -> list[Command]:
    """What an answered question says: the key is refused, or it is not any more. A stale token is the next question's matter."""
    if not isinstance(answer, NoInformation):
        return _resumed(account, stream, (("everything", None),))
    if SCOPE_OF_CODE.get(answer.code or 0) != "everything" or answer.code in STALE_TOKEN:
        return []
    held = AccountHeld(scope="everything", by="provider", message=answer.why, code=answer.code)
    return [HoldAccount(stream=stream, held=held)]


def silenced(account: Account) -> bool:
    """Whether a person said that no call may go out at all."""
    held = account.holds.get(("everything", None))
    return held is not None and held.by == "person"


def refused(account: Account) -> bool:
    """Whether every call of the account is held."""
    return ("everything", None) in account.holds


def _proven_by(outcome: Event, model: str) -> tuple[_Held, ...]:
    """What an answer got past. A final refusal may come before money and permission are looked at (contract 15.1)."""
    if isinstance(outcome, SubmissionConfirmed) or (
        isinstance(outcome, SubmissionRejected) and outcome.kind == "load"
    ):
        return ("everything", None), ("sending", None), ("model", model)
    return (("everything", None),) if isinstance(outcome, SubmissionRejected) else ()


def _resumed(account: Account, stream: str, passed: Iterable[_Held]) -> list[Command]:
    return [
        ResumeAccount(stream=stream, scope=scope, by="provider", reason="a call got through", model=model)
        for scope, model in passed
        if (held := account.holds.get((scope, model))) is not None and held.by == "provider"
    ]

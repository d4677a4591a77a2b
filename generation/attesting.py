"""Whether a key belongs to an account: a key of another one does not see what this one has sent.

That matters because a key that cannot see a task would "disprove" it (generation-machine, traps): its "not found" would let the
same request be paid again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from generation.desk import KlingFor
from generation.errors import KeyOfAnotherAccount, KlingRefused, KlingUnreachable
from generation.holding import after_read
from generation.kling.client import Absent, Found, NoInformation
from generation.posting import route_of
from registry.deciders.account import Account
from registry.deciders.command import Command
from registry.views.submissions import SubmissionCard


@dataclass(frozen=True, slots=True)
class Proof:
    """What speaks for the key: a task of the account that it sees, or nothing but a person's word (`seen_task` is None)."""

    seen_task: str | None
    words: str
    found: Found | None = None

    def resumes(self, account: Account, stream: str) -> list[Command]:
        """The provider's hold of all calls is over, when the key got through."""
        return [] if self.found is None else after_read(self.found, account, stream=stream)


def prove(
    kling_for: KlingFor,
    account: Account,
    key_fingerprint: str,
    newest: SubmissionCard | None,
    *,
    kept_since: int,
) -> Proof:
    """One question under the new key, for the task that the account confirmed last (`newest`).

    A task confirmed before `kept_since` (microseconds) may be gone at the provider, so it decides nothing. Raises
    KeyOfAnotherAccount; KlingRefused when the key itself is refused; KlingUnreachable when there was no answer.
    """
    if newest is None or newest.task_id is None or (newest.confirmed_at or 0) < kept_since:
        what = "has no task yet" if newest is None else "has no task that the provider must still know"
        return Proof(None, f"the account {what}, so the key is taken on your word")
    with kling_for(replace(account, key_fingerprint=key_fingerprint)) as client:
        answer = client.task(route_of(newest.route), newest.task_id)
    if isinstance(answer, Absent):
        raise KeyOfAnotherAccount(
            f"asked under the key {key_fingerprint}, Kling does not know task {newest.task_id} of {newest.id}",
            hint="this key belongs to another account: open that one with its own key",
        )
    if isinstance(answer, NoInformation):
        raise _no_answer(answer, key_fingerprint)
    words = f"under this key Kling shows task {newest.task_id}, which the account has sent"
    return Proof(newest.task_id, words, answer)


def _no_answer(answer: NoInformation, key_fingerprint: str) -> KlingRefused | KlingUnreachable:
    if answer.http == 401:
        return KlingRefused(
            f"Kling refuses the key {key_fingerprint}: {answer.why}", hint="check the key and its secret"
        )
    return KlingUnreachable(
        f"whether the key {key_fingerprint} belongs to the account cannot be found out now: {answer.why}",
        hint="nothing was written; try again later",
    )

"""The protocol made wrong on purpose, in the ways the field gets it wrong: the harness must then find what was paid twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import pytest

from generation import looking, posting, worker
from generation.carrying import plan_of
from generation.desk import Desk, Held, Moved, Step
from generation.kling.client import Found, KlingClient, PostResult
from generation.kling.outcomes import Accepted, Unknown
from generation.wire import wire_body
from registry.deciders.command import Command
from registry.deciders.submission import IntendSubmission, NoteOnSubmission
from registry.events.submission import SubmissionConfirmed
from registry.log.roles import Handled
from tests.crash.schedules import Broken
from tests.servers.world import new_id


@contextmanager
def broken(how: Broken) -> Iterator[None]:
    """The protocol as it is (""), or broken in one way while the context lasts."""
    with pytest.MonkeyPatch.context() as patch:
        if how:
            _WAYS[how](patch)
        yield


def _intent_after_post(patch: pytest.MonkeyPatch) -> None:
    """The intent is written together with the outcome, not before the POST."""
    append, waiting = Held.append, list[Command]()

    def late(held: Held, desk: Desk, *commands: Command) -> Handled:
        if any(isinstance(command, IntendSubmission) for command in commands):
            waiting.extend(commands)
            (newest,) = list(desk.registry.feed.after(held.lease.log, 0, limit=100_000))[-1:]
            return Handled((newest,), newest.position)
        commands = (*waiting, *commands)
        waiting.clear()
        return append(held, desk, *commands)

    patch.setattr(Held, "append", late)


def _retrying_transport(patch: pytest.MonkeyPatch) -> None:
    """A POST whose outcome is unknown is simply made again, as a retrying HTTP client would."""
    create = KlingClient.create

    def again(client: KlingClient, route: Any, body: Any, **rest: Any) -> PostResult:
        for _ in range(3):
            posted = create(client, route, body, **rest)
            if not isinstance(posted.outcome, Unknown):
                break
        return posted

    patch.setattr(KlingClient, "create", again)


def _fresh_id(patch: pytest.MonkeyPatch) -> None:
    """Whoever finds an intent without an outcome sends again, under a new id."""
    look = looking.look_up

    def anew(desk: Desk, held: Held) -> Step:
        intent, plan = held.submission.intent, plan_of(held.subject)
        if intent is None or plan is None:
            return look(desk, held)
        external = f"s-{new_id('submission').partition('_')[2]}"
        body = wire_body(desk, plan, extra={"external_task_id": external}, urls=intent.video_urls)
        account = posting.account_of(desk, held, intent.account)
        with desk.kling_for(account) as client:
            posted = client.create(intent.route, body, deadline_seconds=5, still_allowed=lambda: True)  # type: ignore[arg-type]
            if not isinstance(posted.outcome, Accepted):
                found = client.task(intent.route, intent.external_task_id)  # type: ignore[arg-type]
                if not isinstance(found, Found):
                    return look(desk, held)
                task_id = found.task.task_id
            else:
                task_id = posted.outcome.task_id
        event = SubmissionConfirmed(task_id=task_id, via="answer")
        held.append(desk, NoteOnSubmission(stream=posting.submission_of(held), event=event))
        return Moved()

    patch.setattr(worker, "look_up", anew)


_WAYS: Final[dict[str, Callable[[pytest.MonkeyPatch], None]]] = {
    "intent_after_post": _intent_after_post,
    "retrying_transport": _retrying_transport,
    "fresh_id": _fresh_id,
}
WAYS: Final[Sequence[Broken]] = ("intent_after_post", "retrying_transport", "fresh_id")

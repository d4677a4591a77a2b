"""Paid calls of many fates: a task at the sandbox, and what the log has written about it, right or wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from generation.sandbox.accounts import DEFAULT_ACCOUNT
from registry.deciders.command import Command
from registry.deciders.submission import IntendSubmission, NoteOnSubmission
from registry.events.ids import suffix_of
from registry.events.submission import (
    SubmissionConfirmed,
    SubmissionIntended,
    SubmissionQuarantined,
    SubmissionRejected,
    SubmissionUnknown,
    TaskFailed,
    TaskSucceeded,
)
from tests.servers.sandbox import Sandbox
from tests.servers.world import KEYS, World, new_id

ROUTE = "text2video"
UNITS = {"5": "3", "10": "6"}
"""What the sandbox's `kling-v3` in mode std costs, by seconds."""
PLAIN = "A kite over a grey sea."
_BODY = {"model_name": "kling-v3", "mode": "std", "sound": "off"}


@dataclass
class Till:
    """Makes tasks at the provider, and gathers what the log says of them until `write`."""

    world: World
    provider: Sandbox
    api_key: str = DEFAULT_ACCOUNT.api_key
    commands: list[Command] = field(default_factory=list)

    def __post_init__(self) -> None:
        headers = {"authorization": f"Bearer {self.api_key}"}
        self._http = httpx.Client(base_url=self.provider.url, headers=headers, trust_env=False, timeout=20)

    def post(self, external_task_id: str = "", *, seconds: str = "5", prompt: str = PLAIN) -> str:
        """A task made at the provider; its id."""
        body = {**_BODY, "duration": seconds, "prompt": prompt}
        if external_task_id:
            body["external_task_id"] = external_task_id
        answer = self._http.post(f"/v1/videos/{ROUTE}", json=body).json()
        assert answer["code"] == 0, answer
        return str(answer["data"]["task_id"])

    def intend(self) -> str:
        """An intent in the log, whose send deadline has passed; the submission's id."""
        submission = new_id("submission")
        intent = SubmissionIntended(
            subject=new_id("generation"),
            external_task_id=external_of(submission),
            account=self.world.account,
            key_fingerprint=KEYS.fingerprint,
            host=self.provider.url,
            route=ROUTE,
            model="kling-v3",
            plan_digest="0" * 64,
            wire_digest="0" * 64,
            bytes=100,
            send_deadline=self.world.clock() - 1,
            epoch=1,
        )
        self.commands.append(IntendSubmission(stream=submission, intent=intent))
        return submission

    def note(self, submission: str, *events: Any) -> None:
        self.commands += [NoteOnSubmission(stream=submission, event=event) for event in events]

    def settled(self, units: str | None, *, seconds: str = "5", prompt: str = PLAIN) -> tuple[str, str]:
        """A task that the log knows to its end, with so many units; (submission, task)."""
        submission = self.intend()
        task = self.post(external_of(submission), seconds=seconds, prompt=prompt)
        self.note(submission, SubmissionConfirmed(task_id=task, via="answer"), done(units))
        return submission, task

    def write(self) -> None:
        """Let the log say it all, and the tasks made so far come to their end."""
        self.provider.clock(advance_seconds=1)
        for start in range(0, len(self.commands), 500):
            self.world.do(*self.commands[start : start + 500])
        self.commands.clear()

    def close(self) -> None:
        self._http.close()


def external_of(submission: str) -> str:
    return f"s-{suffix_of(submission)}"


def done(units: str | None) -> TaskSucceeded:
    return TaskSucceeded(video_id="v", url="https://x/v.mp4", url_expires_at=1, duration="5", units=units)


UNKNOWN = SubmissionUnknown(reason="the connection broke")
QUARANTINED = SubmissionQuarantined(reason="a person decides")
REJECTED = SubmissionRejected(kind="final", http=400, code=1201, message="a prompt is missing")
FAILED = TaskFailed(message="risk control", units="0")

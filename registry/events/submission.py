"""One paid create call and everything that is ever known about it. No event here is a guess.

The order is the protocol: an intent is durable before the first byte leaves; an unknown outcome is looked up by our own id.
What the provider says may quote a prompt, and what operators write may name people: both are personal.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from registry.events.envelope import Event
from registry.events.ids import AccountId
from registry.events.personal import Personal
from registry.events.references import Sha256, StoredBytes, Units, Value

Decision = Literal["adopt", "declare_absent", "abandon"]
ResentAfter = Literal["load", "account", "not_sent", "disproved", "declared_absent"]
Via = Literal["answer", "lookup", "list", "operator", "reconciliation"]
ExternalTaskId = Annotated[str, StringConstraints(pattern=r"^s-[0-9a-hjkmnp-tv-z]{26}$")]


class Look(Value):
    """One answered question for our external id, and what it proves: the provider did not know it then.

    `how` is a question by id, or a scan of the account's task list that reached back before the intent. `request_id` is the
    provider's own name of the answer; `at` is microseconds since 1970.
    """

    how: Literal["id", "list"]
    at: int
    request_id: str = ""


class SubmissionIntended(Event):
    """We are about to send these exact bytes under this id to this host; durable before the first byte leaves.

    `send_deadline` is microseconds since 1970: no send of this intent is under way after it. `subject` is what it is for.
    """

    NAME: ClassVar[str] = "SubmissionIntended"

    subject: str
    external_task_id: ExternalTaskId
    account: AccountId
    key_fingerprint: str
    host: str
    route: str
    model: str
    plan_digest: Sha256
    wire_digest: Personal[Sha256]
    """Personal, as the bytes it speaks of hold a person's picture."""
    bytes: int = Field(gt=0)
    send_deadline: int
    epoch: int
    video_urls: dict[str, str] = Field(default_factory=dict)
    """Which URL stood for which parent clip, frozen here (`clip:…` -> URL)."""
    callback_base: str = ""
    """The public URL under which the provider was asked to call us; empty when it was not. The token is never written down."""
    allowances: tuple[str, ...] = ()
    """The allowances that its price is set aside in."""
    subjects: tuple[str, ...] = ()

    def sealed_under(self) -> tuple[str, ...]:
        return self.subjects


class SubmissionResent(Event):
    """The same bytes go out again under the same id, after proof that nothing was accepted, or an operator's word for it."""

    NAME: ClassVar[str] = "SubmissionResent"

    send_deadline: int
    epoch: int
    after: ResentAfter


class SubmissionNotSent(Event):
    """The connection failed before a single request byte was written: certainly nothing was accepted."""

    NAME: ClassVar[str] = "SubmissionNotSent"

    reason: str


class SubmissionConfirmed(Event):
    """The provider has accepted one task for this submission."""

    NAME: ClassVar[str] = "SubmissionConfirmed"

    task_id: str
    via: Via
    request_id: str = ""
    answer: StoredBytes | None = None


class SubmissionRejected(Event):
    """The provider refused, in words that prove it accepted nothing. `code` is its business code, `http` the status."""

    NAME: ClassVar[str] = "SubmissionRejected"

    kind: Literal["load", "account", "final"]
    http: int
    code: int
    message: Personal[str]
    request_id: str = ""
    answer: StoredBytes | None = None


class SubmissionUnknown(Event):
    """Nobody knows whether the provider accepted. Never resent from here; looked up by `external_task_id`."""

    NAME: ClassVar[str] = "SubmissionUnknown"

    reason: Personal[str]
    answer: StoredBytes | None = None


class SubmissionDisproved(Event):
    """Every look after the last byte could have arrived came back empty, and so did the list: nothing was accepted."""

    NAME: ClassVar[str] = "SubmissionDisproved"

    looks: tuple[Look, ...]


class SubmissionQuarantined(Event):
    """Nothing more is done by itself: a person decides. `reason` says why."""

    NAME: ClassVar[str] = "SubmissionQuarantined"

    reason: Personal[str]


class QuarantineResolved(Event):
    """What a person decided, why, and on which evidence; who it was is the event's actor. `task_id` is the adopted task."""

    NAME: ClassVar[str] = "QuarantineResolved"

    decision: Decision
    reason: Personal[str]
    evidence: Personal[str] = ""
    task_id: str | None = None


class SubmissionClosed(Event):
    """What it was for has ended while the provider had no task of it; it is never sent again. `reason` says how that ended."""

    NAME: ClassVar[str] = "SubmissionClosed"

    reason: str


class TaskProcessing(Event):
    """The provider has begun."""

    NAME: ClassVar[str] = "TaskProcessing"


class TaskSucceeded(Event):
    """The provider is done. It serves `url` until `url_expires_at` (microseconds; contract section 10: 30 days).

    `units` is `final_unit_deduction`; `duration` the provider's own decimal seconds; `watermark_url` the marked copy's address,
    empty when none was asked for.
    """

    NAME: ClassVar[str] = "TaskSucceeded"

    video_id: str
    url: str
    url_expires_at: int
    duration: str
    watermark_url: str = ""
    units: Units | None = None
    answer: StoredBytes | None = None


class CreationSucceeded(Event):
    """The provider has made the element or the voice: `made_id` is its id (contract sections 6, 7).

    `voice_id` is that of a voice made along with an element, empty when there is none; `trial_url` where a voice is auditioned.
    """

    NAME: ClassVar[str] = "CreationSucceeded"

    made_id: str
    voice_id: str = ""
    trial_url: str = ""
    units: Units | None = None
    answer: StoredBytes | None = None


class TaskFailed(Event):
    """The provider gave up; `message` is its `task_status_msg`."""

    NAME: ClassVar[str] = "TaskFailed"

    message: Personal[str]
    units: Units | None = None
    answer: StoredBytes | None = None


class ProviderAnomaly(Event):
    """The provider said something that cannot be (a state going backwards, a task gone after acceptance). A note, no state."""

    NAME: ClassVar[str] = "ProviderAnomaly"

    what: Personal[str]


class CallbackReceived(Event):
    """The provider called. A note that pulls the next question forward; what the body claims (`status`) moves no state.

    `task_id` is the task the body names: when it is not ours, somebody should ask what that other task is.
    """

    NAME: ClassVar[str] = "CallbackReceived"

    status: str
    task_id: str = ""
    body_sha256: Sha256

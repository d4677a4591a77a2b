"""A Kling account in a region. Its access keys may rotate; its element ids and tasks belong to it alone.

What a comparison of the provider's task list with our log found is here too: the findings, and the run as a whole; and likewise
what a census of its elements and voices found.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from registry.events.envelope import Event
from registry.events.ids import CensusId, ReconciliationId, SubmissionId
from registry.events.references import Units, Value

Scope = Literal["everything", "sending", "model"]
"""What a hold stops: every call (a bad key), paid calls (no money), or paid calls for one model (no permission)."""


class AccountOpened(Event):
    """We send under this account from here on. `host` is the API's base URL; `key_fingerprint` names the key, not the secret."""

    NAME: ClassVar[str] = "AccountOpened"

    name: str
    region: str
    host: str
    key_fingerprint: str


class AccountKeyAttested(Event):
    """A person vouches that this key belongs to the same account: it may look up, and disprove, what an earlier key sent.

    `seen_task` is a task of this account that the key could see at the provider; null when the person's word is all there is.
    """

    NAME: ClassVar[str] = "AccountKeyAttested"

    key_fingerprint: str
    reason: str
    seen_task: str | None = None


class AccountHeld(Event):
    """The account's calls stop, once for all that wait: the provider refused it (`code`, `message`), or a person said so.

    `scope` says which calls; `model` which model's, when it is that. A hold by the provider ends by itself when a call gets
    through again; one by a person ends by a person.
    """

    NAME: ClassVar[str] = "AccountHeld"

    scope: Scope
    by: Literal["provider", "person"]
    message: str
    model: str | None = None
    code: int | None = None
    submission: SubmissionId | None = None


class AccountResumed(Event):
    """Calls of that scope go out again: one got through (`by` provider), or a person said so."""

    NAME: ClassVar[str] = "AccountResumed"

    scope: Scope
    by: Literal["provider", "person"]
    reason: str
    model: str | None = None


class SlotsSet(Event):
    """How many tasks of a model this account may have open at once (contract section 10: per account, model and pack)."""

    NAME: ClassVar[str] = "SlotsSet"

    model: str
    slots: int = Field(ge=0, le=1000)
    pack: str = ""


Orphan = Literal["twin", "after_end", "not_in_log"]
"""Why nothing of ours stands for a task: its submission has another one; had ended without one; or is not in this log."""
FindingKind = Literal[
    "twin", "after_end", "not_in_log", "charge", "no_charge", "missing", "unlisted", "adopted", "foreign"
]
Amount = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$")]
"""A sum or a difference of Kling units, exact decimal; may be negative."""


class OrphanTaskFound(Event):
    """The provider has a task that nothing in this log stands for though it bears an id of our form: it may be paid for nothing.

    `units` is what the provider says it deducted, null while it has not said; `submission` the one whose id the task bears.
    """

    NAME: ClassVar[str] = "OrphanTaskFound"

    task_id: str
    kind: Orphan
    route: str
    external_task_id: str
    status: str
    submission: SubmissionId | None = None
    units: Units | None = None


class ChargeWithoutEventFound(Event):
    """The provider deducted more for a task of ours than the log has settled; `ours` is null where it has settled nothing."""

    NAME: ClassVar[str] = "ChargeWithoutEventFound"

    task_id: str
    submission: SubmissionId
    theirs: Units
    ours: Units | None = None


class EventWithoutChargeFound(Event):
    """The log has settled more for a task than the provider says it deducted; `theirs` is null where it says nothing."""

    NAME: ClassVar[str] = "EventWithoutChargeFound"

    task_id: str
    submission: SubmissionId
    ours: Units
    theirs: Units | None = None


class ReconciliationFinding(Value):
    """One line of a reconciliation's report. `known` says that an earlier run has found it; `words` says it to a person."""

    kind: FindingKind
    task_id: str
    words: str
    submission: SubmissionId | None = None
    external_task_id: str = ""
    theirs: Units | None = None
    ours: Units | None = None
    known: bool = False


class UnitSums(Value):
    """Units of the tasks in the window. `theirs` is all the provider says it deducted; `ours` all that the log has settled.

    Of `theirs`, `foreign` was deducted for tasks made elsewhere, `orphans` for orphans, `open` for tasks that are still
    followed. `gap` is what is left: theirs - ours - foreign - orphans - open, the net of all charge findings.
    """

    theirs: Amount
    ours: Amount
    foreign: Amount
    orphans: Amount
    open: Amount
    gap: Amount


class ResourcePack(Value):
    """A pack of units as the provider shows it (contract 7.1); `remaining` lags behind by up to 12 hours."""

    id: str
    name: str
    kind: str
    status: str
    total: Amount
    remaining: Amount


class AccountReconciled(Event):
    """The provider's task lists and deductions were compared with this log; all that differs is in `findings`.

    The window holds tasks created from `since` until before `until`, and the run began at `ran_at` (microseconds since 1970).
    `tasks` were listed, and `submissions` of ours had one. `unread` says what could not be read; `complete` that nothing was
    left out. `counts` counts all findings by kind; of those, the list holds the gravest, and `omitted` are not in it.
    `packs_used` is how much less the packs hold than at the run before, up to 12 hours late; null when that cannot be said.
    """

    NAME: ClassVar[str] = "AccountReconciled"

    reconciliation: ReconciliationId
    ran_at: int
    since: int
    until: int
    tasks: int = Field(ge=0)
    submissions: int = Field(ge=0)
    complete: bool
    unread: tuple[str, ...] = ()
    counts: dict[str, int] = Field(default_factory=dict)
    units: UnitSums
    packs: tuple[ResourcePack, ...] = ()
    packs_used: Amount | None = None
    findings: tuple[ReconciliationFinding, ...] = ()
    omitted: int = Field(default=0, ge=0)


Census = Literal[
    "missing", "deleted", "foreign", "undeleted", "drifted", "duplicate", "orphan", "preset", "recovered"
]
"""What a census can find: a binding the provider does not list, lists as deleted, as somebody else's, still lists though it was
to be deleted, or lists made of something else; one name twice; something no binding stands for; a preset that was adopted as
the account's own; and a lost binding that is there again."""
CensusAction = Literal["adopt", "merge", "retire", "remint", "delete", "none"]


class CensusFinding(Value):
    """One line of a census. It holds ids alone: a name or a description at the provider may be a person's.

    `id` is the same in every census that finds the same; `subject` is the binding, or the vendor's id where there is none. Of
    the `actions` the first is the usual one.
    """

    id: str
    kind: Census
    of: Literal["element", "voice"]
    subject: str
    words: str
    actions: tuple[CensusAction, ...]
    vendor_id: str = ""


class CensusTaken(Event):
    """The account's elements and voices at the provider were compared with our bindings; what differs is in `findings`.

    `listed` were in the provider's lists by kind (`element`, `voice`, and the vendor's own as `element_preset`, `voice_preset`),
    `bindings` in this log. `unread` says what could not be read; where a list was not read to its end nothing is said to be
    missing from it. `counts` counts all findings by kind; the list holds the gravest, and `omitted` are not in it.
    """

    NAME: ClassVar[str] = "CensusTaken"

    census: CensusId
    ran_at: int
    listed: dict[str, int]
    bindings: int = Field(ge=0)
    complete: bool
    unread: tuple[str, ...] = ()
    counts: dict[str, int] = Field(default_factory=dict)
    findings: tuple[CensusFinding, ...] = ()
    omitted: int = Field(default=0, ge=0)

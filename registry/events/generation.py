"""A request on its way to its one end (generation-machine: states of a generation)."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from registry.events.envelope import Event
from registry.events.ids import AccountId, ClipId, GenerationId, ProductionId, SceneId, ShotId, SubmissionId
from registry.events.marks import C2paMark
from registry.events.personal import Personal
from registry.events.references import Ending, FootagePrint, Sha256, StoredBytes, Units


class GenerationRequested(Event):
    """What was asked, in the caller's film words, for which scene. `request` is the shot request as it was validated.

    Of `takes` asked for together this is number `take`; `first_take` names the first of them. `retry_of` is the ended generation
    that this one tries again. Among a production's waiting work the higher `priority` goes first, then the earlier `needed_by`
    (microseconds since 1970). `approval` asks for a person's approval of the plan; `max_units` is the most it may cost.
    """

    NAME: ClassVar[str] = "GenerationRequested"

    production: ProductionId
    scene: SceneId
    shot: ShotId | None = None
    request: Personal[dict[str, Any]]
    client_reference: str | None = None
    take: int = Field(default=1, ge=1)
    takes: int = Field(default=1, ge=1)
    first_take: GenerationId | None = None
    retry_of: GenerationId | None = None
    priority: int = 0
    needed_by: int | None = None
    approval: bool = False
    max_units: Units | None = None
    subjects: tuple[str, ...] = ()

    def sealed_under(self) -> tuple[str, ...]:
        return self.subjects


class PlanCompiled(Event):
    """The exact payload, compiled once, holding references instead of bytes; and what it was compiled by.

    `plan` is the whole plan as `generation.compile` made it (payload, attachments, grounding, mapping, findings, estimate).
    Compiler version, named policies, the day of the price table, the position that was read and the clock (microseconds) stand
    beside it and are never sealed (generation-machine, protocol 1).
    """

    NAME: ClassVar[str] = "PlanCompiled"

    pattern: str
    endpoint: str
    model: str
    account: AccountId
    plan: Personal[dict[str, Any]]
    plan_digest: Sha256
    estimate_units: Units
    priced_on: str
    policies: dict[str, str]
    as_of: int
    compiled_at: int
    compiler: str
    subjects: tuple[str, ...] = ()

    def sealed_under(self) -> tuple[str, ...]:
        return self.subjects


class ParentAwaited(Event):
    """The request continues a generation that still runs; it is compiled when that one's clip is there (guide E)."""

    NAME: ClassVar[str] = "ParentAwaited"

    parent: GenerationId


class ApprovalAwaited(Event):
    """Nothing is sent until a person approves exactly this plan. `units` is its estimate; `asked_by` says whose rule it is."""

    NAME: ClassVar[str] = "ApprovalAwaited"

    plan_digest: Sha256
    units: Units
    asked_by: Literal["request", "production"]


class PlanApproved(Event):
    """A person (the event's actor) approves this plan, at a price up to the ceiling."""

    NAME: ClassVar[str] = "PlanApproved"

    plan_digest: Sha256
    ceiling_units: Units


class PlanVoided(Event):
    """The approved plan is not what would be sent now; it needs a new plan and a new approval. `reason` says what drifted."""

    NAME: ClassVar[str] = "PlanVoided"

    plan_digest: Sha256
    reason: Personal[str]


class CancelWanted(Event):
    """Somebody wants it cancelled after it was submitted: a note, as a paid task is followed to its end."""

    NAME: ClassVar[str] = "CancelWanted"

    reason: Personal[str]


class SubmissionOpened(Event):
    """The generation's one submission; appended with that submission's intent."""

    NAME: ClassVar[str] = "SubmissionOpened"

    submission: SubmissionId


class ResultStored(Event):
    """The provider's result is in our store, hashed and checked; `checked` says how far (its structure, or decoded).

    `fetched_from` is the address it came from, which may be newer than the one the task first named. `c2pa` is what its file
    says of itself.
    `recognised_by` is by what it is recognised in another file, None where it could not be read so far; it shows whom the clip
    shows, and goes with the key of the generation.
    """

    NAME: ClassVar[str] = "ResultStored"

    clip: ClipId
    fetched_from: str
    stored: StoredBytes
    duration_us: int = Field(gt=0)
    width: int
    height: int
    has_audio: bool
    checked: str
    c2pa: C2paMark = Field(default_factory=C2paMark)
    recognised_by: Personal[FootagePrint | None] = None


class GenerationEnded(Event):
    """The one end. `reason` says why when it was not delivered."""

    NAME: ClassVar[str] = "GenerationEnded"

    outcome: Ending
    clip: ClipId | None = None
    reason: Personal[str] = ""

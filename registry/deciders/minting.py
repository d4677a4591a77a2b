"""Minting: one paid call that makes an element or a voice, carried by a submission like a generation's.

```
planned -> submitting -> minted
   `-------------`-----> failed
```
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Generic, Literal, TypeVar

from registry.deciders.command import Command, Reads, read
from registry.deciders.production import Production, must_afford, must_be_open
from registry.deciders.standing import Standing, must_stand
from registry.deciders.submission import BEFORE_ANY_TASK
from registry.errors import Refusal
from registry.events.element import ElementMintRequested
from registry.events.envelope import Event
from registry.events.generation import SubmissionOpened
from registry.events.references import Ending
from registry.events.voice import VoiceMintRequested

Stage = Literal["planned", "submitting", "minted", "failed"]
R = TypeVar("R", ElementMintRequested, VoiceMintRequested)


class MintNotThere(Refusal):
    """The mint is not at the stage this step needs."""

    code = "wrong-stage"


@dataclass(frozen=True, kw_only=True)
class OpenMint(Command):
    """Begin the mint's one submission, in the append of its intent."""

    submission: str
    standing: Standing = field(default_factory=Standing)

    @property
    def reads(self) -> tuple[str, ...]:
        return self.standing.reads


@dataclass(frozen=True, kw_only=True)
class EndMint(Command):
    """The one end. Delivered, `made_id` is the vendor's id; `submission` is the mint's own, if it has one."""

    outcome: Ending
    reason: str = ""
    made_id: str = ""
    voice_id: str = ""
    trial_url: str = ""
    task_id: str = ""
    units: str | None = None
    submission: str | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        return () if self.submission is None else (self.submission,)


@dataclass(frozen=True, slots=True)
class Mint(Generic[R]):
    """A mint as it is."""

    requested: R
    stage: Stage = "planned"
    submission: str | None = None
    outcome: Ending | None = None


def submitted(mint: Mint[R] | None, submission: str) -> Mint[R] | None:
    return mint and replace(mint, stage="submitting", submission=submission)


def ended(mint: Mint[R] | None, outcome: Ending) -> Mint[R] | None:
    stage: Stage = "minted" if outcome == "delivered" else "failed"
    return mint and replace(mint, stage=stage, outcome=outcome)


def must_pay(production: str | None, units: str, reads: Reads) -> None:
    """Raises NotFound, AlreadyClosed and BudgetExceeded about the production whose budget a mint takes."""
    if production is not None:
        state = read(reads, production, Production)
        must_be_open(state, production)
        must_afford(state, production, Decimal(units))


def open_mint(command: OpenMint, mint: Mint[R] | None, reads: Reads) -> Sequence[Event]:
    """Raises MintNotThere, and what `must_stand` raises."""
    if mint is None or mint.stage != "planned":
        raise _not_there(command.stream, mint)
    must_stand(command.standing, reads)
    return [SubmissionOpened(submission=command.submission)]


def must_end(command: EndMint, mint: Mint[R] | None, reads: Reads) -> bool:
    """False when it has ended already. Raises MintNotThere: what may have been accepted cannot be cancelled."""
    if mint is None:
        raise _not_there(command.stream, mint)
    if mint.outcome is not None:
        return False
    if command.outcome == "delivered" and mint.stage != "submitting":
        raise _not_there(command.stream, mint)
    if command.outcome == "cancelled" and mint.submission is not None:
        stage = reads[mint.submission].stage if command.submission == mint.submission else "unread"
        if stage not in BEFORE_ANY_TASK:
            raise _not_there(command.stream, mint)
    return True


def _not_there(stream: str, mint: Mint[R] | None) -> MintNotThere:
    stage = "not being minted" if mint is None else mint.stage
    return MintNotThere(f"{stream} is {stage}", hint="read it again", stage=stage)

"""What a paid call is for decides what its intent, its price and its end are told to: a generation, or something in the making.

Everything between those (the send, the looks, the polls) is the same for all. Pure.
"""

from __future__ import annotations

from generation import allowances, recording
from generation.desk import Subject
from generation.plan import MintPlan, Paid
from registry.deciders.command import Command
from registry.deciders.element import Element
from registry.deciders.generation import Generation, OpenSubmission
from registry.deciders.likeness import Use
from registry.deciders.minting import EndMint, OpenMint
from registry.deciders.production import ReleaseBudget, ReserveBudget, SettleBudget
from registry.deciders.standing import Standing
from registry.deciders.submission import CloseSubmission, Submission
from registry.deciders.voice import Voice
from registry.events.element import ElementMintRequested
from registry.events.personal import Erased
from registry.events.references import Ending
from registry.events.voice import VoiceMintRequested


def plan_of(subject: Subject) -> Paid | None:
    """The compiled plan; None once its people are erased."""
    if isinstance(subject, Generation):
        return recording.plan_of(subject)
    plan = requested_of(subject).plan
    return None if isinstance(plan, Erased) else MintPlan.model_validate(plan)


def requested_of(subject: Element | Voice) -> ElementMintRequested | VoiceMintRequested:
    """What was asked to be made. Raises RuntimeError for what was adopted."""
    if subject.mint is None:
        raise RuntimeError("nothing is being made")
    return subject.mint.requested


def pays(subject: Subject) -> str | None:
    """The production whose budget it takes; None when none does."""
    if isinstance(subject, Generation):
        return recording.requested_of(subject).production
    return requested_of(subject).production


def shown_in(subject: Subject) -> tuple[str, ...]:
    """The streams whose keys seal what is said about the bytes: everybody who is in them."""
    if isinstance(subject, Generation):
        return subject.requested.subjects if subject.requested else ()
    return (requested_of(subject).inputs.character,)


def mint_standing(plan: MintPlan, *, at: int) -> Standing:
    """What a mint stands on when it is sent at `at` (microseconds): its grounds, and the consent of whom it shows."""
    use = Use(production=plan.production, purpose="final", voice=plan.voiced, at=at)
    return Standing(plan.grounds, plan.likenesses, use)


def opening(subject: Subject, stream: str, submission: str, standing: Standing) -> Command:
    """The beginning of the one submission, in the append of its intent."""
    if isinstance(subject, Generation):
        return OpenSubmission(stream=stream, submission=submission, standing=standing)
    return OpenMint(stream=stream, submission=submission, standing=standing)


def price_of(subject: Subject) -> str:
    """The plan's estimate in units."""
    if isinstance(subject, Generation):
        return subject.plan.estimate_units if subject.plan else "0"
    return requested_of(subject).estimate_units


def reserving(subject: Subject, submission: str, stream: str) -> list[Command]:
    """Set the plan's estimate aside, in the append of the intent; what no production pays for takes no budget."""
    if isinstance(subject, Generation):
        return [recording.reserving(subject, submission, stream)]
    wanted = requested_of(subject)
    if wanted.production is None:
        return []
    reserve = ReserveBudget(
        stream=wanted.production, submission=submission, subject=stream, units=wanted.estimate_units
    )
    return [reserve]


def settling(subject: Subject, paid: Submission, units: str | None) -> list[Command]:
    """What the task cost, in the append that says it is done; None when the provider did not say."""
    submission = subject.submission if isinstance(subject, Generation) else _opened(subject)
    if submission is None:
        return []
    drawn = allowances.settling(paid, submission, units)
    if isinstance(subject, Generation):
        return [recording.settling(subject, units), *drawn]
    production = requested_of(subject).production
    if production is None:
        return drawn
    return [SettleBudget(stream=production, submission=submission, units=units), *drawn]


def ending(
    stream: str, subject: Subject, submission: Submission, *, outcome: Ending, reason: str = ""
) -> list[Command]:
    """The one end, in one append: what was made or why not, the submission's, and the books'."""
    abandoned = outcome == "abandoned"
    if isinstance(subject, Generation):
        commands = recording.ending(stream, subject, submission, outcome=outcome, reason=reason)
        if subject.submission is not None:
            commands += allowances.closing(submission, subject.submission, abandoned=abandoned)
        return commands
    paid, wanted = _opened(subject), requested_of(subject)
    commands = [_end(stream, submission, paid, outcome, reason)]
    if paid is None:
        return commands
    commands.append(CloseSubmission(stream=paid, reason=f"what it was for has ended as {outcome}"))
    commands += allowances.closing(submission, paid, abandoned=abandoned)
    if wanted.production is not None:
        commands.append(
            SettleBudget(stream=wanted.production, submission=paid, units=None)
            if abandoned
            else ReleaseBudget(stream=wanted.production, submission=paid)
        )
    return commands


def _end(stream: str, submission: Submission, paid: str | None, outcome: Ending, reason: str) -> EndMint:
    created = submission.created if outcome == "delivered" else None
    if outcome == "delivered" and created is None:
        raise RuntimeError(f"{stream} cannot be delivered: nothing was made")
    return EndMint(
        stream=stream,
        outcome=outcome,
        reason=reason,
        made_id=created.made_id if created else "",
        voice_id=created.voice_id if created else "",
        trial_url=created.trial_url if created else "",
        task_id=submission.task_id or "",
        units=created.units if created else None,
        submission=paid,
    )


def _opened(subject: Element | Voice) -> str | None:
    return subject.mint.submission if subject.mint else None

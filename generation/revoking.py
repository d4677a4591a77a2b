"""After a revocation: what waits and is not allowed any more ends now, refused, instead of when its turn would have come.

The intent's own guard is what keeps it from being sent; this only tells people sooner.
"""

from __future__ import annotations

from typing import Final

from generation.carrying import ending, mint_standing, pays, plan_of
from generation.desk import Subject, go_on
from generation.plan import MintPlan
from generation.recording import purpose_of, requested_of
from generation.refusing import refused_uses
from generation.standing import standing_of
from registry.deciders.element import Element
from registry.deciders.generation import Generation
from registry.deciders.standing import NoConsent, Standing, must_stand
from registry.deciders.submission import BEFORE_ANY_TASK, Submission
from registry.deciders.voice import Voice
from registry.errors import LogBusy, Refusal, RegistryError, VersionConflict
from registry.events.envelope import Context
from registry.registry import Registry
from registry.views import work

_TRIES: Final = 3
"""How often one is decided anew when a worker moved it meanwhile; the worker is refused like everybody else."""


def end_what_waits(registry: Registry, studio: str, likeness: str, *, context: Context) -> list[str]:
    """End what was not sent and shows that likeness without a consent that covers it; their ids.

    Whatever cannot be ended now (a busy log, a worker that is quicker) is refused when its turn comes.
    """
    with registry.reading(studio) as connection:
        waiting = work.unsent(connection, studio)
    return [one for one in waiting if _ended(registry, studio, one, likeness, context)]


def _ended(registry: Registry, studio: str, stream: str, likeness: str, context: Context) -> bool:
    for _ in range(_TRIES):
        try:
            return _decided(registry, studio, stream, likeness, context)
        except VersionConflict:
            continue
        except (LogBusy, Refusal):
            return False
    return False


def _decided(registry: Registry, studio: str, stream: str, likeness: str, context: Context) -> bool:
    folded = registry.state(studio, stream)
    subject, versions, submission = folded.state, {stream: folded.version}, Submission()
    if not isinstance(subject, Generation | Element | Voice) or _has_ended(subject):
        return False
    if (opened := _opened(subject)) is not None:
        paid = registry.state(studio, opened)
        submission, versions[opened] = paid.state, paid.version
        if submission.stage not in BEFORE_ANY_TASK:
            return False
    standing = _standing(subject, registry.clock())
    if standing is None or likeness not in standing.likenesses:
        return False
    refused = _refused(registry, studio, standing)
    if refused is None:
        return False
    why = f"what the plan stands on changed: {refused.message}"
    ends = ending(stream, subject, submission, outcome="refused", reason=why)
    uses = refused_uses(refused, production=pays(subject), subject=stream)
    go_on(registry, registry.handle(studio, [*ends, *uses], context=context, expected=versions))
    return True


def _has_ended(subject: Subject) -> bool:
    if isinstance(subject, Generation):
        return subject.stage == "ended" or subject.requested is None
    return subject.mint is None or subject.mint.outcome is not None


def _opened(subject: Subject) -> str | None:
    if isinstance(subject, Generation):
        return subject.submission
    return subject.mint.submission if subject.mint else None


def _standing(subject: Subject, at: int) -> Standing | None:
    """What its intent would stand on now; None without a plan."""
    plan = plan_of(subject)
    if isinstance(plan, MintPlan):
        return mint_standing(plan, at=at)
    if plan is None or not isinstance(subject, Generation):
        return None
    requested = requested_of(subject)
    return standing_of(plan, production=requested.production, purpose=purpose_of(requested), at=at)


def _refused(registry: Registry, studio: str, standing: Standing) -> NoConsent | None:
    try:
        must_stand(standing, {name: registry.state(studio, name).state for name in standing.reads})
    except NoConsent as refused:
        return refused
    except RegistryError:
        return None  # something else changed: the worker tells it
    return None

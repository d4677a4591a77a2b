"""After a revocation: what waits and is not allowed any more ends now, refused, instead of when its turn would have come.

The intent's own guard is what keeps it from being sent; this only tells people sooner.
"""

from __future__ import annotations

from typing import Final

from generation.desk import go_on
from generation.recording import ending, plan_of, purpose_of
from generation.refusing import refused_uses
from generation.standing import standing_of
from registry.deciders.generation import Generation
from registry.deciders.standing import NoConsent, Standing, must_stand
from registry.deciders.submission import BEFORE_ANY_TASK, Submission
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
    with registry.reading() as connection:
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
    generation, versions = folded.state, {stream: folded.version}
    if not isinstance(generation, Generation) or generation.stage == "ended" or generation.requested is None:
        return False
    submission, requested = Submission(), generation.requested
    if generation.submission is not None:
        paid = registry.state(studio, generation.submission)
        submission, versions[generation.submission] = paid.state, paid.version
        if submission.stage not in BEFORE_ANY_TASK:
            return False
    plan = plan_of(generation)
    if plan is None or all(one.likeness != likeness for one in plan.shows):
        return False
    at = registry.clock()
    standing = standing_of(plan, production=requested.production, purpose=purpose_of(requested), at=at)
    refused = _refused(registry, studio, standing)
    if refused is None:
        return False
    why = f"what the plan stands on changed: {refused.message}"
    ends = ending(stream, generation, submission, outcome="refused", reason=why)
    uses = refused_uses(refused, production=requested.production, subject=stream)
    go_on(registry, registry.handle(studio, [*ends, *uses], context=context, expected=versions))
    return True


def _refused(registry: Registry, studio: str, standing: Standing) -> NoConsent | None:
    try:
        must_stand(standing, {name: registry.state(studio, name).state for name in standing.reads})
    except NoConsent as refused:
        return refused
    except RegistryError:
        return None  # something else changed: the worker tells it
    return None

"""Cancelling: before a paid call it ends at once; after it the wish is noted, and the clip still comes.

Whoever is first under the log's lock wins. A worker that finds the generation ended sends nothing; a cancel that finds it
submitted becomes a note.
"""

from __future__ import annotations

from typing import Final

from generation.desk import go_on
from generation.recording import ending
from registry.deciders.command import Command
from registry.deciders.generation import Generation, NotThere, WantCancel
from registry.deciders.submission import BEFORE_ANY_TASK, Submission
from registry.errors import NotFound, VersionConflict
from registry.events.envelope import Context
from registry.log.roles import Handled
from registry.registry import Idempotency, Registry

DECISIONS: Final = 5
"""How often it is decided anew when a worker moved the generation meanwhile; its ways to the one paid call are shorter."""

_Decision = tuple[list[Command], dict[str, int]]


def cancel(
    registry: Registry,
    studio: str,
    generation: str,
    *,
    reason: str,
    context: Context,
    idempotency: Idempotency | None = None,
) -> Handled:
    """End it as cancelled, or note the wish once a paid task may exist.

    Raises NotFound, NotThere (with its state) when it has ended, and what `Registry.handle` raises; then nothing was written.
    """
    for last in (False,) * (DECISIONS - 1) + (True,):
        commands, expected = _decided(registry, studio, generation, reason)
        try:
            handled = registry.handle(
                studio, commands, context=context, idempotency=idempotency, expected=expected
            )
        except (VersionConflict, NotThere):
            if last:
                raise
        else:
            go_on(registry, handled)
            return handled
    raise RuntimeError("unreachable: the last decision returns or raises")


def _decided(registry: Registry, studio: str, stream: str, reason: str) -> _Decision:
    """What to append, and the versions it was decided on."""
    folded = registry.state(studio, stream)
    generation = folded.state
    if not isinstance(generation, Generation) or not generation.exists:
        raise NotFound(f"there is no {stream}", hint="check the id")
    if generation.stage == "ended":
        raise NotThere(
            f"{stream} has ended ({generation.outcome}) and cannot be cancelled",
            hint="nothing is left to do; what was paid for is in its scene's continuity log",
            stage=generation.stage,
        )
    versions = {stream: folded.version}
    submission = Submission()
    if generation.submission is not None:
        paid = registry.state(studio, generation.submission)
        submission, versions[generation.submission] = paid.state, paid.version
        if submission.stage not in BEFORE_ANY_TASK:
            return [WantCancel(stream=stream, reason=reason)], {}
    return ending(stream, generation, submission, outcome="cancelled", reason=reason), versions

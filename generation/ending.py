"""The one end of a generation that has no clip."""

from __future__ import annotations

from generation.desk import Desk, Held, Moved, Step
from generation.recording import ending
from registry.deciders.command import Command
from registry.events.references import Ending


def end(desk: Desk, held: Held, outcome: Ending, reason: str, *beside: Command) -> Step:
    """Continuity, end and the closing of the books, and what else is to be told of it, in one append."""
    commands = ending(held.id, held.generation, held.submission, outcome=outcome, reason=reason)
    held.append(desk, *commands, *beside)
    return Moved()

"""The one end of what came to nothing: a generation without a clip, an element or a voice that was not made."""

from __future__ import annotations

from generation.carrying import ending
from generation.desk import Desk, Held, Moved, Step
from registry.deciders.command import Command
from registry.events.references import Ending


def end(desk: Desk, held: Held, outcome: Ending, reason: str, *beside: Command) -> Step:
    """Its end, the closing of the books, and what else is to be told of it, in one append."""
    commands = ending(held.id, held.subject, held.submission, outcome=outcome, reason=reason)
    held.append(desk, *commands, *beside)
    return Moved()

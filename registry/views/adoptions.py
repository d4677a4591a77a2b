"""On whose word do we hold footage that was not made here, and what do they say of it?"""

from __future__ import annotations

from registry.events.clip import ClipAdopted
from registry.events.envelope import Recorded
from registry.events.marks import Depiction
from registry.events.personal import GONE, known
from registry.events.references import CastMember, FootageFacts
from registry.views.page import Card


class AdoptionCard(Card):
    """What was said of footage when it was adopted, by which key, and how far its bytes were read (`footage.checked`).

    `ai_generated` is None where nobody knows. `cast` and `likenesses` are who is seen in it, by that word alone.
    """

    by: str
    label: str
    source: str
    ai_generated: bool | None
    depicts_real_person: Depiction
    cast: tuple[CastMember, ...]
    likenesses: tuple[str, ...]
    footage: FootageFacts


def adoption_of(recorded: Recorded, event: ClipAdopted) -> AdoptionCard:
    """What the event says, for people."""
    return AdoptionCard(
        by=recorded.actor,
        label=known(event.label, GONE),
        source=known(event.source, GONE),
        ai_generated=event.ai_generated,
        depicts_real_person=event.depicts_real_person,
        cast=event.cast,
        likenesses=event.likenesses,
        footage=event.footage,
    )

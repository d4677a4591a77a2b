"""Footage that we did not make becomes a clip, on somebody's word: what it shows is held against the log, what it is was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.deciders.command import NAME_LENGTH, Command, Reads, checked_text
from registry.events.clip import ClipAdopted
from registry.events.marks import Marks
from registry.events.references import FootageFacts, FootagePrint, StoredBytes

if TYPE_CHECKING:
    from registry.deciders.attesting import Attested  # it knows scenes, which know clips


@dataclass(frozen=True, kw_only=True)
class AdoptClip(Command):
    """Keep this footage as a clip. Its bytes are in the blob store already; fields as in the event."""

    label: str
    source: str
    ai_generated: bool | None
    attested: Attested
    stored: StoredBytes
    footage: FootageFacts
    marks: Marks
    recognised_by: FootagePrint | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        return self.attested.reads


def decide_adoption(command: AdoptClip, reads: Reads) -> ClipAdopted:
    """Raises NotFound, AlreadyClosed, AlreadyErased and InvalidCommand."""
    attested = command.attested
    return ClipAdopted(
        scene=attested.scene,
        shot=attested.shot,
        label=checked_text(command.label, "label", most=NAME_LENGTH),
        source=checked_text(command.source, "source", least=3),
        ai_generated=command.ai_generated,
        depicts_real_person=attested.depicts,
        cast=attested.must_hold(reads),
        likenesses=attested.likenesses,
        stored=command.stored,
        footage=command.footage,
        marks=command.marks,
        recognised_by=command.recognised_by,
    )

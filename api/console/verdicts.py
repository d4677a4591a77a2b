"""Why a take is no good, in the words of a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from registry.events.clip import RejectionCause

CAUSES: Final[Mapping[RejectionCause, str]] = {
    "sync_failure": "Sync failed: sound and lips are apart",
    "speech_unreadable": "Speech cannot be read: people are too small in the picture",
    "identity_drift": "Identity drifts: a face, body or voice is not the character's any more",
    "portrait_clothing": "Clothes of the portrait persist in the scene",
    "reference_ignored": "A picture or element was given and not followed",
    "motion": "Motion: movement, hands, physics",
    "other": "Something else",
}
"""In the order of the guide's evaluation rule (F3)."""

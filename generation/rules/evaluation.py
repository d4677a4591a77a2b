"""The guide's evaluation rule: when sync seems weak and people are small, the shot scale is diagnosed first (guide F3.18)."""

from __future__ import annotations

from typing import Final

from generation.rules.finding import Finding
from generation.rules.prompts import is_too_wide_for_speech, shows_mouths

SCALE_FIRST: Final = "W601"
SCALE_TITLE: Final = "Weak sync on a wide framing: look at the shot scale first"
SCALE_CITES: Final = ("guide F3.18", "guide F3.19")
SCALE_WAYS_OUT: Final = (
    "reject it with the cause speech_unreadable, and film it closer",
    f"accept {SCALE_FIRST} with the reason why sync itself failed",
)


def filmed_too_wide(framing: str | None, prompt: str) -> bool:
    """Whether lips may be too small to be read; a prompt of somebody's own counts where no framing is named."""
    if framing is not None:
        return is_too_wide_for_speech(framing)
    return is_too_wide_for_speech(prompt) and not shows_mouths(prompt)


def scale_first(framing: str | None) -> Finding:
    """What is answered to whoever blames the sync of a clip that was filmed so."""
    shot = repr(framing) if framing is not None else "the prompt"
    message = f"{shot} shows people small, so bad sync and lips that cannot be read look alike"
    return Finding(
        rule=SCALE_FIRST,
        severity="W",
        title=SCALE_TITLE,
        message=f"{message}: diagnose the shot scale before the alignment of sound and picture",
        about="clip",
        path="$.cause",
        cites=SCALE_CITES,
        alternatives=SCALE_WAYS_OUT,
    )

"""How far a scene is, in a few words and a colour, for boards. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from generation.queued import Waits
from registry.views.boards import SceneTakes
from registry.views.scenes import SceneCard

PEOPLE: Final = frozenset({"approval", "quarantine", "hold", "budget", "restored"})
"""Codes of the queue that a person must do something about."""


class Progress(NamedTuple):
    """What is to be said of a scene, and the class of its mark."""

    said: str
    mark: str = ""


def progress(scene: SceneCard, takes: SceneTakes | None, waits: Sequence[Waits]) -> Progress:
    """The most urgent that there is to say."""
    approved = sum(bool(shot.approved) for shot in scene.shots)
    if scene.closed:
        return Progress("closed")
    if any(one.code in PEOPLE for one in waits):
        return Progress("waits for a person", "warn")
    if waits:
        return Progress("in the making", "busy")
    if takes is not None and takes.unjudged:
        return Progress(f"{takes.unjudged} {'take' if takes.unjudged == 1 else 'takes'} to judge", "warn")
    if scene.shots:
        done = approved == len(scene.shots)
        return Progress(f"{approved} of {len(scene.shots)} shots approved", "good" if done else "")
    if takes is None:
        return Progress("nothing filmed yet")
    return Progress("a take is approved", "good") if takes.approved else Progress("no take is approved")

"""Which decider speaks for which kind of stream."""

from __future__ import annotations

from typing import Final

from registry.deciders import (
    access,
    account,
    allowance,
    asset,
    character,
    clip,
    element,
    generation,
    likeness,
    production,
    reads,
    rebuild,
    restore,
    scene,
    signing,
    studio,
    submission,
    voice,
    webhook,
)
from registry.deciders.command import Decider

DECIDERS: Final[dict[str, Decider]] = {
    "studio": studio.DECIDER,
    "key": access.DECIDER,
    "account": account.DECIDER,
    "allowance": allowance.DECIDER,
    "restore": restore.DECIDER,
    "rebuild": rebuild.DECIDER,
    "reads": reads.DECIDER,
    "signing": signing.DECIDER,
    "asset": asset.DECIDER,
    "character": character.DECIDER,
    "element": element.DECIDER,
    "production": production.DECIDER,
    "scene": scene.DECIDER,
    "generation": generation.DECIDER,
    "submission": submission.DECIDER,
    "clip": clip.DECIDER,
    "likeness": likeness.DECIDER,
    "voice": voice.DECIDER,
    "webhook": webhook.DECIDER,
}

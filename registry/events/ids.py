"""Ids: a prefix that says what it names, and 26 characters that say when it was made (TypeID over UUIDv7).

Only the grammar lives here. Ids are made at the edge and come in as arguments (`MakeId`), so that every decider is a function
of what it is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Final

from pydantic import StringConstraints

MakeId = Callable[[str], str]
"""prefix -> a new id with that prefix."""

SYSTEM_LOG: Final = "system"
"""The log above all studios: studios themselves, and the keys that open them."""

ID_SUFFIX: Final = r"[0-7][0-9a-hjkmnp-tv-z]{25}"
"""What comes after an id's kind and the line below, as a regular expression."""
_TYPEID = re.compile(rf"([a-z]+)_({ID_SUFFIX})")


def _pattern(prefix: str) -> StringConstraints:
    return StringConstraints(pattern=rf"^{prefix}_{ID_SUFFIX}$")


StudioId = Annotated[str, _pattern("studio")]
KeyId = Annotated[str, _pattern("key")]
AccountId = Annotated[str, _pattern("account")]
AssetId = Annotated[str, _pattern("asset")]
CharacterId = Annotated[str, _pattern("character")]
ElementId = Annotated[str, _pattern("element")]
ProductionId = Annotated[str, _pattern("production")]
SceneId = Annotated[str, _pattern("scene")]
ShotId = Annotated[str, _pattern("shot")]
GenerationId = Annotated[str, _pattern("generation")]
SubmissionId = Annotated[str, _pattern("submission")]
ReconciliationId = Annotated[str, _pattern("reconciliation")]
ClipId = Annotated[str, _pattern("clip")]
EventId = Annotated[str, _pattern("event")]
VoiceId = Annotated[str, _pattern("voice")]
LikenessId = Annotated[str, _pattern("likeness")]
ConsentId = Annotated[str, _pattern("consent")]
RebuildId = Annotated[str, _pattern("rebuild")]
CensusId = Annotated[str, _pattern("census")]
WebhookId = Annotated[str, _pattern("webhook")]
SecretId = Annotated[str, _pattern("secret")]
DeliveryId = Annotated[str, _pattern("delivery")]


def prefix_of(stream: str) -> str:
    """The kind of thing an id names: `asset` of `asset_01h…`. Raises ValueError on anything that is no id."""
    found = _TYPEID.fullmatch(stream)
    if found is None:
        raise ValueError(f"{stream!r} is no id")
    return found[1]


def is_id(text: str, prefix: str) -> bool:
    found = _TYPEID.fullmatch(text)
    return found is not None and found[1] == prefix


def suffix_of(stream: str) -> str:
    """The 26 characters after the prefix."""
    prefix_of(stream)
    return stream.rpartition("_")[2]

"""What a row of the table of combinations is called, for people who know the guide by its titles and not by its ids."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from generation.patterns.combinations import TABLE
from generation.patterns.pattern import Pattern


def called(id: str) -> str:
    """An approved pattern by id and title; of any other combination that it is none, and what it is. Else the id itself."""
    return _CALLED.get(id, id)


def _title(id: str, title: str, pattern: Pattern | None) -> str:
    return f"{id}: {title}" if pattern else f"No approved pattern: {title[:1].lower()}{title[1:]}"


_CALLED: Final[Mapping[str, str]] = MappingProxyType(
    {row.id: _title(row.id, row.title, row.pattern) for row in TABLE}
)

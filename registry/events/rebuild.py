"""Rebuilds: what came of comparing the views with the log. A stream per rebuild, in the system log."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from registry.events.envelope import Event
from registry.events.personal import Personal
from registry.events.references import Sha256


class TableDiffered(BaseModel):
    """A table whose live rows were not those that the log gives: how many it lacked, had too many, or had wrong.

    `keys` are the first few, as `+` missing, `-` extra or `~` changed, without any words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    missing: int = Field(ge=0)
    extra: int = Field(ge=0)
    changed: int = Field(ge=0)
    keys: tuple[str, ...]


class ViewsRebuilt(Event):
    """All views were made anew from the log and compared with the live ones, at one position of each log.

    `logs` logs held `events` events; `positions` names the first hundred and where they ended, `positions_sha256` stands for all.
    `rows` counts what each table should hold, and `digests` are over those rows. As they could confirm a guess at a name in
    them, they go with the next erasure, whoever is erased. Where something differed, `replaced` says whether the live rows were
    replaced, and `reason` why.
    """

    NAME: ClassVar[str] = "ViewsRebuilt"

    logs: int = Field(ge=0)
    events: int = Field(ge=0)
    positions: dict[str, int]
    positions_sha256: Sha256
    rows: dict[str, int]
    digests: Personal[dict[str, Sha256]]
    differences: tuple[TableDiffered, ...] = ()
    replaced: bool = False
    reason: str = ""
    program_version: str

"""The named policies a plan is compiled under: where the guide and the vendor differ, the installation says whom it follows."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

EndFrame = Literal["refuse", "allow"]
OldParents = Literal["refuse", "relay"]


class Policies(BaseModel):
    """`end_frame`: whether an end frame with more than two pictures is refused.

    The guide refuses it; the vendor has lifted that limit for today's models (guide 1.9, contract R25, contract D1).
    `old_parents`: what becomes of a continuation whose parent's address at the vendor is too old: it is refused, or our relay
    serves the clip (where the provider can reach us).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    end_frame: EndFrame = "refuse"
    old_parents: OldParents = "refuse"


GUIDE: Final = Policies()
"""The guide's own policies, which hold unless something else is set."""

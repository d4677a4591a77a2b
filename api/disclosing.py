"""What callers say when a clip is delivered: to whom, as whom, on which ground, who looked at it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictBool

from api.bodies import Body, Name, Text, Why, with_example
from generation.disclosing import Handing
from registry.events.marks import DisclosureBasis, DisclosureRole
from registry.events.references import Purpose


class NewDelivery(Body):
    """A delivery and its disclosure. Roles and grounds are those of Regulation (EU) 2024/1689, Article 50.

    `reviewer` is who answers for it; `depicts_real_person` is their own word where the log does not know. With `c2pa` a
    signed copy goes out. `accept` gives reasons for cautions by their ids (`W701`: nobody approved the clip).
    """

    model_config = with_example(
        to="Han River Broadcasting",
        role="deployer",
        basis="label_shown",
        reviewer="Ana Ruiz",
        depicts_real_person="no",
        accept={"W701": "a proof for the colour desk"},
    )

    to: Name
    role: DisclosureRole
    basis: DisclosureBasis
    reviewer: Name
    note: Text = ""
    purpose: Purpose = "final"
    depicts_real_person: Literal["yes", "no"] | None = None
    c2pa: StrictBool = False
    accept: dict[Name, Why] = Field(default_factory=dict, max_length=10)

    @property
    def handing(self) -> Handing:
        """The same as the questions are asked about it."""
        return Handing(
            role=self.role,
            basis=self.basis,
            purpose=self.purpose,
            marked=self.c2pa,
            depicts=self.depicts_real_person,
            accept=self.accept,
        )

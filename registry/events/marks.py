"""What shows of a clip that a machine made it: the marks in its file, and whom it depicts; and how it was disclosed to whom.

The words of disclosure are those of Regulation (EU) 2024/1689 (the AI Act): roles of Article 3(3) and (4), duties of Article 50.
What the law asks in a case is for a lawyer to say; here stands what somebody answered for.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from registry.events.references import Value

Depiction = Literal["yes", "no", "unknown"]
"""Whether a real person is depicted. `no` stands only where everybody who is seen was declared fictional."""

C2paState = Literal["not_looked", "absent", "valid", "trusted", "invalid", "damaged"]
"""What was found of a C2PA manifest. `valid`: signature and hashes are right, whoever signed; `trusted`: by somebody the reader
trusts; `invalid`: they are not; `damaged`: there is something that cannot be read; `not_looked`: the library is not installed,
or the file takes more than a child may have."""

Said = Annotated[str, StringConstraints(max_length=200)]
"""Words of a file that came from outside, cut to a length and without control characters."""


class C2paMark(Value):
    """A file's C2PA manifest, as it was read when the file was kept; `manifest` is the label of the active one.

    `generator` and `signer` are what the manifest says of itself, `source_type` the last word of its digital source type
    (IPTC, e.g. `trainedAlgorithmicMedia`), `problems` the codes of what failed.
    """

    state: C2paState = "not_looked"
    manifest: Said = ""
    generator: Said = ""
    signer: Said = ""
    source_type: Said = ""
    problems: tuple[Said, ...] = Field(default=(), max_length=10)

    @property
    def present(self) -> bool:
        """Whether the file says by a manifest that can be read where it is from."""
        return self.state in ("valid", "trusted")


class Marks(Value):
    """What the provider put into a file. An invisible watermark cannot be looked for: the vendor publishes no detector.

    `visible_watermark` is what the plan asked for; the marked copy is the provider's other file (`kling_watermark_url`).
    """

    c2pa: C2paMark = Field(default_factory=C2paMark)
    visible_watermark: Literal["requested", "not_requested", "unknown"] = "unknown"
    invisible_watermark: Literal["unknown"] = "unknown"


DisclosureRole = Literal["provider", "deployer"]
"""As whom the clip is delivered: who develops the generating system (Article 3(3)), or who uses it (Article 3(4))."""

DisclosureBasis = Literal[
    "label_shown",
    "artistic_work",
    "not_published",
    "no_deep_fake",
    "machine_readable",
    "assistive_editing",
    "law_enforcement",
    "not_generated",
]
"""On which ground the delivery stands; `BASES` says each in words."""

BASES: Final[dict[DisclosureBasis, tuple[tuple[DisclosureRole, ...], str]]] = {
    "label_shown": (
        ("deployer",),
        "Those who see it are told clearly that it was generated or manipulated (Article 50(4) and (5)).",
    ),
    "artistic_work": (
        ("deployer",),
        "It is part of an evidently artistic, creative, satirical or fictional work, which says in a fitting place that it holds "
        "generated content (Article 50(4)).",
    ),
    "not_published": (
        ("deployer", "provider"),
        "It goes to somebody who works on it or judges it, and nobody sees it yet; who publishes it discloses (Article 50(5)).",
    ),
    "no_deep_fake": (
        ("deployer",),
        "It resembles no existing person, object, place, entity or event that it would falsely seem to show (Article 3(60)).",
    ),
    "machine_readable": (
        ("provider", "deployer"),
        "The file says in a machine-readable form that it was generated (Article 50(2)).",
    ),
    "assistive_editing": (
        ("provider",),
        "The system assisted in standard editing, or did not alter the input substantially (Article 50(2)).",
    ),
    "law_enforcement": (
        ("provider", "deployer"),
        "The use is authorised by law to detect, prevent, investigate or prosecute criminal offences (Article 50(2) and (4)).",
    ),
    "not_generated": (
        ("provider", "deployer"),
        "No system generated or manipulated it, as whoever adopted it says; Article 50 asks nothing of it.",
    ),
}
"""Basis -> the roles that may name it, and what it says."""

"""What a rule, a gap or the table of combinations has to say about one request or payload."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

Severity = Literal["E", "W", "I"]
"""E refuses. W refuses until the caller gives a written reason. I informs."""

About = Literal["request", "payload", "picture", "clip"]


class Finding(BaseModel):
    """One sentence with an address.

    `rule` is a stable id: `R26` is the vendor's rule of that number; `E1xx`, `W2xx` and `I3xx` come from the team's guide, or
    have no number at the vendor; `E4xx` are gaps of a resolution, `W4xx` and `I4xx` its remarks; `E5xx` and `W5xx` decisions of
    the combination table; `W6xx` what the guide asks before a take is turned down; `E7xx` and `W7xx` what is asked before a clip
    is delivered. `path` is a JSON path into what the finding is `about`. `alternatives` name what would pass: for a payload the
    cheapest legal change, in steps that a program can carry out (`set $.mode to "std"`, `remove $.image`, `rename $.a[0].image
    to image_url`). `accepted` holds the caller's written reason, once there is one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    severity: Severity
    title: str
    message: str
    about: About
    path: str
    cites: tuple[str, ...]
    alternatives: tuple[str, ...] = ()
    accepted: str | None = None

    @property
    def blocks(self) -> bool:
        """Whether nothing may be sent while this stands."""
        return self.severity == "E" or (self.severity == "W" and self.accepted is None)


def with_reasons(findings: Iterable[Finding], reasons: Mapping[str, str]) -> tuple[Finding, ...]:
    """Write the caller's reasons onto the cautions they name. A reason never lifts an E."""
    return tuple(
        finding.model_copy(update={"accepted": reasons[finding.rule]})
        if finding.severity == "W" and finding.rule in reasons
        else finding
        for finding in findings
    )

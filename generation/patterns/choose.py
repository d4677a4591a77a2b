"""From a resolution to the one way it will be built: the table's answer, its finding, and why the near misses were not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from generation.patterns.cells import Row
from generation.patterns.combinations import PATTERNS, answer
from generation.patterns.goals import goal_of
from generation.patterns.ingredients import Ingredients, ingredients
from generation.patterns.omni import assemble
from generation.patterns.pattern import Build, Evidence
from generation.patterns.still import assemble_still
from generation.patterns.text import build as assemble_text
from generation.plan import Why
from generation.resolve import Resolution
from generation.rules.finding import Finding

ASSEMBLE: Final[Mapping[str, Build]] = {
    "omni-video": assemble,
    "text2video": assemble_text,
    "image2video": assemble_still,
}
"""Everything a resolution holds in one body of that endpoint."""


@dataclass(frozen=True, slots=True)
class Choice:
    """How the payload will be built. A refused choice still builds, so that the rules can say everything else at once."""

    name: str
    evidence: Evidence
    endpoint: str
    durations: tuple[int, ...]
    build: Build
    refused: bool
    findings: tuple[Finding, ...]
    why: tuple[Why, ...]


def choose(resolution: Resolution) -> Choice:
    """The table's answer to a resolution without gaps."""
    asked = ingredients(resolution)
    row = answer(asked)
    pattern = row.pattern
    return Choice(
        name=row.id,
        evidence=pattern.evidence if pattern else "legal, not approved",
        endpoint=row.endpoint,
        durations=pattern.durations if pattern else (),
        build=pattern.build if pattern else ASSEMBLE[row.endpoint],
        refused=row.refused,
        findings=() if pattern else (_finding(row),),
        why=tuple(_why(row, asked, resolution.notes)),
    )


def _finding(row: Row) -> Finding:
    return Finding(
        rule=row.id,
        severity="E" if row.refused else "W",
        title=row.title,
        message=row.reason if row.refused else f"{row.reason}; accept {row.id} with a reason to go on",
        about="request",
        path="$",
        cites=row.cites,
        alternatives=row.alternatives,
    )


def _why(row: Row, asked: Ingredients, notes: tuple[str, ...]) -> Iterator[Why]:
    """The choice, the guide's rule of thumb, what the resolution decided on the way, and the patterns that came closest."""
    verdict = "refused" if row.refused else "chosen"
    yield Why(subject=row.id, verdict=verdict, because=row.reason, cites=row.cites)
    goal = goal_of(asked)
    yield Why(subject="rule of thumb", verdict="noted", because=goal.advice(row.id), cites=goal.cites)
    for note in notes:
        yield Why(subject="grounding", verdict="noted", because=note, cites=("guide F3.3",))
    misses = {pattern.name: pattern.misses(asked) for pattern in PATTERNS if pattern is not row.pattern}
    fewest = min(len(reasons) for reasons in misses.values())
    for pattern in PATTERNS:
        reasons = misses.get(pattern.name, ())
        if reasons and len(reasons) <= fewest:
            yield Why(
                subject=pattern.name, verdict="near miss", because="; ".join(reasons), cites=pattern.cites
            )

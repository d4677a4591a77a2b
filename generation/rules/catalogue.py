"""All rules in their published order, and the one function that runs them over a payload."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from generation.rules import (
    calls,
    cautions,
    elements,
    extras,
    fields,
    guide,
    images,
    limits,
    shots,
    speech,
    still,
    video,
)
from generation.rules.finding import Finding
from generation.rules.rule import Rule
from generation.rules.subject import Subject

CRASHED: Final = "E100"


def unique(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules as they come. Raises ValueError when two share an id: ids are how callers accept and cite them."""
    taken: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in taken or rule.id == CRASHED:
            raise ValueError(f"two rules are called {rule.id}")
        taken[rule.id] = rule
    return tuple(taken.values())


_FAMILIES: Final = (
    *(fields, shots, video, images, limits, still, extras, elements, calls),
    *(guide, cautions, speech),
)
CATALOGUE: Final = unique(rule for family in _FAMILIES for rule in family.RULES)


def judge(
    subject: Subject, rules: Iterable[Rule] = CATALOGUE, *, in_parts: bool = False
) -> tuple[Finding, ...]:
    """Every finding about a payload, in catalogue order.

    `in_parts`: the payload lacks something that is reported elsewhere, so only rules that stand on parts are run.
    """
    chosen = (rule for rule in rules if rule.stands_on_parts or not in_parts)
    return tuple(finding for rule in chosen for finding in _run(rule, subject))


def _run(rule: Rule, subject: Subject) -> Iterator[Finding]:
    """A rule that cannot cope with what it is shown must not pass for one that found nothing."""
    try:
        yield from list(rule.findings(subject))
    except Exception as crash:  # noqa: BLE001
        yield Finding(
            rule=CRASHED,
            severity="E",
            title="A rule could not be applied",
            message=f"rule {rule.id} failed on this payload ({type(crash).__name__}): please report it with the payload",
            about="payload",
            path="$",
            cites=rule.cites,
        )

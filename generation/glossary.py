"""Every id that a finding can bear, each with what it means, its sources, a way out, and an example where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final, Literal

from generation import disclosing, gaps
from generation.check import BEFORE_RULES
from generation.gaps import Gap
from generation.patterns.legal import LEGAL
from generation.patterns.refusals import REFUSED
from generation.rules.catalogue import CATALOGUE, CRASHED
from generation.rules.evaluation import SCALE_CITES, SCALE_FIRST, SCALE_TITLE, SCALE_WAYS_OUT
from generation.rules.examples import EXAMPLES
from generation.rules.finding import Severity
from generation.rules.rule import Rule

Kind = Literal["rule", "combination", "gap", "other"]
_NEAR: Final = 5
_CRASHED: Final = "one of our rules failed on this payload, and a failed rule never counts as passed"
_IDLE: Final = "accept names a caution that was not raised: its id may be misspelt"


@dataclass(frozen=True, slots=True)
class Illustration:
    """What breaks a rule: `changes` to a legal body for `endpoint` (None drops a field), what is `given`, what is said."""

    endpoint: str
    changes: Mapping[str, Any]
    given: str
    path: str
    message: str
    change: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One id. `kind`: a rule on payloads, a row of the table of combinations, a gap of a request, or what stands around them."""

    id: str
    severity: Severity
    title: str
    kind: Kind
    cites: tuple[str, ...]
    means: str = ""
    ways_out: tuple[str, ...] = ()
    example: Illustration | None = None


def entry_of(id: str) -> Entry | None:
    """The entry, however the id is capitalised."""
    return GLOSSARY.get(id.strip().upper())


def near(id: str) -> tuple[str, ...]:
    """Ids that somebody who wrote this may have meant, the likeliest first."""
    return tuple(get_close_matches(id.strip().upper(), GLOSSARY, n=_NEAR, cutoff=0.5))


def _entries() -> Iterator[Entry]:
    yield from sorted((_of_rule(rule) for rule in CATALOGUE), key=lambda one: _published(one.id))
    for row in (*LEGAL, *REFUSED):
        severity: Severity = "W" if row.id.startswith("W") else "E"
        yield Entry(row.id, severity, row.title, "combination", row.cites, row.reason, row.alternatives)
    for gap in (
        one for module in (gaps, disclosing) for one in vars(module).values() if isinstance(one, Gap)
    ):
        yield Entry(gap.id, gap.severity, gap.title, "gap", gap.cites, ways_out=(gap.way_out,))
    for finding in BEFORE_RULES:
        yield Entry(finding.rule, "E", finding.title, "other", finding.cites)
    yield Entry(SCALE_FIRST, "W", SCALE_TITLE, "other", SCALE_CITES, ways_out=SCALE_WAYS_OUT)
    yield Entry(CRASHED, "E", "A rule could not be applied", "other", (), _CRASHED)
    yield Entry("I304", "I", "A reason that nothing asked for", "other", ("guide 2",), _IDLE)


def _published(id: str) -> tuple[int, int]:
    """The vendor's rules by number, then what refuses, what needs a reason and what informs."""
    return "REWI".index(id[0]), int(id[1:])


def _of_rule(rule: Rule) -> Entry:
    example = EXAMPLES[rule.id]
    found = next(rule.findings(example.subject))
    shown = Illustration(
        example.endpoint, dict(example.changes), example.given, found.path, found.message, found.alternatives
    )
    return Entry(rule.id, rule.severity, rule.title, "rule", rule.cites, example=shown)


GLOSSARY: Final[Mapping[str, Entry]] = MappingProxyType({entry.id: entry for entry in _entries()})

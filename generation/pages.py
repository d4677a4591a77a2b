"""The reference pages that code is the truth for: docs/reference/rules.md and patterns.md.

    python -m generation.pages docs/reference

writes both; a test fails when they are stale.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from generation import disclosing, gaps
from generation.check import BEFORE_RULES
from generation.examples import PATTERN_EXAMPLES
from generation.gaps import Gap
from generation.patterns.cells import Row
from generation.patterns.combinations import PATTERNS, TABLE
from generation.patterns.legal import LEGAL
from generation.patterns.pattern import Pattern
from generation.patterns.refusals import REFUSED
from generation.rules.catalogue import CATALOGUE, CRASHED
from generation.rules.evaluation import SCALE_CITES, SCALE_FIRST, SCALE_TITLE, SCALE_WAYS_OUT
from generation.rules.examples import EXAMPLES, Example
from generation.rules.finding import Finding
from generation.rules.rule import Rule

_SEVERITIES: Final = {"E": "refuses", "W": "needs a written reason", "I": "informs"}
_LONGEST: Final = 480


def rules_page() -> str:
    """Every rule with its source, a payload that breaks it, what is said then, and the cheapest legal change."""
    return _page(_rules())


def patterns_page() -> str:
    """Every approved pattern with its payload, and the table of combinations."""
    return _page(_patterns())


PAGES: Final[dict[str, Callable[[], str]]] = {"rules.md": rules_page, "patterns.md": patterns_page}


def _page(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def _rules() -> Iterator[str]:
    yield "# The rules\n"
    yield "Generated from the catalogue by `python -m generation.pages docs/reference`; do not edit.\n"
    yield f"{len(CATALOGUE)} rules judge every payload before it is sent, ours or anybody's (`POST /v1/payloads/check`)."
    yield "**E** refuses. **W** refuses until the caller writes a reason into `accept` under the rule's id. **I** informs.\n"
    yield "`R` rules are the vendor's, numbered as in the [contract](contract.md); `E1xx`, `W2xx` and `I3xx` come from the"
    yield "[team's guide](guide.md). `E4xx` and `I4xx` speak of a request and stand at the end; `E5xx` and `W5xx` are"
    yield "combinations and stand in [patterns.md](patterns.md). An example shows only what differs from a legal body.\n"
    yield "| rule | | about |\n|---|---|---|"
    published = sorted(CATALOGUE, key=_published)
    for rule in published:
        yield f"| [{rule.id}](#{rule.id.lower()}) | {rule.severity} | {rule.title} |"
    for rule in published:
        yield from _rule(rule)
    yield "\n## Before any rule\n"
    yield "| id | | about | source |\n|---|---|---|---|"
    for finding in BEFORE_RULES:
        yield f"| {finding.rule} | E | {finding.title} | {_cited(finding.cites)} |"
    yield f"| {CRASHED} | E | A rule could not be applied: it is named, and never counts as passed | |"
    yield "| I304 | I | A reason in `accept` that met no caution | [guide 2](guide.md#g-2) |"
    yield "\n## Before a take is turned down\n"
    yield "| id | | about | ways out | source |\n|---|---|---|---|---|"
    yield f"| {SCALE_FIRST} | W | {SCALE_TITLE} | {'; or '.join(SCALE_WAYS_OUT)} | {_cited(SCALE_CITES)} |"
    yield "\n## Gaps: what a request names and the registry lacks, or keeps otherwise\n"
    yield "| id | about | what to do | source |\n|---|---|---|---|"
    for gap in (value for value in vars(gaps).values() if isinstance(value, Gap)):
        yield f"| {gap.id} | {gap.title} | {gap.way_out} | {_cited(gap.cites)} |"
    yield "\n## Before a clip is delivered\n"
    yield "| id | | about | what to do |\n|---|---|---|---|"
    for gap in (value for value in vars(disclosing).values() if isinstance(value, Gap)):
        yield f"| {gap.id} | {gap.severity} | {gap.title} | {gap.way_out} |"


def _published(rule: Rule) -> tuple[int, int]:
    """The vendor's rules by number, then what refuses, what needs a reason and what informs."""
    return "REWI".index(rule.id[0]), int(rule.id[1:])


def _rule(rule: Rule) -> Iterator[str]:
    example = EXAMPLES[rule.id]
    found = next(finding for finding in rule.findings(example.subject))
    yield f'\n<a id="{rule.id.lower()}"></a>\n## {rule.id}: {rule.title}\n'
    yield f"{rule.severity}, {_SEVERITIES[rule.severity]}. {_cited(rule.cites)}\n"
    yield f"Example, to `{example.endpoint}`{_given(example)}:\n"
    yield f"```json\n{_shown(dict(example.changes))}\n```\n"
    yield from _said(found)


def _given(example: Example) -> str:
    return f", when {example.given}" if example.given else ""


def _said(found: Finding) -> Iterator[str]:
    where = " of the request" if found.about == "request" else ""
    yield f"> `{found.path}`{where}: {_short(found.message)}"
    if found.alternatives:
        yield f">\n> Cheapest change: `{_short(found.alternatives[0])}`"


def _patterns() -> Iterator[str]:
    yield "# The patterns\n"
    yield "Generated from the code by `python -m generation.pages docs/reference`; do not edit.\n"
    yield "A request is met by exactly one row of one table: an approved pattern of the [guide](guide.md), a combination that"
    yield "is legal for the vendor and needs a written reason (W), or a refusal (E). The order of the rows decides nothing.\n"
    yield "| pattern | about | evidence | endpoint | approved seconds |\n|---|---|---|---|---|"
    for pattern in PATTERNS:
        seconds = ", ".join(map(str, pattern.durations)) or "3 to 15"
        link = f"[{pattern.name}](#{pattern.name.lower()})"
        yield f"| {link} | {pattern.title} | {pattern.evidence} | {pattern.endpoint} | {seconds} |"
    for pattern in PATTERNS:
        yield from _pattern(pattern)
    yield "\n## Legal, and not approved\n"
    yield from _rows(LEGAL)
    yield "\n## Refused\n"
    yield from _rows(REFUSED)
    yield "\n## The table\n"
    yield "One line per block of combinations. `any` stands for every value.\n"
    yield "| answer | route | people | frames | clip | references | speech | shots |\n|---|---|---|---|---|---|---|---|"
    for row in TABLE:
        yield from _cells(row)


def _pattern(pattern: Pattern) -> Iterator[str]:
    example = PATTERN_EXAMPLES[pattern.name]
    yield f'\n<a id="{pattern.name.lower()}"></a>\n## {pattern.name}: {pattern.title}\n'
    yield f"Use it when {pattern.when}. Evidence: {pattern.evidence}. {_cited(pattern.cites)}\n"
    yield "It fits when all of this holds; otherwise a near miss says:\n"
    yield from (f"- {condition.otherwise}" for condition in pattern.conditions)
    yield f"\nA request, and the payload it becomes on `{pattern.endpoint}`:\n"
    yield f"```json\n{_shown(dict(example.request))}\n```\n\n```json\n{_shown(dict(example.payload))}\n```"


def _rows(rows: Iterable[Row]) -> Iterator[str]:
    yield "| id | about | why | instead | source |\n|---|---|---|---|---|"
    for row in rows:
        yield f"| {row.id} | {row.title} | {row.reason} | {'; '.join(row.alternatives)} | {_cited(row.cites)} |"


def _cells(row: Row) -> Iterator[str]:
    for cell in row.cells:
        lists = (", ".join(values) for values in (cell.route, cell.people, cell.frames, cell.clip))
        flags = (
            {None: "any", True: "yes", False: "no"}[flag]
            for flag in (cell.references, cell.speech, cell.shots)
        )
        yield f"| {row.id} | {' | '.join((*lists, *flags))} |"


def _cited(cites: Iterable[str]) -> str:
    return ", ".join(f"[{cite}]({link_of(cite)})" for cite in cites)


def link_of(cite: str) -> str:
    """`guide A2.7` stands at guide.md#g-a2-7, `contract R26` at contract.md#r26, `contract section 10` at contract.md#s10."""
    book, _, place = cite.partition(" ")
    if book == "guide":
        return f"guide.md#g-{place.lower().replace('.', '-')}"
    return f"contract.md#{place.replace('section ', 's').lower()}"


def _shown(value: Any) -> str:
    return orjson.dumps(trimmed(value), option=orjson.OPT_INDENT_2).decode()


def trimmed(value: Any) -> Any:
    """The same JSON with its long texts cut, so that a page stays readable."""
    if isinstance(value, dict):
        return {key: trimmed(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [trimmed(inner) for inner in value]
    if isinstance(value, str) and len(value) > 600:
        return f"{value[:20]}… ({len(value)} characters)"
    return value


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def main(folder: str) -> None:
    for name, page in PAGES.items():
        Path(folder, name).write_text(page())


if __name__ == "__main__":
    main(*sys.argv[1:])

"""What a rule is: one checkable sentence with an id, a source and a predicate that says when it applies at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from generation.rules.finding import Finding, Severity
from generation.rules.subject import Subject


@dataclass(frozen=True, slots=True)
class Problem:
    """One place where a rule is broken; without a path it is the rule's own."""

    message: str
    path: str | None = None


Check = Callable[[Subject], Iterable[Problem]]
Applies = Callable[[Subject], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence of the contract or the guide.

    `stands_on_parts`: what it finds in a payload that lacks something (a person who could not be grounded) stays true when the
    missing part is added, so it may be reported next to the gaps.
    """

    id: str
    severity: Severity
    title: str
    cites: tuple[str, ...]
    path: str
    applies: Applies
    check: Check
    stands_on_parts: bool

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """All places where the subject breaks this rule. A rule that does not apply finds nothing."""
        if not self.applies(subject):
            return
        for problem in self.check(subject):
            yield self.finding(problem)

    def finding(self, problem: Problem) -> Finding:
        path = problem.path or self.path
        return Finding(
            rule=self.id,
            severity=self.severity,
            title=self.title,
            message=problem.message,
            about="payload" if path.startswith("$") else "request",
            path="$" + path.removeprefix("$").removeprefix("request"),
            cites=self.cites,
        )


def rule(  # noqa: PLR0913 - the parts of a rule
    id: str,
    severity: Severity,
    title: str,
    *,
    cites: str,
    path: str,
    applies: Applies,
    stands_on_parts: bool = True,
) -> Callable[[Check], Rule]:
    """Turn a check into a rule. `cites` is comma-separated; a path that begins with `request.` speaks about the shot request."""
    sources = tuple(part.strip() for part in cites.split(","))
    return lambda check: Rule(id, severity, title, sources, path, applies, check, stands_on_parts)

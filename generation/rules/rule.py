"""What a rule is: one checkable sentence with an id, a source and a predicate that says when it applies at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from reprlib import Repr
from typing import Any, Final

import orjson

from generation.rules.finding import Finding, Severity
from generation.rules.subject import Subject


@dataclass(frozen=True, slots=True)
class Problem:
    """One place where a rule is broken; without a path it is the rule's own.

    `change` is the cheapest legal change where there is one, written with `setting`, `removing` and `renaming`; several steps
    are in the order to take them.
    """

    message: str
    path: str | None = None
    change: tuple[str, ...] = ()


MOST_PLACES: Final = 20
"""How many places one rule names in one payload; a body of a million wrong entries is told as twenty."""


class _Short(Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxstring, self.maxlist, self.maxdict, self.maxother = 3, 80, 4, 4, 80


_SHORT: Final = _Short()


def shown(value: object) -> str:
    """A value as a message shows it: short, whatever was sent, and never an error of its own."""
    try:
        return _SHORT.repr(value)
    except (ValueError, RecursionError):
        return f"this {type(value).__name__}"


def setting(path: str, value: Any) -> str:
    return f"set {path} to {orjson.dumps(value).decode()}"


def removing(path: str) -> str:
    return f"remove {path}"


def renaming(path: str, key: str) -> str:
    return f"rename {path} to {key}"


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
        for problem in islice(self.check(subject), MOST_PLACES):
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
            alternatives=("; ".join(problem.change),) if problem.change else (),
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

"""Every kind of problem there is, from the trees of errors: its code, its status, what it means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from inspect import cleandoc
from typing import Any, Final

from api.errors import OF_FRAMEWORK, status_of
from api.refusals import SurfaceError
from generation.errors import GenerationError
from registry.archive import importing
from registry.errors import RegistryError
from registry.log.engine import backup


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A stable code. `classes` are the errors that carry it; none for what the framework refuses."""

    code: str
    status: int
    meaning: str
    classes: tuple[type[Exception], ...] = ()


_OF_NOBODY: Final = (
    ProblemKind(
        "internal-error",
        500,
        "A fault of the service; its words are in the service's log, under the `request_id`.",
    ),
)


def problem_kinds() -> tuple[ProblemKind, ...]:
    """All of them by code. Roots that nothing raises by itself are left out."""
    found: dict[str, ProblemKind] = {kind.code: kind for kind in _OF_NOBODY}
    for status, code, _, meaning in OF_FRAMEWORK.values():
        found[code] = ProblemKind(code, status, meaning)
    for error in sorted(_errors(), key=lambda one: (one.__module__, one.__qualname__)):
        before = found.get(error.code)
        meaning = cleandoc(error.__doc__ or "").replace("\n", " ")
        if before is None:
            found[error.code] = ProblemKind(error.code, status_of(error), meaning, (error,))
        else:
            said = before.meaning if meaning in before.meaning else f"{before.meaning} {meaning}"
            found[error.code] = replace(before, meaning=said, classes=(*before.classes, error))
    return tuple(found[code] for code in sorted(found))


COMMANDS_ALONE: Final = (backup, importing)
"""Whose errors only an operator's command raises: the service imports them here, so that the list is the same everywhere."""


def _errors() -> Iterator[Any]:
    """The errors that can come out: each class that has a code of its own, and the roots' heirs."""
    for root in (SurfaceError, RegistryError, GenerationError):
        yield from _heirs(root)


def _heirs(error: Any) -> Iterator[Any]:
    for heir in error.__subclasses__():
        if heir.code != error.code and heir.__module__.partition(".")[0] in ("api", "generation", "registry"):
            yield heir
        yield from _heirs(heir)

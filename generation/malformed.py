"""What can be said of a request whose form is wrong: whatever its readable fields name is looked up and judged all the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from generation.compile import judge_parts
from generation.gather import gather
from generation.policies import GUIDE, Policies
from generation.rules.finding import Finding
from generation.shot import WITHOUT_EXCLUSIONS, ShotRequest
from registry.errors import InvalidCommand
from registry.registry import Registry

_STANDS_ON: Final[Mapping[str, frozenset[str]]] = {
    "E402": frozenset({"cast"}),
    "E416": frozenset({"scene"}),
}
"""Gaps that speak about two fields: without the second one nobody can say."""

_BUILT_FROM: Final = frozenset(
    {"action", "cast", "closing", "continue_from", "dialogue", "edit", "opening", "production", "prompt"}
    | {"references", "route", "scene", "setting", "shots"}
)
"""The fields that decide what the payload is; when one is unreadable, its rules are not asked."""


def findings_beside(
    registry: Registry,
    studio: str,
    raw: Any,
    *,
    policies: Policies = GUIDE,
    as_of: int | None = None,
    at: int | None = None,
) -> tuple[Finding, ...]:
    """Every error about what can be read of a malformed request; nothing that an unreadable field could change. Never raises."""
    request, lost = readable(raw)
    if request is None:
        return ()
    try:
        grounds = gather(registry, studio, request, policies=policies, as_of=as_of, at=at).grounds
    except InvalidCommand:
        return ()  # a position the log does not have, or something erased: it is told when the form is right
    told = judge_parts(request, grounds)
    return tuple(
        finding
        for finding in told
        if finding.severity == "E"
        and not _STANDS_ON.get(finding.rule, frozenset()) & lost
        and (finding.about == "request" or not lost & _BUILT_FROM)
    )


def readable(raw: Any) -> tuple[ShotRequest | None, frozenset[str]]:
    """The request without the fields that cannot be read, and which those are. Fields that exclude each other both stay."""
    kept = dict(raw) if isinstance(raw, Mapping) else {}
    lost: set[str] = set()
    while True:
        try:
            return ShotRequest.model_validate(kept, context=WITHOUT_EXCLUSIONS), frozenset(lost)
        except ValidationError as refused:
            wrong = {str(error["loc"][0]) for error in refused.errors() if error["loc"]} & kept.keys()
            if not wrong:
                return None, frozenset(lost)
            lost |= wrong
            kept = {name: value for name, value in kept.items() if name not in wrong}
            kept |= {"cast": []} if "cast" in wrong else {}  # nobody, and not the scene's whole cast

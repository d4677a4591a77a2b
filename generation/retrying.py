"""Retrying: an ended generation's request, with changes, asked again as a new generation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from generation.shot import ShotRequest
from registry.deciders.generation import Generation, must_have_ended
from registry.errors import NotFound, Refusal
from registry.events.personal import Erased
from registry.registry import Registry

OF_ITS_OWN_TIME: Final = ("takes", "plan_digest", "accepted_by")
"""Said of the first time: how many were wanted, and who had seen which plan."""
_DEEPEST: Final = 10
"""Levels of a patch that are merged; a shot request has fewer, so what lies deeper is refused by its own model anyway."""


class RequestErased(Refusal):
    """The request's people were erased, and its words with them."""

    code = "request-erased"


def request_again(
    registry: Registry, studio: str, generation: str, changes: Mapping[str, Any]
) -> ShotRequest:
    """The request of an ended generation with `changes` (a JSON merge patch, RFC 7396) over it; one take unless they say more.

    Raises NotFound, NotThere while it has not ended, RequestErased, and pydantic's ValidationError with every problem.
    """
    state = registry.state(studio, generation).state
    if not isinstance(state, Generation) or state.requested is None:
        raise NotFound(f"there is no {generation}", hint="check the id")
    must_have_ended(state, generation)
    asked = state.requested.request
    if isinstance(asked, Erased):
        raise RequestErased(
            f"the request of {generation} was erased with its people", hint="ask anew, with other people"
        )
    base = {name: value for name, value in asked.items() if name not in OF_ITS_OWN_TIME}
    if "shots" in changes:
        base.pop("duration", None)  # the sum of the shots that were there before
    return ShotRequest.model_validate(merged(base, changes))


def merged(target: Any, patch: Any, *, depth: int = _DEEPEST) -> Any:
    """RFC 7396, section 2: null removes, objects merge, everything else replaces."""
    if not isinstance(patch, Mapping) or not depth:
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value, depth=depth - 1)
    return result

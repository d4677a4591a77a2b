"""Which model a route serves (R1, K12)."""

from __future__ import annotations

from generation.sandbox.checks.context import CheckContext
from generation.sandbox.envelope import Problem, bad_value
from generation.sandbox.requests import Product, VideoRequest

SERVED: dict[Product, str] = {
    "omni-video": "kling-v3-omni",
    "text2video": "kling-v3",
    "image2video": "kling-v3",
}
# Real models these accounts have no pack for, or that belong to another route.
_KNOWN_ELSEWHERE = {
    "kling-video-o1",
    "kling-v1-5",
    "kling-v1-6",
    "kling-v2-master",
    "kling-v2-1",
    "kling-v2-1-master",
    "kling-v2-5-turbo",
    "kling-v2-6",
    *SERVED.values(),
}


def check_model(request: VideoRequest, _context: CheckContext) -> list[Problem]:
    """Unknown models are 404/1203 (R1); known ones this route or account cannot use are 1201 (K12)."""
    if request.model == SERVED[request.product]:
        return []
    if request.model == "kling-v1":
        return [bad_value("model kling-v1 has been discontinued")]
    if request.model in _KNOWN_ELSEWHERE:
        return [bad_value("model is not supported")]
    return [Problem(404, 1203, f"model {request.model} does not exist")]

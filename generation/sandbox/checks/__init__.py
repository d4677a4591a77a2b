"""The create checks (contract 11, column S): a JSON body in, every problem out, in the vendor's order.

The vendor answers with the first problem; the rest are kept so that a test can see them all.
"""

from __future__ import annotations

from typing import Any

from generation.sandbox.checks.camera import check_camera
from generation.sandbox.checks.context import Check, CheckContext
from generation.sandbox.checks.elements import check_elements
from generation.sandbox.checks.images import check_images
from generation.sandbox.checks.model import check_model
from generation.sandbox.checks.output import check_output
from generation.sandbox.checks.pictures import check_pictures
from generation.sandbox.checks.prompt import check_prompt
from generation.sandbox.checks.shape import read_request
from generation.sandbox.checks.shots import check_shots
from generation.sandbox.checks.videos import check_videos
from generation.sandbox.envelope import Problem
from generation.sandbox.requests import Product, VideoRequest

# Model first (15.1), cheap checks before the ones that decode pictures.
CHECKS: tuple[Check, ...] = (
    check_model,
    check_prompt,
    check_shots,
    check_output,
    check_videos,
    check_images,
    check_elements,
    check_camera,
    check_pictures,
)


def check_body(
    product: Product, body: dict[str, Any], context: CheckContext
) -> tuple[VideoRequest | None, list[Problem]]:
    """Read a body and run every check on it. A body whose JSON types are wrong gets only the shape problems."""
    request, problems = read_request(product, body)
    if request is None:
        return None, problems
    return request, [problem for check in CHECKS for problem in check(request, context)]


__all__ = ["CHECKS", "CheckContext", "check_body"]

"""How many pictures and in which roles (R22 to R26 and R31, R32); their bytes are checked in `pictures`."""

from __future__ import annotations

from collections import Counter

from generation.sandbox.checks.context import CheckContext
from generation.sandbox.envelope import Problem, bad_value
from generation.sandbox.requests import VideoRequest

MOST_IMAGES_BESIDE_END_FRAME = 2


def check_images(request: VideoRequest, context: CheckContext) -> list[Problem]:
    if request.product == "image2video":
        return _still(request)
    return _items(request) + _frames(request, context)


def _still(request: VideoRequest) -> list[Problem]:
    """R31 and R32."""
    problems = []
    if request.first_frame is None:
        problems.append(bad_value("image can not be null"))
    guides = [request.end_frame is not None, request.masks, request.camera is not None]
    if sum(guides) > 1:
        problems.append(bad_value("image_tail, dynamic_masks/static_mask and camera_control are exclusive"))
    return problems


def _items(request: VideoRequest) -> list[Problem]:
    """R22 and the words of R23."""
    problems = []
    for n, picture in enumerate(request.images):
        if picture.old_key:
            problems.append(bad_value(f"image_list[{n}].image is not supported, use image_url"))
        elif not picture.source:
            problems.append(bad_value(f"image_list[{n}].image_url can not be null"))
        if picture.role not in ("", "first_frame", "end_frame"):
            problems.append(bad_value(f"image_list[{n}].type value '{picture.role}' is invalid"))
    return problems


def _frames(request: VideoRequest, context: CheckContext) -> list[Problem]:
    """R23 to R25."""
    problems = []
    roles = Counter(picture.role for picture in request.images)
    for role in ("first_frame", "end_frame"):
        if roles[role] > 1:
            problems.append(bad_value(f"only one {role} is supported, got {roles[role]}"))
    if roles["end_frame"] and not roles["first_frame"]:
        problems.append(bad_value("end_frame is not supported without first_frame"))
    crowded = len(request.images) > MOST_IMAGES_BESIDE_END_FRAME
    if roles["end_frame"] and crowded and context.end_frame_limit:
        problems.append(bad_value("end_frame is not supported with more than 2 images"))
    return problems

"""Elements and voices, and how many inputs go together (R26 to R30, R33 to R35, K10)."""

from __future__ import annotations

from collections import Counter

from generation.sandbox.checks.context import CheckContext
from generation.sandbox.envelope import Problem, bad_value
from generation.sandbox.requests import VideoRequest

MOST_INPUTS = 7
MOST_INPUTS_WITH_VIDEO = 4
MOST_ELEMENTS_WITH_FRAMES = 3
MOST_VIDEO_CHARACTERS = 3
MOST_IMAGES_WHEN_MIXED = 4
LARGEST_ID = 2**63 - 1


def check_elements(request: VideoRequest, context: CheckContext) -> list[Problem]:
    problems = _ids(request, context)
    if request.product == "image2video":
        return problems + _still(request)
    if request.product == "omni-video":
        return problems + _counts(request) + _kinds(request, context)
    return problems


def _ids(request: VideoRequest, context: CheckContext) -> list[Problem]:
    """R30: positive int64, unique, and live on this account."""
    problems = []
    for element_id, times in Counter(request.elements).items():
        if not 0 < element_id <= LARGEST_ID:
            problems.append(bad_value(f"element_id value '{element_id}' is invalid"))
        elif context.element(element_id) is None:
            problems.append(bad_value(f"Element not found by id: {element_id}"))
        if times > 1:
            problems.append(bad_value(f"element_id {element_id} is repeated"))
    return problems


def _still(request: VideoRequest) -> list[Problem]:
    """R33, R34, and K10: kling-v3 refuses a voice list."""
    problems = []
    if len(request.elements) > MOST_ELEMENTS_WITH_FRAMES:
        problems.append(bad_value(f"element_list can not exceed {MOST_ELEMENTS_WITH_FRAMES} items"))
    if request.elements and request.voices:
        problems.append(bad_value("element_list and voice_list can not be used at the same time"))
    if request.voices:
        problems.append(bad_value("voice_list is not supported by the current model"))
    return problems


def _counts(request: VideoRequest) -> list[Problem]:
    """R26, R27 (frames count as images) and R28."""
    problems = []
    inputs = len(request.images) + len(request.elements)
    most = MOST_INPUTS_WITH_VIDEO if request.videos else MOST_INPUTS
    if inputs > most:
        problems.append(bad_value(f"The number of images and elements can not exceed {most}, got {inputs}"))
    if request.first_frame and len(request.elements) > MOST_ELEMENTS_WITH_FRAMES:
        problems.append(
            bad_value(f"element_list can not exceed {MOST_ELEMENTS_WITH_FRAMES} items with first_frame")
        )
    return problems


def _kinds(request: VideoRequest, context: CheckContext) -> list[Problem]:
    """R29: video-character elements are dearer than multi-image ones."""
    known = [element for i in request.elements if (element := context.element(i)) is not None]
    characters = sum(element.kind == "video" for element in known)
    others = len(request.images) + len(known) - characters
    if not characters:
        return []
    if request.videos and (characters > 1 or others):
        return [bad_value("With a video, a video character element must be the only image or element")]
    if characters > MOST_VIDEO_CHARACTERS:
        return [bad_value(f"video character elements can not exceed {MOST_VIDEO_CHARACTERS}")]
    if others > MOST_IMAGES_WHEN_MIXED:
        return [bad_value(f"images and multi-image elements can not exceed {MOST_IMAGES_WHEN_MIXED} here")]
    return []

"""What the clip shall be: length, mode, shape, sound, and the small options (R10 to R14, R37, R42 to R44)."""

from __future__ import annotations

from urllib.parse import urlsplit

from generation.sandbox.checks.context import CheckContext
from generation.sandbox.envelope import Problem, bad_value
from generation.sandbox.requests import VideoRequest

DURATIONS = tuple(str(n) for n in range(3, 16))
MODES = ("std", "pro", "4k")
ASPECT_RATIOS = ("16:9", "9:16", "1:1")


def check_output(request: VideoRequest, _context: CheckContext) -> list[Problem]:
    problems = []
    if not request.base_video and request.duration not in DURATIONS:
        problems.append(_invalid("duration", request.duration))
    if request.mode not in MODES:
        problems.append(_invalid("mode", request.mode))
    if request.sound not in ("on", "off"):
        problems.append(_invalid("sound", request.sound))
    if request.cfg_scale is not None and not 0 <= request.cfg_scale <= 1:
        problems.append(_invalid("cfg_scale", str(request.cfg_scale)))
    if request.callback_url and not is_web_url(request.callback_url):
        problems.append(_invalid("callback_url", request.callback_url))
    return problems + _aspect(request)


def _aspect(request: VideoRequest) -> list[Problem]:
    """R12, R13, K5: required on omni unless a first frame or an edited video already has a shape."""
    shaped = request.product == "image2video" or request.base_video or request.first_frame is not None
    if not request.aspect_ratio and not shaped:
        return [bad_value("aspect_ratio can not be null")]
    if request.aspect_ratio and request.aspect_ratio not in ASPECT_RATIOS:
        return [_invalid("aspect_ratio", request.aspect_ratio)]
    return []


def is_web_url(text: str) -> bool:
    """Whether this is an absolute http(s) address."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _invalid(name: str, value: str) -> Problem:
    return bad_value(f"{name} value '{value}' is invalid")

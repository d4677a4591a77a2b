"""Camera moves (R38, contract 4.1)."""

from __future__ import annotations

from typing import Any

from generation.sandbox.checks.context import CheckContext
from generation.sandbox.envelope import Problem, bad_value
from generation.sandbox.requests import VideoRequest

TYPES = ("simple", "down_back", "forward_up", "right_turn_forward", "left_turn_forward")
AXES = ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")


def check_camera(request: VideoRequest, _context: CheckContext) -> list[Problem]:
    camera = request.camera
    if camera is None:
        return []
    kind, config = camera.get("type"), camera.get("config")
    if kind not in TYPES:
        return [bad_value(f"camera_control.type value '{kind}' is invalid")]
    if kind != "simple":
        return [] if config is None else [bad_value("camera_control.config needs type simple")]
    if not isinstance(config, dict):
        return [bad_value("camera_control.config can not be null")]
    return _config(config)


def _config(config: dict[str, Any]) -> list[Problem]:
    """Six axes in [-10, 10], exactly one of them moving."""
    problems = []
    moving = 0
    for axis in AXES:
        value = config.get(axis, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not -10 <= value <= 10:
            problems.append(bad_value(f"camera_control.config.{axis} value '{value}' is invalid"))
        else:
            moving += value != 0
    if not problems and moving != 1:
        problems.append(bad_value("camera_control.config must have exactly one non-zero value"))
    return problems

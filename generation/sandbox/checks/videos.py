"""The reference video (R15 to R21)."""

from __future__ import annotations

from generation.sandbox.checks.context import CheckContext
from generation.sandbox.checks.output import is_web_url
from generation.sandbox.envelope import Problem, bad_value
from generation.sandbox.requests import Reference, VideoRequest


def check_videos(request: VideoRequest, _context: CheckContext) -> list[Problem]:
    if not request.videos:
        return []
    problems = []
    if request.sound == "on":
        problems.append(bad_value("sound on is not supported with video input"))
    if len(request.videos) > 1:
        problems.append(bad_value(f"video_list can not exceed 1 item, got {len(request.videos)}"))
    problems += [problem for video in request.videos for problem in _one(video)]
    return problems + (_edited(request) if request.base_video else _featured(request))


def _one(video: Reference) -> list[Problem]:
    """R17 and R18."""
    problems = []
    if not is_web_url(video.url):
        problems.append(bad_value("Video URL is invalid"))
    if video.refer not in ("feature", "base"):
        problems.append(bad_value(f"refer_type value '{video.refer}' is invalid"))
    if video.keep_sound not in ("", "yes", "no"):
        problems.append(bad_value(f"keep_original_sound value '{video.keep_sound}' is invalid"))
    return problems


def _edited(request: VideoRequest) -> list[Problem]:
    """R19 and R20: an edited video brings its own frames and its own cuts."""
    problems = []
    if request.first_frame or request.end_frame:
        problems.append(bad_value("first_frame and end_frame are not supported with a base video"))
    if request.multi_shot:
        problems.append(bad_value("multi_shot is not supported with a base video"))
    return problems


def _featured(request: VideoRequest) -> list[Problem]:
    """R21: with a feature video, shots are told in the prompt."""
    if request.multi_shot and request.shot_type != "intelligence":
        return [bad_value("shot_type must be intelligence with a feature video")]
    return []

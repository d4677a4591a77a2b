"""What the team's guide adds to the vendor's rules: production models, one clip per scene, mode policy, speech and framing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generation.rules.prompts import is_too_wide_for_speech
from generation.rules.rule import Problem, Rule, rule
from generation.rules.subject import IMAGE, OMNI, TEXT, VIDEO_ENDPOINTS, Subject

PRODUCTION_MODELS: Final = {OMNI: "kling-v3-omni", TEXT: "kling-v3", IMAGE: "kling-v3"}
ONE_SCENE_SECONDS: Final = 15


def _speaks(s: Subject) -> bool:
    return s.facts.request is not None and s.facts.request.dialogue is not None


def _seconds(s: Subject) -> int | None:
    duration = s.text("duration")
    return int(duration) if duration.isascii() and duration.isdigit() and len(duration) < 6 else None


@rule(
    "E101",
    "E",
    "Production uses the two current models",
    cites="guide 1.1",
    path="$.model_name",
    applies=lambda s: s.endpoint in VIDEO_ENDPOINTS and "model_name" in s.body,
)
def production_model(s: Subject) -> Iterator[Problem]:
    wanted = PRODUCTION_MODELS[s.endpoint]
    if s.body["model_name"] != wanted:
        yield Problem(f"{s.body['model_name']!r} is not the production model of {s.endpoint}: send {wanted}")


@rule(
    "E102",
    "E",
    "One scene fits one clip of at most 15 seconds",
    cites="guide 4.1, guide A",
    path="$.duration",
    applies=lambda s: s.endpoint in VIDEO_ENDPOINTS and _seconds(s) is not None,
)
def one_scene_one_clip(s: Subject) -> Iterator[Problem]:
    seconds = _seconds(s) or 0
    if seconds > ONE_SCENE_SECONDS:
        yield Problem(
            f"{seconds} seconds do not fit one clip: keep the scene within {ONE_SCENE_SECONDS}, or make separate scenes of it"
        )


@rule(
    "W201",
    "W",
    "std is the default mode; pro needs a purpose or a reason",
    cites="guide 1.14",
    path="request.mode",
    applies=lambda s: s.facts.request is not None and s.body.get("mode") == "pro",
)
def pro_needs_reason(s: Subject) -> Iterator[Problem]:
    if s.facts.request is not None and s.facts.request.purpose != "final":
        yield Problem("mode pro costs more: say why in mode_reason, or name the purpose final")


@rule(
    "W202",
    "W",
    "4k is not approved",
    cites="contract D5, guide 1.14",
    path="request.mode",
    applies=lambda s: s.facts.request is not None and "mode" in s.body,
)
def four_k_not_approved(s: Subject) -> Iterator[Problem]:
    if s.body["mode"] == "4k":
        yield Problem(
            "mode 4k is legal for the vendor but no approved mode: say why in mode_reason, or send pro"
        )


@rule(
    "W203",
    "W",
    "std for a final take is a caution",
    cites="guide 2C",
    path="request.mode",
    applies=lambda s: s.facts.request is not None and s.facts.request.purpose == "final",
)
def std_for_final(s: Subject) -> Iterator[Problem]:
    if s.body.get("mode") == "std":
        yield Problem(
            "the purpose is final and the mode std: pro is the better choice; say why std in mode_reason"
        )


@rule(
    "W204",
    "W",
    "Speech needs sound",
    cites="guide F3.15",
    path="request.sound",
    applies=lambda s: _speaks(s) and not s.videos,
)
def speech_needs_sound(s: Subject) -> Iterator[Problem]:
    if s.body.get("sound", "off") == "off":
        yield Problem(
            "there is dialogue and sound is off, so nobody will be heard: leave sound unnamed, or say why"
        )


@rule(
    "I301",
    "I",
    "Approved durations",
    cites="guide 1, contract D2",
    path="$.duration",
    applies=lambda s: bool(s.facts.durations),
)
def duration_approved(s: Subject) -> Iterator[Problem]:
    if _seconds(s) not in s.facts.durations:
        named = ", ".join(str(seconds) for seconds in s.facts.durations)
        yield Problem(
            f"pattern {s.facts.pattern} was approved at {named} seconds; {s.text('duration')} is legal and less tried"
        )


@rule(
    "I302",
    "I",
    "Dialogue wants a framing that shows the mouths",
    cites="guide F3.9, guide F3.10, guide F2.7",
    path="request.framing",
    applies=lambda s: _speaks(s) and s.facts.request is not None and s.facts.request.framing is not None,
)
def framing_shows_mouths(s: Subject) -> Iterator[Problem]:
    framing = (s.facts.request.framing if s.facts.request else None) or ""
    if is_too_wide_for_speech(framing):
        yield Problem(
            f"framing {framing!r} may leave the lips too small to read: medium close shot or upper-body framing shows them"
        )


@rule(
    "I303",
    "I",
    "A prompt of your own is sent as it stands",
    cites="guide F3",
    path="request.prompt",
    applies=lambda s: s.facts.request is not None and s.facts.request.prompt is not None,
)
def verbatim_loses_wishes(s: Subject) -> Iterator[Problem]:
    request = s.facts.request
    lost = [field for field in ("framing", "adapt_wardrobe") if getattr(request, field) is not None]
    if lost:
        yield Problem(f"{' and '.join(lost)} is recorded but not added to the prompt: say it there yourself")


RULES: Final[tuple[Rule, ...]] = (
    production_model,
    one_scene_one_clip,
    pro_needs_reason,
    four_k_not_approved,
    std_for_final,
    speech_needs_sound,
    duration_approved,
    framing_shows_mouths,
    verbatim_loses_wishes,
)

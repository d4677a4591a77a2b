"""What the guide allows with caution: a written reason is needed (guide 1.14, 2A–2C, F3.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generation.addresses import looks_remote
from generation.rules.prompts import voices_in
from generation.rules.rule import Problem, Rule, removing, rule, setting
from generation.rules.subject import IMAGE, TEXT, Subject


def _asked(s: Subject) -> bool:
    return s.is_video and s.facts.request is not None and "mode" in s.body


@rule(
    "W201",
    "W",
    "std is the default mode; pro needs a purpose, a weak take or a reason",
    cites="guide 1.14",
    path="request.mode",
    applies=lambda s: _asked(s) and s.body["mode"] == "pro",
)
def pro_needs_reason(s: Subject) -> Iterator[Problem]:
    """A retake in pro answers a take in std; what mode that was made in may not be on record."""
    retake, request = s.facts.retake, s.facts.request
    if (request is not None and request.purpose == "final") or (
        retake is not None and retake.mode in ("std", None)
    ):
        return
    answered = f" ({retake.clip} was made in {retake.mode} already)" if retake else ""
    message = f"mode pro costs more{answered}"
    yield Problem(
        f"{message}: say why in mode_reason, name the purpose final, or the weak std take in retake_of"
    )


@rule(
    "W202",
    "W",
    "4k is not approved",
    cites="contract D5, guide 1.14",
    path="request.mode",
    applies=lambda s: s.is_video and "mode" in s.body,
)
def four_k_not_approved(s: Subject) -> Iterator[Problem]:
    """Anybody's 4k, because it is approved for nothing; whether pro has a purpose is known of our own requests only."""
    if s.body["mode"] == "4k":
        message = "mode 4k is legal for the vendor but no approved mode"
        change = (setting("$.mode", "pro"),)
        yield Problem(f"{message}: say why in mode_reason, or send pro", change=change)


@rule(
    "W203",
    "W",
    "std for a final take is a caution",
    cites="guide 2C",
    path="request.mode",
    applies=lambda s: _asked(s) and s.facts.request is not None and s.facts.request.purpose == "final",
)
def std_for_final(s: Subject) -> Iterator[Problem]:
    if s.body["mode"] == "std":
        message = "the purpose is final and the mode std: pro is the better choice"
        yield Problem(f"{message}; say why std in mode_reason")


@rule(
    "W205",
    "W",
    "A picture kept elsewhere is a caution",
    cites="guide 2B, guide 1.4",
    path="$.image_list",
    applies=lambda s: s.is_video and bool(s.sources),
)
def remote_picture(s: Subject) -> Iterator[Problem]:
    for path, text in s.sources:
        if looks_remote(text) and text not in s.facts.references:
            message = f"{text[:120]} is kept elsewhere, and nobody has checked it or will keep it"
            yield Problem(f"{message}: register the picture and send our bytes, or say why", path)


@rule(
    "W207",
    "W",
    "A top-level image on omni is a weak reference",
    cites="guide 2A, contract R46",
    path="$.image",
    applies=lambda s: s.is_omni,
)
def top_level_image(s: Subject) -> Iterator[Problem]:
    if "image" in s.body:
        message = (
            "creating with it succeeds and the picture hardly binds: send it in image_list as first_frame"
        )
        image = s.text("image")
        short = 0 < len(image) < 200 and not s.images
        moved = (setting("$.image_list", [{"image_url": image, "type": "first_frame"}]),) if short else ()
        yield Problem(message, change=(removing("$.image"), *moved))


@rule(
    "W208",
    "W",
    "Everybody who speaks is grounded",
    cites="guide F3.2, guide F3.4",
    path="$.prompt",
    applies=lambda s: s.is_omni and s.body.get("sound") == "on" and not s.videos,
)
def speakers_grounded(s: Subject) -> Iterator[Problem]:
    """One person by picture or element and another by words alone is what the guide warns of.

    Where nobody is grounded at all, the table of combinations speaks about our own requests.
    """
    voices = frozenset().union(*(voices_in(text) for _, text in s.prompts))
    faces = len(s.images) - len(s.frames) + len(s.elements)
    fewest = 0 if s.facts.request is None else 1
    if fewest <= faces < len(voices):
        message = f"{len(voices)} voices speak and {faces} of their faces are grounded"
        yield Problem(f"{message}: give each speaker a picture or an element")


@rule(
    "W210",
    "W",
    "Voices go by omni",
    cites="guide F3.5, contract R35",
    path="$.prompt",
    applies=lambda s: s.endpoint in (TEXT, IMAGE),
)
def voices_go_by_omni(s: Subject) -> Iterator[Problem]:
    """Voice control is not supported with kling-v3, and no list is read there that a marker could point at."""
    for path, text in s.prompts:
        if voices_in(text):
            message = (
                f"{s.endpoint} binds no voice to a marker: ground the speakers and send them to omni-video"
            )
            yield Problem(message, path)


RULES: Final[tuple[Rule, ...]] = (
    pro_needs_reason,
    four_k_not_approved,
    std_for_final,
    remote_picture,
    top_level_image,
    speakers_grounded,
    voices_go_by_omni,
)

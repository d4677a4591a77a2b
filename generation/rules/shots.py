"""Several shots in one clip (contract R4–R9; guide D)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from generation.rules.prompts import SHOT_PROMPT_LIMIT
from generation.rules.rule import Problem, Rule, removing, rule, setting, shown
from generation.rules.subject import Subject

MOST_SHOTS: Final = 6
_SECONDS: Final = re.compile(r"[1-9][0-9]?", re.ASCII)


def seconds_of(value: object) -> int | None:
    """Whole seconds as the vendor writes them, or None."""
    return int(value) if isinstance(value, str) and _SECONDS.fullmatch(value) else None


def _several(s: Subject) -> bool:
    return s.is_video and s.is_multi_shot


def _told_one_by_one(s: Subject) -> bool:
    return _several(s) and s.body.get("shot_type") == "customize"


@rule(
    "R4",
    "E",
    "Several shots say how they are told",
    cites="contract R4, guide D.3",
    path="$.shot_type",
    applies=_several,
)
def shot_type_known(s: Subject) -> Iterator[Problem]:
    kind = s.body.get("shot_type")
    if kind not in ("customize", "intelligence"):
        meant = "customize" if s.listed("multi_prompt") else "intelligence"
        message = f"shot_type {shown(kind)} is unknown: send customize with multi_prompt, or intelligence"
        yield Problem(message, change=(setting("$.shot_type", meant),))


@rule(
    "R5",
    "E",
    "One to six shots",
    cites="contract R5",
    path="$.multi_prompt",
    applies=_told_one_by_one,
)
def shot_count(s: Subject) -> Iterator[Problem]:
    shots = s.listed("multi_prompt")
    if not shots:
        change = (setting("$.shot_type", "intelligence"),) if s.text("prompt").strip() else ()
        yield Problem("customize needs its shots in multi_prompt, one to six", change=change)
    elif len(shots) > MOST_SHOTS:
        yield Problem(f"{len(shots)} shots are told and {MOST_SHOTS} are allowed: put some together")


@rule(
    "R6",
    "E",
    "Each shot has a prompt and whole seconds",
    cites="contract R6",
    path="$.multi_prompt",
    applies=lambda s: _told_one_by_one(s) and bool(s.listed("multi_prompt")),
)
def shots_complete(s: Subject) -> Iterator[Problem]:
    total = seconds_of(s.body.get("duration", "5"))
    for index, shot in enumerate(s.listed("multi_prompt")):
        path = f"$.multi_prompt[{index}]"
        if isinstance(shot, dict):
            yield from _one_shot(shot, path, total)
        else:
            yield Problem(f"{shown(shot)} is no shot: send index, prompt and duration", path)


def _one_shot(shot: dict[str, Any], path: str, total: int | None) -> Iterator[Problem]:
    prompt, duration = shot.get("prompt"), shot.get("duration")
    if not isinstance(prompt, str) or not prompt.strip():
        yield Problem("the shot's prompt is empty: say what happens in it", f"{path}.prompt")
    elif len(prompt) > SHOT_PROMPT_LIMIT:
        message = f"the shot's prompt has {len(prompt)} characters and {SHOT_PROMPT_LIMIT} are allowed"
        yield Problem(message, f"{path}.prompt")
    seconds = seconds_of(duration)
    if seconds is None:
        whole = isinstance(duration, int) and not isinstance(duration, bool) and 0 < duration < 16
        change = (setting(f"{path}.duration", str(duration)),) if whole else ()
        message = f'duration {shown(duration)} must be whole seconds as text, like "5"'
        yield Problem(message, f"{path}.duration", change)
    elif total is not None and seconds > total:
        yield Problem(f"a shot of {seconds} s does not fit a clip of {total} s", f"{path}.duration")


@rule(
    "R7",
    "E",
    "The shots fill the clip",
    cites="contract R7, contract K5, guide D.4",
    path="$.duration",
    applies=lambda s: _told_one_by_one(s) and bool(s.listed("multi_prompt")),
)
def shots_fill_clip(s: Subject) -> Iterator[Problem]:
    total = seconds_of(s.body.get("duration", "5"))
    lengths = [
        seconds_of(shot.get("duration")) for shot in s.listed("multi_prompt") if isinstance(shot, dict)
    ]
    spent = sum(length or 0 for length in lengths)
    if total is not None and None not in lengths and spent != total:
        change = (setting("$.duration", str(spent)),) if 3 <= spent <= 15 else ()
        yield Problem(f"the shots last {spent} s together and the clip {total} s", change=change)


@rule(
    "R8",
    "E",
    "Shot fields belong to the way of telling that reads them",
    cites="contract R8",
    path="$.multi_prompt",
    applies=lambda s: s.is_video and bool({"shot_type", "multi_prompt"} & s.body.keys()),
)
def no_void_shots(s: Subject) -> Iterator[Problem]:
    kind = s.body.get("shot_type")
    if not s.is_multi_shot:
        void = [key for key in ("shot_type", "multi_prompt") if s.body.get(key) not in (None, "", [])]
        if void:
            message = (
                f"{' and '.join(void)} have no effect without multi_shot: send multi_shot true, or drop them"
            )
            yield Problem(message, f"$.{void[0]}", tuple(removing(f"$.{key}") for key in void))
    elif kind == "intelligence" and s.body.get("multi_prompt") not in (None, []):
        message = "multi_prompt has no effect with intelligence: tell the shots in the prompt"
        yield Problem(message, change=(removing("$.multi_prompt"),))


@rule(
    "R9",
    "E",
    "Shots are numbered from 1 in order",
    cites="contract R9, contract K5",
    path="$.multi_prompt",
    applies=lambda s: _told_one_by_one(s) and bool(s.listed("multi_prompt")),
)
def shots_numbered(s: Subject) -> Iterator[Problem]:
    for number, shot in enumerate(s.listed("multi_prompt"), start=1):
        index = shot.get("index") if isinstance(shot, dict) else None
        if isinstance(shot, dict) and (
            isinstance(index, bool) or index != number or not isinstance(index, int)
        ):
            path = f"$.multi_prompt[{number - 1}].index"
            yield Problem(f"index {shown(index)} should be {number}", path, (setting(path, number),))


@rule(
    "I310",
    "I",
    "A prompt beside shots has no effect",
    cites="contract R8, contract D6",
    path="$.prompt",
    applies=lambda s: _told_one_by_one(s) and s.facts.request is None,
)
def prompt_beside_shots(s: Subject) -> Iterator[Problem]:
    if s.text("prompt"):
        yield Problem("the shots' own prompts count and this one does not: say what matters in each shot")


RULES: Final[tuple[Rule, ...]] = (
    shot_type_known,
    shot_count,
    shots_complete,
    shots_fill_clip,
    no_void_shots,
    shots_numbered,
    prompt_beside_shots,
)

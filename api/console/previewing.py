"""How a preview, and whatever was refused in place of one, is shown: in film words, each thing with what can be done. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from api.console.asked import OWN, Said
from api.console.inside import Told

_WORDS: Final = {
    "scene": "Scene",
    "production": "Production",
    "shot": "Shot",
    "purpose": "Purpose",
    "retake_of": "Takes the place of",
    "cast": "Cast",
    "character": "who",
    "look": "look",
    "identity": "what the face stands on",
    "fall_back": "a picture instead",
    "action": "What happens",
    "setting": "Setting",
    "framing": "Framing",
    "adapt_wardrobe": "Wardrobe",
    "dialogue": "Dialogue",
    "language": "language",
    "timing": "timing",
    "turns": "line",
    "speaker": "who speaks",
    "line": "the words",
    "opening": "First frame",
    "closing": "Last frame",
    "references": "Things and places",
    "shots": "Shot",
    "continue_from": "Goes on from",
    "edit": "Changes a clip",
    "keep_original_sound": "Its own sound",
    "prompt": "Verbatim prompt",
    "route": "Route",
    "duration": "Length",
    "aspect_ratio": "Picture format",
    "mode": "Mode",
    "mode_reason": "Why this mode",
    "sound": "Sound",
    "watermark": "Watermark",
    "accept": "Reasons",
    "takes": "Takes",
    "approval": "Approval",
    "max_units": "Most it may cost",
    "priority": "Priority",
    "needed_by": "Needed by",
    "client_reference": "Your own reference",
}
_OF_PAYLOAD: Final = frozenset({"mode", "duration", "aspect_ratio", "sound", "prompt"})
"""Fields of a payload that are called as the request's own."""
_STEP: Final = re.compile(r"\.?([A-Za-z_][A-Za-z0-9_]*)|\[(\d+)\]")
_SET: Final = re.compile(r'set \$\.(mode|duration|aspect_ratio|sound) to "([^"]*)"')
_LOOK: Final = re.compile(r"use the look (.+)")
_CAST: Final = re.compile(r"cast (.+)")
_NAMED: Final = re.compile(r"cast\[(\d+)\]\.(?:character|look)$")
FIELDS_OF: Final[Mapping[str, Mapping[str, str]]] = {
    "leave route unnamed: text2video": {"route": ""},
    "leave route unnamed: omni (D)": {"route": ""},
    "leave route unnamed: omni carries them": {"route": ""},
    "leave route and opening unnamed: elements go by omni (F)": {"route": "", "opening": ""},
    "leave the opening out (F, F2, A2)": {"opening": ""},
    "send the opening picture alone, with cast [] (A)": {"cast": ""},
    "the picture alone, with cast [] (C)": {"cast": ""},
    "tell the shots with cast [] (D)": {"cast": ""},
    "tell the shots without the clip (D)": {"continue_from": ""},
    "tell the shots in words alone (D)": {
        "opening": "",
        "closing": "",
        "references": "",
        "ask.elsewhere": "",
    },
    "continue from the clip alone (E)": {"opening": "", "references": "", "ask.elsewhere": ""},
    "continue from the clip alone, with cast [] (E)": {"cast": ""},
    "start anew from elements, without the clip (F)": {"continue_from": ""},
    "edit the clip alone, with cast [] and no references (E-base)": {
        "cast": "",
        "references": "",
        "ask.elsewhere": "",
    },
    "edit the clip alone (E-base)": {"opening": "", "closing": ""},
    "leave the dialogue out (F)": {"dialogue": ""},
    "go on in silence and drop the dialogue (E, E-base)": {"dialogue": ""},
}
"""What a combination names as alternatives, where fields of the form can say it: the fields, and what they say then."""
_ORDER: Final = {"stands against it": 0, "needs your reason": 1, "accepted": 2, "advice": 3}
_MARKS: Final = {"stands against it": "bad", "needs your reason": "warn", "accepted": "good", "advice": ""}

_WAYS: Final = 8
"""So many ways out are shown of a finding: where nobody is called so, everybody there is would be one."""


class Way(NamedTuple):
    """Something that would pass, and the change of fields that makes it so; empty where a person has to do it."""

    text: str
    change: str


class Remark(NamedTuple):
    """Something that is said about a request: `place` in film words, `field` what to go to; `reason` is the field for one."""

    message: str
    state: str
    place: str
    field: str
    rule: str = ""
    title: str = ""
    cites: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    reason: str = ""
    accepted: str = ""

    @property
    def mark(self) -> str:
        """How it is coloured."""
        return _MARKS[self.state]


def remarks_of(told: Mapping[str, Any], said: Said) -> list[Remark]:
    """Everything that a preview or a problem says, what stands against the request first."""
    wrong = [
        Remark(str(one["message"]), "stands against it", *_where(str(one["path"]), "request"))
        for one in told.get("errors", ())
    ]
    found = sorted(map(_remark, told.get("findings", ())), key=lambda one: _ORDER[one.state])
    return [*wrong, *_asking_once(found, said)]


def reasons_kept(said: Said, remarks: Iterable[Remark]) -> list[tuple[str, str]]:
    """Reasons that were typed for what is not raised now, as fields that keep them and are no part of the request."""
    asked = {one.reason for one in remarks}
    typed = {
        name.removeprefix(OWN): text
        for name, text in said.fields
        if name.removeprefix(OWN).startswith("accept.")
    }
    return [(f"{OWN}{name}", text) for name, text in typed.items() if text and name not in asked]


def _remark(finding: Mapping[str, Any]) -> Remark:
    match finding["severity"], finding.get("accepted"):
        case "E", _:
            state = "stands against it"
        case "W", None:
            state = "needs your reason"
        case "W", _:
            state = "accepted"
        case _:
            state = "advice"
    place, field = _where(finding["path"], finding["about"])
    return Remark(
        finding["message"],
        state,
        place,
        field,
        rule=finding["rule"],
        title=finding["title"],
        cites=tuple(finding["cites"]),
        ways=tuple(_way(one, finding["path"]) for one in finding["alternatives"][:_WAYS]),
        reason=f"accept.{finding['rule']}" if finding["severity"] == "W" else "",
        accepted=finding.get("accepted") or "",
    )


def _asking_once(found: Iterable[Remark], said: Said) -> Iterator[Remark]:
    """One field for each caution, however often it is raised; with what was typed there."""
    asked = set[str]()
    for one in found:
        yield one._replace(
            reason="" if one.reason in asked else one.reason,
            accepted=said.one(one.reason) or said.one(f"{OWN}{one.reason}") or one.accepted,
        )
        asked.add(one.reason)


def _way(text: str, path: str) -> Way:
    change: Mapping[str, str] = FIELDS_OF.get(text, {})
    here = _NAMED.search(path)
    if found := _SET.fullmatch(text):
        text, change = f"{_WORDS[found[1]]}: {found[2]}", {found[1]: found[2]}
    elif here and (found := _LOOK.fullmatch(text)):
        change = {f"cast.{here[1]}.look": found[1]}
    elif here and path.endswith("character") and (found := _CAST.fullmatch(text)):
        change = {f"cast.{here[1]}.character": found[1]}
    return Way(text, urlencode(change))


def _where(path: str, about: str) -> tuple[str, str]:
    """A JSON path in film words, and the field of the form that it leads to; both empty where it leads nowhere."""
    steps = [step[0] or int(step[1]) for step in _STEP.findall(path.removeprefix("$"))]
    if not steps or steps[0] not in _WORDS or (about != "request" and steps[0] not in _OF_PAYLOAD):
        return "", ""
    words = [
        f"{step + 1}" if isinstance(step, int) else _WORDS.get(step, step.replace("_", " ")) for step in steps
    ]
    told = re.sub(r", (\d+)", r" \1", ", ".join(words))
    return told, ".".join(map(str, steps))


def problem_of(told: Told) -> dict[str, Any]:
    """What was refused, as a preview's page tells it."""
    said = told.said
    return (
        said
        if isinstance(said, dict)
        else {"detail": "The preview could not be made.", "hint": "Try again in a moment."}
    )


def prompts_of(payload: Mapping[str, Any]) -> list[str]:
    """The prompts as they go out: the clip's, and those of its shots."""
    shots = payload.get("multi_prompt") or ()
    return [text for text in (payload.get("prompt"), *(shot.get("prompt") for shot in shots)) if text]

"""What the form that asks for a clip says: read as a shot request, and filled from one. Pure.

Its fields are named as a shot request's places (`forms`); those that begin with `ask.` are the form's own. A line without words,
a cast member without a tick and a shot in which nothing happens are not said at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Self
from urllib.parse import parse_qsl

import orjson
from pydantic import ValidationError

from api.console.forms import body_of
from generation.shot import ShotRequest

Field = tuple[str, str]

OWN: Final = "ask."
"""Begins the names of fields that are no part of the request."""
_KINDS: Final = {"duration": "number", "takes": "number", "priority": "number"}
_ADDRESS: Final = ("http://", "https://")
_SEEN_APART: Final = ("plan_digest", "accepted_by")
"""What is added by who goes on from a preview."""


@dataclass(frozen=True, slots=True)
class Said:
    """The fields of the form as they were sent, each text at its place, whatever kind it is."""

    fields: tuple[Field, ...] = ()

    @classmethod
    def of_request(cls, request: Mapping[str, Any]) -> Self:
        """The fields that would say this request."""
        elsewhere = [one["url"] for one in request.get("references") or () if isinstance(one, Mapping)]
        named = [one for one in request.get("references") or () if isinstance(one, str)]
        fields = _fields({**request, "references": named}, "")
        return cls((*fields, *([(f"{OWN}elsewhere:lines", "\n".join(elsewhere))] if elsewhere else [])))

    def one(self, place: str, otherwise: str = "") -> str:
        """The text at a place, the last where there are several."""
        return next((text for name, text in reversed(self.fields) if _place(name) == place), otherwise)

    def every(self, place: str) -> list[str]:
        return [text for name, text in self.fields if _place(name) == place]

    def ticked(self, place: str) -> bool:
        """Whether the box at a place is ticked."""
        return self.one(place) not in ("", "no")

    def rows(self, place: str) -> int:
        """How many numbered rows below a place say something; a length alone says nothing."""
        rows = [0]
        for name, text in self._below(place):
            row, _, leaf = _place(name).removeprefix(f"{place}.").partition(".")
            if text and leaf != "duration" and row.isdecimal() and len(row) < 4:
                rows.append(int(row) + 1)
        return max(rows)

    def says(self, *places: str) -> bool:
        """Whether anything is said at one of these places, or below it."""
        return any(text for place in places for name, text in self._below(place))

    def changed(self, change: str) -> Self:
        """With another text at some places: `mode=std&opening=`; what stands there, and below, goes first."""
        said = parse_qsl(change, keep_blank_values=True)
        gone = {name for place, _ in said for name, _ in self._below(place)}
        kept = [(name, text) for name, text in self.fields if name not in gone]
        return type(self)((*kept, *((_named(place), text) for place, text in said if text)))

    def _below(self, place: str) -> Iterator[Field]:
        for name, text in self.fields:
            if f"{_place(name)}.".startswith(f"{place}."):
                yield name, text


def request_of(said: Said) -> dict[str, Any]:
    """The shot request that the form says. Raises MalformedBody. What else is wrong with it the API says."""
    body = body_of(said.fields)
    own = body.pop(OWN.rstrip("."), {})
    for name in _SEEN_APART:
        body.pop(name, None)
    body["cast"] = [one for one in _entries(body.get("cast")) if one.get("character")]
    _with_what_is_spoken(body)
    if "shots" in body:
        shots = [_with_what_is_spoken(shot) for shot in _entries(body["shots"])]
        body["shots"] = [shot for shot in shots if shot.keys() & {"action", "dialogue"}]
        # It lasts as long as its shots; the field above is for one shot alone.
        body.pop("duration" if body["shots"] else "shots", None)
    elsewhere = own.get("elsewhere", []) if isinstance(own, Mapping) else []
    body["references"] = [*body.get("references", []), *elsewhere]
    body |= {place: _picture(body.get(place)) for place in ("references", "opening", "closing")}
    return {name: value for name, value in body.items() if value not in (None, [], {}) or name == "cast"}


def seen_of(request: Mapping[str, Any]) -> str:
    """A digest of a request, by which a preview of it is known again: what is left out is the same as what is usual."""
    try:
        whole = ShotRequest.model_validate_json(orjson.dumps(request)).model_dump(mode="json")
    except ValidationError:
        whole = dict(request)
    return sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).hexdigest()


def patch_between(earlier: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON merge patch (RFC 7396) that makes one of the other."""
    gone = {name: None for name in earlier if name not in wanted}
    return {
        **gone,
        **{
            name: _other(earlier.get(name), value)
            for name, value in wanted.items()
            if earlier.get(name) != value
        },
    }


def _other(earlier: Any, wanted: Any) -> Any:
    both = isinstance(earlier, Mapping) and isinstance(wanted, Mapping)
    return patch_between(earlier, wanted) if both else wanted


def _with_what_is_spoken(part: dict[str, Any]) -> dict[str, Any]:
    """A part without lines that have no words, and without a conversation that has no lines."""
    dialogue = part.get("dialogue")
    if isinstance(dialogue, dict):
        dialogue["turns"] = [turn for turn in _entries(dialogue.get("turns")) if turn.get("line")]
        if not dialogue["turns"]:
            del part["dialogue"]
    return part


def _entries(said: Any) -> list[dict[str, Any]]:
    return [one for one in said if isinstance(one, dict)] if isinstance(said, list) else []


def _picture(said: Any) -> Any:
    """A picture by id, or one elsewhere by its address; each of a list."""
    if isinstance(said, list):
        return [_picture(one) for one in said]
    return {"url": said} if isinstance(said, str) and said.startswith(_ADDRESS) else said


def _fields(said: Any, place: str) -> list[Field]:
    match said:
        case None:
            return []
        case bool():
            return [(f"{place}:whether", "yes" if said else "no")]
        case int():
            return [(f"{place}:number", str(said))]
        case {"url": str(address), **rest} if not rest:
            return [(place, address)]
        case Mapping():
            return [
                field
                for name, one in said.items()
                for field in _fields(one, f"{place}.{name}" if place else name)
            ]
        case list() | tuple() if all(isinstance(one, str) for one in said):
            return [(f"{place}:each", one) for one in said]
        case list() | tuple():
            return [field for number, one in enumerate(said) for field in _fields(one, f"{place}.{number}")]
        case _:
            return [(place, str(said))]


def _place(name: str) -> str:
    return name.partition(":")[0]


def _named(place: str) -> str:
    return f"{place}:{_KINDS[place]}" if place in _KINDS else place

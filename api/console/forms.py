"""What a form says, as the JSON that a body of the API is. Pure.

The name of a field is the place in the body, and how its text is meant: `name`, `cast.0.character`, `duration:number`. A field
that is left empty says nothing, but for one that is `kept`.

- text (where nothing is said): the text; `kept`: the text, also an empty one
- `number`: an integer; `yes`: true (a ticked box); `no`: false
- `lines`: a list, one text a line; `words`: a list, separated by commas; `each`: a list of all that the field is sent with
- `null`: null, whatever is in it
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from api.refusals import MalformedBody

MOST_FIELDS: Final = 1_000
_NAME: Final = re.compile(r"([A-Za-z0-9_]{1,64}(?:\.[A-Za-z0-9_]{1,64}){0,7})(?::([a-z]+))?")
_DIGITS: Final = re.compile(r"-?[0-9]{1,18}")
_KINDS: Final = frozenset({"text", "kept", "number", "yes", "no", "lines", "words", "each", "null"})


def body_of(fields: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The body that the fields of a form say. Numbers that are none stay text, and the body's own check tells of them.

    Raises MalformedBody for a name that is no place, and for two fields with one.
    """
    body: dict[str, Any] = {}
    for name, text in fields:
        found = _NAME.fullmatch(name)
        if found is None or (kind := found[2] or "text") not in _KINDS:
            raise MalformedBody(f"the form has a field {name[:80]!r}, which is no place in a body")
        if text == "" and kind not in ("kept", "null"):
            continue
        _put(body, found[1].split("."), kind, text.replace("\r\n", "\n"))
    said: dict[str, Any] = _with_lists(body)
    return said


def _put(body: dict[str, Any], path: list[str], kind: str, text: str) -> None:
    *above, last = path
    for step in above:
        body = body.setdefault(step, {})
        if not isinstance(body, dict):
            raise _twice(path)
    if kind == "each":
        held = body.setdefault(last, [])
        if not isinstance(held, list):
            raise _twice(path)
        held.append(text)
    elif last in body:
        raise _twice(path)
    else:
        body[last] = _meant(kind, text)


def _meant(kind: str, text: str) -> Any:
    match kind:
        case "number":
            return int(text) if _DIGITS.fullmatch(text.strip()) else text
        case "yes" | "no":
            return kind == "yes"
        case "lines":
            return [line.strip() for line in text.split("\n") if line.strip()]
        case "words":
            return [word.strip() for word in text.split(",") if word.strip()]
        case "null":
            return None
        case _:
            return text


def _with_lists(said: Any) -> Any:
    """Members that are all numbered are a list, in the order of their numbers; a gap in them is nothing."""
    if not isinstance(said, Mapping):
        return said
    if said and all(name.isdigit() for name in said):
        return [_with_lists(said[name]) for name in sorted(said, key=int)]
    return {name: _with_lists(value) for name, value in said.items()}


def _twice(path: list[str]) -> MalformedBody:
    return MalformedBody(f"the form says {'.'.join(path)!r} twice", hint="send each field once")

"""What a form says, as the JSON that a body of the API is. Pure.

The name of a field is the place in the body, and how its text is meant: `name`, `cast.0.character`, `duration:number`. A field
that is left empty says nothing, but for kinds that say what that means.

- text (where nothing is said): the text; `kept`: the text, also an empty one; `null`: null, whatever is in it
- `number`: an integer; `seconds`: microseconds, from seconds or a time code (`1.25`, `1:05.5`)
- `yes`: true (a ticked box); `no`: false; `whether`: what is chosen, `yes` or `no`
- `day`: a date, as its first moment (UTC); `until`: a date, as the microsecond at its end (UTC)
- `lines`: a list, one text a line; `whole`: the same, also an empty list; `words`: a list, separated by commas
- `each`: a list of all that the field is sent with; sent empty it says that there is a list, whatever is in it
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from api.refusals import MalformedBody

MOST_FIELDS: Final = 1_000
_NAME: Final = re.compile(r"([A-Za-z0-9_]{1,64}(?:\.[A-Za-z0-9_]{1,64}){0,7})(?::([a-z]+))?")
_DIGITS: Final = re.compile(r"-?[0-9]{1,19}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME_CODE: Final = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,6}(?:\.[0-9]{1,6})?)")
_EPOCH: Final = date(1970, 1, 1)
_DAY_US: Final = 86_400_000_000


def body_of(fields: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The body that the fields of a form say. What a kind cannot read stays text, and the body's own check tells of it.

    Raises MalformedBody for a name that is no place, and for two fields with one.
    """
    body: dict[str, Any] = {}
    for name, text in fields:
        found = _NAME.fullmatch(name)
        if found is None or (kind := found[2] or "text") not in _KINDS:
            raise MalformedBody(f"the form has a field {name[:80]!r}, which is no place in a body")
        if text == "" and kind not in _SAID_BY_NOTHING:
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
        held += [text] if text else []
    elif last in body:
        raise _twice(path)
    else:
        body[last] = _MEANT[kind](text)


def _number(text: str) -> Any:
    return int(text) if _DIGITS.fullmatch(text.strip()) else text


def _microseconds(text: str) -> Any:
    found = _TIME_CODE.fullmatch(text.strip())
    return int((60 * int(found[1] or 0) + Decimal(found[2])) * 1_000_000) if found else text


def _first_moment(text: str) -> Any:
    return f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text


def _last_moment(text: str) -> Any:
    try:
        after = date.fromisoformat(text) + timedelta(days=1)
    except (ValueError, OverflowError):
        return text
    return (after - _EPOCH).days * _DAY_US


def _parts(text: str, mark: str) -> list[str]:
    return [part.strip() for part in text.split(mark) if part.strip()]


_MEANT: Final[Mapping[str, Callable[[str], Any]]] = {
    "text": lambda text: text,
    "kept": lambda text: text,
    "null": lambda _: None,
    "number": _number,
    "seconds": _microseconds,
    "yes": lambda _: True,
    "no": lambda _: False,
    "whether": lambda text: {"yes": True, "no": False}.get(text, text),
    "day": _first_moment,
    "until": _last_moment,
    "lines": lambda text: _parts(text, "\n"),
    "whole": lambda text: _parts(text, "\n"),
    "words": lambda text: _parts(text, ","),
}
_KINDS: Final = frozenset({*_MEANT, "each"})
_SAID_BY_NOTHING: Final = frozenset({"kept", "null", "whole", "each"})


def _with_lists(said: Any) -> Any:
    """Members that are all numbered are a list, in the order of their numbers; a gap in them is nothing."""
    if not isinstance(said, Mapping):
        return said
    if said and all(name.isdigit() for name in said):
        return [_with_lists(said[name]) for name in sorted(said, key=int)]
    return {name: _with_lists(value) for name, value in said.items()}


def _twice(path: list[str]) -> MalformedBody:
    return MalformedBody(f"the form says {'.'.join(path)!r} twice", hint="send each field once")

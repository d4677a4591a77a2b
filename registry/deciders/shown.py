"""States as JSON, for people who ask what was known then; and what differs between two of them, as a JSON Patch (RFC 6902).

A decider reads what is erased as empty, since nothing can stand on it; people are to see that something was there. So events are
folded here with a mark in place of what is erased: it is an empty text like any other to the decider, and stands out when shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from pydantic import BaseModel

from registry.events.envelope import Event
from registry.events.personal import Erased, personal_fields
from registry.events.references import plain

ERASED_JSON: Final = {"erased": True}
_OF_DECIDERS: Final = frozenset({"exists"})
"""Fields that say nothing of a thing that is there."""


class _Gone(str):
    """Stands where an erased value was."""

    __slots__ = ()


_GONE: Final = _Gone()


def marked(event: Event) -> Event:
    """The event with the mark in place of every erased field."""
    gone = [name for name in personal_fields(type(event)) if isinstance(getattr(event, name), Erased)]
    return event.model_copy(update=dict.fromkeys(gone, _GONE)) if gone else event


def shown(value: Any) -> Any:
    """A state, or any part of one, as JSON: sets in order, decimals as texts, what is erased as `{"erased": true}`."""
    if isinstance(value, _Gone | Erased):
        return dict(ERASED_JSON)
    parts = _parts(value)
    if parts is not None:
        return {name: shown(part) for name, part in parts.items()}
    if isinstance(value, frozenset | set):
        return sorted((shown(one) for one in value), key=str)
    if isinstance(value, Decimal):
        return plain(value)
    return [shown(one) for one in value] if isinstance(value, list | tuple) else value


class Changed(NamedTuple):
    """One operation of a JSON Patch, with what stood there `before`; None where nothing did."""

    op: Literal["add", "remove", "replace"]
    path: str
    value: Any
    before: Any


def changes(before: Any, after: Any, path: str = "") -> Iterator[Changed]:
    """What turns one state into another, in terms of what is shown. Objects are compared name by name; a list is one value."""
    if before is after:
        return
    mine, theirs = _parts(before), _parts(after)
    if mine is None or theirs is None:
        then, now = shown(before), shown(after)
        if then != now:
            yield Changed("replace", path, now, then)
        return
    for name in dict.fromkeys([*mine, *theirs]):
        here = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
        if name not in theirs:
            yield Changed("remove", here, None, shown(mine[name]))
        elif name not in mine:
            yield Changed("add", here, shown(theirs[name]), None)
        else:
            yield from changes(mine[name], theirs[name], here)


def _parts(value: Any) -> dict[str, Any] | None:
    """The named parts of a value, each as it is; None where it has none."""
    if isinstance(value, Erased):
        return None
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}
    if is_dataclass(value):
        said = {one.name: getattr(value, one.name) for one in fields(value)}
        return {name: part for name, part in said.items() if name not in _OF_DECIDERS}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return dict(value._asdict())
    return {_name(name): part for name, part in value.items()} if isinstance(value, Mapping) else None


def _name(key: object) -> str:
    """A key of a mapping; of several parts, those that are there, with spaces between."""
    return " ".join(str(part) for part in key if part is not None) if isinstance(key, tuple) else str(key)

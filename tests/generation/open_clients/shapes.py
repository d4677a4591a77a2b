"""A small reader of JSON by shape, strict about types: what a typed client would say of a body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Text:
    """A string; with `one_of`, one of these."""

    one_of: tuple[str, ...] = ()

    def problems(self, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"{path} is {type(value).__name__}, not text"
        elif self.one_of and value not in self.one_of:
            yield f"{path} is {value!r}, not one of {', '.join(self.one_of)}"


@dataclass(frozen=True)
class Of:
    """Exactly this type (a switch is no number)."""

    kind: type

    def problems(self, value: Any, path: str) -> Iterator[str]:
        if type(value) is not self.kind:
            yield f"{path} is {type(value).__name__}, not {self.kind.__name__}"


@dataclass(frozen=True)
class Many:
    """A list of one shape, with bounds."""

    item: Shape
    least: int = 0
    most: int = 1_000

    def problems(self, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{path} is {type(value).__name__}, not a list"
            return
        if not self.least <= len(value) <= self.most:
            yield f"{path} holds {len(value)}, not {self.least} to {self.most}"
        for index, item in enumerate(value):
            yield from self.item.problems(item, f"{path}[{index}]")


@dataclass(frozen=True)
class Parts:
    """An object: `needed` must be there, and be something unless it `may_be_null`; what is not needed may be null.

    `closed` refuses names that are not in `fields`: the parts of a list entry are few and known to every client.
    """

    fields: Mapping[str, Shape]
    needed: tuple[str, ...] = ()
    may_be_null: tuple[str, ...] = ()
    closed: bool = field(default=True)

    def problems(self, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path} is {type(value).__name__}, not an object"
            return
        yield from (f"{path}.{name} is missing" for name in self.needed if name not in value)
        for name, inner in value.items():
            if inner is None and (name in self.may_be_null or name not in self.needed):
                continue
            if name in self.fields:
                yield from self.fields[name].problems(inner, f"{path}.{name}")
            elif self.closed:
                yield f"{path}.{name} is no field"


Shape = Text | Of | Many | Parts

"""One value, one spelling: canonical JSON bytes, and the refusal of what cannot be stored alike on every engine.

Rejected before storage: NUL and lone surrogates in text, integers outside int64, NaN and Infinity (checked here because orjson
would write NaN as null), keys that are not text, and nesting deeper than any reader can be trusted with.
"""

from __future__ import annotations

import math
import re
from hashlib import sha256
from typing import Any, Final

import orjson

_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_DEEPEST: Final = 100
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class NotStorable(ValueError):
    """A value the log cannot keep exactly; `path` says where it stands."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path or '$'}: {why}")
        self.path = path or "$"
        self.why = why


def canonical(value: Any) -> bytes:
    """Sorted-key JSON in UTF-8 without spaces. Raises NotStorable."""
    check_storable(value)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def check_storable(value: Any) -> None:
    """Raises NotStorable for what `canonical` would refuse."""
    if not _sound(value):
        _check(value, "$", 0)  # says where and why


def canonical_sha256(value: Any) -> str:
    return sha256(canonical(value)).hexdigest()


def _sound(value: Any) -> bool:
    """The same question as `_check`, asked of every event on its way in, level by level: no more than yes or no, and quick."""
    level = [value]
    for _ in range(_DEEPEST + 1):
        below: list[Any] = []
        for one in level:
            kind = type(one)
            if kind is str:
                if "\x00" in one or not (one.isascii() or _SURROGATE.search(one) is None):
                    return False
            elif kind is int:
                if not _SMALLEST <= one <= _LARGEST:
                    return False
            elif kind is dict:
                if not all(type(key) is str for key in one):
                    return False
                below += one
                below += one.values()
            elif kind is list or kind is tuple:
                below += one
            elif not (one is None or kind is bool or (kind is float and math.isfinite(one))):
                return False
        if not below:
            return True
        level = below
    return False


def _check(value: Any, path: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise NotStorable(path, f"nested deeper than {_DEEPEST} levels")
    match value:
        case None | bool():
            return
        case str():
            _check_text(value, path)
        case int() | float():
            _check_number(value, path)
        case dict():
            for key, inner in value.items():
                if not isinstance(key, str):
                    raise NotStorable(path, f"key {key!r} is not text")
                _check_text(key, path)
                _check(inner, f"{path}.{key}", depth + 1)
        case list() | tuple():
            for index, inner in enumerate(value):
                _check(inner, f"{path}[{index}]", depth + 1)
        case _:
            raise NotStorable(path, f"{type(value).__name__} has no JSON form")


def _check_number(value: int | float, path: str) -> None:
    if isinstance(value, int) and not _SMALLEST <= value <= _LARGEST:
        raise NotStorable(path, f"an integer of {value.bit_length()} bits is outside the 64-bit integers")
    if not math.isfinite(value):
        raise NotStorable(path, f"{value} is not a finite number")


def _check_text(text: str, path: str) -> None:
    if "\x00" in text:
        raise NotStorable(path, "text holds a NUL character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise NotStorable(path, "text holds a lone surrogate") from None

"""One value, one spelling: canonical JSON bytes, and the refusal of what cannot be stored alike on every engine.

Rejected before storage: NUL and lone surrogates in text, integers outside int64, NaN and Infinity (checked here because orjson
would write NaN as null), and keys that are not text.
"""

from __future__ import annotations

import math
from hashlib import sha256
from typing import Any

import orjson

_INT64 = range(-(2**63), 2**63)


class NotStorable(ValueError):
    """A value the log cannot keep exactly; `path` says where it stands."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path or '$'}: {why}")
        self.path = path or "$"
        self.why = why


def canonical(value: Any) -> bytes:
    """Sorted-key JSON in UTF-8 without spaces. Raises NotStorable."""
    _check(value, "$")
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def canonical_sha256(value: Any) -> str:
    return sha256(canonical(value)).hexdigest()


def _check(value: Any, path: str) -> None:
    match value:
        case None | bool():
            return
        case str():
            _check_text(value, path)
        case int():
            if value not in _INT64:
                raise NotStorable(path, f"{value} is outside the 64-bit integers")
        case float():
            if not math.isfinite(value):
                raise NotStorable(path, f"{value} is not a finite number")
        case dict():
            for key, inner in value.items():
                if not isinstance(key, str):
                    raise NotStorable(path, f"key {key!r} is not text")
                _check_text(key, path)
                _check(inner, f"{path}.{key}")
        case list() | tuple():
            for index, inner in enumerate(value):
                _check(inner, f"{path}[{index}]")
        case _:
            raise NotStorable(path, f"{type(value).__name__} has no JSON form")


def _check_text(text: str, path: str) -> None:
    if "\x00" in text:
        raise NotStorable(path, "text holds a NUL character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise NotStorable(path, "text holds a lone surrogate") from None

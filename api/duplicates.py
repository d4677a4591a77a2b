"""Names that stand twice in a JSON object: which one counts is anybody's guess (RFC 8259, section 4), so nobody guesses."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any


def repeated(pairs: Iterable[tuple[str, Any]]) -> list[str]:
    """The names that come more than once among the members of one object, sorted."""
    return sorted(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)


def told(names: Iterable[str]) -> list[dict[str, Any]]:
    """What is said about such names: `{path, message, value}` each."""
    return [{"path": f"$..{name}", "message": "sent twice", "value": None} for name in names]


def sent_twice(raw: bytes) -> Sequence[str]:
    """The names that stand twice in any object of this JSON, sorted; none in what is no JSON, which is refused elsewhere."""
    found: set[str] = set()

    def note(pairs: list[tuple[str, Any]]) -> None:
        found.update(repeated(pairs))

    try:
        json.loads(raw, object_pairs_hook=note)
    except (ValueError, RecursionError):
        return ()
    return sorted(found)

"""Words that run wherever a page takes them for more than words."""

from __future__ import annotations

from typing import Any, Final

from tests.api.served.serving import Served

SCRIPT: Final = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{7*7}}${7*7}"
"""Breaks out of an element, of an attribute, of a string of a script, and of a template."""
SHORT: Final = "<img src=x>\"'{{7*7}}"
"""The same where twenty characters must do."""
NAME: Final = f"Mina {SCRIPT}"
BECAUSE: Final = {"reason": SCRIPT}


def say(service: Served, verb: str, path: str, body: Any = None, **options: Any) -> dict[str, Any]:
    """The card of a change that must be taken."""
    answer = service.change(verb, path, body, **options)
    assert answer.status_code < 300, f"{verb} {path}: {answer.text}"
    card: dict[str, Any] = answer.json() if answer.content else {}
    return card

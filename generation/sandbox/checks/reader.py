"""Typed reading of a JSON object that collects what it could not read instead of raising."""

from __future__ import annotations

from typing import Any

from generation.sandbox.envelope import UNREADABLE_BODY, Problem, bad_value


class Reader:
    """Reads one object. A null counts as absent; a wrong type is one problem and reads as the empty value."""

    def __init__(self, body: dict[str, Any], problems: list[Problem] | None = None) -> None:
        self.body = body
        self.problems: list[Problem] = [] if problems is None else problems

    def has(self, key: str) -> bool:
        return self.body.get(key) is not None

    def value(self, key: str) -> Any:
        return self.body.get(key)

    def text(self, key: str, default: str = "") -> str:
        value = self.value(key)
        if value is None or isinstance(value, str):
            return default if value is None else value
        self._unreadable()
        return default

    def integer(self, key: str) -> int:
        """A required whole number; a boolean is none."""
        value = self.value(key)
        if value is None:
            self.problems.append(bad_value(f"{key} can not be null"))
        elif isinstance(value, bool) or not isinstance(value, int):
            self._unreadable()
        else:
            return value
        return 0

    def number(self, key: str) -> float | None:
        value = self.value(key)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return None if value is None else float(value)
        self._unreadable()
        return None

    def flag(self, key: str) -> bool:
        """A boolean, or the words "true" and "false" as the vendor's own sample sends them (contract 4)."""
        value = self.value(key)
        if isinstance(value, bool) or value is None:
            return bool(value)
        if value not in ("true", "false"):
            self._unreadable()
        return bool(value == "true")

    def strict_flag(self, key: str) -> bool:
        """A required, real boolean (R42)."""
        value = self.value(key)
        if not isinstance(value, bool):
            self._unreadable()
        return value is True

    def record(self, key: str) -> dict[str, Any] | None:
        value = self.value(key)
        if value is None or isinstance(value, dict):
            return value
        self._unreadable()
        return None

    def items(self, key: str) -> list[Reader] | None:
        """A list of objects; None when the key is absent."""
        value = self.value(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self._unreadable()
            return None
        return [self.inside(item) for item in value]

    def inside(self, body: dict[str, Any]) -> Reader:
        """A reader of a nested object that reports to the same list."""
        return Reader(body, self.problems)

    def _unreadable(self) -> None:
        # The vendor does not say which field it stumbled over (K4).
        self.problems.append(bad_value(UNREADABLE_BODY))

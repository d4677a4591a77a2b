"""Calls about reads; they need a key with the role auditor."""

from __future__ import annotations

from collections.abc import Iterator

from api.client.wire import Calls, at
from registry.views.reads import ReadCard


class ReadCalls(Calls):
    """Who was handed what shows a real person."""

    def reads(self, *, thing: str | None = None, key: str | None = None) -> Iterator[ReadCard]:
        """In the order they were made; of one asset or clip, or by one key, where they are named."""
        return self._wire.pages(ReadCard, at("reads"), thing=thing, key=key)

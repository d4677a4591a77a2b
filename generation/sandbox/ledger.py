"""The sandbox's own account book: one entry per POST received, accepted or not.

Tests hold it against their own log: accepted entries per external id, exact body digests, units billed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One POST. `account` is "" when nobody was recognised; `body_sha256` is over the exact bytes received.

    `code` and `http_status` are what the sandbox meant to answer, None when it cut the connection instead;
    `fault` names the steering faults that were applied, "" without any. Without `whole` only the bytes up to an ordered
    cut were received, and digest and size are theirs.
    """

    received_at: int
    account: str
    product: str
    external_task_id: str
    body_sha256: str
    body_bytes: int
    accepted: bool
    task_id: str
    code: int | None
    http_status: int | None
    message: str
    fault: str
    whole: bool = True

    def record(self) -> dict[str, Any]:
        return asdict(self)


class Ledger:
    """Entries in the order they were answered. Not thread-safe: the world's one lock guards it."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)

    def select(
        self, *, after: int, account: str | None, external_task_id: str | None
    ) -> list[tuple[int, Entry]]:
        """Numbered entries (from 1) behind `after` that match what is given."""
        return [
            (number, entry)
            for number, entry in enumerate(self.entries[after:], start=after + 1)
            if account in (None, entry.account) and external_task_id in (None, entry.external_task_id)
        ]

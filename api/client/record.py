"""Calls about the studio itself and its record: who am I, accounts, lineage, the feed of events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from api.client.answers import FeedEvent, Me, member, read_as
from api.client.wire import Call, Calls, at
from registry.views.access import StudioCard
from registry.views.accounts import AccountCard
from registry.views.lineage import Lineage

FEED_WAIT_SECONDS: Final = 20


class RecordCalls(Calls):
    """Studio, accounts, lineage, events."""

    def me(self) -> Me:
        """Who this key is and which studio it opens."""
        return self._wire.read(Me, at("me"))

    def studios(self) -> Iterator[StudioCard]:
        """The studios this key opens; never so many that there are pages."""
        listed = self._wire.answer(Call("GET", at("studios"))).body
        return (read_as(StudioCard, item) for item in member(listed, "items"))

    def open_account(
        self, name: str, *, region: str, host: str | None = None, key_fingerprint: str | None = None
    ) -> AccountCard:
        """Make a Kling account known. Without fingerprint it is that of the key the service is configured with."""
        said = {"name": name, "region": region, "host": host, "key_fingerprint": key_fingerprint}
        body = {name: value for name, value in said.items() if value is not None}
        return read_as(AccountCard, self._wire.change("POST", at("accounts"), body))

    def account(self, account: str) -> AccountCard:
        return self._wire.read(AccountCard, at("accounts", account))

    def accounts(self) -> Iterator[AccountCard]:
        return self._wire.pages(AccountCard, at("accounts"))

    def lineage(
        self,
        thing: str,
        *,
        direction: Literal["ancestors", "descendants"] = "ancestors",
        depth: int | None = None,
    ) -> Lineage:
        """What anything was made from, or what was made from it."""
        return self._wire.read(Lineage, at("lineage", thing), direction=direction, depth=depth)

    def events(
        self, *, after: int = 0, stream: str | None = None, type: str | None = None, follow: bool = False
    ) -> Iterator[FeedEvent]:
        """The studio's log in order, from the event after position `after`; with `follow` it waits for what comes next."""
        wait = FEED_WAIT_SECONDS if follow else None
        while True:
            wanted = {"after": after, "stream": stream, "type": type, "wait": wait}
            page = self._wire.answer(Call("GET", at("events"), wanted, patience=wait or 0)).body
            for item in member(page, "items"):
                event = read_as(FeedEvent, item)
                yield event
                after = max(after, event.position)
            further = member(page, "next")
            if further is not None:
                after = max(after, int(further))
            elif not follow:
                return

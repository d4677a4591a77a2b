"""Calls about the studio itself and its record: who am I, accounts, lineage, the feed of events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from api.client.answers import FeedEvent, Me, member, read_as
from api.client.wire import Call, Calls, at
from generation.queue import QueueNow
from registry.views.access import StudioCard
from registry.views.accounts import AccountCard
from registry.views.lineage import Lineage
from registry.views.queue import Lanes

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

    def hold_account(self, account: str, *, scope: str, reason: str, model: str | None = None) -> AccountCard:
        """Stop calls of the account until somebody resumes them."""
        return self._on_account(account, "hold", {"scope": scope, "reason": reason, "model": model})

    def resume_account(
        self, account: str, *, scope: str, reason: str, model: str | None = None
    ) -> AccountCard:
        """Let held calls out again."""
        return self._on_account(account, "resume", {"scope": scope, "reason": reason, "model": model})

    def set_slots(self, account: str, model: str, slots: int, *, pack: str = "") -> AccountCard:
        """How many tasks of a model may be open at once."""
        body = {"model": model, "slots": slots, "pack": pack}
        return read_as(AccountCard, self._wire.change("PUT", at("accounts", account, "slots"), body))

    def slots(self, account: str) -> Lanes:
        return self._wire.read(Lanes, at("accounts", account, "slots"))

    def queue(self, *, after: int = 0, **filters: Any) -> QueueNow:
        """A page of what has not ended; filters are production, scene, account and model."""
        return self._wire.read(QueueNow, at("queue"), after=after, **filters)

    def whole_queue(self, **filters: Any) -> QueueNow:
        """All pages in one; lanes and alarms are those of the last."""
        page = self.queue(**filters)
        items = list(page.items)
        while page.next is not None:
            page = self.queue(after=page.next, **filters)
            items += page.items
        return page.model_copy(update={"items": tuple(items)})

    def _on_account(self, account: str, what: str, body: dict[str, str | None]) -> AccountCard:
        return read_as(AccountCard, self._wire.change("POST", at("accounts", account, what), body))

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

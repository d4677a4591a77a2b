"""Calls about the studio itself and its record: who am I, accounts, reconciliations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from api.client.answers import Me, member, read_as
from api.client.wire import Call, Calls, at
from api.reconciling import AttestedAccount, ConfiguredKey, RestoreCard
from generation.queued import QueueNow
from registry.views.access import StudioCard
from registry.views.accounts import AccountCard
from registry.views.queue import Lanes
from registry.views.reconciliations import ReconciliationCard

RECONCILING_SECONDS: Final = 900
"""How long the service may take to read all that an account has at the provider."""


class RecordCalls(Calls):
    """Studio, accounts, reconciliations."""

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

    def attest_key(self, account: str, key_fingerprint: str, reason: str) -> AttestedAccount:
        """Vouch that a configured key belongs to the account; it is sent under from here on."""
        body = {"key_fingerprint": key_fingerprint, "reason": reason}
        return read_as(AttestedAccount, self._wire.change("POST", at("accounts", account, "keys"), body))

    def configured_keys(self) -> Iterator[ConfiguredKey]:
        """The keys the service is configured with, by fingerprint; never so many that there are pages."""
        listed = self._wire.answer(Call("GET", at("accounts", "keys"))).body
        return (read_as(ConfiguredKey, item) for item in member(listed, "items"))

    def reconcile(
        self, account: str | None = None, *, since: int | None = None, until: int | None = None
    ) -> ReconciliationCard:
        """Compare an account with the provider now; moments are microseconds since 1970."""
        said = {"account": account, "from": since, "to": until}
        body = {name: value for name, value in said.items() if value is not None}
        once = {"Idempotency-Key": self._wire.manners.make_key()}
        call = Call("POST", at("reconciliations"), headers=once, json=body, patience=RECONCILING_SECONDS)
        return read_as(ReconciliationCard, self._wire.answer(call).body)

    def accept_restore(self, reason: str, *, without: Iterable[str] = ()) -> RestoreCard:
        """Send again from a restored database, once every account was compared but those it is `without`."""
        body = {"reason": reason, "without": list(without)}
        return read_as(RestoreCard, self._wire.change("POST", at("reconciliations", "accept-restore"), body))

    def reconciliations(self, *, account: str | None = None) -> Iterator[ReconciliationCard]:
        """All runs, oldest first."""
        return self._wire.pages(ReconciliationCard, at("reconciliations"), account=account)

    def reconciliation(self, reconciliation: str) -> ReconciliationCard:
        return self._wire.read(ReconciliationCard, at("reconciliations", reconciliation))

    def accounts(self) -> Iterator[AccountCard]:
        return self._wire.pages(AccountCard, at("accounts"))

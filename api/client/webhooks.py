"""Calls about webhooks; changes need a key with the role admin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from api.client.answers import read_as
from api.client.wire import Calls, at
from api.webhooks import IssuedWebhook, Redelivered, Tried, WebhookAnswer
from registry.views.deliveries import DeadLetterCard
from registry.views.webhooks import WebhookCard


class WebhookCalls(Calls):
    """Who is told of what happens."""

    def webhooks(self) -> Iterator[WebhookAnswer]:
        """All of the studio, with how each fares."""
        return self._wire.pages(WebhookAnswer, at("webhooks"))

    def webhook(self, webhook: str) -> WebhookAnswer:
        return self._wire.read(WebhookAnswer, at("webhooks", webhook))

    def add_webhook(
        self,
        url: str,
        holder: str,
        *,
        types: Sequence[str] = (),
        description: str = "",
        after: int | None = None,
    ) -> IssuedWebhook:
        """Tell `url` of events of these types (none: all), from now on or after a position. The secret is told once."""
        said = {"url": url, "holder": holder, "types": list(types), "description": description}
        return read_as(IssuedWebhook, self._wire.change("POST", at("webhooks"), {**said, "after": after}))

    def change_webhook(
        self,
        webhook: str,
        *,
        url: str | None = None,
        types: Sequence[str] | None = None,
        holder: str | None = None,
        description: str | None = None,
        version: int | None = None,
    ) -> WebhookAnswer:
        """What is left out stays; no types at all are all of them."""
        said = {
            "url": url,
            "types": None if types is None else list(types),
            "holder": holder,
            "description": description,
        }
        answer = self._wire.change("PATCH", at("webhooks", webhook), said, version=version)
        return read_as(WebhookAnswer, answer)

    def rotate_webhook(self, webhook: str, *, overlap_seconds: int = 86_400) -> IssuedWebhook:
        """A new secret; the one before signs too for so many seconds more."""
        return read_as(IssuedWebhook, self._ask(webhook, "rotate", {"overlap_seconds": overlap_seconds}))

    def pause_webhook(self, webhook: str, reason: str) -> WebhookAnswer:
        return read_as(WebhookAnswer, self._ask(webhook, "pause", {"reason": reason}))

    def resume_webhook(self, webhook: str) -> WebhookAnswer:
        """It goes on where it was."""
        return read_as(WebhookAnswer, self._ask(webhook, "resume"))

    def replay_webhook(self, webhook: str, after: int) -> WebhookAnswer:
        """It tells everything after a position again."""
        return read_as(WebhookAnswer, self._ask(webhook, "replay", {"after": after}))

    def test_webhook(self, webhook: str) -> Tried:
        """Send a test event now; what the receiver said."""
        return read_as(Tried, self._ask(webhook, "test"))

    def dead_letters(self, webhook: str) -> Iterator[DeadLetterCard]:
        """Events that are not tried any more."""
        return self._wire.pages(DeadLetterCard, at("webhooks", webhook, "dead-letters"))

    def redeliver(self, webhook: str, positions: Sequence[int] | None = None) -> Redelivered:
        """Try dead letters again: those at these positions, or all."""
        said = {"positions": None if positions is None else list(positions)}
        return read_as(Redelivered, self._ask(webhook, "redeliver", said))

    def remove_webhook(self, webhook: str) -> WebhookCard:
        """It tells nothing any more, for good; what it was."""
        return read_as(WebhookCard, self._wire.change("DELETE", at("webhooks", webhook)))

    def _ask(self, webhook: str, what: str, body: dict[str, Any] | None = None) -> Any:
        return self._wire.change("POST", at("webhooks", webhook, what), body)

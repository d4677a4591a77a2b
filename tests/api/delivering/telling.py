"""A studio that tells a receiver: events are written, turns are made, time passes by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.delivering.courier import Courier
from api.delivering.posting import Postman
from api.delivering.signing import first_secret
from api.patience import Patience
from generation.outbound import Outbound, OutboundPolicy
from registry.deciders.character import IntroduceCharacter, ReviseCharacter
from registry.deciders.webhook import AddWebhook
from registry.events.webhook import WebhookAdded
from registry.log.outgoing import DeadLetter, Straggler
from registry.views import deliveries, webhooks
from registry.views.deliveries import Abroad, Due, Health
from registry.views.webhooks import WebhookCard
from tests.registry.log.opened import STUDIO, Clock, Opened, new_id
from tests.servers.receiver import FAIL, OK, Answer, Heard, Receiver

POLICY = OutboundPolicy(frozenset(), allow_loopback=True, any_host=True)
SECOND = 1_000_000


@dataclass
class Telling:
    """`patience` may be changed before `courier` is asked for; `jitter` is none."""

    log: Opened
    receiver: Receiver
    patience: Patience = field(default_factory=lambda: Patience(timeout=2.0, attempts=3))
    counted: list[str] = field(default_factory=list)
    outbound: Outbound = field(default_factory=lambda: Outbound(POLICY))
    secret: str = ""
    webhook: str = ""

    def add(
        self, *types: str, url: str | None = None, after: int | None = None, digest: str | None = None
    ) -> str:
        """A webhook; `secret` is what its holder was shown."""
        self.webhook = new_id("webhook")
        secret = first_secret(self.log.registry, self.webhook)
        self.secret = secret.shown
        added = WebhookAdded(
            url=url or self.receiver.url,
            types=types,
            holder="edit suite",
            secret=secret.name,
            secret_sha256=digest or secret.sha256,
            after=after,
        )
        self.log.handle(AddWebhook(stream=self.webhook, added=added))
        return self.webhook

    def introduce(self, name: str = "Mina") -> str:
        """A new stream with one event in it."""
        stream = new_id("character")
        self.log.handle(IntroduceCharacter(stream=stream, depicts="fictional", name=name))
        return stream

    def describe(self, stream: str, words: str) -> int:
        """One more event in a stream; its position."""
        return self.log.handle(ReviseCharacter(stream=stream, description=words)).position

    def courier(self, owner: str = "one", **parts: Any) -> Courier:
        registry = self.log.registry
        postman = Postman(self.outbound, registry.clock, time.monotonic, self.patience.timeout)
        given: dict[str, Callable[..., Any]] = {"count": lambda result, _: self.counted.append(result)}
        return Courier(
            registry, postman, self.patience, owner, time.monotonic, lambda: 0.0, **{**given, **parts}
        )

    def turn(self, courier: Courier | None = None) -> None:
        (courier or self.courier()).turn(Due(STUDIO, self.webhook))

    def pass_(self, seconds: float) -> None:
        clock = self.log.clock
        assert isinstance(clock, Clock)
        clock.now += int(seconds * SECOND)

    def is_due(self) -> bool:
        with self.log.registry.reading() as connection:
            found = deliveries.due(connection, now=self.log.clock(), limit=10)
        return (STUDIO, self.webhook) in {one[:2] for one in found}

    def health(self) -> Health:
        with self.log.registry.reading(STUDIO) as connection:
            return deliveries.health(connection, STUDIO, self.webhook, now=self.log.clock())

    def abroad(self) -> Abroad:
        with self.log.registry.reading() as connection:
            return deliveries.abroad(connection)

    def card(self) -> WebhookCard:
        with self.log.registry.reading(STUDIO) as connection:
            return webhooks.webhook(connection, STUDIO, self.webhook)

    def behind(self) -> list[Straggler]:
        return self.log.registry.outgoing.stragglers(STUDIO, self.webhook)

    def dead(self) -> list[DeadLetter]:
        with self.log.registry.reading(STUDIO) as connection:
            page = deliveries.dead_letters(connection, STUDIO, self.webhook)
        return [DeadLetter(**card.model_dump()) for card in page.items]


def failing(*streams: str) -> Callable[[Heard], Answer]:
    """A receiver that takes everything but what is about these streams."""
    return lambda heard: FAIL if heard.body["subject"] in streams else OK


def subjects(heard: Sequence[Heard]) -> list[str]:
    return [one.body["subject"] for one in heard]

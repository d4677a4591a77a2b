"""What is told, and that we said it: the envelope, its signatures, and the secrets behind them."""

from __future__ import annotations

import base64
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from api.delivering.cloud_event import MEDIA_TYPE
from api.delivering.signing import KeyIsLost, next_secret, secrets_of
from registry.deciders.webhook import (
    RotateWebhookSecret,
)
from registry.views import webhooks
from tests.api.delivering.telling import Telling
from tests.registry.log.opened import START, STUDIO
from tests.servers.receiver import FAIL, OK, Heard


def signatures(heard: Heard) -> list[str]:
    return heard.headers["webhook-signature"].split(" ")


def signed(secret: str, heard: Heard) -> bool:
    """Whether the secret's own signature is among those of a request, by the library that receivers use."""
    when = datetime.fromtimestamp(int(heard.headers["webhook-timestamp"]), UTC)
    return Webhook(secret).sign(heard.id, when, heard.raw.decode()) in signatures(heard)


def test_what_is_told_is_a_signed_cloud_event(telling: Telling) -> None:
    """The envelope that receivers know, round what the feed shows; the signature is right, and bound to id, time and body."""
    telling.add()
    mina = telling.introduce()
    telling.turn()
    [heard] = telling.receiver.heard
    [recorded] = telling.log.registry.feed.after(STUDIO, 1)

    assert heard.headers["content-type"] == MEDIA_TYPE
    assert heard.headers["webhook-timestamp"] == str(START // 1_000_000)
    assert heard.id == heard.body["id"] == recorded.event_id
    envelope = {name: said for name, said in heard.body.items() if name != "data"}
    assert envelope == {
        "specversion": "1.0",
        "id": recorded.event_id,
        "source": f"/studios/{STUDIO}",
        "type": "continuity.CharacterIntroduced",
        "subject": mina,
        "time": "2026-11-22T18:00:00.000000+00:00",
        "datacontenttype": "application/json",
        "sequence": f"{2:020d}",
    }
    assert heard.body["data"]["body"]["name"] == "Mina"
    assert base64.b64decode(heard.body["data"]["body_base64"]) == recorded.body
    assert signed(telling.secret, heard)
    assert not signed(telling.secret, Heard(heard.headers, heard.raw.replace(b"Mina", b"Nina")))


def test_both_secrets_sign_while_a_rotation_overlaps(telling: Telling) -> None:
    """The new one first; afterwards it alone, and a later rotation leaves the first one no use at all."""
    telling.add("CharacterIntroduced")
    old, new = telling.secret, next_secret(telling.log.registry, telling.webhook)
    until = telling.log.clock() + 60_000_000
    telling.log.handle(
        RotateWebhookSecret(
            stream=telling.webhook, secret=new.name, secret_sha256=new.sha256, old_until=until
        )
    )
    telling.introduce("Mina")
    telling.turn()
    telling.pass_(60)
    telling.introduce("Jun")
    telling.turn()

    both, one = telling.receiver.heard
    assert [signed(new.shown, both), signed(old, both), len(signatures(both))] == [True, True, 2]
    assert [signed(new.shown, one), signed(old, one), len(signatures(one))] == [True, False, 1]


@pytest.mark.parametrize("digest", [None, "0" * 64], ids=["no key", "another key"])
def test_nothing_is_signed_with_another_secret(telling: Telling, digest: str | None) -> None:
    """Where the key store does not hold the key that the secret came from, the webhook is paused, and nothing is told."""
    telling.add(digest=digest)
    telling.introduce()
    if digest is None:
        telling.log.registry.destroy_keys(STUDIO, [telling.webhook])
    telling.turn()

    assert (telling.card().cause, telling.receiver.heard) == ("secret", [])
    with pytest.raises(KeyIsLost) if digest is None else nullcontext():
        next_secret(telling.log.registry, telling.webhook)


def test_secrets_come_back_after_a_restart(telling: Telling) -> None:
    """They are derived, so whoever has log and key store has them; nobody has them from the log alone."""
    telling.add()
    with telling.log.registry.reading(STUDIO) as connection:
        told = webhooks.told_now(connection, STUDIO, telling.webhook)
    [secret] = secrets_of(telling.log.registry, told, now=telling.log.clock())
    assert telling.secret == f"whsec_{base64.b64encode(secret).decode()}"
    assert len(secret) == 32


def test_what_is_erased_is_told_as_erased(telling: Telling) -> None:
    """Bodies are made for each attempt, so an erasure holds for whatever is sent after it."""
    telling.add()
    mina = telling.introduce("Mina Seo")
    telling.receiver.says = lambda _: FAIL
    telling.turn()
    telling.log.registry.destroy_keys(STUDIO, [mina])
    telling.receiver.says = lambda _: OK
    telling.pass_(60)
    telling.turn()
    before, after = telling.receiver.heard

    assert before.body["data"]["body"]["name"] == "Mina Seo"
    assert (after.id, after.body["data"]["body"]["name"]) == (before.id, {"erased": True})

"""Telling a receiver over real HTTP: in order, at least once, whatever it answers."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Sequence

import pytest
from standardwebhooks import Webhook

from api.delivering.cloud_event import MEDIA_TYPE
from api.delivering.signing import next_secret, secrets_of
from api.patience import Patience
from generation.outbound import Outbound, OutboundPolicy
from registry.deciders.webhook import (
    ChangeWebhook,
    PauseWebhook,
    RemoveWebhook,
    ReplayWebhook,
    ResumeWebhook,
    RotateWebhookSecret,
)
from registry.log.outgoing import ask_again
from registry.views import webhooks
from tests.api.delivering.telling import POLICY, Telling
from tests.registry.log.opened import START, STUDIO
from tests.servers.receiver import FAIL, OK, Answer, Heard


def failing(*subjects: str, answer: Answer = FAIL) -> object:
    """A receiver that takes everything but what is about these streams."""
    return lambda heard: answer if heard.body["subject"] in subjects else OK


def signatures(heard: Heard) -> list[str]:
    return heard.headers["webhook-signature"].split(" ")


def signed(secret: str, heard: Heard) -> bool:
    """Whether the secret's own signature is among those of a request, by the library that receivers use."""
    from datetime import UTC, datetime

    when = datetime.fromtimestamp(int(heard.headers["webhook-timestamp"]), UTC)
    return Webhook(secret).sign(heard.id, when, heard.raw.decode()) in signatures(heard)


def subjects(heard: Sequence[Heard]) -> list[str]:
    return [one.body["subject"] for one in heard]


def test_every_event_is_told_once_in_order(on_each_engine: Telling) -> None:
    """From where it was added on, also when one stream fails, dies, is tried again by hand, and everything is replayed."""
    telling = on_each_engine
    telling.introduce("before")
    telling.add()
    mina, jun = telling.introduce("Mina"), telling.introduce("Jun")
    telling.receiver.says = failing(mina)  # type: ignore[assignment]
    telling.describe(mina, "a barista")
    telling.describe(jun, "a guest")
    telling.turn()
    assert telling.receiver.positions() == [3, 4, 6]
    assert (telling.health().position, telling.health().stragglers, telling.is_due()) == (6, 1, False)

    for _ in range(2):
        telling.pass_(30)
        telling.turn()
    assert [(one.position, one.attempts) for one in telling.dead()] == [(3, 3)]
    telling.receiver.says = lambda _: OK
    telling.pass_(30)
    telling.turn()
    assert telling.receiver.positions() == [3, 4, 6, 3, 3, 5, 5]
    assert telling.health().stragglers == 0

    letters = telling.log.registry._log.apart(
        lambda connection: ask_again(connection, STUDIO, telling.webhook, None, now=telling.log.clock())
    )
    telling.turn()
    assert (letters, telling.dead(), telling.receiver.positions()[-1]) == (1, [], 3)
    telling.log.handle(ReplayWebhook(stream=telling.webhook, after=3))
    assert telling.is_due()
    telling.turn()
    assert telling.receiver.positions()[-4:] == [4, 5, 6, 7]
    assert not telling.is_due()


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


def test_a_stream_never_overtakes_itself_and_holds_up_no_other(telling: Telling) -> None:
    """While its first event fails, later ones of the stream wait, those of others go; then they follow in their order."""
    telling.patience = Patience(timeout=2.0)
    telling.add()
    mina, jun = telling.introduce("Mina"), telling.introduce("Jun")
    telling.receiver.says = failing(mina)  # type: ignore[assignment]
    for number in range(3):
        telling.describe(mina, f"m{number}")
        telling.describe(jun, f"j{number}")
        telling.turn()
        telling.pass_(60)
    assert [one for one in subjects(telling.receiver.heard) if one == jun] == [jun] * 4
    assert {one.body["data"]["version"] for one in telling.receiver.heard if one.body["subject"] == mina} == {
        1
    }

    telling.receiver.heard.clear()
    telling.receiver.says = lambda _: OK
    telling.pass_(3600)
    telling.turn()
    assert [one.body["data"]["version"] for one in telling.receiver.heard] == [1, 2, 3, 4]
    assert set(subjects(telling.receiver.heard)) == {mina}


def test_only_wanted_types_are_told(telling: Telling) -> None:
    """Those it names, from the moment it names them; what is passed over is done with."""
    telling.add("CharacterDescribed")
    mina = telling.introduce()
    telling.describe(mina, "a barista")
    telling.turn()
    assert [one.body["type"] for one in telling.receiver.heard] == ["continuity.CharacterDescribed"]

    telling.log.handle(ChangeWebhook(stream=telling.webhook, types=("CharacterIntroduced",)))
    telling.describe(mina, "a guest")
    telling.introduce("Jun")
    telling.turn()
    assert [one.body["type"] for one in telling.receiver.heard[1:]] == ["continuity.CharacterIntroduced"]
    assert telling.health().behind_events == 0


def test_a_webhook_may_begin_in_the_past(telling: Telling) -> None:
    """Behind the position that was said when it was added."""
    telling.introduce("first")
    telling.introduce("second")
    telling.add("CharacterIntroduced", after=1)
    telling.turn()
    assert telling.receiver.positions() == [2]


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (Answer(500), "refused"),
        (Answer(404), "refused"),
        (Answer(302, {"location": "http://127.0.0.1:9/"}), "refused"),
        (Answer(429), "throttled"),
        (Answer(0), "unreachable"),
    ],
    ids=str,
)
def test_whoever_does_not_take_it_is_asked_again_later(telling: Telling, answer: Answer, result: str) -> None:
    """Anything but 2xx, also a redirect, which is not followed; after a pause that grows, under the same id."""
    telling.patience = Patience(timeout=2.0, first=10.0)
    telling.add()
    telling.introduce()
    telling.receiver.says = lambda _: answer
    for pause in (9, 1, 29, 1):
        telling.turn()
        telling.pass_(pause)
    telling.receiver.says = lambda _: OK
    telling.turn()

    assert telling.counted == [result, result, "delivered"]
    assert len({one.id for one in telling.receiver.heard}) == 1
    assert (telling.health().failures, telling.health().problem) == (0, "")


def test_a_receiver_that_stalls_is_left_when_its_time_is_over(telling: Telling) -> None:
    """The attempt ends with its time-out, and says so."""
    telling.patience = Patience(timeout=0.2)
    telling.add()
    telling.introduce()
    stall = threading.Event()
    telling.receiver.says = lambda _: Answer(200, after=stall)
    began = time.monotonic()
    telling.turn()
    stall.set()

    assert time.monotonic() - began < 2
    assert telling.counted == ["unreachable"]
    assert "its deadline passed" in telling.health().problem


def test_a_receiver_may_ask_to_be_left_alone(telling: Telling) -> None:
    """A Retry-After holds for everything it is told, in seconds or as a date."""
    telling.add()
    telling.introduce("Mina")
    telling.receiver.says = lambda _: Answer(503, {"retry-after": "120"})
    telling.turn()
    telling.introduce("Jun")
    telling.pass_(119)
    telling.turn()
    assert (telling.counted, telling.is_due()) == (["throttled"], False)

    telling.receiver.says = lambda _: OK
    telling.pass_(1)
    telling.turn()
    assert telling.receiver.positions() == [2, 2, 3]


def test_a_receiver_that_is_gone_is_told_nothing_more(telling: Telling) -> None:
    """410 pauses the webhook, says why in an event, and loses nothing: resumed, it goes on with what was refused."""
    telling.add()
    telling.introduce()
    telling.receiver.says = lambda _: Answer(410)
    telling.turn()
    telling.introduce("Jun")
    telling.turn()
    card = telling.card()
    assert (card.paused, card.cause, len(telling.receiver.heard)) == (True, "gone", 1)
    assert (telling.is_due(), "410" in card.reason) == (False, True)

    telling.receiver.says = lambda _: OK
    telling.log.handle(ResumeWebhook(stream=telling.webhook))
    telling.turn()
    assert sorted(telling.receiver.positions()) == [2, 2, 3, 4, 5]


def test_many_failures_in_a_row_pause_it(telling: Telling) -> None:
    """With an event that says how many and why; one success between them begins the count anew."""
    telling.patience = Patience(timeout=2.0, failures=3)
    telling.add()
    telling.receiver.says = lambda _: FAIL
    for name in ("Mina", "Jun"):
        telling.introduce(name)
    telling.turn()
    telling.receiver.says = lambda _: OK
    telling.introduce("Hana")
    telling.turn()
    assert not telling.card().paused
    assert telling.health().failures == 0

    telling.receiver.says = lambda _: FAIL
    for name in ("Yuna", "Sora", "Bora"):
        telling.introduce(name)
    telling.turn()
    card = telling.card()
    assert (card.paused, card.cause) == (True, "failing")
    assert card.reason == "3 deliveries in a row failed, the last: it answered 500"
    [*_, paused] = telling.log.registry.feed.after(STUDIO, 0)
    assert (paused.type, paused.actor) == ("WebhookPaused", "one")


def test_failing_streams_do_not_keep_healthy_ones_waiting(telling: Telling) -> None:
    """With many streams that fail and are due all the time, new events of others still go."""
    telling.patience = Patience(timeout=2.0, first=0.0)
    telling.add()
    bad = [telling.introduce(f"bad {number}") for number in range(12)]
    telling.receiver.says = failing(*bad)  # type: ignore[assignment]
    good = telling.introduce("good")
    for _ in range(20):
        telling.turn()
        telling.pass_(400)

    assert good in subjects(telling.receiver.heard)


def test_a_paused_webhook_tells_nothing_and_catches_up(telling: Telling) -> None:
    """What happens while a person has paused it is told when it is resumed; a removed one tells nothing."""
    telling.add()
    telling.log.handle(PauseWebhook(stream=telling.webhook, reason="moving"))
    telling.introduce()
    telling.turn()
    assert (telling.receiver.heard, telling.is_due()) == ([], False)
    telling.log.handle(ResumeWebhook(stream=telling.webhook))
    telling.turn()
    assert telling.receiver.positions() == [2, 3, 4]

    telling.introduce("Jun")
    telling.log.handle(RemoveWebhook(stream=telling.webhook))
    telling.turn()
    assert len(telling.receiver.heard) == 3
    assert not telling.is_due()


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


def test_nothing_is_signed_with_a_key_that_is_lost(telling: Telling) -> None:
    """Where the key store does not hold what the secret comes from, the webhook is paused, and nothing is told."""
    telling.add()
    telling.introduce()
    telling.log.registry.destroy_keys(STUDIO, [telling.webhook])
    telling.turn()

    assert (telling.card().cause, telling.receiver.heard) == ("secret", [])


def test_one_delivers_at_a_time(telling: Telling) -> None:
    """While one is at it another does nothing; once its hold is over another goes on, and the late one notes nothing."""
    telling.add("CharacterIntroduced")
    telling.introduce()

    def meanwhile(_heard: Heard) -> Answer:
        if len(telling.receiver.heard) == 1:
            telling.turn(telling.courier("two"))
            telling.pass_(3600)
            telling.turn(telling.courier("two"))
        return OK

    telling.receiver.says = meanwhile
    telling.turn()
    assert telling.receiver.positions() == [2, 2]
    assert (telling.health().position, telling.is_due()) == (2, False)


def test_a_removed_webhook_leaves_nothing_behind(telling: Telling) -> None:
    """Its place and what waited go; who was at it meanwhile notes nothing."""
    telling.add()
    telling.introduce()

    def removes(_heard: Heard) -> Answer:
        telling.log.handle(RemoveWebhook(stream=telling.webhook))
        telling.log.registry.outgoing.forget(STUDIO, telling.webhook)
        return FAIL

    telling.receiver.says = removes
    telling.turn()
    assert telling.behind() == []
    assert telling.log.raw("SELECT count(*) FROM webhook_progress") == [(0,)]


@pytest.mark.parametrize("address", ["10.0.0.7", "127.0.0.1", "169.254.169.254", "::ffff:10.0.0.7"])
def test_a_name_that_leads_inside_is_not_connected_to(telling: Telling, address: str) -> None:
    """Names are resolved at each delivery, and no socket is opened to an address that is not public."""
    dialled: list[str] = []

    def dial(address: str, port: int, seconds: float) -> None:
        dialled.append(address)

    telling.outbound = Outbound(POLICY, resolve=lambda host, port: [address], dial=dial)  # type: ignore[arg-type]
    telling.add(url="https://hooks.example.com/x")
    telling.introduce()
    telling.turn()

    assert (telling.counted, dialled) == (["forbidden"], [])
    assert "no public address" in telling.health().problem


def test_another_policy_shares_no_permission() -> None:
    """The maker under another policy is not bound by the first one's list, and the first one not by its."""
    kling = Outbound(OutboundPolicy(frozenset({"klingai.com"})))
    receivers = kling.under(OutboundPolicy(frozenset(), any_host=True))
    receivers.check("https://hooks.example.com/x")
    with pytest.raises(Exception, match="allow-list"):
        kling.check("https://hooks.example.com/x")


def test_secrets_come_back_after_a_restart(telling: Telling) -> None:
    """They are derived, so whoever has log and key store has them; nobody has them from the log alone."""
    telling.add()
    with telling.log.registry.reading(STUDIO) as connection:
        told = webhooks.told_now(connection, STUDIO, telling.webhook)
    [secret] = secrets_of(telling.log.registry, told, now=telling.log.clock())
    assert telling.secret == f"whsec_{base64.b64encode(secret).decode()}"
    assert len(secret) == 32

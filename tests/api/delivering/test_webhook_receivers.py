"""Receivers over real HTTP that fail, stall, are gone, ask to be left alone, or lie where nobody may be told."""

from __future__ import annotations

import threading
import time

import pytest

from api.delivering.rounds import Rounds
from api.patience import Patience
from generation.errors import OutboundRefused
from generation.outbound import Outbound, OutboundPolicy
from registry.deciders.webhook import (
    ResumeWebhook,
)
from tests.api.delivering.telling import POLICY, Telling, failing, subjects
from tests.registry.log.opened import STUDIO
from tests.servers.receiver import FAIL, OK, Answer, Heard


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


def test_whose_answer_is_lost_hears_the_same_again(telling: Telling) -> None:
    """It was taken, the line broke before the answer: told again under the same id, so whoever keeps ids has each thing once."""
    telling.add()
    mina, jun = telling.introduce("Mina"), telling.introduce("Jun")
    telling.describe(mina, "a barista")
    kept: dict[str, Heard] = {}

    def takes(heard: Heard) -> Answer:
        known = heard.id in kept
        kept.setdefault(heard.id, heard)
        return OK if known else Answer(0)

    telling.receiver.says = takes
    for _ in range(6):
        telling.turn()
        telling.pass_(3600)

    assert (len(telling.receiver.heard), telling.counted.count("delivered")) == (6, 3)
    for heard in telling.receiver.heard:
        first = kept[heard.id]
        assert (heard.raw, heard.headers["webhook-id"]) == (first.raw, first.id)
        assert heard.body["id"] == first.body["id"]
    once = [(one.body["subject"], one.body["data"]["position"]) for one in kept.values()]
    assert [position for who, position in once if who == mina] == [2, 4]
    assert [position for who, position in once if who == jun] == [3]
    assert (telling.behind(), telling.dead(), telling.is_due()) == ([], [], False)


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
    telling.receiver.says = failing(*bad)
    good = telling.introduce("good")
    for _ in range(20):
        telling.turn()
        telling.pass_(400)

    assert good in subjects(telling.receiver.heard)


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
    """The maker under another policy is not bound by the first one's list, nor that one by its; each has its own way out."""
    kling = Outbound(OutboundPolicy(frozenset({"klingai.com"})))
    receivers = kling.under(OutboundPolicy(frozenset(), any_host=True))
    receivers.check("https://hooks.example.com/x")
    with pytest.raises(OutboundRefused, match="allow-list") as listed:
        kling.check("https://hooks.example.com/x")
    with pytest.raises(OutboundRefused, match="no name of a host") as unreached:
        receivers.check("https://127.0.0.1/x")
    assert "allow-list" in listed.value.hint
    assert "vendor" not in unreached.value.hint
    assert "https" in unreached.value.hint


def test_a_slow_receiver_holds_up_no_other(telling: Telling) -> None:
    """While one receiver stalls, another webhook is told all the same, and nobody begins a second turn at the first."""
    telling.add("CharacterIntroduced", url=f"{telling.receiver.url}?slow")
    telling.add("CharacterIntroduced")
    stall = threading.Event()
    telling.receiver.says = lambda heard: Answer(204, after=stall if heard.path.endswith("?slow") else None)
    telling.introduce()
    rounds = Rounds(telling.courier(), threads=3)
    rounds.look()
    told = telling.receiver.wait(2)
    rounds.look()
    stall.set()
    rounds.close()

    assert sorted(one.path for one in told) == ["/hook", "/hook?slow"]
    assert (telling.counted, len(telling.receiver.heard)) == (["delivered"] * 2, 2)

"""Custody of a paid result: what is refused is asked for anew, reported once a kind, and lost only when it must be gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from api.routes.clips import DAY_US, days_left
from generation.kling.client import Found
from registry.errors import BlobStoreDown
from registry.events.submission import ProviderAnomaly
from registry.views import clips
from tests.crash.invariants import check_all
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, SHORT, World


def reported(world: World) -> list[str]:
    return [one.event.what for one in world.log() if isinstance(one.event, ProviderAnomaly)]


def answering(world: World, change: Callable[[Found], Found]) -> World:
    """The world with a provider whose answers about tasks are changed on the way."""

    @contextmanager
    def kling_for(account: Any) -> Iterator[Any]:
        with world.desk.kling_for(account) as client:
            ask = client.task

            def task(route: Any, task_id: str) -> Any:
                found = ask(route, task_id)
                return change(found) if isinstance(found, Found) else found

            client.task = task  # type: ignore[method-assign]
            yield client

    return world.with_desk(kling_for=kling_for)


def stating(world: World, duration: str | None) -> World:
    """The world with a provider that states this length of every film."""

    def change(found: Found) -> Found:
        if not found.task.videos:
            return found
        video = found.task.videos[0].model_copy(update={"duration": duration})
        result = found.task.task_result.model_copy(update={"videos": (video,)})  # type: ignore[union-attr]
        return replace(found, task=found.task.model_copy(update={"task_result": result}))

    return answering(world, change)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [({"do": "html", "status": 200}, "type"), ({"do": "http_status", "status": 302}, "status")],
)
def test_trouble_that_stays_is_reported_once(
    world: World, provider: Sandbox, fault: dict[str, Any], kind: str
) -> None:
    """A refused result is tried again, in the end with success; that it was refused is one note, and none at the first try."""
    provider.order(on="result", times=12, **fault)
    card = world.carry(world.ask(**ALONE))[0]

    assert card.outcome == "delivered"
    assert reported(world) == [f"its result is refused ({kind})"]
    check_all(world, provider.ledger())


def test_passing_trouble_is_not_reported(world: World, provider: Sandbox) -> None:
    """A result refused at the first try, at the old address and at the new one, is no news, however often its task was polled."""
    provider.clock(speed=0)
    asked = world.ask(**ALONE)
    world.work(6)
    provider.order(on="result", do="html", status=200, times=2)
    provider.clock(speed=1)

    assert world.carry(asked)[0].outcome == "delivered"
    assert reported(world) == []


@pytest.mark.parametrize(
    ("stated", "words"), [("9.000", "states 9.000 s"), (None, "asked for 5 s"), ("soon", "asked for 5 s")]
)
def test_footage_of_another_length_is_not_taken(
    world: World, provider: Sandbox, stated: str | None, words: str
) -> None:
    """Footage half a second off what the provider states, or a second off what was asked where it states nothing, is refused."""
    provider.order(on="result", do="other_length", seconds=2.6, times=1000)
    asked = world.ask(**ALONE)
    odd = stating(world, stated)
    odd.work_until(lambda: reported(world) != [])

    assert words in world.note(asked)
    assert reported(world) == ["its result is refused (length)"]
    assert not list(world.desk.blobs.list(f"{world.studio}/{world.submission(asked).id}/clip"))


def test_a_whole_film_of_another_length_is_kept_and_reported(world: World, provider: Sandbox) -> None:
    """A film as long as the provider states, which is not what was asked for, was paid: it is delivered, with a note."""
    provider.order(on="result", do="other_length", seconds=2.5, times=1000)
    odd = stating(world, "2.5")
    card = odd.carry(world.ask(**ALONE))[0]

    assert card.outcome == "delivered"
    assert reported(world) == ["its result plays 2.5 s, and 5 s were asked for"]


def test_after_a_refusal_the_address_is_asked_for_anew(world: World, provider: Sandbox) -> None:
    """Every further try asks the task where its result is, also when the answer is the same address."""
    asked_about: list[str] = []

    def note(found: Found) -> Found:
        if found.task.videos:
            asked_about.append(found.task.videos[0].url)
        return found

    provider.order(on="result", do="http_status", status=503, times=3)
    card = answering(world, note).carry(world.ask(**ALONE))[0]

    assert card.outcome == "delivered"
    assert len(asked_about) == 4
    assert reported(world) == []


def test_a_network_that_fails_loses_nothing(world: World, provider: Sandbox) -> None:
    """An unreachable result is not lost, however late it is; it is said that time is short."""
    provider.order(on="result", do="http_status", status=503, times=1000)
    late = world.with_desk(durations=replace(SHORT, result_lifetime=0.2))
    asked = world.ask(**ALONE)
    late.work_until(lambda: "0 days before" in world.note(asked))

    assert reported(world) == ["its result is not in our store, and will be deleted within three days"]
    world.clock.pass_by(60)
    late.work(3)
    assert world.card(asked).stage == "submitting"
    provider.forgive()
    assert late.carry(asked)[0].outcome == "delivered"


def test_a_store_that_is_down_is_waited_for(world: World, provider: Sandbox) -> None:
    """While the store is away nothing is downloaded or ended, and it is named as what is waited for."""
    provider.clock(speed=0)
    asked = world.ask(**ALONE)
    world.work_until(lambda: [card.state for card in world.submissions()] == ["confirmed"])
    provider.clock(speed=1)

    class Down:
        def __getattr__(self, name: str) -> Any:
            raise BlobStoreDown("the store is away", hint="wait")

    down = world.with_desk(blobs=Down())
    down.work_until(lambda: "the store is away" in world.note(asked))
    down.work(3)

    assert world.card(asked).stage == "submitting"
    assert world.carry(asked)[0].outcome == "delivered"


def test_both_addresses_are_known(world: World, provider: Sandbox) -> None:
    """Asked for with a watermark, the clip and its paid call name the clean copy and the marked one, and keep the clean."""
    card = world.carry(world.ask(**ALONE, watermark=True))[0]
    paid = world.submission(card.id)
    with world.registry.reading() as connection:
        clip = clips.clip(connection, world.studio, card.clip or "")

    assert clip.kling_watermark_url == paid.watermark_url
    assert clip.kling_watermark_url not in ("", clip.kling_url)
    assert clip.kling_url == paid.url


def test_days_left_are_whole_days() -> None:
    """The day that is running does not count, and there are never less than none."""
    assert [days_left(10 * DAY_US, now) for now in (0, 1, 10 * DAY_US - 1, 99 * DAY_US)] == [10, 9, 0, 0]

"""What must stop a send, or must not: things that changed since the plan was compiled, and a store that is broken or down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.blobs import StoredBlob
from registry.deciders.asset import RetireAsset
from registry.deciders.character import RetireCharacter
from registry.deciders.command import Command
from registry.deciders.element import RetireElement
from registry.errors import BlobStoreDown
from tests.crash.hooks import hooked
from tests.crash.invariants import check_all
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, TALK, World

ARGUE = {"action": "They argue over the last seat."}
NEVER_SENT = ["GenerationRequested", "PlanCompiled", "GenerationEnded"]
FULL = {"do": "code", "code": 1303, "status": 429}


class Outage:
    """A store that is down for some puts: those whose key holds `part`, `times` in a row."""

    def __init__(self, inner: Any, part: str, times: int) -> None:
        self._inner, self._part, self._left = inner, part, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def put(self, key: str, chunks: Iterable[bytes], **rest: Any) -> StoredBlob:
        if self._part in key and self._left:
            self._left -= 1
            raise BlobStoreDown("the disk is full", hint="make room")
        stored: StoredBlob = self._inner.put(key, chunks, **rest)
        return stored


def picture_of(world: World, asset: str) -> Path:
    """The file of a picture's rendition."""
    return next((world.folder / "blobs").glob(f"**/{asset}/rendition*/bytes"))


def spoil(world: World, asset: str) -> None:
    file = picture_of(world, asset)
    content = bytearray(file.read_bytes())
    content[-20] ^= 1
    file.chmod(0o600)
    file.write_bytes(content)


@pytest.mark.parametrize("what", ["element", "character", "opening"])
def test_what_the_plan_stands_on_was_retired(world: World, provider: Sandbox, what: str) -> None:
    """When an element, a person or a picture of the plan is retired before the send, it is refused and nothing is sent."""
    shot = {"cast": [], "action": "The lamps come on.", "opening": world.cafe} if what == "opening" else ARGUE
    asked, before = world.ask(**shot), len(provider.ledger())
    retire: dict[str, Command] = {
        "element": RetireElement(stream=world.mina.element, reason="a new one"),
        "character": RetireCharacter(stream=world.jun.character, reason="left the show"),
        "opening": RetireAsset(stream=world.cafe, reason="not cleared"),
    }
    world.do(retire[what])
    card = world.carry(asked)[0]

    assert (card.outcome, card.submission, world.types(asked)) == ("refused", None, NEVER_SENT)
    assert retire[what].stream in card.reason
    assert len(provider.ledger()) == before
    check_all(world, provider.ledger())


@pytest.mark.parametrize("harm", ["spoilt", "missing"])
def test_a_picture_that_is_no_longer_what_it_was(world: World, provider: Sandbox, harm: str) -> None:
    """A picture whose bytes changed or vanished is refused before any POST, naming it."""
    asked = world.ask(cast=[], action="The lamps come on.", opening=world.cafe)
    before = len(provider.ledger())
    if harm == "spoilt":
        spoil(world, world.cafe)
    else:
        world.desk.blobs.delete(f"{world.studio}/{world.cafe}/rendition")
    card = world.carry(asked)[0]

    assert (card.outcome, world.types(asked)) == ("refused", NEVER_SENT)
    assert world.cafe in card.reason
    assert len(provider.ledger()) == before


def test_a_picture_that_changes_before_a_resend(world: World, provider: Sandbox) -> None:
    """The bytes of a resend are verified like those of the first send: a changed picture ends the request, nothing goes out."""
    provider.order(**FULL)
    asked = world.ask(cast=[], action="The lamps come on.", opening=world.cafe)
    world.work(steps=1)
    spoil(world, world.cafe)
    card = world.carry(asked)[0]

    assert (card.outcome, world.cafe in card.reason) == ("refused", True)
    assert [post["code"] for post in provider.ledger(world.submission(asked).external_task_id)] == [1303]
    check_all(world, provider.ledger())


def test_a_picture_that_changes_under_the_sender(world: World, provider: Sandbox) -> None:
    """Bytes that change between measuring and sending never make a complete body, so nothing can be accepted."""
    asked = world.ask(cast=[], action="The lamps come on.", opening=world.cafe)

    def at(point: str, _external: str) -> None:
        if point == "before:create":
            spoil(world, world.cafe)

    replace(world, desk=hooked(world.desk, at)).work(steps=1)

    assert provider.ledger(world.submission(asked).external_task_id) == []
    assert world.submission(asked).state == "unknown"


def test_a_store_that_is_down_after_the_post(world: World, provider: Sandbox) -> None:
    """An outcome that is known is recorded even when the provider's words cannot be kept just now."""
    provider.order(do="code", code=1301, status=400, message="no")
    desk = replace(world.desk, blobs=Outage(world.desk.blobs, "/answer-", 1))
    card = replace(world, desk=desk).carry(world.ask(**ALONE))[0]

    assert (card.outcome, card.reason) == ("refused", "no")
    assert world.submission(card.id).answers == ()


def test_a_store_that_is_down_when_the_clip_comes(world: World, provider: Sandbox) -> None:
    """A result that cannot be stored now is fetched and stored later; what was paid for is delivered."""
    desk = replace(world.desk, blobs=Outage(world.desk.blobs, "/clip", 3))
    card = replace(world, desk=desk).carry(world.ask(**ARGUE, dialogue=TALK))[0]

    assert card.outcome == "delivered"
    check_all(world, provider.ledger())


def test_a_store_that_is_down_when_pictures_are_read(world: World, provider: Sandbox) -> None:
    """A store that cannot be read now proves nothing about the picture: nothing is sent or refused, and it goes on later."""
    asked = world.ask(cast=[], action="The lamps come on.", opening=world.cafe)

    class Unreadable(Outage):
        def open(self, key: str, **rest: Any) -> Any:
            raise BlobStoreDown("the store does not answer", hint="start it")

    replace(world, desk=replace(world.desk, blobs=Unreadable(world.desk.blobs, "", 0))).work(steps=2)
    assert world.types(asked) == ["GenerationRequested", "PlanCompiled"]
    assert world.carry(asked)[0].outcome == "delivered"

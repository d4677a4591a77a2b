"""Work in hand when a person is erased: what is not sent never is, what is paid for is followed to its end without a word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from generation.erasing import KlingDeletion
from generation.errors import KlingUnreachable
from generation.kling.client import KlingClient
from registry.deciders.account import Account, HoldAccount, ResumeAccount
from registry.deciders.character import AssignReference
from registry.deciders.likeness import RegisterLikeness
from registry.deciders.portrayal import DeclareCharacter, LinkLikeness
from registry.erased import erasure_record
from registry.erasure import ErasureUnfinished, Tools, carry_out, find_linked, order_erasure
from registry.events.account import AccountHeld
from registry.registry import Registry
from tests.servers.building import build
from tests.servers.library import Console
from tests.servers.making import carry_mints, made, mint, mint_a_voice, with_views
from tests.servers.sandbox import Sandbox, sandbox
from tests.servers.world import CONTEXT, World, new_id

LINE = "quokka-lantern-whisper"
MINA_TALKS: dict[str, Any] = {"action": f"Mina says the password {LINE}.", "cast": [{"character": "Mina"}]}


class Gone:
    """A provider with whom everything is gone already."""

    def delete(self, _account: object, _made: object) -> None:
        return None


def linked(world: World) -> str:
    """Mina is a real person from now on; whatever was asked for before speaks of her too."""
    likeness = new_id("likeness")
    world.do(RegisterLikeness(stream=likeness, name="Mina Kang", minor=False))
    world.do(DeclareCharacter(stream=world.mina.character, depicts="real_person"))
    world.do(LinkLikeness(stream=world.mina.character, likeness=likeness))
    return likeness


def erase(world: World, likeness: str) -> None:
    order_erasure(world.registry, world.studio, likeness, "request", context=CONTEXT)
    carry_out(Tools(world.registry, world.desk.blobs, Gone(), CONTEXT), world.studio, likeness)


def files_with(folder: Path, word: str) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def test_what_is_paid_for_is_followed(world: World, provider: Sandbox) -> None:
    """A task the provider has when its person is erased ends as ever; its clip is listed, undecided, and no word is stored."""
    asked = world.ask(**MINA_TALKS)
    provider.clock(speed=0)
    world.work_until(lambda: "confirmed" in [card.state for card in world.submissions()])
    likeness = linked(world)
    assert files_with(world.folder, LINE)

    erase(world, likeness)
    provider.clock(speed=1, advance_seconds=600)
    [card] = world.carry(asked)

    assert (card.outcome, card.request, card.plan) == ("delivered", None, None)
    with world.registry.reading() as connection:
        record = erasure_record(connection, world.registry, world.studio, likeness)
    assert [(one.clip, one.decision) for one in record.clips] == [(card.clip, None)]
    assert [name for name in files_with(world.folder, LINE) if "/clip=" not in name] == []
    assert not list(world.desk.blobs.list(f"{world.studio}/{card.submission}/answer"))
    assert world.registry.rebuild().different == ()


def test_what_is_not_sent_never_is(world: World, provider: Sandbox) -> None:
    """A request that waits when its person is erased ends refused, without a paid call."""
    asked, before = world.ask(**MINA_TALKS), len(provider.tasks())
    erase(world, linked(world))

    [card] = world.carry(asked)

    assert (card.outcome, card.submission) == ("refused", None)
    assert len(provider.tasks()) == before
    assert files_with(world.folder, LINE) == []


def test_whose_picture_is_used_is_a_subject(world: World) -> None:
    """A portrait as opening frame makes its person a subject of the texts, also when nobody is cast."""
    world.do(AssignReference(stream=world.jun.character, asset=world.cafe, role="other"))
    asked = world.ask(action=f"Rain. {LINE}", cast=[], opening=world.cafe, accept={"W209": "as asked"})

    requested = world.registry.state(world.studio, asked).state.requested

    assert requested.subjects == (world.jun.character,)


def test_who_is_shown_before_is_a_subject(world: World) -> None:
    """What goes on from a clip of somebody is about them, also when nobody is cast; and so its clip is theirs."""
    [first] = world.carry(world.ask(**MINA_TALKS))
    asked = world.ask(action="The rain begins.", cast=[], continue_from=first.clip)
    [second] = world.carry(asked)
    likeness = linked(world)

    assert world.registry.state(world.studio, asked).state.requested.subjects == (world.mina.character,)
    assert find_linked(world.registry, world.studio, likeness).clips == (first.clip, second.clip)


def test_the_intent_is_sealed_under_its_people(world: World) -> None:
    """The digest of the bytes that held a portrait is sealed under those whom the request speaks of."""
    [card] = world.carry(world.ask(**MINA_TALKS))
    intent = world.registry.state(world.studio, str(card.submission)).state.intent

    assert intent.subjects == (world.mina.character,)


def test_a_plan_digest_knows_no_picture(world: World) -> None:
    """What stands in clear for a plan changes with its picture's id and holds nothing of its bytes."""
    by_picture = {
        "cast": [{"character": "Mina", "identity": "images"}],
        "accept": {"W504": "a test of what is kept"},
    }
    portrait = world.registry.state(world.studio, world.mina.portrait).state.rendition.sha256
    world.carry(world.ask(**MINA_TALKS | by_picture))
    rows = [event.body for event in world.log() if event.type in ("PlanCompiled", "SubmissionIntended")]

    assert rows
    assert not [body for body in rows if portrait.encode() in body]


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[tuple[World, Sandbox]]:
    """A studio with a provider of its own: what is deleted there is missed by no other test."""
    with sandbox() as provider:
        built = build(tmp_path, provider.url)
        yield built, provider
        built.registry.close()


def test_made_things_go_at_the_provider_too(alone: tuple[World, Sandbox]) -> None:
    """What was made from a person is deleted at Kling and noted; a person who holds every call of the account is heeded."""
    world, provider = alone
    voice = mint_a_voice(with_views(world))
    element = mint(world)
    carry_mints(world, voice, element)
    likeness, deletion = linked(world), KlingDeletion(world.desk.kling_for)
    tools = Tools(world.registry, world.desk.blobs, deletion, CONTEXT)
    order_erasure(world.registry, world.studio, likeness, "request", context=CONTEXT)
    held = AccountHeld(scope="everything", by="person", message="moving house")
    world.do(HoldAccount(stream=world.account, held=held))
    with pytest.raises(ErasureUnfinished, match="a person holds every call"):
        carry_out(tools, world.studio, likeness)
    assert not made(world, voice).deleted

    world.do(ResumeAccount(stream=world.account, scope="everything", by="person", reason="moved"))
    carry_out(tools, world.studio, likeness)
    assert [made(world, one).deleted for one in (voice, element, world.mina.element)] == [True] * 3
    console = Console(provider)
    assert (console.voices(), console.status(made(world, element).element_id)) == ([], "deleted")
    console.close()


def test_an_account_without_a_key_is_away(world: World) -> None:
    """When the provider's part cannot be done, the erasure says so, and everything of ours is gone all the same."""
    likeness = linked(world)
    order_erasure(world.registry, world.studio, likeness, "law", context=CONTEXT)

    @contextmanager
    def without_a_key(account: Account) -> Iterator[KlingClient]:
        raise KlingUnreachable(f"no key of {account.key_fingerprint} is configured", hint="configure it")
        yield

    provider = KlingDeletion(without_a_key)
    with pytest.raises(ErasureUnfinished, match=world.mina.element):
        carry_out(Tools(world.registry, world.desk.blobs, provider, CONTEXT), world.studio, likeness)
    assert _name(world.registry, world) == ""


def _name(registry: Registry, world: World) -> str:
    return str(registry.state(world.studio, world.mina.character).state.name)

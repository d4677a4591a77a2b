"""A census against a real provider: what is lost, found again, unknown, deleted, and what an incomplete one leaves alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from generation.census import Count, census_now
from generation.deleting import carry_out, must_be_deletable
from generation.errors import CannotDelete, CensusRunning, KlingUnreachable
from generation.sandbox.accounts import PRESET_ELEMENTS, PRESET_VOICES, SECOND_ACCOUNT
from registry.deciders.account import HoldAccount
from registry.deciders.element import AdoptElement, RetireElement
from registry.deciders.voice import AdoptVoice, RetireVoice
from registry.errors import StaleLease
from registry.events.account import AccountHeld, CensusTaken
from tests.servers.library import Console
from tests.servers.sandbox import Sandbox, sandbox
from tests.servers.world import CONTEXT, World, new_id

DAY = 86_400.0


@pytest.fixture(scope="module", name="provider_process")
def provider_process_fixture() -> Iterator[Sandbox]:
    """A provider of this module's own: its elements come and go."""
    with sandbox("--no-media") as running:
        yield running


@pytest.fixture
def console(provider: Sandbox) -> Iterator[Console]:
    opened = Console(provider)
    yield opened
    opened.close()


def take(world: World) -> CensusTaken:
    handled = census_now(world.desk, world.studio, world.account, Count(new_id("census"), CONTEXT))
    taken = handled.recorded[0].event
    assert isinstance(taken, CensusTaken)
    return taken


def found(taken: CensusTaken, subject: object) -> list[str]:
    return [finding.kind for finding in taken.findings if finding.subject == str(subject)]


def adopt(world: World, element_id: int, **said: Any) -> str:
    element = new_id("element")
    command = AdoptElement(
        stream=element,
        element_id=element_id,
        account=world.account,
        character=world.mina.character,
        attested_by="a test",
        **said,
    )
    world.do(command)
    return element


def adopt_voice(world: World, voice_id: str, account: str | None) -> str:
    voice = new_id("voice")
    said = {"voice_id": voice_id, "account": account, "character": world.mina.character}
    world.do(AdoptVoice(stream=voice, attested_by="a test", **said))  # type: ignore[arg-type]
    return voice


def state(world: World, stream: str) -> Any:
    return world.registry.state(world.studio, stream).state


def test_what_was_deleted_behind_our_back_is_lost(world: World, console: Console) -> None:
    """A binding that the provider lists as deleted is noted once, and told by every census with its ways out."""
    gone = adopt(world, console.make("Gone"))
    console.delete(state(world, gone).element_id)

    first, second = take(world), take(world)

    assert (found(first, gone), found(second, gone)) == (["deleted"], ["deleted"])
    assert (state(world, gone).lost, state(world, gone).live) == ("deleted", False)
    assert world.types(gone) == ["ElementAdopted", "ElementLost"]
    assert next(one for one in first.findings if one.subject == gone).actions[0] == "remint"
    assert found(first, world.mina.element) == []


def test_the_lists_are_compared(world: World, console: Console) -> None:
    """Foreign ids are missing, presets told apart, unknown ones orphans, one name twice a duplicate; voices alike."""
    ours, twin = adopt(world, console.make("Twin")), console.make("twin")
    foreign = adopt(world, SECOND_ACCOUNT.elements[0].element_id)
    preset = adopt(world, PRESET_ELEMENTS[0].element_id)
    voice = adopt_voice(world, console.make_voice("Low"), world.account)
    no_voice = adopt_voice(world, "160000000000000999", world.account)
    narrator = adopt_voice(world, PRESET_VOICES[0].voice_id, None)

    taken = take(world)

    assert found(taken, foreign) == ["missing"]
    assert found(taken, preset) == ["preset"]
    assert found(taken, twin) == ["orphan"]
    assert found(taken, ours) == []
    assert found(taken, voice) == found(taken, narrator) == []
    assert found(taken, no_voice) == ["missing"]
    assert any(one.kind == "duplicate" and str(twin) in one.words for one in taken.findings)
    assert (taken.complete, taken.listed["element_preset"]) == (True, len(PRESET_ELEMENTS))
    assert state(world, no_voice).lost == "missing"
    assert "Twin" not in taken.model_dump_json()


def test_what_is_listed_again_is_recovered(world: World, provider: Sandbox, console: Console) -> None:
    """A binding that a list left out is lost, and found again when it is listed; the list is asked twice before."""
    hidden = adopt(world, console.make("Hideaway"))
    provider.order(on="list", do="hide", match={"prompt_contains": "Hideaway"}, times=1)
    assert found(take(world), hidden) == []
    provider.order(on="list", do="hide", match={"prompt_contains": "Hideaway"}, times=2)
    assert found(take(world), hidden) == ["missing"]

    assert found(take(world), hidden) == ["recovered"]
    assert world.types(hidden) == ["ElementAdopted", "ElementLost", "ElementRecovered"]


def test_an_incomplete_list_loses_nothing(world: World, provider: Sandbox) -> None:
    """Where a page fails, however often it is asked for, the census says so and no binding is missing."""
    foreign = adopt(world, SECOND_ACCOUNT.elements[1].element_id)
    provider.order(on="list", do="html", route="advanced-custom-elements", times=3)

    taken = take(world)

    assert (taken.complete, found(taken, foreign)) == (False, [])
    assert [words.partition(":")[0] for words in taken.unread] == ["element"]
    assert state(world, foreign).lost is None
    assert found(take(world), foreign) == ["missing"]


def test_an_outage_writes_nothing(world: World, provider: Sandbox) -> None:
    """When no list can be read the outage is named, nothing is recorded, and the account is free again."""
    before = len(world.log())
    provider.order(on="list", do="drop_before_accept", times=12)
    with pytest.raises(KlingUnreachable, match="none of the lists"):
        take(world)

    assert len(world.log()) == before
    assert take(world).complete


def test_a_silenced_account_is_not_asked(world: World) -> None:
    """While a person holds all calls, no census goes out."""
    held = AccountHeld(scope="everything", by="person", message="audit")
    world.do(HoldAccount(stream=world.account, held=held))

    with pytest.raises(KlingUnreachable, match="held"):
        take(world)


def test_one_census_at_a_time(world: World) -> None:
    """While somebody counts, a second census is refused; a reconciliation is another round and no hindrance."""
    claim: dict[str, Any] = {"lease_us": 60_000_000, "every": 86_400_000_000}
    account = world.registry.claim_account(world.studio, world.account, owner="other", **claim)
    assert account is not None
    assert take(world).complete
    held = world.registry.claim_account(world.studio, world.account, owner="x", round="census", **claim)
    assert held is not None
    with pytest.raises(CensusRunning, match=world.account):
        take(world)


def test_a_census_that_lost_its_lease_writes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen census that wakes up after another took over cannot note anything."""
    claim = world.registry.claim_account

    def stolen(*args: Any, **kwargs: Any) -> Any:
        lease = claim(*args, **kwargs)
        world.clock.pass_by(61)
        assert claim(*args, **kwargs) is not None
        return lease

    monkeypatch.setattr(world.registry, "claim_account", stolen)
    with pytest.raises(StaleLease):
        take(world)

    assert not any(isinstance(one.event, CensusTaken) for one in world.log())


def test_the_worker_takes_one_every_day(world: World) -> None:
    """A worker takes a census a day after the account was opened and a day after each; one on demand counts."""
    worker = world.worker()

    def censuses() -> int:
        while worker.work_once():
            pass
        return sum(isinstance(one.event, CensusTaken) for one in world.log())

    seen = []
    for days in (0.9, 0.2, 0.5, 0.6):
        world.clock.pass_by(days * DAY)
        seen.append(censuses())
    assert seen == [0, 1, 1, 2]
    world.clock.pass_by(0.9 * DAY)
    take(world)
    world.clock.pass_by(0.2 * DAY)
    assert censuses() == 3


def test_an_ordered_deletion_is_finished_after_a_crash(world: World, console: Console) -> None:
    """An order that was written and never carried out is carried out by whoever comes: the worker, and every census, once."""
    first, second = (adopt(world, console.make(name)) for name in ("One", "Two"))
    world.do(RetireElement(stream=first, reason="old", delete=True))
    assert world.worker().work_once()
    assert console.status(state(world, first).element_id) == "deleted"
    world.do(RetireElement(stream=second, reason="old", delete=True))

    taken = take(world)

    assert console.status(state(world, second).element_id) == "deleted"
    assert found(taken, first) == found(taken, second) == []
    for element in (first, second):
        assert world.types(element) == ["ElementAdopted", "ElementRetired", "ElementDeleted"]
    assert carry_out(world.desk, world.studio, first, context=CONTEXT)
    assert not world.worker().work_once()


def test_a_deletion_whose_note_was_lost_is_noted(world: World, console: Console) -> None:
    """When the provider had deleted it and we died before noting it, it answers "already", and that is noted."""
    element_id = console.make("Noted")
    element = adopt(world, element_id)
    world.do(RetireElement(stream=element, reason="old", delete=True))
    console.delete(element_id)

    assert carry_out(world.desk, world.studio, element, context=CONTEXT)
    assert state(world, element).deleted


def test_a_voice_is_deleted_alike(world: World, console: Console) -> None:
    """A custom voice that was retired with the order goes at the provider too."""
    voice = adopt_voice(world, console.make_voice("Deep"), world.account)
    world.do(RetireVoice(stream=voice, reason="old", delete=True))

    assert carry_out(world.desk, world.studio, voice, context=CONTEXT)
    assert world.types(voice) == ["VoiceAdopted", "VoiceRetired", "VoiceDeleted"]


@pytest.mark.parametrize("whose", ["preset", "foreign", "preset voice"])
def test_only_ones_own_can_be_deleted(world: World, whose: str) -> None:
    """Presets and ids of another account are refused before anything is written (R59)."""
    bindings = {
        "preset": lambda: adopt(world, PRESET_ELEMENTS[1].element_id),
        "foreign": lambda: adopt(world, SECOND_ACCOUNT.elements[2].element_id),
        "preset voice": lambda: adopt_voice(world, PRESET_VOICES[1].voice_id, None),
    }
    with pytest.raises(CannotDelete, match="R59"):
        must_be_deletable(world.desk, world.studio, bindings[whose]())


def test_an_order_the_provider_refuses_stays_open(world: World) -> None:
    """What cannot be deleted is not noted as deleted, and a worker does not ask again and again."""
    preset = adopt(world, PRESET_ELEMENTS[0].element_id)
    world.do(RetireElement(stream=preset, reason="old", delete=True))
    worker = world.worker()

    assert worker.work_once()
    assert not worker.work_once()
    assert not state(world, preset).deleted
    assert found(take(world), preset) == ["undeleted"]

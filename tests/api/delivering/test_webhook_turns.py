"""Telling a receiver over real HTTP: everything, in order, at least once, by one at a time."""

from __future__ import annotations

from api.patience import Patience
from registry.deciders.studio import ImportStudio
from registry.deciders.webhook import (
    ChangeWebhook,
    PauseWebhook,
    RemoveWebhook,
    ReplayWebhook,
    ResumeWebhook,
)
from registry.log.outgoing import ask_again
from tests.api.delivering.telling import Telling, failing, subjects
from tests.registry.events.golden import example
from tests.registry.log.opened import START, STUDIO
from tests.servers.receiver import FAIL, OK, Answer, Heard


def test_every_event_is_told_once_in_order(on_each_engine: Telling) -> None:
    """From where it was added on, also when one stream fails, dies, is tried again by hand, and everything is replayed."""
    telling = on_each_engine
    telling.introduce("before")
    telling.add()
    mina, jun = telling.introduce("Mina"), telling.introduce("Jun")
    telling.receiver.says = failing(mina)
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


def test_a_stream_never_overtakes_itself_and_holds_up_no_other(telling: Telling) -> None:
    """While its first event fails, later ones of the stream wait, those of others go; then they follow in their order."""
    telling.patience = Patience(timeout=2.0)
    telling.add()
    mina, jun = telling.introduce("Mina"), telling.introduce("Jun")
    telling.receiver.says = failing(mina)
    for number in range(3):
        telling.describe(mina, f"m{number}")
        telling.describe(mina, f"n{number}")
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
    assert [one.body["data"]["version"] for one in telling.receiver.heard] == [1, 2, 3, 4, 5, 6, 7]
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


def test_one_delivers_at_a_time(telling: Telling) -> None:
    """While one is at it another does nothing; once its hold is over another goes on, and the late one notes nothing."""
    telling.add("CharacterIntroduced")
    telling.introduce()
    seen: list[int] = []

    def meanwhile(_heard: Heard) -> Answer:
        if len(telling.receiver.heard) == 1:
            telling.turn(telling.courier("two"))
            seen.append(len(telling.receiver.heard))
            telling.pass_(3600)
            telling.turn(telling.courier("two"))
        return OK

    telling.receiver.says = meanwhile
    telling.turn()
    assert (seen, telling.receiver.positions()) == ([1], [2, 2])
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


def test_a_webhook_that_came_with_its_studio_begins_where_it_came(telling: Telling) -> None:
    """What happened at the old place was told there; what was ordered there is not done again; what comes is told."""
    telling.add()
    telling.introduce("Mina")
    telling.log.handle(ReplayWebhook(stream=telling.webhook, after=0))
    imported = example("StudioImported", position=3)
    telling.log.handle(ImportStudio(stream=STUDIO, name="Han River", imported=imported))  # type: ignore[arg-type]
    telling.turn()
    assert (telling.receiver.heard, telling.health().position, telling.is_due()) == ([], 3, False)

    telling.introduce("Jun")
    telling.turn()
    assert telling.receiver.positions() == [4]
    telling.log.handle(ReplayWebhook(stream=telling.webhook, after=2))
    telling.turn()
    assert telling.receiver.positions() == [4, 3, 4, 5]


def test_a_replay_takes_up_what_waits_behind_its_position(telling: Telling) -> None:
    """Stragglers and dead letters that come again anyway are forgotten; those before the position stay as they are."""
    telling.patience = Patience(timeout=2.0, attempts=1)
    telling.add("CharacterIntroduced")
    early, late = telling.introduce("Mina"), telling.introduce("Jun")
    telling.receiver.says = failing(early, late)
    telling.turn()
    assert [one.position for one in telling.dead()] == [2, 3]
    telling.patience = Patience(timeout=2.0)
    straggling = telling.introduce("Hana")
    telling.receiver.says = failing(straggling)
    telling.turn()
    assert [one.stream for one in telling.behind()] == [straggling]

    telling.log.handle(ReplayWebhook(stream=telling.webhook, after=2))
    telling.receiver.heard.clear()
    telling.receiver.says = lambda _: OK
    telling.turn()
    assert telling.receiver.positions() == [3, 4]
    assert ([one.position for one in telling.dead()], telling.behind()) == ([2], [])


def test_the_numbers_of_all_webhooks_are_told(telling: Telling) -> None:
    """How many tell and are paused, the furthest behind, what failed: over all studios, without an id."""
    telling.patience = Patience(timeout=2.0, attempts=1)
    telling.add()
    telling.introduce()
    telling.receiver.says = lambda _: FAIL
    telling.turn()
    telling.add()
    telling.pass_(5)
    telling.introduce("Jun")
    first = telling.abroad()
    telling.log.handle(PauseWebhook(stream=telling.webhook, reason="moving"))

    assert (first.active, first.paused, first.behind, first.dead) == (2, 0, 2, 1)
    assert first.since == START
    assert (telling.abroad().active, telling.abroad().paused) == (1, 1)


def test_a_studio_that_was_moved_away_tells_nothing_here(telling: Telling) -> None:
    """What is left to tell is told where it went."""
    telling.add()
    telling.introduce()
    telling.log.registry.moves.close(STUDIO, "moved")
    assert not telling.is_due()
    telling.log.registry.moves.close(STUDIO, "")
    assert telling.is_due()

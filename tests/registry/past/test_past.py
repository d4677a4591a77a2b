"""Any thing at any point of a random history, on both engines: what it stood as, what changed, and what happened to it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from registry.deciders.character import ReviseCharacter
from registry.deciders.kinds import DECIDERS
from registry.deciders.shown import shown
from registry.deciders.studio import OpenStudio
from registry.errors import InvalidCommand, NotFound, RegistryError
from registry.events.envelope import Recorded
from registry.events.ids import prefix_of
from registry.log.history import Part
from registry.past.happened import event, history
from registry.past.points import Moment, Position, Version
from registry.past.standing import difference, stood
from registry.registry import Registry
from tests.generation.past import FIRST, PEOPLE, START, STUDIO, Step, Still, steps
from tests.servers.world import CONTEXT, open_registry


@dataclass
class Past:
    """A studio on an engine; every append is a second after the one before."""

    registry: Registry
    clock: Still

    def append(self, step: Step) -> None:
        self.clock.now += 1_000_000
        with suppress(RegistryError):
            self.registry.handle(STUDIO, step, context=CONTEXT)

    def streams(self) -> dict[str, list[Recorded]]:
        """Every thing's events, as the feed tells them."""
        found: defaultdict[str, list[Recorded]] = defaultdict(list)
        for one in self.registry.feed.after(STUDIO, 0, limit=100_000):
            found[one.stream].append(one)
        return found


@pytest.fixture
def past(home: Path) -> Iterator[Past]:
    clock = Still()
    made = Past(open_registry(home, clock), clock)
    for step in ((OpenStudio(stream=STUDIO, name="Studio"),), *FIRST):
        made.append(step)
    yield made
    made.registry.close()


def folded(events: list[Recorded]) -> Any:
    """What the decider makes of them, and nothing else."""
    decider = DECIDERS[prefix_of(events[0].stream)]
    state = decider.initial
    for one in events:
        state = decider.evolve(state, one.event)
    return shown(state)


def patched(document: dict[str, Any], patch: Any) -> dict[str, Any]:
    """A JSON Patch applied (RFC 6902, 4.1 to 4.3, of members of objects)."""
    for one in patch:
        *way, last = (part.replace("~1", "/").replace("~0", "~") for part in one.path.split("/")[1:])
        inner = document
        for part in way:
            inner = inner[part]
        if one.op == "remove":
            del inner[last]
        else:
            assert (last in inner) == (one.op == "replace")
            inner[last] = one.value
    return document


@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],  # one history grows through all examples, so none is tried twice
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(steps, min_size=2, max_size=8), st.integers(0, 2**32))
def test_a_random_history_is_told_as_it_was(past: Past, wanted: list[Step], seed: int) -> None:
    """A version is the fold of so many events, whichever point asks for it; a difference turns the earlier into the later;
    and the history tells every event once, in either direction.
    """
    dice = random.Random(seed)
    for step in wanted:
        past.append(step)
    streams = past.streams()
    for thing in dice.sample(sorted(streams), 6):
        events = streams[thing]
        first, last = sorted((dice.randint(1, len(events)), dice.randint(1, len(events))))
        must_stand(past, thing, events[:first])
        must_lead(past, thing, events, first=first, last=last)
        for newest in (False, True):
            pages = list(told(past.registry, thing, newest=newest))
            assert pages == [one.position for one in (reversed(events) if newest else events)]


def must_stand(past: Past, thing: str, events: list[Recorded]) -> None:
    """The same by version, by position and by moment."""
    newest = events[-1]
    points = (Version(newest.version), Position(newest.position), Moment(newest.recorded_at))
    found = [stood(past.registry, STUDIO, thing, point) for point in points[:2]]
    at_the_time = stood(past.registry, STUDIO, thing, points[2])

    assert found[0].state == folded(events)
    assert found[0] == found[1]
    assert at_the_time.version >= newest.version  # those of one append share the second
    assert (found[0].version, found[0].position) == (newest.version, newest.position)


def must_lead(past: Past, thing: str, events: list[Recorded], *, first: int, last: int) -> None:
    found = difference(past.registry, STUDIO, thing, since=Version(first), until=Version(last))

    assert patched(folded(events[:first]), found.changes) == folded(events[:last])
    between = {one.position for one in events[first:last]}
    assert all(one.by and {step.position for step in one.by} <= between for one in found.changes)
    assert (found.since, found.until) == (first, last)


def told(registry: Registry, thing: str, *, newest: bool) -> Iterator[int]:
    """The positions of a history that is read three events at a time."""
    after: int | None = 0
    while after is not None:
        page = history(registry, STUDIO, thing, Part(after, 3, newest=newest))
        yield from (one.position for one in page.items)
        after = page.next


def test_points_before_and_beyond(past: Past) -> None:
    """Before it began there is no such thing; what has not come yet is refused, with how far it goes."""
    who = PEOPLE[0]
    [first, *_] = past.streams()[who]
    for early in (
        Position(first.position - 1),
        Position(0),
        Moment(first.recorded_at - 1),
        Version(0),
        Moment(0),
    ):
        with pytest.raises(NotFound, match=rf"it began at position {first.position}"):
            stood(past.registry, STUDIO, who, early)
    end = past.registry.feed.head(STUDIO)
    for late in (Position(end + 1), Version(99), Moment(past.clock.now + 1)):
        with pytest.raises(InvalidCommand):
            stood(past.registry, STUDIO, who, late)
    with pytest.raises(InvalidCommand, match="comes before"):
        difference(past.registry, STUDIO, who, since=Version(2), until=Version(1))
    for absent in (PEOPLE[2], "shot_01jd0000000000000000000001", "x", "rebuild_01jd0000000000000000000001"):
        with pytest.raises(NotFound):
            stood(past.registry, STUDIO, absent)


def test_a_moment_means_what_was_recorded_until_then(past: Past) -> None:
    """Halving finds the last position of a moment, for every moment there is."""
    with past.registry.reading(STUDIO) as connection:
        times = [one.recorded_at for one in past.registry.feed.after(STUDIO, 0, limit=1_000)]
        for moment in {START, *times, *(time - 1 for time in times), times[-1] + 5}:
            wanted = sum(time <= moment for time in times)
            assert past.registry.position_at(connection, STUDIO, moment) == wanted


def test_the_chain_of_an_event(past: Past) -> None:
    """What was written together stands together; filters by type and actor pass over the rest."""
    who = PEOPLE[0]
    begun = event(past.registry, STUDIO, who, 1)
    part = Part(type="ReferenceAssigned", actor=CONTEXT.actor)
    found = history(past.registry, STUDIO, who, part)

    assert begun.type == "CharacterIntroduced"
    assert {PEOPLE[1]} <= {one.stream for one in begun.together}
    assert [one.type for one in found.items] == ["ReferenceAssigned"]
    assert history(past.registry, STUDIO, who, part._replace(actor="nobody")).items == ()
    beyond = Part(after=2**40)
    assert history(past.registry, STUDIO, who, beyond).items == ()
    assert history(past.registry, STUDIO, who, beyond._replace(newest=True)).items != ()


def test_what_was_erased_reads_as_erased(past: Past) -> None:
    """A state, a difference, a sentence and a body say that something was there, not what; nothing else of the past changes."""
    who = PEOPLE[0]
    past.append((ReviseCharacter(stream=who, name="Sora"),))
    before, renamed = stood(past.registry, STUDIO, who), past.streams()[who][-1].version
    past.registry.destroy_keys(STUDIO, [who])
    now = stood(past.registry, STUDIO, who)
    changed = difference(past.registry, STUDIO, who, since=Version(1))
    told = history(past.registry, STUDIO, who, Part())

    assert (before.state["name"], now.state["name"]) == ("Sora", {"erased": True})
    assert now.state["references"] == before.state["references"]
    assert (now.version, now.position) == (before.version, before.position)
    assert "/name" not in {one.path for one in changed.changes}  # who cannot be read cannot be told apart
    assert [one.sentence for one in told.items if one.version == renamed] == [
        "The character is called (erased) from here on."
    ]
    assert event(past.registry, STUDIO, who, 1).body["name"] == {"erased": True}
    assert "Mina" not in told.model_dump_json()
    assert stood(past.registry, STUDIO, PEOPLE[1]).state["name"] == "Jun"

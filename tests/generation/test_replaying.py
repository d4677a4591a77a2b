"""Past requests compiled again: the same bytes from the log as from the views then, drift found and named, erased unknown."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generation import determinism, replaying
from generation.compile import COMPILER_VERSION, choose
from generation.compiler import compiler_version
from generation.determinism import Scope, audit
from generation.intake import preview, request_generation
from generation.patterns.choose import Choice
from generation.policies import Policies
from generation.replayed import DeterminismPage
from generation.replaying import replay, replays
from generation.resolve import Resolution
from generation.shot import ShotRequest
from registry.deciders.asset import RetireAsset
from registry.deciders.character import ReviseCharacter, WithdrawReference
from registry.deciders.element import RetireElement
from registry.deciders.scene import DescribeScene
from registry.registry import Registry
from tests.generation.past import (
    CLIPS,
    DAY_US,
    GENERATIONS,
    SCENES,
    START,
    STUDIO,
    Still,
    asked,
    delivered,
    furnish,
)
from tests.generation.patterns.test_golden_payloads import SHOTS
from tests.servers.building import built, picture
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, CONTEXT, World, open_registry

HERE = compiler_version(COMPILER_VERSION)


def examples(world: World, clip: str) -> dict[str, ShotRequest]:
    """The suite's example request of every pattern, in the words of this studio."""
    ours = {
        "asset_cafe": world.cafe,
        "asset_street": picture(world.desk, world.studio, "crimson"),
        "clip_1": clip,
    }
    found = {}
    for name, fields in SHOTS.items():
        text = json.dumps({"scene": world.scene, **fields})
        for word, meant in ours.items():
            text = text.replace(f'"{word}"', f'"{meant}"')
        found[name] = ShotRequest.model_validate_json(text)
    return found


@pytest.fixture(scope="module")
def filmed(provider_process: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filmed]:
    """A clip that was carried to its end, every example asked for after it, and then everything changed that can be."""
    world = built(tmp_path_factory.mktemp("filmed"), provider_process.url)
    lit = {"cast": [], "action": "A picture moves.", "opening": picture(world.desk, world.studio, "khaki")}
    parent, moved = world.carry(world.ask(**ALONE), world.ask(**lit))
    assert parent.clip is not None
    filmed = Filmed(world, parent.id, moved.id)
    for name, request in examples(world, parent.clip).items():
        filmed.told[name] = preview(world.registry, world.studio, request).model_dump_json()
        filmed.head[name] = world.registry.feed.head(world.studio)
        filmed.asked[name] = world.ask(**request.model_dump(mode="json", exclude_unset=True))
        filmed.requests[name] = request
    mina = world.mina
    world.do(ReviseCharacter(stream=mina.character, name="Sora", aliases=()))
    world.do(RetireElement(stream=world.jun.element, reason="lost"))
    world.do(WithdrawReference(stream=mina.character, asset=mina.portrait, role="frontal", reason="old"))
    world.do(RetireAsset(stream=world.cafe, reason="not cleared"))
    yield filmed
    world.registry.close()


class Filmed:
    """What was asked, by the name of its pattern: generation, request, the preview before it and where the log ended."""

    def __init__(self, world: World, parent: str, moved: str) -> None:
        self.world, self.parent, self.moved = world, parent, moved
        self.asked: dict[str, str] = {}
        self.requests: dict[str, ShotRequest] = {}
        self.told: dict[str, str] = {}
        self.head: dict[str, int] = {}

    def audited(
        self, registry: Registry | None = None, *, limit: int = 4, **scope: Any
    ) -> list[DeterminismPage]:
        """Every page of an audit."""
        registry = registry or self.world.registry
        wanted = Scope(registry.feed.head(self.world.studio), **scope)
        pages, after = [], 0
        while True:
            page = audit(registry, self.world.studio, wanted, after=after, limit=limit)
            pages.append(page)
            if page.next is None:
                return pages
            after = page.next


@pytest.mark.parametrize("name", SHOTS)
def test_then_is_told_to_the_byte(filmed: Filmed, name: str) -> None:
    """Every example request, asked as of then by position or by moment, gives the bytes of the preview that was made then."""
    world, head = filmed.world, filmed.head[name]
    with world.registry.reading(world.studio) as connection:
        moment = world.registry.recorded_at(connection, world.studio, head)

    def told(**then: int) -> str:
        return preview(world.registry, world.studio, filmed.requests[name], **then).model_dump_json()

    assert json.loads(filmed.told[name])["sendable"]
    assert told(as_of=head) == told(as_of=head, at=moment + 1) == filmed.told[name]


@pytest.mark.parametrize("name", SHOTS)
def test_a_generation_compiles_to_its_own_plan(filmed: Filmed, name: str) -> None:
    """Whatever became of its people and pictures, each generation's plan is the same, in every word."""
    [found] = replays(filmed.world.registry, filmed.world.studio, filmed.asked[name])

    assert (found.verdict, found.beside, found.drift) == ("same", (), None)
    assert found.plan_digest_now == found.plan_digest
    assert (found.compiler, found.compiler_now) == (HERE, HERE)


def test_the_bytes_of_a_paid_call_can_be_made_again(filmed: Filmed) -> None:
    """The wire digest is that of the intent; of what was never sent it is unknown."""
    world = filmed.world
    paid = replay(world.desk, world.studio, filmed.parent)
    unsent = replay(world.desk, world.studio, filmed.asked["F"])

    assert (paid.wire.verdict, paid.wire.wire_digest_now) == ("same", paid.wire.wire_digest)
    assert paid.wire.wire_digest
    assert (unsent.wire.verdict, unsent.wire.because) == ("unknown", "nothing was sent")


def test_an_audit_adds_up(filmed: Filmed) -> None:
    """Its pages hold every generation once, whatever their size; a production's are its own."""
    whole = filmed.audited()
    one = filmed.audited(limit=100)
    named = [item.generation for page in whole for item in page.items]

    assert sorted(named) == sorted([filmed.parent, filmed.moved, *filmed.asked.values()])
    assert sum(page.examined for page in whole) == whole[0].of == len(SHOTS) + 2
    assert [item for page in whole for item in page.items] == list(one[0].items)
    assert [(tally.compiler, tally.same) for tally in one[0].by_compiler] == [(HERE, len(named))]
    assert filmed.audited(production=filmed.world.production)[0].of == len(named)
    assert filmed.audited(production="production_01jd0000000000000000000001")[0].items == ()


def test_a_sample_is_drawn_by_its_seed(filmed: Filmed) -> None:
    """So many as are wanted, the same for the same seed, others for another, in any size of page."""

    def drawn(seed: str, limit: int = 100) -> list[str]:
        pages = filmed.audited(limit=limit, sample=3, seed=seed)
        assert pages[0].of == 3
        return [item.generation for page in pages for item in page.items]

    assert drawn("a") == drawn("a", limit=1)
    assert len({tuple(drawn(seed)) for seed in "abcdefgh"}) > 1
    assert filmed.audited(sample=1_000)[0].of == len(SHOTS) + 2


def broken(resolution: Resolution) -> Choice:
    """The table's choice with a pattern F that forgets the mode it was asked for."""
    choice = choose(resolution)
    if choice.name != "F":
        return choice

    class Forgetful:
        def __init__(self, payload: Any) -> None:
            self._payload = payload

        def as_wire(self) -> dict[str, Any]:
            return {**self._payload.as_wire(), "mode": "std"}

    return replace(choice, build=lambda *given: Forgetful(choice.build(*given)))  # type: ignore[arg-type, return-value]


def test_a_changed_compiler_is_found_and_named(filmed: Filmed, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one pattern broken its plans drift, at the place that changed, under the name of the compiler that made them."""
    monkeypatch.setattr("generation.compile.choose", broken)
    for module in (determinism, replaying):
        monkeypatch.setattr(module, "compiler_version", lambda _: "2+0123456789ab")
    pages = filmed.audited()
    drifted = [item for page in pages for item in page.items if item.verdict != "same"]

    assert [(one.generation, one.verdict) for one in drifted] == [(filmed.asked["F"], "drifted")]
    found = drifted[0].drift
    assert found is not None
    assert (found.path, found.then, found.now) == ("/payload/mode", "pro", "std")
    assert {page.compiler_now for page in pages} == {"2+0123456789ab"}
    assert sum(tally.drifted for page in pages for tally in page.by_compiler if tally.compiler == HERE) == 1


def test_what_is_refused_now_has_drifted(filmed: Filmed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that was not there then is drift too, and is named."""
    monkeypatch.setattr("generation.compile.judge_voices", lambda *_: (_no(),))
    [found] = replays(filmed.world.registry, filmed.world.studio, filmed.asked["A"])

    assert (found.verdict, found.plan_digest_now) == ("drifted", None)
    assert "E999 not any more" in found.because


def _no() -> Any:
    from generation.rules.finding import Finding

    return Finding(
        rule="E999", severity="E", title="No", message="not any more", about="request", path="$", cites=()
    )


def test_what_was_erased_since_is_unknown(filmed: Filmed) -> None:
    """When Jun's key is gone, what speaks of Jun is unknown and the rest the same: never drifted."""
    world = filmed.world
    with sqlite3.connect(world.folder / "keys.sqlite") as keys:
        kept = keys.execute("SELECT * FROM keys WHERE stream = ?", (world.jun.character,)).fetchall()
        keys.execute("DELETE FROM keys WHERE stream = ?", (world.jun.character,))
    registry = open_registry(world.folder)
    try:
        [page] = filmed.audited(registry, limit=100)
    finally:
        registry.close()
        with sqlite3.connect(world.folder / "keys.sqlite") as keys:
            marks = ",".join("?" for _ in kept[0])
            keys.executemany(f"INSERT INTO keys VALUES ({marks})", kept)
        keys.close()
    verdicts = {item.generation: (item.verdict, item.because) for item in page.items}

    assert verdicts[filmed.asked["F2"]][0] == "unknown"
    assert verdicts[filmed.asked["text2video"]][0] == "same"
    assert "drifted" not in {verdict for verdict, _ in verdicts.values()}
    assert page.by_compiler[0].unknown >= 3


def test_missing_bytes_are_unknown(filmed: Filmed) -> None:
    """A picture that is not in the store any more leaves the bytes unknown, and the plan as it was."""
    world = filmed.world
    plan = world.card(filmed.moved).plan
    assert plan is not None
    whole = replay(world.desk, world.studio, filmed.moved)
    for attached in plan["attachments"]:
        world.desk.blobs.delete(attached["key"])

    found = replay(world.desk, world.studio, filmed.moved)
    assert whole.wire.verdict == "same"
    assert (found.plans[0].verdict, found.wire.verdict) == ("same", "unknown")
    assert found.wire.because


def test_either_engine_gives_the_same(home: Path) -> None:
    """A plan that a relay serves, since the address was too old by the clock of its compile, is judged by that clock for ever."""
    clock = Still()
    registry = open_registry(home, clock)
    furnish(registry)
    for step in (asked(GENERATIONS[0]), delivered(GENERATIONS[0], CLIPS[0], expires_at=START + DAY_US)):
        registry.handle(STUDIO, step, context=CONTEXT)
    clock.now += 2 * DAY_US
    request = ShotRequest(scene=SCENES[0], cast=(), action="It goes on.", continue_from=CLIPS[0])
    relaying = Policies(old_parents="relay")
    request_generation(
        registry, STUDIO, request, generation=GENERATIONS[1], context=CONTEXT, policies=relaying
    )
    registry.handle(STUDIO, [DescribeScene(stream=SCENES[0], name="Roof", setting="night")], context=CONTEXT)
    page = audit(registry, STUDIO, Scope(registry.feed.head(STUDIO)), after=0, limit=10)
    registry.close()

    [unread, relayed] = page.items
    assert (relayed.generation, relayed.verdict, relayed.beside) == (GENERATIONS[1], "same", ())
    assert (unread.verdict, unread.compiler) == (
        "unknown",
        "1",
    )  # an example's request, which this code cannot read
    assert "does not know what was asked" in unread.because
    assert [tally.compiler for tally in page.by_compiler] == ["1", HERE]

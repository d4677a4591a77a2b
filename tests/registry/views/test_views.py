"""The questions that views answer, asked of one short story."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from registry.errors import AlreadyRegistered, NotFound
from registry.events.ids import SYSTEM_LOG
from registry.registry import Registry
from registry.views import (
    access,
    accounts,
    assets,
    characters,
    clips,
    continuity,
    elements,
    generations,
    lineage,
    productions,
    reconciliations,
    scenes,
    submissions,
    voices,
)
from registry.views.kinds import look_id
from registry.views.page import Span
from tests.registry.events.golden import an_id
from tests.registry.log.opened import ME, STUDIO, Opened, opened, register
from tests.registry.log.story import (
    ACCOUNT,
    CAFE,
    CLIP,
    ELEMENT,
    FACE,
    FAILED,
    JUN,
    LOST,
    MADE,
    MINA,
    NEXT,
    OLD,
    PAID,
    SCENE,
    SHOT,
    SHOW,
    SPARE,
    UNPLACED,
    VOICE,
    tell,
)

ONE_OF_EACH = [
    (accounts.account, ACCOUNT),
    (assets.asset, FACE),
    (characters.character, MINA),
    (clips.clip, CLIP),
    (elements.element, ELEMENT),
    (generations.generation, MADE),
    (productions.production, SHOW),
    (scenes.scene, SCENE),
    (submissions.submission, PAID),
    (voices.voice, VOICE),
]
LISTS = [
    accounts.accounts,
    assets.assets,
    characters.characters,
    clips.clips,
    elements.elements,
    generations.generations,
    productions.productions,
    reconciliations.reconciliations,
    scenes.scenes,
    submissions.submissions,
    voices.voices,
]


@pytest.fixture(scope="module", name="told")
def told_once(lasting_home: Path) -> Iterator[Opened]:
    """The story, told once on each engine: what is asked here changes nothing that another test asks about."""
    with opened(lasting_home) as found:
        tell(found)
        yield found


@pytest.fixture
def ask(told: Opened) -> Callable[..., Any]:
    """Ask a view of the story's studio."""

    def asked(question: Callable[..., Any], *arguments: Any, log: str = STUDIO, **named: Any) -> Any:
        with told.registry.reading() as connection:
            return question(connection, log, *arguments, **named)

    return asked


Ask = Callable[..., Any]


@pytest.mark.parametrize(("question", "stream"), ONE_OF_EACH, ids=[stream for _, stream in ONE_OF_EACH])
def test_one_thing_by_id(told: Opened, ask: Ask, question: Callable[..., Any], stream: str) -> None:
    """A card carries its id and the version its stream is at, which callers name in If-Match."""
    card = ask(question, stream)

    assert (card.id, card.version) == (stream, told.registry.state(STUDIO, stream).version)


@pytest.mark.parametrize(("question", "stream"), ONE_OF_EACH, ids=[stream for _, stream in ONE_OF_EACH])
def test_foreign_and_absent_ids_answer_alike(ask: Ask, question: Callable[..., Any], stream: str) -> None:
    """Another studio's thing and one that never was are not found in the same words."""
    with pytest.raises(NotFound) as foreign:
        ask(question, stream, log=an_id("studio", 2))
    with pytest.raises(NotFound) as absent:
        ask(question, stream[:-1] + "z")

    assert foreign.value.message.replace(stream, "X") == absent.value.message.replace(stream[:-1] + "z", "X")


@pytest.mark.parametrize("question", LISTS, ids=lambda question: question.__name__)
def test_pages_cover_everything_once(ask: Ask, question: Callable[..., Any]) -> None:
    """Pages of one follow each other by cursor to the end and tell the whole list; other studios have none of it."""
    whole = ask(question)
    paged, after = [], 0
    while True:
        page = ask(question, span=Span(after, limit=1))
        paged.extend(page.items)
        if page.next is None:
            break
        after = page.next

    assert whole.items
    assert tuple(paged) == whole.items
    assert ask(question, log=an_id("studio", 2)).items == ()


def test_characters_by_a_part_of_a_name(ask: Ask) -> None:
    """Of a name or an alias, in any case; signs that mean something to a database mean themselves."""
    assert [card.id for card in ask(characters.characters_called, "INA").items] == [MINA]
    assert [card.id for card in ask(characters.characters_called, "나").items] == [MINA]
    assert [one for sign in "%_\\" for one in ask(characters.characters_called, sign).items] == []
    assert {id for id, _ in ask(characters.castable)} <= {
        card.id for card in ask(characters.characters).items
    }


def test_characters_by_any_name(ask: Ask) -> None:
    """Id, name and alias find a character, in any case; a withdrawn and re-assigned reference stands once."""
    found = [
        card.id for word in (MINA, "mina", "MINA", "미나") for card in ask(characters.find_characters, [word])
    ]

    assert found == [MINA] * 4
    assert ask(characters.find_characters, ["nobody", "Jun"]) == []
    [june] = ask(characters.characters, name="JUNE").items
    assert [(reference.asset, reference.role) for reference in june.references] == [(CAFE, "other")]


def test_a_scene_with_its_cast_and_shots(ask: Ask) -> None:
    """A scene's card shows whom it cast as of which version, and only shots that are still planned."""
    card = ask(scenes.scene, SCENE)

    assert [(member.character, member.character_version) for member in card.cast] == [(MINA, 2), (JUN, 5)]
    assert [(shot.id, shot.number) for shot in card.shots] == [(SHOT, 1)]
    assert ask(scenes.scene, NEXT).continued_from == CLIP
    assert [scene.id for scene in ask(scenes.scenes, production=SHOW).items] == [UNPLACED, SCENE, NEXT]


def test_the_continuity_log_of_a_scene(ask: Ask) -> None:
    """Every end stands in its scene in order, delivered or not."""
    records = [card.record for card in ask(continuity.continuity, SCENE).items]

    assert [(record.generation, record.outcome) for record in records] == [
        (MADE, "delivered"),
        (FAILED, "failed"),
    ]
    assert ask(continuity.continuity, NEXT).items == ()


def test_submissions_tell_what_became_of_them(ask: Ask) -> None:
    """State, sends, task and kept answers of a paid call; an unknown one can be listed."""
    paid, lost = ask(submissions.submission, PAID), ask(submissions.submission, LOST)

    assert (paid.state, paid.sends, paid.task_id, paid.units) == ("succeeded", 2, "task-1", "1.8")
    assert (lost.state, lost.task_id, lost.reason) == ("closed", "task-2", "content risk control")
    assert [card.id for card in ask(submissions.submissions, state="closed").items] == [LOST]
    assert ask(submissions.submissions, state="unknown").items == ()
    assert len(paid.answers) == 3


def test_generations_by_scene_and_stage(ask: Ask) -> None:
    """Generations can be listed by scene and by how far they are."""
    made = ask(generations.generation, MADE)

    assert (made.stage, made.outcome, made.clip, made.submission) == ("ended", "delivered", CLIP, PAID)
    assert [card.id for card in ask(generations.generations, stage="planned").items] == [
        an_id("generation", 3)
    ]
    assert len(ask(generations.generations, scene=SCENE).items) == 3


def test_what_a_clip_was_made_from(ask: Ask) -> None:
    """A clip's ancestors reach its people, their pictures, the element and its account, each with its evidence."""
    edges = ask(lineage.lineage, CLIP).edges
    told = {(edge.made, edge.kind, edge.source, edge.evidence) for edge in edges}

    assert {
        (CLIP, "in", SCENE, "witnessed"),
        (SCENE, "in", SHOW, "attested"),
        (CLIP, "wears", look_id(MINA, "winter"), "witnessed"),
        (look_id(MINA, "winter"), "look-of", MINA, "attested"),
        (look_id(MINA, "winter"), "reference", FACE, "attested"),
        (CLIP, "speaks-with", VOICE, "witnessed"),
        (MINA, "speaks-with", VOICE, "attested"),
        (VOICE, "voice-of", MINA, "attested"),
        (VOICE, "on-account", ACCOUNT, "attested"),
        (CLIP, "approved-by", ME.actor, "attested"),
        (CLIP, "paid-with", PAID, "reported"),
        (PAID, "paid-with", SHOW, "reported"),
        (PAID, "on-account", ACCOUNT, "witnessed"),
        (CLIP, "shows", MINA, "witnessed"),
        (CLIP, "carries", an_id("likeness"), "witnessed"),
        (CLIP, "grounded-on", FACE, "witnessed"),
        (CLIP, "grounded-on", ELEMENT, "witnessed"),
        (ELEMENT, "depicts", MINA, "attested"),
        (ELEMENT, "on-account", ACCOUNT, "attested"),
        (MINA, "reference", FACE, "attested"),
    } == told
    assert [edge.depth for edge in edges] == sorted(edge.depth for edge in edges)
    assert {edge.depth for edge in ask(lineage.lineage, CLIP, depth=1).edges} == {1}


@pytest.mark.parametrize("id", [MADE, PAID])
def test_a_generation_stands_for_its_clip(ask: Ask, id: str) -> None:
    """What a generation or the paid call behind it came to is answered as the lineage of that clip."""
    for direction in ("ancestors", "descendants"):
        found = ask(lineage.lineage, id, direction=direction)
        assert found == ask(lineage.lineage, CLIP, direction=direction)
    assert ask(lineage.lineage, SCENE, direction="descendants").edges


def test_a_generation_without_a_clip_says_so(ask: Ask) -> None:
    """The refusal names how it ended and which ids have a lineage; an absent one is as absent as any."""
    with pytest.raises(NotFound, match=r"no clip came of it \(failed\)") as caught:
        ask(lineage.lineage, FAILED)
    assert SCENE in caught.value.hint
    with pytest.raises(NotFound, match="there is no"):
        ask(lineage.lineage, an_id("generation", 77))


def test_where_a_face_is_used(ask: Ask) -> None:
    """A picture's descendants reach the clip, and the scene that continues it."""
    made = {edge.made for edge in ask(lineage.lineage, FACE, direction="descendants").edges}

    assert made == {
        MINA,
        *(look_id(MINA, one) for one in ("winter", "summer")),
        CLIP,
        ELEMENT,
        VOICE,
        NEXT,
        SCENE,
    }
    assert ask(lineage.lineage, OLD).edges == ()
    with pytest.raises(NotFound):
        ask(lineage.lineage, an_id("asset", 77))


def test_the_same_bytes_are_found(told: Opened, ask: Ask) -> None:
    """A studio holds an asset of some bytes once; who was first can be looked up."""
    first = told.handle(register(fingerprint="f" * 64)).recorded[0].stream

    with pytest.raises(AlreadyRegistered) as twin:
        told.handle(register(fingerprint="f" * 64))

    assert twin.value.hint
    assert ask(assets.asset_with_fingerprint, "f" * 64).id == first
    assert ask(assets.asset_with_fingerprint, "e" * 64) is None
    told.handle(register(fingerprint="f" * 64), log=an_id("studio", 2))


def test_an_element_id_is_bound_once(ask: Ask) -> None:
    """An account's element id finds its binding, on that account only."""
    assert ask(elements.element_bound_as, ACCOUNT, 7).id == ELEMENT
    assert ask(elements.element_bound_as, an_id("account", 2), 7) is None
    assert [card.id for card in ask(elements.elements_of, [MINA, JUN])] == [ELEMENT, SPARE]


def test_the_last_reconciliation_of_an_account(ask: Ask) -> None:
    """A run is found by its name, in its account's list and as the newest; other accounts have none."""
    run = ask(reconciliations.reconciliation, an_id("reconciliation"))

    assert (run.account, run.counts, run.findings[0].kind) == (ACCOUNT, {"twin": 1}, "twin")
    assert ask(reconciliations.last_reconciliation, ACCOUNT) == run
    assert ask(reconciliations.reconciliations, account=ACCOUNT).items == (run,)
    assert ask(reconciliations.last_reconciliation, an_id("account", 2)) is None
    assert ask(reconciliations.reconciliations, account=an_id("account", 2)).items == ()


def test_the_newest_task_of_an_account(ask: Ask) -> None:
    """The paid call that was confirmed last, by which a new key can be tried."""
    assert ask(submissions.newest_with_task, ACCOUNT).task_id == "task-2"
    assert ask(submissions.newest_with_task, an_id("account", 2)) is None


def test_keys_and_studios(told: Opened) -> None:
    """The system log knows studios and keys; a revoked key says so."""
    registry: Registry = told.registry
    with registry.reading() as connection:
        key = access.find_key(connection, an_id("key"))

        assert key is not None
        assert (key.studio, key.revoked, key.roles, key.version) == (STUDIO, True, ("approver",), 6)
        assert [key.opens_with(digest * 64, 2**50 - 1) for digest in "abc"] == [True, True, False]
        assert not key.opens_with("a" * 64, 2**50)
        assert access.find_key(connection, an_id("key", 2)) is None
        assert access.logs(connection) == [SYSTEM_LOG, STUDIO]

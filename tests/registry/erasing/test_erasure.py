"""Erasing a person leaves no word of them anywhere, and the log, its proofs and its lineage as they were."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from registry.deciders.character import ReviseCharacter
from registry.deciders.clip import DecideClip
from registry.deciders.likeness import AlreadyErased
from registry.erased import ErasureRecord, erasure_record
from registry.erasure import (
    STEPS,
    ErasureUnfinished,
    carry_out,
    erase_clip,
    find_linked,
    order_erasure,
    unfinished,
)
from registry.errors import AnswerErased, BlobMissing, LogBusy, NotFound
from registry.events.asset import FrameOf
from registry.events.personal import Erased, personal_fields
from registry.log.engine import postgres
from registry.log.tables import EVENTS
from registry.proof.leaf import leaf_hash
from registry.views import assets, characters, clips, lineage
from registry.views.deletions import open_deletions
from tests.registry.erasing.person import (
    ANNA,
    BEN,
    BOTH,
    CLIP,
    ELEMENT,
    FACE,
    FRAME,
    HER,
    HIS,
    MADE,
    NOBODY,
    OPEN,
    PAID,
    PAPER,
    VOICE,
    Person,
)
from tests.registry.log.opened import ME, STUDIO, opened
from tests.servers.engines import ENGINES
from tests.servers.homes import url_of

both_engines = pytest.mark.parametrize("person", ENGINES, indirect=True)


class Killed(Exception):
    """The process ends here."""


def erase(person: Person) -> None:
    order_erasure(person.log.registry, STUDIO, HER, "request", context=ME)
    carry_out(person.tools(), STUDIO, HER)


@both_engines
def test_the_words_are_there_before(person: Person) -> None:
    """The hunt finds what it looks for: before an erasure every word stands in some view, answer, lease or file."""
    found = person.traces()

    assert {word for words in found.values() for word in words} >= set(person.words.made) - _sealed(person)
    assert "table view_characters" in found
    assert "table answers" in found
    assert "table leases" in found


@pytest.mark.parametrize("person", ["postgresql"], indirect=True)
def test_who_still_sees_her_is_waited_for(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """While an older session still sees the rows, the erasure says that it is not finished; afterwards nothing is left."""
    monkeypatch.setattr(postgres, "_LOCK_SECONDS", 0.5)
    with psycopg.connect(url_of(person.folder)) as old:
        old.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        old.execute("SELECT 1")
        with pytest.raises(LogBusy, match=r"view_characters.* a session that began before still sees them"):
            erase(person)
        assert unfinished(person.log.registry) == [(STUDIO, HER)]
    erase(person)

    assert person.traces() == {}


def _sealed(person: Person) -> set[str]:
    """Words that stand in sealed fields only, as no view shows them."""
    shown = b"".join(content for _, content in (*person._tables(), *person._files()))
    return {word for word in person.words.made if word.encode() not in shown}


@both_engines
def test_no_word_is_left(person: Person) -> None:
    """No table, no file (database, write-ahead log, key file, blobs) holds a word, a digest or a byte of the erased person."""
    person.adopt()
    person.upkeep()
    erase(person)

    assert person.traces() == {}


def test_nothing_personal_reads(person: Person) -> None:
    """Every personal field of every linked stream, and every text sealed under one of them, reads as erased."""
    person.adopt()
    streams = set(find_linked(person.log.registry, STUDIO, HER).streams)
    erase(person)

    for event in person.log.registry.feed.after(STUDIO, 0, limit=500):
        about = {event.stream, *event.event.sealed_under()}
        for name in personal_fields(type(event.event)) if about & streams else ():
            value = getattr(event.event, name)
            assert isinstance(value, Erased) or value is None, (event.type, name, value)


def test_everything_hers_is_linked(person: Person) -> None:
    """Streams written long before the link was made belong to it; a picture that shows somebody else too is kept."""
    linked = find_linked(person.log.registry, STUDIO, HER)

    assert linked.characters == (ANNA,)
    assert set(linked.assets) == {FACE, PAPER}
    assert linked.kept == (BOTH,)
    assert (linked.elements, linked.voices) == ((ELEMENT,), (VOICE,))
    assert linked.generations == (MADE, OPEN)
    assert (linked.submissions, linked.clips) == ((PAID,), (CLIP,))


def test_others_stay(person: Person) -> None:
    """Somebody else's name, description and pictures are as they were."""
    erase(person)

    with person.log.registry.reading() as connection:
        card = characters.character(connection, STUDIO, BEN)
        picture = assets.asset(connection, STUDIO, HIS)
    assert (card.name, card.description) == (NOBODY, NOBODY)
    assert picture.original is not None
    with person.blobs.open(picture.original.key) as chunks:
        assert b"".join(chunks)


def test_tombstones(person: Person) -> None:
    """Whoever looks up the character, her picture or her element sees that they were erased or retired, not an error."""
    erase(person)

    with person.log.registry.reading() as connection:
        card = characters.character(connection, STUDIO, ANNA)
        picture = assets.asset(connection, STUDIO, FACE)
    assert (card.erased, card.retired, card.name, card.aliases) == (True, True, "(erased)", ())
    assert (picture.erased, picture.original, picture.label) == (True, None, "(erased)")
    element = person.log.registry.state(STUDIO, ELEMENT).state
    voice = person.log.registry.state(STUDIO, VOICE).state
    assert [(one.retired, one.deleted) for one in (element, voice)] == [(True, True)] * 2
    assert person.provider.deleted == ["7", "v-7"]
    with person.log.registry.reading() as connection:
        assert open_deletions(connection, most=10) == []


def test_lineage_answers(person: Person) -> None:
    """What a clip was made from, and what was made from her picture, reads the same before and after; what went is marked."""
    before = _lineages(person)
    erase(person)
    after = _lineages(person)

    assert [found.edges for found in after] == [found.edges for found in before]
    assert before[0].edges
    for found in after:
        gone = {thing.id for thing in found.things if thing.erased is not None}
        assert gone == {thing.id for thing in found.things} & {ANNA, FACE, PAPER, HER}
        assert {thing.name for thing in found.things if thing.id in gone} <= {"(erased)", None}
    assert _lineages(person, as_of=before[0].through) == [
        found.model_copy(update={"as_of": found.through}) for found in before
    ]


def _lineages(person: Person, **asked: int) -> list[lineage.Lineage]:
    with person.log.registry.reading() as connection:
        return [
            lineage.lineage(connection, STUDIO, CLIP, **asked),
            lineage.lineage(connection, STUDIO, FACE, direction="descendants", **asked),
        ]


@both_engines
def test_the_proofs_hold(person: Person) -> None:
    """Not one stored byte of the log is changed, and every leaf hash is that of its row."""
    before = person.log.raw("SELECT * FROM events ORDER BY log, position")
    erase(person)
    after = person.log.raw("SELECT * FROM events ORDER BY log, position")

    assert [row for row in after if row in before] == before
    with person.log.database.reading() as connection:
        for row in connection.execute(EVENTS.select()).mappings():
            assert row["leaf_hash"] == leaf_hash(dict(row))


@both_engines
def test_a_rebuild_changes_nothing(person: Person) -> None:
    """The views an erasure leaves are those that the erased log gives."""
    erase(person)

    assert person.log.registry.rebuild().different == ()


def test_erased_events_fill_every_view(person: Person) -> None:
    """Every projection copes with every personal field erased: a log whose keys are all gone still gives its views."""
    streams = {event.stream for event in person.log.registry.feed.after(STUDIO, 0, limit=500)}
    person.log.registry.destroy_keys(STUDIO, sorted(streams))

    person.log.registry.rebuild(replace="all keys are gone")

    for stream in streams:
        assert person.log.registry.state(STUDIO, stream).version > 0
    assert person.log.registry.rebuild().different == ()


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_erasure_is_finished(person: Person, step: str, tmp_path: Path) -> None:
    """Ended after any step, an erasure is found unfinished by the next process, and carried out again leaves no word."""

    def kill(name: str) -> None:
        if name == step:
            raise Killed

    registry = person.log.registry
    order_erasure(registry, STUDIO, HER, "request", context=ME)
    with pytest.raises(Killed):
        carry_out(person.tools(after=kill), STUDIO, HER)
    assert unfinished(registry) == [(STUDIO, HER)]

    with opened(tmp_path / "data") as again:
        person.log = again
        order_erasure(again.registry, STUDIO, HER, "request", context=ME)
        carry_out(person.tools(), STUDIO, HER)
        assert unfinished(again.registry) == []
        assert person.traces() == {}
        with again.registry.reading() as connection:
            record = erasure_record(connection, again.registry, STUDIO, HER)
        assert (record.state, set(record.assets)) == ("erased", {FACE, PAPER})
        types = [one.type for one in again.registry.feed.after(STUDIO, 0, limit=500)]
        assert types.count("LikenessErased") == 1


def test_erasing_twice(person: Person) -> None:
    """A second order after the record is refused; the record stands."""
    erase(person)

    with pytest.raises(AlreadyErased):
        erase(person)


def test_nobody_is_nothing(person: Person) -> None:
    """A likeness that does not exist cannot be erased, and has no record."""
    with pytest.raises(NotFound):
        order_erasure(person.log.registry, STUDIO, HER[:-1] + "9", "law", context=ME)
    with person.log.registry.reading() as connection, pytest.raises(NotFound):
        erasure_record(connection, person.log.registry, STUDIO, HER)


def test_the_provider_is_away(person: Person) -> None:
    """Ours goes whether or not the provider answers; the erasure stays unfinished until it does."""
    person.provider.away = True
    with pytest.raises(ErasureUnfinished, match="it is away"):
        erase(person)
    assert person.traces() == {}

    person.provider.away = False
    carry_out(person.tools(), STUDIO, HER)
    assert unfinished(person.log.registry) == []


@both_engines
def test_warm_caches_elsewhere(person: Person, tmp_path: Path) -> None:
    """A process that had read everything, keys and states and past states, reads erased after another one has erased."""
    with opened(tmp_path / "data") as other:
        position = other.registry.feed.head(STUDIO)
        with other.registry.snapshot() as connection:
            warm = other.registry.states(connection, STUDIO, [ANNA, FACE], as_of=position)
        assert warm[ANNA].state.name in person.words.made
        other.handle(ReviseCharacter(stream=BEN, description="warms the writer"))

        erase(person)

        with other.registry.snapshot() as connection:
            cold = other.registry.states(connection, STUDIO, [ANNA, FACE], as_of=position)
        assert cold[ANNA].state.name == ""
        assert cold[FACE].state.original is None
        assert other.registry.state(STUDIO, ANNA).state.name == ""
        for event in other.registry.feed.after(STUDIO, 0, limit=500):
            assert not [word for word in person.words.made if word in repr(event)]


def test_a_rebuild_under_way_elsewhere(person: Person, tmp_path: Path) -> None:
    """A rebuild that read the log before an erasure does not bring the words back when it ends after it."""
    erased: list[str] = []

    def in_the_middle(_what: str, _done: int, _all: int) -> None:
        if not erased:
            erased.append(ANNA)
            person.log.registry.destroy_keys(STUDIO, erased)
            person.log.registry.forget(STUDIO, (), context=ME)

    with opened(tmp_path / "data") as other:
        assert other.registry.rebuild(in_the_middle, replace="a trial").different == ()

    assert person.log.raw("SELECT name FROM view_characters WHERE character = :her", her=ANNA) == [
        ("(erased)",)
    ]


def test_keys_destroyed_while_rows_are_compared(person: Person) -> None:
    """A rebuild that made her rows before her keys were destroyed begins anew, and its certificate is over what is left."""
    erased: list[str] = []

    def in_the_middle(what: str, _done: int, _all: int) -> None:
        if what == "rows" and not erased:
            erased.append(ANNA)
            person.log.registry.destroy_keys(STUDIO, erased)

    rebuilt = person.log.registry.rebuild(in_the_middle, replace="she is erased")

    assert "view_characters" in rebuilt.different
    assert person.log.raw("SELECT name FROM view_characters WHERE character = :her", her=ANNA) == [
        ("(erased)",)
    ]
    [certified] = person.log.registry.feed.after("system", 0, limit=500, type="ViewsRebuilt")
    assert rebuilt.digests == certified.event.digests  # type: ignore[attr-defined]
    assert person.log.registry.rebuild().digests == rebuilt.digests


@both_engines
def test_nothing_is_said_of_her_again(person: Person) -> None:
    """What is still written to an erased stream is written down erased, and shows so in views and states at once."""
    erase(person)
    word = person.words.word()
    person.log.handle(DecideClip(stream=CLIP, decision="keep", likeness=HER, reason="seen from behind"))
    person.log.handle(person.note("ProviderAnomaly", what=word))

    assert person.traces() == {}
    assert person.log.registry.state(STUDIO, PAID).state.anomaly == "(erased)"
    assert person.log.registry.rebuild().different == ()


def test_a_kept_answer_is_not_told_again(person: Person) -> None:
    """A request that was answered before does not happen again, and its answer is gone."""
    erase(person)

    with pytest.raises(AnswerErased):
        person.log.registry.answered(STUDIO, "asked-once", "d" * 64)


def test_her_picture_is_not_recognised(person: Person) -> None:
    """The same bytes registered again are new: nobody can tell from us whether a given picture was here."""
    [fingerprint] = [
        card_fingerprint
        for (card_fingerprint,) in person.log.raw(
            "SELECT fingerprint FROM view_assets WHERE asset = :it", it=FACE
        )
    ]
    erase(person)

    with person.log.registry.reading() as connection:
        assert assets.asset_with_fingerprint(connection, STUDIO, str(fingerprint)) is None


def test_clips_are_decided_one_by_one(person: Person) -> None:
    """The record lists every clip with what was decided; erasing one deletes its bytes and what was cut from it."""
    frame = person.asset(FRAME, derived_from=FrameOf(clip=CLIP, at_us=0))
    person.log.handle(frame)
    erase(person)
    assert [one.decision for one in _record(person).clips] == [None]
    with person.blobs.open(f"{STUDIO}/{PAID}/clip") as chunks:
        assert b"".join(chunks)

    erase_clip(
        person.tools(), STUDIO, DecideClip(stream=CLIP, decision="erase", likeness=HER, reason="as she asked")
    )

    assert [one.decision for one in _record(person).clips] == ["erase"]
    for key in (f"{STUDIO}/{PAID}/clip", f"{STUDIO}/{FRAME}/original"):
        with pytest.raises(BlobMissing):
            person.blobs.stat(key)
    with person.log.registry.reading() as connection:
        card = clips.clip(connection, STUDIO, CLIP)
        assert (card.erased, card.kling_url) == (True, "")
        assert lineage.lineage(connection, STUDIO, CLIP).edges
    assert person.traces() == {}


def _record(person: Person) -> ErasureRecord:
    with person.log.registry.reading() as connection:
        return erasure_record(connection, person.log.registry, STUDIO, HER)

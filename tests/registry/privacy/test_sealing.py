"""Personal fields: sealed on disk, opened for readers, gone with their key."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson
import pytest

from registry.errors import HistoryTampered, LogBusy
from registry.events.personal import ERASED
from registry.privacy.keys import KeyFile
from registry.privacy.sealing import ERASED_JSON, Sealer
from tests.registry.log.opened import STUDIO, Opened, introduce, new_id, opened

HERE = "log/stream/event/field"
MINA, JUN = "character_mina", "character_jun"


class Keys:
    """Keys in memory; a test takes them away, or lets another process win the race for one."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}
        self.gone: set[str] = set()

    def find(self, streams: Iterable[str]) -> dict[str, bytes]:
        return {stream: self.held[stream] for stream in streams if stream in self.held}

    def add(self, keys: dict[str, bytes]) -> dict[str, bytes]:
        self.held = {name: key for name, key in keys.items() if name not in self.gone} | self.held
        return self.find(keys)

    def destroyed(self, streams: Iterable[str]) -> frozenset[str]:
        return frozenset(streams) & self.gone

    def destroy(self, streams: Iterable[str]) -> int:
        self.gone |= set(streams)
        self.held = {name: key for name, key in self.held.items() if name not in self.gone}
        return len(self.gone)

    def erasures(self) -> int:
        return len(self.gone)


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def key_file(tmp_path: Path) -> Iterator[KeyFile]:
    store = KeyFile(tmp_path / "apart" / "keys.sqlite")
    yield store
    store.close()


def sealed_by(keys: Keys, value: object, *under: str) -> dict[str, object]:
    sealing = Sealer(keys, os.urandom).begin(0)
    envelope = sealing.seal(value, under=under, bound_to=HERE)
    assert sealing.flush()
    return envelope


@pytest.mark.parametrize("value", ["Mina", ["미나", "Min"], {"deep": [1, None]}, "", 7])
def test_sealed_values_open_again(keys: Keys, value: object) -> None:
    """Whoever has the keys reads exactly what was sealed."""
    envelope = sealed_by(keys, value, MINA)

    assert Sealer(keys, os.urandom).open(envelope, bound_to=HERE) == value


def test_the_same_value_never_looks_the_same(keys: Keys) -> None:
    """Two seals of one value share no nonce and no bytes: equal names cannot be told from the file."""
    first, second = sealed_by(keys, "Mina", MINA), sealed_by(keys, "Mina", MINA)

    assert first["nonce"] != second["nonce"]
    assert first["sealed"] != second["sealed"]


def test_a_destroyed_key_erases(keys: Keys) -> None:
    """Without its key a field reads back as erased, not as an error and not as text."""
    envelope = sealed_by(keys, "Mina", MINA)
    del keys.held[MINA]

    assert Sealer(keys, os.urandom).open(envelope, bound_to=HERE) == ERASED_JSON


@pytest.mark.parametrize("gone", [MINA, JUN])
def test_a_text_about_several_dies_with_any_of_them(keys: Keys, gone: str) -> None:
    """Erasing one of two subjects makes what was said about both unreadable, whichever it is."""
    envelope = sealed_by(keys, "Mina slaps Jun.", JUN, MINA, JUN)
    assert Sealer(keys, os.urandom).open(envelope, bound_to=HERE) == "Mina slaps Jun."
    assert envelope["under"] == [JUN, MINA]

    del keys.held[gone]

    assert Sealer(keys, os.urandom).open(envelope, bound_to=HERE) == ERASED_JSON


@pytest.mark.parametrize("other", [MINA, JUN])
def test_every_subjects_key_is_needed(keys: Keys, other: str) -> None:
    """A text about two does not open with one right key and one wrong one: both go into what seals it."""
    envelope = sealed_by(keys, "Mina slaps Jun.", MINA, JUN)
    keys.held[other] = b"another key of thirty-two bytes!"

    with pytest.raises(HistoryTampered):
        Sealer(keys, os.urandom).open(envelope, bound_to=HERE)


@pytest.mark.parametrize(
    "change",
    [
        {"sealed": "AAAA"},
        {"sealed": "not base64!"},
        {"nonce": "AAAAAAAAAAAAAAAA"},
        {"nonce": ""},
        {"under": [JUN]},
        {"sealed": 5},
        {"under": 5},
    ],
)
def test_changed_envelopes_are_refused(keys: Keys, change: dict[str, object]) -> None:
    """A changed ciphertext, nonce or key name is tampering, never another text."""
    sealed_by(keys, "Jun", JUN)
    envelope = sealed_by(keys, "Mina", MINA) | change

    with pytest.raises(HistoryTampered):
        Sealer(keys, os.urandom).open(envelope, bound_to=HERE)


def test_a_ciphertext_cannot_be_moved(keys: Keys) -> None:
    """A sealed value put into another event or field does not open there."""
    envelope = sealed_by(keys, "Mina", MINA)

    with pytest.raises(HistoryTampered, match="log/stream/other/field"):
        Sealer(keys, os.urandom).open(envelope, bound_to="log/stream/other/field")


def test_a_lost_race_for_a_key_is_said(keys: Keys) -> None:
    """When another process made the stream's key first, flush says: seal again; then its key is used."""
    reader = Sealer(keys, os.urandom)
    ours, theirs = Sealer(keys, os.urandom).begin(0), reader.begin(0)
    lost = ours.seal("Mina", under=[MINA], bound_to=HERE)
    theirs.seal("Mina", under=[MINA], bound_to=HERE)
    assert theirs.flush()

    assert not ours.flush()

    again = ours.seal("Mina", under=[MINA], bound_to=HERE)
    assert ours.flush()
    assert reader.open(again, bound_to=HERE) == "Mina"
    with pytest.raises(HistoryTampered):
        reader.open(lost, bound_to=HERE)


def test_fingerprints_need_the_key(keys: Keys) -> None:
    """The same bytes give one fingerprint per studio, and nobody without its key can compute or compare it."""
    first = Sealer(keys, os.urandom).keyed_digest("studio_a", "ab" * 32)

    assert Sealer(keys, os.urandom).keyed_digest("studio_a", "ab" * 32) == first
    assert Sealer(keys, os.urandom).keyed_digest("studio_b", "ab" * 32) != first
    assert Sealer(Keys(), os.urandom).keyed_digest("studio_a", "ab" * 32) != first


def test_keys_are_for_their_owner_only(tmp_path: Path, key_file: KeyFile) -> None:
    """Neither the key file nor the files SQLite puts beside it can be read by others."""
    key_file.add({MINA: b"1" * 32})

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "apart").iterdir()}

    assert set(modes.values()) == {0o600}, modes
    assert stat.S_IMODE((tmp_path / "apart").stat().st_mode) == 0o700


def test_a_full_key_store_is_said_in_our_words(key_file: KeyFile) -> None:
    """No append goes ahead without a durable key, and the caller is told what is full."""
    key_file._db.execute("PRAGMA max_page_count=1")

    with pytest.raises(LogBusy, match="full"):
        key_file.add({f"character_{n}": os.urandom(32) for n in range(1_000)})

    key_file._db.execute("PRAGMA max_page_count=100000")
    assert key_file.add({MINA: b"1" * 32}) == {MINA: b"1" * 32}


def test_no_personal_text_reaches_the_log(tmp_path: Path) -> None:
    """The name stands nowhere in the stored body, only in views that an erasure can rebuild."""
    with opened(tmp_path) as log:
        stream = log.handle(introduce(name="Minabelle")).recorded[0].stream
        [(stored,)] = log.raw("SELECT body FROM events")
        card = log.registry.state(STUDIO, stream).state

    assert isinstance(stored, bytes)
    assert b"Minabelle" not in stored
    assert set(orjson.loads(stored)["name"]) == {"sealed", "nonce", "under"}
    assert card.name == "Minabelle"


def test_events_of_an_erased_subject_still_read(tmp_path: Path) -> None:
    """After a key is destroyed the feed, states and a rebuild go on, with the erased mark in its place."""
    stream = new_id("character")
    with opened(tmp_path) as log:
        log.handle(introduce(stream, name="Minabelle"))
        log.keys._db.execute("DELETE FROM keys WHERE stream = ?", (stream,))  # type: ignore[attr-defined]
    with opened(tmp_path) as log:
        [event] = log.registry.feed.after(STUDIO, 0)

        assert event.event.name == ERASED  # type: ignore[attr-defined]
        assert log.registry.state(STUDIO, stream).state.exists
        assert "view_characters" in log.registry.rebuild(replace="the key is gone").different
        assert log.raw("SELECT name FROM view_characters") == [("(erased)",)]


def test_swapped_fields_are_noticed(open_log: Opened) -> None:
    """Somebody with the database who swaps two people's sealed names is found out at the next read."""
    open_log.handle(introduce(name="Mina"))
    open_log.handle(introduce(name="Jun"))
    open_log.raw("DROP TRIGGER events_no_update")
    open_log.raw("UPDATE events SET body = (SELECT body FROM events WHERE position = 2) WHERE position = 1")

    with pytest.raises(HistoryTampered, match="does not open"):
        open_log.registry.feed.after(STUDIO, 0)

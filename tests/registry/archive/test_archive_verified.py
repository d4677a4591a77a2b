"""What a verification says, word for word and step by step: who has only an archive has only this."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from registry.archive.layout import AnswerPart, finished_contents
from registry.archive.segments import Run, line_of, read_segment
from registry.archive.verifying import verify_archive, verify_keys
from registry.errors import ArchiveDamaged, UnknownEvent
from registry.proof.leaf import leaf_hash
from tests.registry.archive.houses import PASSPHRASE
from tests.registry.log.opened import STUDIO


def rewritten(archive: Path, **changes: Any) -> None:
    """The manifest with other contents, and right in itself."""
    manifest, contents = finished_contents(archive)
    said = contents.model_copy(update=changes)
    (archive / "manifest.json").write_bytes(manifest.model_copy(update={"contents": said}).stored())


def relisted(archive: Path, change: Callable[[list[bytes]], list[bytes]]) -> list[str]:
    """The list of blobs changed, and the manifest made to fit; the keys that were listed before."""
    file = archive / "blobs.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(change(lines)))
    listed = finished_contents(archive)[1].blobs
    rewritten(archive, blobs=listed.model_copy(update={"sha256": sha256(file.read_bytes()).hexdigest()}))
    return [str(orjson.loads(line)["key"]) for line in lines]


def last_event(archive: Path, **changes: Any) -> int:
    """The last event with other columns, every hash and digest made to fit; its position."""
    contents = finished_contents(archive)[1]
    last, run = contents.segments[-1], Run(STUDIO)
    rows = [row for segment in contents.segments for row in read_segment(archive, segment.file, run)]
    rows[-1].update(changes)
    rows[-1]["leaf_hash"] = leaf_hash(rows[-1])
    again = Run(STUDIO)
    for row in rows:
        again.take(row)
    (archive / last.file).write_bytes(b"".join(line_of(row) for row in rows[last.first - 1 :]))
    written = sha256((archive / last.file).read_bytes()).hexdigest()
    fitting = last.model_copy(update={"sha256": written, "digest": again.sum()})
    rewritten(archive, segments=(*contents.segments[:-1], fitting), digest=again.sum())
    return len(rows)


def test_progress_is_told(archive: Path) -> None:
    """Events at the end of the log, then blob after blob: how many there are, and how many were found whole."""
    told: list[tuple[str, int, int]] = []
    contents = verify_archive(archive, lambda *step: told.append(step))
    events, blobs = contents.position, contents.blobs.count

    assert blobs > 2
    assert told == [("events", events, events), *(("blobs", number, blobs) for number in range(1, blobs + 1))]


def test_a_thousand_events_are_told_too(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a long log one hears before its end."""
    rows = [{"position": number, "type": "StudioOpened", "schema_version": 1} for number in range(1, 2_002)]
    monkeypatch.setattr("registry.archive.verifying.read_events", lambda *_: iter(rows))
    told: list[tuple[str, int, int]] = []
    verify_archive(archive, lambda *step: told.append(step))
    end = finished_contents(archive)[1].position

    assert [step[1:] for step in told if step[0] == "events"] == [(end, end), (1_000, end), (2_000, end)]


@pytest.mark.parametrize(
    ("changes", "told"), [({"type": "Nonesuch"}, "Nonesuch version 1"), ({"schema_version": 9}, "version 9")]
)
def test_an_event_of_a_version_to_come_is_told(archive: Path, changes: dict[str, Any], told: str) -> None:
    """It is whole, and this code is too old: that is not damage."""
    position = last_event(archive, **changes)
    words = f"the archive holds .*{told} at position {position}, which this code does not know"
    with pytest.raises(UnknownEvent, match=words) as refused:
        verify_archive(archive)

    assert refused.value.hint


def test_a_log_that_ends_elsewhere_is_told(archive: Path) -> None:
    """By its position and by its digest, each for itself."""
    contents = finished_contents(archive)[1]
    end = contents.position
    rewritten(archive, position=end + 1)
    with pytest.raises(ArchiveDamaged, match=f"^events: it ends at {end}, and the manifest at {end + 1}$"):
        verify_archive(archive)
    rewritten(archive, position=end, digest="0" * 64)
    with pytest.raises(ArchiveDamaged, match=r"^events: it ends at"):
        verify_archive(archive)


def test_a_list_of_blobs_that_was_changed_is_told(archive: Path) -> None:
    """The file as a whole, and blobs of somebody else in it."""
    with (archive / "blobs.jsonl").open("ab") as file:
        file.write(b"\n")
    with pytest.raises(ArchiveDamaged, match=r"^blobs\.jsonl: it is not what the manifest says$"):
        verify_archive(archive)


def test_a_foreign_blob_is_told(archive: Path) -> None:
    """An archive holds blobs of its own studio alone, whatever its list says."""
    relisted(archive, lambda lines: [line.replace(STUDIO.encode(), b"studio_x") for line in lines])

    with pytest.raises(ArchiveDamaged, match=f"^blob studio_x/.*: it is not one of {STUDIO}$"):
        verify_archive(archive)


@pytest.mark.parametrize("where", [0, 1, -1])
def test_a_missing_blob_is_told(archive: Path, where: int) -> None:
    """The first, one between, and the last one."""
    key = relisted(archive, lambda lines: lines)[where]
    folder = next(
        path for path in (archive / "blobs").rglob("bytes") if key in str(path).replace("=", "")
    ).parent
    shutil.rmtree(folder)

    with pytest.raises(ArchiveDamaged, match=f"^blob {key}: it is missing$"):
        verify_archive(archive)


@pytest.mark.parametrize("where", [0, 1, -1])
def test_a_changed_blob_is_told(archive: Path, where: int) -> None:
    """Every blob is read whole and held against its digest."""
    key = relisted(archive, lambda lines: lines)[where]
    file = next(path for path in (archive / "blobs").rglob("bytes") if key in str(path).replace("=", ""))
    file.chmod(0o600)
    file.write_bytes(bytes([file.read_bytes()[0] ^ 1]) + file.read_bytes()[1:])

    with pytest.raises(ArchiveDamaged, match=f"^blob {key}: "):
        verify_archive(archive)


@pytest.mark.parametrize("where", [0, 1, -1])
def test_a_blob_that_nobody_listed_is_told(archive: Path, where: int) -> None:
    """The first, one between, and the last one."""
    key = relisted(archive, lambda lines: [line for line in lines if line is not lines[where]])[where]

    with pytest.raises(ArchiveDamaged, match=f"^blob {key}: nobody listed it$"):
        verify_archive(archive)


@pytest.mark.parametrize("part", ["events", "answers"])
def test_files_that_are_missing_or_new_are_told(archive: Path, part: str) -> None:
    """Each of the two in its own words, with the first file's name."""
    one = min((archive / part).iterdir())
    shutil.copy(one, archive / part / "999999999999.more")
    with pytest.raises(ArchiveDamaged, match=f"^{part}/999999999999.more: the manifest does not name it$"):
        verify_archive(archive)
    (archive / part / "999999999999.more").unlink()
    one.unlink()
    with pytest.raises(ArchiveDamaged, match=f"^{part}/{one.name}: it is missing$"):
        verify_archive(archive)


def test_answers_that_were_changed_are_told(archive: Path) -> None:
    """Their bytes without any key; how many there are, with it."""
    contents = finished_contents(archive)[1]
    part = contents.answers[0]
    wrong = AnswerPart(file=part.file, count=part.count, sha256="0" * 64)
    rewritten(archive, answers=(wrong, *contents.answers[1:]))
    with pytest.raises(ArchiveDamaged, match=f"^{part.file}: it is not what the manifest says$"):
        verify_archive(archive)
    more = AnswerPart(file=part.file, count=part.count + 1, sha256=part.sha256)
    rewritten(archive, answers=(more, *contents.answers[1:]))
    words = f"^{part.file}: it holds {part.count} answers, and the manifest says {part.count + 1}$"
    with pytest.raises(ArchiveDamaged, match=words):
        verify_keys(archive, archive.with_name("studio.keys"), PASSPHRASE)

"""What is not as it was exported is refused, and named: before anything is written."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from registry.archive.importing import import_studio
from registry.archive.layout import Manifest, finished_contents, read_manifest
from registry.archive.verifying import verify_archive, verify_keys
from registry.errors import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveUnfinished,
    BlobStoreDown,
    RegistryError,
    WrongPassphrase,
)
from registry.events.canonical import canonical
from tests.registry.archive.houses import PASSPHRASE, Installation, source
from tests.registry.log.opened import STUDIO

FLIPS = 150


def files(archive: Path) -> list[Path]:
    return sorted(path for path in archive.rglob("*") if path.is_file() and path.name != ".lock")


def checked(archive: Path) -> None:
    """All that an import looks at before it writes."""
    verify_keys(archive, archive.with_name("studio.keys"), PASSPHRASE)
    verify_archive(archive)


def name_in(archive: Path, file: Path) -> str:
    """What a refusal must say: the file's name, or the key of the blob whose file it is."""
    inside = file.relative_to(archive) if file.is_relative_to(archive) else Path(file.name)
    parts = inside.parts
    if parts[0] == "blobs" and len(parts) > 1:
        return "/".join(parts[1:-1]).removesuffix("=")
    return str(inside)


def test_any_flipped_byte_is_found_and_named(archive: Path) -> None:
    """In every file, at the first, the last and random places, one bit is enough; put back, the archive is whole."""
    chance = random.Random(7)
    everything = [*files(archive), archive.with_name("studio.keys")]
    places = [(file, spot) for file in everything for spot in (0, -1)]
    places += [(file, chance.randrange(file.stat().st_size)) for file in chance.choices(everything, k=FLIPS)]
    for file, spot in places:
        whole = file.read_bytes()
        broken = bytearray(whole)
        broken[spot] ^= 1 << chance.randrange(8)
        file.write_bytes(broken)
        with pytest.raises(ArchiveError) as refused:
            checked(archive)
        assert name_in(archive, file) in refused.value.message, (file, spot, refused.value.message)
        assert refused.value.hint
        file.write_bytes(whole)
    checked(archive)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def one_line_less(file: Path) -> None:
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))


def two_lines_swapped(file: Path) -> None:
    first, second, *rest = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([second, first, *rest]))


@pytest.mark.parametrize("harm", [Path.unlink, cut, one_line_less, two_lines_swapped])
@pytest.mark.parametrize("pattern", ["events/*.jsonl", "blobs.jsonl"])
def test_lines_that_are_missing_or_moved_are_named(
    archive: Path, pattern: str, harm: Callable[[Path], None]
) -> None:
    """A file that is gone or cut, a line that is gone or in another's place: each is refused with the file's name."""
    file = sorted(archive.glob(pattern))[0]
    harm(file)

    with pytest.raises(ArchiveDamaged, match=file.name):
        checked(archive)


def test_a_manifest_made_to_fit_hides_nothing(archive: Path) -> None:
    """Who changes an event and writes every digest of files anew is found by the event's own hash."""
    manifest, contents = finished_contents(archive)
    last = contents.segments[-1]
    changed = (archive / last.file).read_bytes().replace(b'"actor":"key_', b'"actor":"kez_', 1)
    (archive / last.file).write_bytes(changed)
    fitting = last.model_copy(update={"sha256": sha256(changed).hexdigest()})
    said = contents.model_copy(update={"segments": (*contents.segments[:-1], fitting)})
    (archive / "manifest.json").write_bytes(manifest.model_copy(update={"contents": said}).stored())

    with pytest.raises(ArchiveDamaged, match=r"line 1: .* was changed"):
        verify_archive(archive)


def test_what_nobody_exported_is_named(archive: Path) -> None:
    """A further file of events, of answers, or a further blob is no part of the archive."""
    for part, copy in (("events", "999999999999.jsonl"), ("answers", "999999.sealed")):
        shutil.copy(sorted((archive / part).iterdir())[0], archive / part / copy)
        with pytest.raises(ArchiveDamaged, match=copy):
            checked(archive)
        (archive / part / copy).unlink()
    blob = next((archive / "blobs" / STUDIO).iterdir())
    shutil.copytree(blob, blob.with_name("asset_zzz"))
    with pytest.raises(ArchiveDamaged, match="asset_zzz/"):
        checked(archive)


OUTSIDE = (
    "../outside",
    "events/../../outside",
    "/etc/passwd",
    "blobs/x",
    "events/a/1.jsonl",
    "",
)


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_leads_nowhere_else(archive: Path, name: str) -> None:
    """A manifest that names a file outside its place is none, however well its digests fit."""
    manifest, contents = finished_contents(archive)
    away = contents.segments[0].model_copy(update={"file": name})
    said = contents.model_copy(update={"segments": (away, *contents.segments[1:])})
    (archive / "manifest.json").write_bytes(manifest.model_copy(update={"contents": said}).stored())
    with pytest.raises(ArchiveDamaged, match=r"manifest\.json"):
        checked(archive)


@pytest.mark.parametrize(
    "pattern", ["manifest.json", "blobs.jsonl", "events/*.jsonl", "answers/*.sealed", "blobs/*/*/*/bytes"]
)
@pytest.mark.parametrize("target", ["copy", "/dev/zero"])
def test_links_and_devices_are_not_read(archive: Path, pattern: str, target: str) -> None:
    """A link in the place of a file is refused by name, even where it leads to the same bytes; no device is read."""
    file = sorted(archive.glob(pattern))[0]
    copy = archive.with_name("copy")
    file.rename(copy)
    file.symlink_to(copy if target == "copy" else target)
    with pytest.raises((ArchiveError, BlobStoreDown)) as refused:
        checked(archive)
    assert name_in(archive, file) in refused.value.message


def test_a_blob_of_another_place_is_none(archive: Path, new: Installation, tmp_path: Path) -> None:
    """A list that names keys outside the studio, or none at all, brings nothing in."""
    manifest, contents = finished_contents(archive)
    for key in (
        "../../outside",
        f"{STUDIO}/../x",
        f"{STUDIO}//x",
        "studio_other/x",
        "/etc/passwd",
        f"{STUDIO}/.x",
    ):
        listed = (archive / "blobs.jsonl").read_bytes().splitlines(keepends=True)
        listed[0] = canonical({**orjson.loads(listed[0]), "key": key}) + b"\n"
        (archive / "blobs.jsonl").write_bytes(b"".join(listed))
        told = contents.blobs.model_copy(update={"sha256": sha256(b"".join(listed)).hexdigest()})
        said = manifest.model_copy(update={"contents": contents.model_copy(update={"blobs": told})})
        (archive / "manifest.json").write_bytes(said.stored())
        with pytest.raises(RegistryError):
            import_studio(new.house(), source(tmp_path))
    assert new.kept() == {}
    assert not (tmp_path / "outside").exists()


def test_a_refused_archive_leaves_nothing(archive: Path, new: Installation, tmp_path: Path) -> None:
    """An import of a damaged archive writes no event, no key, no blob and no studio."""
    cut(files(archive)[-1])
    with pytest.raises(ArchiveDamaged):
        import_studio(new.house(), source(tmp_path))

    assert new.log.raw("SELECT count(*) FROM events") == [(0,)]
    assert new.kept() == {}
    assert new.log.raw("SELECT * FROM heads") == []


def test_the_key_file_opens_with_its_passphrase_only(archive: Path, tmp_path: Path) -> None:
    """Another passphrase, the key file of another export, no key file: each is told from the others."""
    keys = tmp_path / "studio.keys"
    with pytest.raises(WrongPassphrase):
        verify_keys(archive, keys, PASSPHRASE + "!")
    other = tmp_path / "other.keys"
    with pytest.raises(ArchiveDamaged, match=r"other\.keys"):
        verify_keys(archive, other, PASSPHRASE)
    other.write_bytes(keys.read_bytes() + b"x")
    with pytest.raises(ArchiveDamaged, match="another export"):
        verify_keys(archive, other, PASSPHRASE)


def test_an_unfinished_archive_is_none(archive: Path, tmp_path: Path) -> None:
    """A folder without a manifest, with one that is not finished, or of a format to come is not read."""
    (archive / "manifest.json").write_bytes(Manifest(studio=STUDIO, finished=False).stored())
    with pytest.raises(ArchiveUnfinished):
        finished_contents(archive)
    (archive / "manifest.json").write_bytes(b'{"manifest": {"format": 2}}')
    with pytest.raises(RegistryError, match="format 2"):
        read_manifest(archive)
    with pytest.raises(ArchiveUnfinished):
        finished_contents(tmp_path / "nowhere")

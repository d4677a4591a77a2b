"""No lock falls back behind a hole that is known, and the audit finds one where there is one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.architecture.advisories import hits, locked, looked_into, main, published

TODAY = date(2026, 12, 1)
ENTRY = """\
id: PYSEC-2099-1
modified: 2099-01-02T00:00:00Z
details: it breaks
affected:
- package: {ecosystem: PyPI, name: Some_Package}
  ranges:
  - type: GIT
    events: [{introduced: "0"}, {fixed: abcdef}]
  - type: ECOSYSTEM
    events: [{introduced: "0"}, {fixed: "1.5"}, {introduced: "2.0"}, {last_affected: "2.3"}, {introduced: "4.0"}]
  versions: ["3.3"]
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    place = tmp_path / "vulns" / "some-package"
    place.mkdir(parents=True)
    (place / "PYSEC-2099-1.yaml").write_text(ENTRY)
    return tmp_path


def lock(folder: Path, version: str) -> Path:
    place = folder / "locks"
    place.mkdir(exist_ok=True)
    (place / "run.txt").write_text(
        f"other==1.0 \\\n    --hash=sha256:aa\nsome.package[x]=={version} \\\n    --hash=sha256:bb\n"
    )
    return place


def test_nothing_that_is_locked_is_known_to_be_harmful() -> None:
    """The lock files hold no version that the project's own list names."""
    _, advisories = looked_into()
    assert hits(locked(), advisories) == []
    assert len(locked()) > 100


def test_a_lock_that_falls_back_is_found(tmp_path: Path) -> None:
    """An older Litestar and an older Pillow are named with their holes and the file that locks them."""
    (tmp_path / "run.txt").write_text(
        "Litestar[standard]==2.19.0 \\\npillow==12.1.1 ; python_version > '3'\n"
    )
    found = hits(locked(tmp_path), looked_into()[1])
    assert [line.split(":")[0] for line in found].count("litestar 2.19.0 (run.txt)") == 4
    assert any(line.startswith("pillow 12.1.1 (run.txt): CVE-2026-40192") for line in found)


@pytest.mark.parametrize(
    ("version", "affected"),
    [("0.1", True), ("1.5rc1", True), ("1.5", False), ("1.9", False), ("2.0", True), ("2.3", True), ("2.3.1", False),
     ("3.3", True), ("3.9", False), ("4.0", True), ("9.9.post1", True)],
)  # fmt: skip
def test_ranges_are_read_as_they_are_meant(database: Path, version: str, affected: bool) -> None:
    """From what introduced it up to the fix, which is free of it, or to the last affected one, which is not; in any spelling."""
    locks = locked(lock(database, version))
    day, advisories = published(database, {one.package for one in locks})
    assert day == date(2099, 1, 2)
    assert bool(hits(locks, advisories)) is affected


def test_what_was_withdrawn_or_is_about_others_is_no_hit(database: Path) -> None:
    """A withdrawn entry counts for nothing, and packages that nobody locks are not even read."""
    file = database / "vulns/some-package/PYSEC-2099-1.yaml"
    file.write_text(ENTRY + "withdrawn: 2099-02-01T00:00:00Z\n")
    (database / "vulns/broken").mkdir()
    (database / "vulns/broken/x.yaml").write_text("modified: 2099-03-01\naffected: [")
    day, advisories = published(database, {"some-package"})
    assert (day, advisories) == (date(2099, 3, 1), [])


def test_the_audit_says_how_old_its_advisories_are(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy of yesterday is said to be one, one of years ago is said to be old, and none at all is an error."""
    assert main(["--database", str(database)], today=date(2099, 1, 3)) == 0
    assert "as of 2099-01-02, 1 days ago\n" in capsys.readouterr().out
    assert main([], today=date(2030, 1, 1)) == 0
    assert "OLD" in capsys.readouterr().out
    assert main(["--database", str(tmp_path / "locks")], today=TODAY) == 2
    assert "no copy of the advisory database" in capsys.readouterr().err

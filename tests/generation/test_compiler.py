"""Which compiler a plan was made by: its digest covers every file that can change what a request compiles to."""

from __future__ import annotations

from pathlib import Path

import pytest

from generation import compiler
from generation.compile import COMPILER_VERSION
from generation.compiler import FILES, FOLDERS, compiler_version, source_files
from tests.architecture.sources import ROOT, imports_of, name_of

DECIDES = ("generation.", "registry.deciders", "registry.events")
BEGINNING = ("generation/compile.py", "generation/gather.py")
NOT_OF_IT = {"generation/compiler.py"}
"""It says which one it was, and changes nothing that is sent."""


def file_of(module: str) -> str | None:
    """The file that a dotted name means: its own, a package's, or that of what it is taken from."""
    parts = module.split(".")
    for end in (len(parts), len(parts) - 1):
        path = "/".join(parts[:end])
        for found in (f"{path}.py", f"{path}/__init__.py"):
            if (ROOT / found).exists():
                return found
    return None


def imported() -> set[str]:
    """Everything that compiling and gathering import, of what decides; not what reads the database for it."""
    found: set[str] = set()
    waiting = list(BEGINNING)
    while waiting:
        here = waiting.pop()
        if here in found:
            continue
        found.add(here)
        named = {module for module in imports_of(ROOT / here) if module.startswith(DECIDES)}
        waiting += [path for path in map(file_of, named) if path is not None]
    return found - NOT_OF_IT


def test_the_digest_covers_what_decides() -> None:
    """No file is left out that compiling imports; none of `generation` is in it that nothing of it imports."""
    covered = {name_of(path) for path in source_files()}

    assert imported() - covered == set()
    assert {f"generation/{name}.py" for name in FILES} - imported() == set()
    assert all((ROOT / folder).is_dir() for folder in FOLDERS)


def test_the_version_changes_with_the_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One changed byte is another version, under the same number; the same bytes are the same one."""
    names = [path.relative_to(ROOT) for path in source_files()]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    here = compiler_version(COMPILER_VERSION)
    monkeypatch.setattr(compiler, "_ROOT", tmp_path)
    copied = compiler_version.__wrapped__(COMPILER_VERSION)
    with (tmp_path / "generation/prompt.py").open("ab") as changed:
        changed.write(b"#")
    other = compiler_version.__wrapped__(COMPILER_VERSION)

    assert here == copied != other
    assert {version.split("+")[0] for version in (here, other)} == {COMPILER_VERSION}

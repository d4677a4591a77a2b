"""The tree that README draws is the tree there is, and the import contracts are kept."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT, name_of, python_files

ENTRY = re.compile(r"^(?P<indent> *)(?P<name>[\w.\-]+/?)(?: {2,}|$)")


def drawn() -> list[str]:
    """Every path in README's fenced tree; nothing when it has none."""
    fence = re.search(
        r"^```\w*\ncontinuity/\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE
    )
    return paths_in(fence[1]) if fence else []


def paths_in(tree: str) -> list[str]:
    paths: list[str] = []
    above: list[tuple[int, str]] = []
    for line in tree.splitlines():
        if (entry := ENTRY.match(line)) is None:
            continue
        indent = len(entry["indent"])
        above = [(depth, name) for depth, name in above if depth < indent]
        above.append((indent, entry["name"]))
        paths.append("".join(name for _, name in above))
    return paths


def test_the_drawn_tree_exists() -> None:
    """Every file and folder in README's tree is there, and folders are folders."""
    wrong = [
        path for path in drawn() if not (ROOT / path).exists() or path.endswith("/") != (ROOT / path).is_dir()
    ]

    assert wrong == []


def test_the_drawn_tree_names_every_folder() -> None:
    """A new folder of a package is drawn too, so that the tree stays a map."""
    tree = drawn()
    folders = {
        f"{name_of(path)}/"
        for package in PACKAGES
        for path in (ROOT / package).iterdir()
        if path.is_dir() and (path / "__init__.py").exists()
    }

    assert tree == [] or folders - set(tree) == set()


def test_the_check_reads_trees() -> None:
    """Indentation says what stands in what; descriptions are not paths."""
    tree = "  api/            ways in\n    app.py        the one\n    routes/\n  Makefile\n"

    assert paths_in(tree) == ["api/", "api/app.py", "api/routes/", "Makefile"]


def test_import_contracts_are_kept() -> None:
    """The directions declared in pyproject.toml hold; a new file of a package must be placed in them."""
    lint = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )

    assert run.returncode == 0, run.stdout[run.stdout.find("Contracts:") :] + run.stderr


@pytest.mark.parametrize("package", ["registry", "generation", "api"])
def test_every_folder_of_code_is_a_package(package: str) -> None:
    """A folder without __init__.py would be left out of the wheel and of the import contracts."""
    left_out = {
        name_of(path.parent) for path in python_files(package) if not (path.parent / "__init__.py").exists()
    }

    assert left_out - {"registry/log/migrations/versions"} == set()

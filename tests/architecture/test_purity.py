"""What decides is a function of its arguments; what reads the environment stands in one place."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT, imports_of, name_of, python_files, tree_of

MAY_READ_THE_ENVIRONMENT = ("api/settings.py", "api/cli/__init__.py")
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
CHANCE_AND_TIME = {"time", "datetime", "random", "uuid", "secrets", "typeid", "threading", "os", "socket"}
PURE = [
    "registry/deciders",
    "registry/events",
    "registry/proof",
    "generation/patterns",
    "generation/rules",
    "generation/resolve.py",
    "generation/casting.py",
    "generation/gaps.py",
    "generation/grounds.py",
    "generation/compile.py",
    "generation/inventory.py",
    "generation/prompt.py",
    "generation/plan.py",
    "generation/payloads.py",
    "generation/prices.py",
    "generation/shot.py",
]
LASTING = {"pydantic", "orjson", "registry"}


def files_of(place: str) -> list[Path]:
    path = ROOT / place
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def environment_reads(path: Path) -> list[int]:
    """Lines that name the environment, as an attribute of os or imported from it."""
    return [
        node.lineno
        for node in ast.walk(tree_of(path))
        if (isinstance(node, ast.Attribute) and node.attr in ENVIRONMENT)
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and ENVIRONMENT & {n.name for n in node.names})
    ]  # fmt: skip


def outsiders(path: Path) -> set[str]:
    """Top-level packages a file imports that are neither of the standard library nor lasting."""
    return {name.split(".")[0] for name in imports_of(path)} - sys.stdlib_module_names - LASTING


def test_the_environment_is_read_in_one_place() -> None:
    """Only the settings and the command's front door name the process environment."""
    places = [
        f"{name_of(path)}:{line}"
        for path in python_files(*PACKAGES)
        if name_of(path) not in MAY_READ_THE_ENVIRONMENT
        for line in environment_reads(path)
    ]

    assert places == []


def test_the_check_sees_every_way_to_read_it() -> None:
    """The check above sees os.environ, os.getenv and both as imports."""
    for code in ("import os\nos.environ['A']", "import os\nos.getenv('A')", "from os import environ"):
        names = [
            node for node in ast.walk(ast.parse(code)) if isinstance(node, (ast.Attribute, ast.ImportFrom))
        ]
        assert any(
            ENVIRONMENT & ({node.attr} if isinstance(node, ast.Attribute) else {n.name for n in node.names})
            for node in names
        )


@pytest.mark.parametrize("place", PURE)
def test_deciding_takes_no_time_and_no_chance(place: str) -> None:
    """Files that decide import no clock, no randomness, no ids, no threads and no machine: all of it comes in as arguments."""
    found = {
        name_of(path): sorted(CHANCE_AND_TIME & {name.split(".")[0] for name in imports_of(path)})
        for path in files_of(place)
    }

    assert found
    assert {name: modules for name, modules in found.items() if modules} == {}


@pytest.mark.parametrize("folder", ["registry/events", "registry/deciders"])
def test_the_bottom_outlives_fashions(folder: str) -> None:
    """Events and deciders stand on the standard library, pydantic and orjson alone."""
    found = {name_of(path): outsiders(path) for path in files_of(folder)}

    assert {name: packages for name, packages in found.items() if packages} == {}


def test_nothing_is_asynchronous_below_the_edges() -> None:
    """The core has one colour: no async function in the registry, and in generation only in the sandbox."""
    coloured = [
        name_of(path)
        for path in python_files("registry", "generation")
        if not name_of(path).startswith("generation/sandbox/")
        and any(
            isinstance(node, (ast.AsyncFunctionDef, ast.Await, ast.AsyncWith))
            for node in ast.walk(tree_of(path))
        )
    ]

    assert coloured == []


def test_no_retry_can_wrap_a_paid_call() -> None:
    """No retry library is imported anywhere in the packages: what is sent again is decided by the protocol."""
    retrying = {"stamina", "tenacity", "backoff", "retrying", "urllib3.util.retry"}
    found = [name_of(path) for path in python_files("generation", "api") if retrying & imports_of(path)]

    assert found == []

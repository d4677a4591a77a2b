"""Files and functions stay small enough to read, say what they are for, and are named after things."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.sources import (
    FOLDERS,
    PACKAGES,
    functions_of,
    name_of,
    python_files,
    text_of,
    tree_of,
)

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 50
MOST_ARGUMENTS = 6
EMPTY_WORDS = re.compile(r"service|manager|helper|util|common|handler|processor", re.IGNORECASE)
EVERYTHING = python_files(*FOLDERS)
TESTS = [path for path in python_files("tests") if path.name.startswith("test_")]


def words_of(identifier: str) -> list[str]:
    """`LogManager` and `log_manager` are both two words; `commonplace` is one."""
    return re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", identifier)


def empty(identifier: str) -> bool:
    return any(EMPTY_WORDS.fullmatch(word.removesuffix("s")) for word in words_of(identifier))


def length(node: ast.AST) -> int:
    return (getattr(node, "end_lineno", 0) or 0) - getattr(node, "lineno", 0) + 1


def positional(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]


def documented(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return (ast.get_docstring(node) or "").strip()


def test_files_stay_readable() -> None:
    """No source file is longer than 400 lines; migrations are lists of columns, and exempt."""
    read = [path for path in EVERYTHING if "migrations/versions" not in name_of(path)]
    long = {name_of(path): len(text_of(path).splitlines()) for path in read}

    assert {name: lines for name, lines in long.items() if lines > MOST_LINES_OF_A_FILE} == {}


def test_functions_stay_readable() -> None:
    """No function is longer than 50 lines; migrations are lists of columns, and exempt."""
    long = [
        f"{name_of(path)}:{node.lineno} {node.name} has {length(node)} lines"
        for path in EVERYTHING
        if "migrations/versions" not in name_of(path)
        for node in functions_of(path)
        if length(node) > MOST_LINES_OF_A_FUNCTION
    ]

    assert long == []


def test_functions_take_few_arguments() -> None:
    """No function of the packages takes more than six positional arguments besides self."""
    many = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in python_files(*PACKAGES)
        for node in functions_of(path)
        if len([name for name in positional(node) if name not in ("self", "cls")]) > MOST_ARGUMENTS
    ]

    assert many == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_module_says_what_it_is_for(folder: str) -> None:
    """Every Python file begins with a docstring."""
    silent = [name_of(path) for path in python_files(folder) if not ast.get_docstring(tree_of(path))]

    assert silent == []


def test_every_public_class_says_what_it_means() -> None:
    """Every public class of the packages has a docstring."""
    silent = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in python_files(*PACKAGES)
        for node in ast.iter_child_nodes(tree_of(path))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]

    assert silent == []


def test_every_test_says_its_rule() -> None:
    """Every test function has a docstring of one sentence, with a full stop at its end."""
    silent = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in TESTS
        for node in functions_of(path)
        if node.name.startswith("test_") and not re.fullmatch(r"\S.*[.!?]", documented(node), re.DOTALL)
    ]

    assert silent == []


def test_contract_tests_say_their_rule_too() -> None:
    """Tests that adapters inherit from tests/contracts are tests like any other."""
    silent = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in python_files("tests/contracts")
        for node in functions_of(path)
        if node.name.startswith("test_") and not documented(node)
    ]

    assert silent == []


def test_names_say_something() -> None:
    """No file, folder or class is called service, manager, helper, util, common, handler or processor."""
    places = {part for path in EVERYTHING for part in path.relative_to(path.parents[-1]).parts[2:]}
    files = [part for part in places if empty(part.removesuffix(".py"))]
    classes = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in EVERYTHING
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and empty(node.name)
    ]

    assert (files, classes) == ([], [])


@pytest.mark.parametrize("name", ["LogManager", "string_utils", "HTTPHandler", "common", "Helpers"])
def test_the_check_finds_empty_words(name: str) -> None:
    """The check above sees the words in either spelling, alone and in plural."""
    assert empty(name)
    assert not empty("uncommonly_utilitarian")


def test_test_files_have_names_of_their_own() -> None:
    """Test files are told apart by name alone, as the test runner needs it."""
    names = [path.name for path in TESTS]

    assert sorted(names) == sorted(set(names))

"""The client is typed to its last word: what a program that uses it is told by a type checker."""

from __future__ import annotations

import inspect
import typing
from importlib.resources import files
from typing import Any

import pytest

from api.client import ContinuityClient

METHODS = [
    (name, method)
    for name, method in inspect.getmembers(ContinuityClient, inspect.isfunction)
    if not name.startswith("_")
]


def test_the_packages_say_that_they_are_typed() -> None:
    """A type checker reads our annotations only where py.typed lies beside them."""
    assert all(files(package).joinpath("py.typed").is_file() for package in ("api", "generation", "registry"))


@pytest.mark.parametrize(("name", "method"), METHODS, ids=[name for name, _ in METHODS])
def test_every_call_is_typed(name: str, method: Any) -> None:
    """Each parameter has a type, and the answer has one that says something."""
    told = typing.get_type_hints(method)
    signature = inspect.signature(method)

    assert told.pop("return") is not Any, name
    assert set(signature.parameters) - {"self"} == set(told)

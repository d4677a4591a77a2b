"""A registry with one studio and a clock that is set by hand, for tests of keys and of the door."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api import auth
from api.auth import authenticate, issue_key
from registry.deciders.command import Command
from registry.deciders.studio import OpenStudio
from registry.events.envelope import Context
from registry.registry import Registry
from tests.registry.events.golden import an_id
from tests.servers.world import open_registry

ME = Context("tester")
START = 1_795_370_412_000_000
MINUTE_US = 60_000_000


@dataclass
class House:
    """A registry with one studio, and the hands of its clock."""

    registry: Registry
    studio: str
    now: int = START

    def do(self, *commands: Command) -> None:
        self.registry.handle(self.studio, commands, context=ME)

    def key(self, holder: str = "Jun", **said: Any) -> str:
        return issue_key(self.registry, self.studio, holder, **said)

    def visitor(self, key: str) -> auth.Visitor:
        return authenticate(self.registry, f"Bearer {key}")


@pytest.fixture
def house(on_file: Path) -> Iterator[House]:
    found = House(open_registry(on_file, lambda: found.now), an_id("studio"))
    with closing(found.registry):
        found.do(OpenStudio(stream=found.studio, name="Han River"))
        yield found


def id_of(key: str) -> str:
    """The stream of a key as it is printed."""
    return f"key_{key.split('_')[1]}"


def spoiled(key: str, how: str) -> str:
    """The key with one thing wrong, and its check made right again where that is not the thing."""
    public, check = key[:-8], key[-8:]
    if how == "mistyped":
        return public + ("0" if check[0] != "0" else "1") + check[1:]
    if how == "cut":
        return key[:-1]
    end = "a" if public[-1] != "a" else "b"
    public = public[:-1] + end if how == "secret" else f"continuity_{an_id('key', 77)[4:]}{public[37:]}"
    return f"{public}{zlib.crc32(public.encode()):08x}"

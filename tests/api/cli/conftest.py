"""The command line in this process, against a scripted service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli.root import cli
from tests.api.cli.scripted_http import Script, scripted

Run = Callable[..., Result]


@pytest.fixture
def server() -> Iterator[Script]:
    with scripted() as script:
        yield script


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The caller's home folder, with nothing in it."""
    made = tmp_path / "home"
    made.mkdir()
    return made


@pytest.fixture
def run(server: Script, home: Path) -> Run:
    """Run `continuity …`; the environment is what the test says and nothing else."""

    def invoke(*arguments: object, stdin: str | None = None, **environment: str) -> Result:
        known = {"CONTINUITY_URL": server.url, "CONTINUITY_KEY": "secret", "HOME": str(home)} | environment
        result = CliRunner().invoke(cli, [str(a) for a in arguments], input=stdin, obj=known)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke

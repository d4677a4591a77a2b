"""Commands are known by name before they are loaded: the listing is cheap, and says what the commands say."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import api.cli
from api.cli.commands import COMMANDS, Later

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_listing_says_what_the_command_says(name: str) -> None:
    """The words of the listing are the first paragraph of the command's own help."""
    command = Later(name).loaded()

    said = inspect.cleandoc(command.help or "").split("\n\n", maxsplit=1)[0].replace("\n", " ")
    assert (command.name, said.strip()) == (name, COMMANDS[name][1])


def test_every_command_is_known_by_name() -> None:
    """What the files of this package offer is what the root knows."""
    files = {
        path.stem for path in Path(api.cli.__file__).parent.glob("*.py") if "\nCOMMANDS: " in path.read_text()
    }
    offered = {
        one.name for file in files for one in import_module(f"api.cli.{file}").COMMANDS if file != "commands"
    }

    assert offered == set(COMMANDS)


def test_the_listing_loads_nothing() -> None:
    """`continuity --help` imports no command, no model, no client and no table."""
    asked = "import sys, api.cli.root as root; root.cli.main(['--help'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)

    heavy = {
        "pydantic",
        "httpx",
        "sqlalchemy",
        "litestar",
        "registry.registry",
        "api.client.connection",
        "api.cli.assets",
    }
    assert "assets" in done.stdout
    assert heavy & set(done.stdout.split()) == set()

"""The documentation's examples: every command they show is one, and what is marked to be run does what the page says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rich_click as click

from api.cli.root import cli
from tests.api.served.serving import Served
from tests.api.tools.blocks import PAGES, ROOT, Block, blocks, running
from tests.api.tools.conftest import house
from tests.api.tools.shell import Shell, shell
from tests.servers.sandbox import Sandbox

TUTORIAL = ROOT / "docs" / "tutorial.md"
PYTHON = ROOT / "docs" / "how-to" / "python.md"
_COMMAND = re.compile(r"(?:^|[\s$(|;&])(?:\.venv/bin/)?continuity ((?:[^\n]|\\\n)*)")


def commands(block: Block) -> Iterator[list[str]]:
    """The words of every command that a block shows, without comments, pipes and what else a shell reads itself."""
    for found in _COMMAND.finditer(block.text.replace("\\\n", " ")):
        lexer = shlex.shlex(found[1], posix=True, punctuation_chars="();<>|&")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in lexer:
            if set(word) <= set("();<>|&"):
                break
            words.append(word)
        if words:  # else it is a name, as of a database
            yield words


SHOWN = [
    pytest.param(words, id=f"{block.page}:{block.line} {' '.join(words)[:60]}")
    for page in PAGES
    for block in blocks(page)
    if block.language == "sh"
    for words in commands(block)
]


def test_commands_are_found() -> None:
    """The pages show many commands, also within a substitution and behind a pipe."""
    assert len(SHOWN) > 100
    told = Block(
        "x",
        1,
        "sh",
        False,
        "A=$(continuity me -q)\nls | continuity assets import - # all\ncontinuity a \\\n  b",
    )
    assert list(commands(told)) == [["me", "-q"], ["assets", "import", "-"], ["a", "b"]]


@pytest.mark.parametrize("words", SHOWN)
def test_every_command_shown_is_one(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line takes the words as the page writes them: command, flags, and as many values as they need."""
    monkeypatch.chdir(tmp_path)
    for name in ("elements.csv", "shot.json", "shots.json", "take-1.zip"):
        (tmp_path / name).touch()
    command: click.Command | None = cli
    context = click.Context(cli, info_name="continuity", obj={})
    while isinstance(command, click.Group):
        name, command, words = command.resolve_command(context, words)
        assert command is not None
        if not isinstance(command, click.Group):
            command.make_context(name, [*words], parent=context)


@pytest.fixture(scope="module")
def ana(tmp_path_factory: pytest.TempPathFactory, kling: Sandbox) -> Iterator[tuple[Served, Shell]]:
    """A new user: an empty installation, and a shell beside it."""
    with house(tmp_path_factory.mktemp("installed"), kling) as service:
        environment = {
            "CONTINUITY_DATA": str(service.continuity.settings.data),
            "CONTINUITY_URL": service.url,
        }
        with shell(tmp_path_factory.mktemp("ana"), environment) as opened:
            yield service, opened


@pytest.fixture(scope="module")
def walked(ana: tuple[Served, Shell]) -> tuple[str, dict[str, str]]:
    """The tutorial's shell blocks, one after the other in one shell: what they printed, and their variables."""
    return ana[1].run("".join(block.text for block in running(TUTORIAL) if block.language == "sh"))


def test_the_tutorial_by_command_line(walked: tuple[str, dict[str, str]], ana: tuple[Served, Shell]) -> None:
    """It ends with a clip in a file, whose lineage names the pictures and people of the page, at the price it says."""
    told, variables = walked

    assert (ana[1].folder / "take-1.mp4").stat().st_size > 10_000
    for words in (
        "pattern        A2",
        "3 units",
        "looks like",
        "mina-frontal",
        "grounded-on",
        "1 clips",
        "refused with 1",
    ):
        assert words in told, words
    assert variables["CONTINUITY_KEY"].startswith("continuity_")


def test_the_tutorial_in_python(
    walked: tuple[str, dict[str, str]],
    ana: tuple[Served, Shell],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    """The script does what the page says, in what the command line made before."""
    told = execute(TUTORIAL, walked[1], monkeypatch, capsys)

    assert (ana[1].folder / "take-2.mp4").stat().st_size > 10_000
    assert told.startswith("A2, 3 units\n")
    assert " shows character_" in told


def test_the_page_about_python(
    walked: tuple[str, dict[str, str]],
    ana: tuple[Served, Shell],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    """The page's blocks are one script, which prints what the page says of it."""
    told = execute(PYTHON, walked[1], monkeypatch, capsys)

    for words in ("delivered clip_", "payload-refused 422", "generation_"):
        assert words in told, told


def execute(page: Path, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: Any) -> str:
    """Run the Python of a page as one script; what it printed."""
    for name in ("CONTINUITY_URL", "CONTINUITY_KEY"):
        monkeypatch.setenv(name, variables[name])
    text = "".join(block.text for block in running(page) if block.language == "python")
    capsys.readouterr()
    exec(compile(text, str(page), "exec"), {"__name__": "__main__"})
    return str(capsys.readouterr().out)

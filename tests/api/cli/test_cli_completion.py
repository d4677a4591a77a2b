"""Completion: what a shell is told of commands, flags, and of the things that the service knows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from api.cli.root import cli
from tests.api.cli import cards
from tests.api.cli.conftest import Run
from tests.api.cli.scripted_http import DROPPED, Script, says

HERE = Path(sys.executable).parent


def offered(server: Script, home: Path, *words: str) -> list[str]:
    """What may follow; the last word is what was typed of it."""
    known = {"CONTINUITY_URL": server.url, "CONTINUITY_KEY": "secret", "HOME": str(home)}
    shell = BashComplete(cli, {"obj": known}, "continuity", "_CONTINUITY_COMPLETE")
    return [item.value for item in shell.get_completions(list(words[:-1]), words[-1])]


def test_commands_flags_and_choices(server: Script, home: Path) -> None:
    """Commands, commands of groups, flags and what a flag takes are completed, and nobody is asked."""
    assert offered(server, home, "sc") == ["scenes"]
    assert offered(server, home, "scenes", "con") == ["continue-from", "continuity"]
    assert "--retake-of" in offered(server, home, "generate", "--re")
    assert offered(server, home, "config", "set", "") == ["url", "key", "profile"]
    assert server.asked == []


def test_things_are_named_by_the_service(server: Script, home: Path) -> None:
    """Ids of scenes, and names of characters that are one word for a shell, are those that the service has."""
    server.will(
        says(cards.page(cards.scene(1), cards.scene(2))),
        says(
            cards.page(cards.character(1, aliases=["mina"]), cards.character(2, name="Jun Park", aliases=[]))
        ),
    )

    scenes = offered(server, home, "scenes", "show", "scene_")
    people = offered(server, home, "characters", "show", "")
    flagged = offered(server, home, "generate", "--scene", "no")

    assert scenes == [cards.an_id("scene", 1), cards.an_id("scene", 2)]
    assert people == ["mina", cards.an_id("character", 2)]
    assert flagged == []


def test_nobody_there_is_no_trouble(server: Script, home: Path) -> None:
    """Without an answer, a key or a usable file there is nothing to offer, and nothing is said."""
    server.will(DROPPED)
    assert offered(server, home, "scenes", "show", "") == []
    (home / ".config").mkdir()
    (home / ".config" / "continuity.toml").write_text("=")
    assert offered(server, home, "scenes", "show", "") == []
    assert len(server.asked) == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(run: Run, shell: str) -> None:
    """The script asks this command, in the way of that shell."""
    script = run("completion", shell).stdout

    assert f"_CONTINUITY_COMPLETE={shell}_complete" in script


def test_a_real_bash_completes() -> None:
    """What bash runs of the script answers with the commands that begin so."""
    line = 'eval "$(continuity completion bash)"; COMP_WORDS=(continuity impa); COMP_CWORD=1; '
    told = subprocess.run(
        ["bash", "-c", line + '_continuity_completion continuity; echo "${COMPREPLY[@]}"'],
        env={"PATH": f"{HERE}:{os.defpath}"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.split() == ["impact"]

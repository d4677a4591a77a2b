"""The configuration file: profiles, what wins, and that nobody else reads a key in it."""

from __future__ import annotations

import json
import stat
import tomllib
from pathlib import Path

import pytest

from tests.api.cli import cards
from tests.api.cli.conftest import Run
from tests.api.cli.scripted_http import Script, says

NOWHERE = {"CONTINUITY_URL": "", "CONTINUITY_KEY": ""}


def place(home: Path) -> Path:
    return home / ".config" / "continuity.toml"


def test_what_is_set_is_used(server: Script, run: Run, home: Path) -> None:
    """A service and its key, set by profile, are asked and sent; the file is one that nobody else may read."""
    server.will(says(cards.page()))
    for line, stdin in (
        (("set", "url", server.url, "--profile", "house"), None),
        (("set", "key", "--profile", "house"), "secret-of-the-house\n"),
        (("set", "profile", "house"), None),
        (("set", "url", "http://127.0.0.1:9"), None),
    ):
        assert run("config", *line, stdin=stdin, **NOWHERE).exit_code == 0

    asked = run("studios", **NOWHERE)
    shown = json.loads(run("config", "show", "--json", **NOWHERE).stdout)

    assert asked.exit_code == 0, asked.stderr
    assert server.asked[0].headers["authorization"] == "Bearer secret-of-the-house"
    assert stat.S_IMODE(place(home).stat().st_mode) == 0o600
    assert shown["key"] == "secret-of-the-h…"
    assert (shown["url"], shown["profile"]) == (server.url, "house")
    assert shown["said_by"]["url"] == f"profile house in {place(home)}"
    assert run("config", "path").stdout.strip() == str(place(home))


def test_a_profile_borrows_nothing(run: Run, home: Path) -> None:
    """A profile without a key has none, whatever stands beside it: a key goes only to the service it is for."""
    run("config", "set", "key", stdin="of-another-service\n")
    run("config", "set", "url", "http://127.0.0.1:9", "--profile", "house")

    assert run("config", "unset", "key", "--profile", "house").exit_code == 0
    refused = run("studios", "--profile", "house", **NOWHERE)
    flagged = json.loads(run("config", "show", "--json", CONTINUITY_PROFILE="house").stdout)

    assert (refused.exit_code, "no-key" in refused.stderr) == (1, True)
    assert flagged["said_by"]["key"] == "CONTINUITY_KEY"
    assert tomllib.loads(place(home).read_text())["key"] == "of-another-service"


def test_a_key_that_others_may_read_is_not_used(server: Script, run: Run, home: Path) -> None:
    """A file with a key is refused while anybody else may read it, with what to do; one without a key is nobody's secret."""
    run("config", "set", "key", stdin="secret\n")
    place(home).chmod(0o640)

    refused = run("studios", **NOWHERE)
    assert (refused.exit_code, "chmod 600" in refused.stderr, server.asked) == (1, True, [])
    place(home).write_text(f'url = "{server.url}"\n')
    server.will(says(cards.page()))
    assert run("studios", CONTINUITY_URL="").exit_code == 0


@pytest.mark.parametrize(
    ("line", "words", "code"),
    [
        (("set", "key", "typed"), "not typed in a command", 2),
        (("set", "url"), "say the url", 2),
        (("set", "colour", "red"), "colour", 2),
        (("set", "profile", "nowhere"), "no-such-profile", 1),
        (("set", "profile", "house", "--profile", "x"), "drop --profile", 2),
        (("show", "--profile", "nowhere"), "no-such-profile", 1),
    ],
)
def test_what_cannot_be_set(run: Run, home: Path, line: tuple[str, ...], words: str, code: int) -> None:
    """A key in a command, a name that is none and a profile that is not there are refused, and nothing is written."""
    refused = run("config", *line)

    assert (refused.exit_code, words in refused.stderr) == (code, True), refused.stderr
    assert not place(home).exists()


def test_any_text_comes_back(run: Run, home: Path) -> None:
    """Quotes, line breaks and letters of any kind in names and values are read as they were written."""
    odd = 'a "b" \\ ü\x7f\n한'
    run("config", "set", "url", odd, "--profile", odd)

    assert tomllib.loads(place(home).read_text())["profiles"][odd]["url"] == odd

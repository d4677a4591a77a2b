"""What the command line prints for people and programs, and how it ends when something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rich_click as click

from api.cli.commands import Later
from api.cli.root import cli
from tests.api.cli import cards
from tests.api.cli.conftest import Run
from tests.api.cli.scripted_http import DROPPED, Script, refuses, says, tells


def _leaves(group: click.Group, *names: str) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = []
    for name, known in group.commands.items():
        command = known.loaded() if isinstance(known, Later) else known
        if isinstance(command, click.Group):
            found += _leaves(command, *names, name)
        else:
            found.append(((*names, name), command))
    return found


@pytest.mark.parametrize(
    ("path", "command"), _leaves(cli), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_command_shows_an_example_of_itself(path: tuple[str, ...], command: click.Command) -> None:
    """Help always holds an example that begins with the command it explains."""
    said = f"continuity {' '.join(path)}"
    assert f"Example: {f'export CONTINUITY_KEY=$({said}' if path == ('keys', 'bootstrap') else said}" in (
        command.help or ""
    )


def test_a_list_is_a_table_or_json(server: Script, run: Run) -> None:
    """People get a table whose ids are in one piece, programs the cards as they are."""
    server.will(says(cards.page(cards.scene(1), cards.scene(2))))

    table, programs = run("scenes", "list"), run("scenes", "list", "--json")

    assert cards.an_id("scene", 1) in table.stdout
    assert "The café" in table.stdout
    assert [card["id"] for card in json.loads(programs.stdout)] == [
        cards.an_id("scene", 1),
        cards.an_id("scene", 2),
    ]


def test_programs_may_read_line_by_line(server: Script, run: Run) -> None:
    """A list comes one thing a line, or as ids alone, page by page; what has no id has none to print."""
    pages = (says(cards.page(cards.scene(1), then=7)), says(cards.page(cards.scene(2))))
    server.will(*pages, *pages, says(cards.scene(3)), says(cards.page()))

    lines, ids = run("scenes", "list", "--json-lines"), run("scenes", "list", "-q")
    one = run("scenes", "show", "s", "--quiet")
    both = run("scenes", "list", "-q", "--json")

    assert [json.loads(line)["id"] for line in lines.stdout.splitlines()] == ids.stdout.split()
    assert ids.stdout.split() == [cards.an_id("scene", 1), cards.an_id("scene", 2)]
    assert one.stdout.strip() == cards.an_id("scene", 3)
    assert both.exit_code == 2


SILENT = {
    *("serve", "worker", "sandbox", "demo", "mcp", "completion"),
    *("config path", "config set", "config unset"),
}
"""Commands that run on, or whose whole answer is one plain text."""


def test_every_command_that_answers_does_so_in_json() -> None:
    """`--json` is a flag of every command but those that run on."""
    without = {
        " ".join(path)
        for path, one in _leaves(cli)
        if "--json" not in {o for p in one.params for o in p.opts}
    }

    assert without == SILENT


def test_a_refusal_is_told_in_full(server: Script, run: Run) -> None:
    """Code, message, hint, every error and every finding are printed; the exit code is that of an error."""
    server.will(
        refuses(
            *(422, "invalid-request"),
            detail="2 problems in the request",
            hint="correct every place named",
            errors=[
                {"path": "$.number", "message": "must not be negative", "value": -1},
                {"path": "$.name", "message": "is missing", "value": None},
            ],
        )
    )

    result = run("scenes", "open", "x", "--production", "p")

    for part in (
        "invalid-request",
        "2 problems",
        "correct every",
        "$.number",
        "must not be negative",
        "-1",
        "$.name",
    ):
        assert part in result.stderr
    assert (result.exit_code, result.stdout) == (1, "")


def test_programs_get_refusals_as_json(server: Script, run: Run) -> None:
    """With --json an error is the problem document, on standard error."""
    server.will(refuses(404, "not-found", detail="there is no scene s", hint="see scenes list"))

    result = run("scenes", "show", "s", "--json")

    told = json.loads(result.stderr)
    assert (told["code"], told["message"], told["status"]) == ("not-found", "there is no scene s", 404)
    assert result.exit_code == 1


def test_no_service_is_an_error_with_words(run: Run) -> None:
    """Nobody listening is told with the address and what to check, never with a traceback."""
    result = run("studios", CONTINUITY_URL="http://127.0.0.1:1")

    assert result.exit_code == 1
    assert "unreachable" in result.stderr
    assert "http://127.0.0.1:1" in result.stderr


def test_a_command_that_is_not_written_right_is_two(run: Run) -> None:
    """A wrong flag, a missing value and a value of no use end with 2, which nothing else does."""
    assert run("--nonsense").exit_code == 2
    assert run("nonsense").exit_code == 2
    assert run("scenes", "--nonsense").exit_code == 2
    assert run("scenes", "show").exit_code == 2
    assert run("generate", "--dialogue", "no speaker").exit_code == 2


def test_text_from_outside_cannot_steer_the_terminal(server: Script, run: Run) -> None:
    """Control characters and markup in a name are shown as they are written, and not acted on."""
    server.will(says(cards.scene(name="\x1b[2J[bold]café[/bold]\x07")))

    shown = run("scenes", "show", "s").stdout

    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "\\x1b[2J[bold]café[/bold]\\x07" in shown


def test_flags_win_over_environment_over_file(server: Script, run: Run, home: Path) -> None:
    """The key of a flag is sent before that of the environment, that before the one in the file."""
    file = home / ".config" / "continuity.toml"
    file.parent.mkdir()
    file.write_text('key = "from-file"\n')
    file.chmod(0o600)
    server.will(says(cards.page()))

    run("studios", "--key", "from-flag")
    run("studios", CONTINUITY_KEY="from-environment")
    run("studios", CONTINUITY_KEY="")

    keys = [asked.headers["authorization"] for asked in server.asked]
    assert keys == ["Bearer from-flag", "Bearer from-environment", "Bearer from-file"]


@pytest.mark.parametrize(
    ("text", "says_what"),
    [
        ("url = ", "cannot be read"),
        ("key = 3", "key"),
        ('secret = "x"', "secret"),
        ("\udcff", "cannot be read"),
    ],
    ids=["no TOML", "no text", "unknown name", "no UTF-8"],
)
def test_a_wrong_file_is_named(run: Run, tmp_path: Path, text: str, says_what: str) -> None:
    """A configuration that cannot be used is an error that says what is wrong in it."""
    file = tmp_path / "mine.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))

    result = run("studios", "--config", file)

    assert result.exit_code == 1
    assert "bad-configuration" in result.stderr
    assert says_what in result.stderr


def test_without_a_key_it_says_how_to_get_one(run: Run) -> None:
    """No key anywhere is told before anything is asked."""
    result = run("studios", CONTINUITY_KEY="")

    assert result.exit_code == 1
    assert "keys bootstrap" in result.stderr


def test_a_lineage_is_a_tree(server: Script, run: Run) -> None:
    """Each branch says how; what was spread out before is named and not repeated."""
    clip, mina, asset = (cards.an_id(kind) for kind in ("clip", "character", "asset"))

    def edge(made: str, source: str, kind: str, depth: int) -> dict[str, object]:
        return {
            **{"made": made, "source": source, "kind": kind, "evidence": "witnessed", "position": 1},
            "depth": depth,
        }

    edges = [
        edge(clip, mina, "shows", 1),
        edge(clip, asset, "grounded-on", 1),
        edge(mina, asset, "reference", 2) | {"until": 7},
    ]
    things = [
        {"id": clip, "kind": "clip"},
        {"id": mina, "kind": "character", "name": "Mina"},
        {"id": asset, "kind": "asset", "name": "portrait", "retired": 9},
    ]
    server.will(says({"id": clip, "direction": "ancestors", "edges": edges, "things": things}))

    lines = run("lineage", clip).stdout.splitlines()

    assert server.asked[0].query["names"] == "true"
    assert lines[0] == clip
    assert "shows " + mina + "  Mina" in lines[1]
    assert "reference " + asset + "  portrait  [retired] [witnessed, until 7]" in lines[2]
    assert "grounded-on " + asset in lines[3]


def test_events_are_lines(server: Script, run: Run) -> None:
    """The feed is printed as it comes: one line an event, for programs one JSON object a line."""
    server.will(says(cards.page(cards.event(1), cards.event(2))))

    people, programs = run("events", "--after", "0"), run("events", "--json")

    assert len(people.stdout.splitlines()) == 2
    assert [json.loads(line)["position"] for line in programs.stdout.splitlines()] == [1, 2]


def test_events_are_followed_until_the_service_ends(server: Script, run: Run) -> None:
    """With --follow they come from the open stream, each once, and the end of the service is told."""
    server.will(tells((1, cards.event(1)), (2, cards.event(2))), refuses(401, "unauthenticated"))

    result = run("events", "--follow", "--json")

    assert [json.loads(line)["position"] for line in result.stdout.splitlines()] == [1, 2]
    assert [asked.query["after"] for asked in server.asked] == ["0", "2"]
    assert (result.exit_code, "unauthenticated" in result.stderr) == (1, True)


def test_events_under_a_name_are_acknowledged_once_printed(server: Script, run: Run) -> None:
    """Page by page until the name is not behind; a name and a position together are misuse."""
    server.will(
        says(cards.page(cards.event(4)) | {"through": 4}, ETag='"2"'),
        says(cards.subscription(position=4, version=3, behind_events=1)),
        says(cards.page(cards.event(5)) | {"through": 5}, ETag='"3"'),
        says(cards.subscription(position=5, version=4)),
    )

    result = run("events", "--subscription", "exporter")
    both = run("events", "--subscription", "exporter", "--after", "1")

    assert (result.exit_code, len(result.stdout.splitlines()), both.exit_code) == (0, 2, 2)
    assert [asked.method for asked in server.asked] == ["GET", "POST"] * 2
    assert [asked.json["position"] for asked in server.asked[1::2]] == [4, 5]


def test_subscriptions_are_put_listed_and_deleted(server: Script, run: Run) -> None:
    """Each command is the API's own call, and the lag is shown."""
    server.will(says({"items": [cards.subscription(behind_events=7, behind_us=1_500_000)]}))
    listed = run("subscriptions", "list").stdout
    server.replies[:] = [says(cards.subscription())]
    for words in (("put", "exporter", "--from-now"), ("show", "exporter"), ("delete", "exporter")):
        assert run("subscriptions", *words).exit_code == 0

    assert "1.5 s" in listed
    assert [asked.method for asked in server.asked] == ["GET", "PUT", "GET", "DELETE"]
    assert server.asked[1].json == {"position": None}


def test_a_file_that_exists_is_not_replaced(server: Script, run: Run, tmp_path: Path) -> None:
    """A download never writes over a file unless it is told to."""
    (tmp_path / "take.mp4").write_bytes(b"mine")
    server.will(DROPPED)

    result = run("clips", "download", "c", tmp_path / "take.mp4")

    assert (result.exit_code, server.asked) == (1, [])
    assert "--force" in result.stderr


def test_a_decision_is_sent_as_it_was_typed(server: Script, run: Run) -> None:
    """Decision, task, reason and evidence reach the service; what is no decision never does."""
    server.will(says(cards.submission(state="confirmed")))
    said = ("--task", "829", "--reason", "in the console", "--evidence", "page 3")

    result = run("submissions", "resolve", cards.an_id("submission"), "adopt", *said)
    refused = run("submissions", "resolve", cards.an_id("submission"), "retry", *said)

    [seen] = server.asked
    assert (seen.method, seen.path) == ("POST", f"/v1/submissions/{cards.an_id('submission')}/resolve")
    assert seen.json == {
        "decision": "adopt",
        "reason": "in the console",
        "evidence": "page 3",
        "task_id": "829",
    }
    assert ("confirmed" in result.stdout, refused.exit_code) == (True, 2)


def test_a_submission_is_shown(server: Script, run: Run) -> None:
    """One paid call with all that is known of it."""
    server.will(says(cards.submission(state="quarantined", reason="not found by itself")))

    shown = run("submissions", "show", cards.an_id("submission")).stdout

    assert "quarantined" in shown
    assert "not found by itself" in shown

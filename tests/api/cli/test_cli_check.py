"""`continuity check`: payload files against the catalogue, without a service."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from api.cli.root import cli

LEGAL = {"model_name": "kling-v3", "prompt": "Rain.", "duration": "5", "mode": "std", "aspect_ratio": "16:9"}
FRAMES = ("first_frame", "end_frame", "")


def test_a_legal_file_exits_with_zero(tmp_path: Path) -> None:
    """One JSON body with its endpoint named by flag."""
    file = tmp_path / "body.json"
    file.write_bytes(orjson.dumps(LEGAL))

    done = CliRunner().invoke(cli, ["check", str(file), "--endpoint", "text2video"], obj={})

    assert (done.exit_code, "legal" in done.output) == (0, True)


def test_a_refused_line_exits_with_one_and_names_the_rule(tmp_path: Path) -> None:
    """In JSON lines each payload is judged on its own, at its own endpoint."""
    lines = [
        {"endpoint": "text2video", "body": LEGAL},
        {"endpoint": "text2video", "body": LEGAL | {"duration": "2"}},
    ]
    file = tmp_path / "bodies.jsonl"
    file.write_bytes(b"\n".join(orjson.dumps(line) for line in lines))

    done = CliRunner().invoke(cli, ["check", str(file), "--json"], obj={})

    said = [orjson.loads(line) for line in done.output.splitlines()]
    assert done.exit_code == 1
    assert [one["legal"] for one in said] == [True, False]
    assert said[1]["findings"][0]["rule"] == "R10"


def test_the_end_frame_policy_is_a_flag(tmp_path: Path) -> None:
    """An end frame with three pictures is refused as the guide says, and passes when the flag allows it."""
    frames = [
        {"image_url": f"blob:asset_{kind or 'x'}"} | ({"type": kind} if kind else {}) for kind in FRAMES
    ]
    body = LEGAL | {"model_name": "kling-v3-omni", "image_list": frames}
    file = tmp_path / "body.json"
    file.write_bytes(orjson.dumps(body))
    command = ["check", str(file), "--endpoint", "omni-video"]

    refused = CliRunner().invoke(cli, command, obj={})
    allowed = CliRunner().invoke(cli, [*command, "--end-frame-policy", "allow"], obj={})

    assert (refused.exit_code, "R25" in refused.output) == (1, True)
    assert (allowed.exit_code, "R25" in allowed.output) == (0, False)


def test_a_file_that_is_no_json_is_an_error_in_words(tmp_path: Path) -> None:
    """The line is named, and what a line should be."""
    file = tmp_path / "notes.txt"
    file.write_text("hello\n")

    done = CliRunner().invoke(cli, ["check", str(file), "--endpoint", "text2video"], obj={})

    assert (done.exit_code, "line 1 is not JSON" in done.output + done.stderr) == (1, True)


@pytest.mark.parametrize("rest", ["", "\n{}"], ids=["one document", "lines"])
def test_a_name_that_stands_twice_is_refused(tmp_path: Path, rest: str) -> None:
    """Which one counts is anybody's guess, so a file is refused as the service refuses a body: same code, same place."""
    file = tmp_path / "body.json"
    file.write_text('{"prompt": "x", "image_list": [{"image_url": "a", "image_url": "b"}]}' + rest)

    done = CliRunner().invoke(cli, ["check", str(file), "--endpoint", "omni-video", "--json"], obj={})

    said = orjson.loads(done.stderr)
    assert (done.exit_code, done.stdout) == (1, "")
    assert (said["code"], said["errors"][0]["path"]) == ("invalid-request", "$..image_url")


@pytest.mark.parametrize("content", ["", "\n \n"], ids=["empty", "blank lines"])
def test_nothing_to_check_is_no_success(tmp_path: Path, content: str) -> None:
    """A file without a payload is an error, so that a pipeline whose first step failed does not pass."""
    file = tmp_path / "body.json"
    file.write_text(content)

    done = CliRunner().invoke(cli, ["check", str(file), "--endpoint", "omni-video", "--json"], obj={})

    assert (done.exit_code, orjson.loads(done.stderr)["code"]) == (1, "nothing-to-check")

"""`continuity generate`: flags become a request, and the exit code says how it ended."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from api.cli.following import Following
from api.cli.terminal import Terminal
from api.client import ContinuityClient
from generation.shot import ShotRequest
from tests.api.cli import cards
from tests.api.cli.conftest import Run
from tests.api.cli.scripted_http import Reply, Script, refuses, says

ASKED = says(cards.generation(stage="planned", submission=None, submission_card=None, waiting_for=""), 202)
DELIVERED = says(
    cards.generation(stage="ended", outcome="delivered", clip=cards.an_id("clip"), waiting_for="")
)
PREVIEW: dict[str, Any] = {
    **{"sendable": True, "pattern": "F2", "evidence": "live-confirmed", "endpoint": "/v1/videos/omni-video"},
    **{"payload": {"prompt": "Mina: …"}, "plan_digest": cards.SHA, "wire_bytes": 10, "findings": []},
    "why": [
        {"subject": "F2", "verdict": "chosen", "because": "two speakers with elements", "cites": ["guide F2"]}
    ],
    "estimate": {"units": "8", "usd": "1.12", "priced_on": "2026-03-29"},
}


def test_flags_add_up_to_a_request(server: Script, run: Run) -> None:
    """Every flag stands where the request wants it, lines in speaking order, and nothing else is sent."""
    server.will(ASKED)

    run(
        *(
            "generate",
            "--no-wait",
            "--scene",
            "s",
            "--cast",
            "mina, jun",
            "--cast",
            "ana",
            "--identity",
            "images",
        ),
        *("--dialogue", "mina: 여기: 자리 있어요?", "--dialogue", "jun: 네.", "--language", "Korean"),
        *("--action", "They argue.", "--opening", "asset_1", "--continue-from", "clip_1", "--duration", "5"),
        *("--sound", "on", "--accept", "W204=we = know", "--reference", "asset_2", "--keep-wardrobe"),
    )

    assert server.asked[0].json == {
        "scene": "s",
        "cast": [{"character": name, "identity": "images"} for name in ("mina", "jun", "ana")],
        "dialogue": {
            "language": "Korean",
            "turns": [
                {"speaker": "mina", "line": "여기: 자리 있어요?"},
                {"speaker": "jun", "line": "네."},
            ],
        },
        **{"action": "They argue.", "opening": "asset_1", "continue_from": "clip_1", "duration": 5},
        **{
            "sound": "on",
            "accept": {"W204": "we = know"},
            "references": ["asset_2"],
            "adapt_wardrobe": False,
        },
    }


def test_flags_add_to_a_file(server: Script, run: Run) -> None:
    """A request may come as JSON; flags say what it leaves unsaid or null, and give further reasons beside its own."""
    server.will(ASKED)
    file = json.dumps({"scene": "s", "prompt": "A.", "mode": None, "accept": {"W1": "why"}, "takes": 2})

    run(
        *("generate", "--no-wait", "--request", "-", "--duration", "10", "--nobody"),
        *("--scene", "s", "--mode", "pro", "--accept", "W2=so"),
        stdin=file,
    )

    accepted = {"W1": "why", "W2": "so"}
    said = {"scene": "s", "prompt": "A.", "duration": 10, "cast": [], "mode": "pro", "takes": 2}
    assert server.asked[0].json == said | {"accept": accepted}


def test_flags_never_contradict_a_file(server: Script, run: Run) -> None:
    """Every flag that says something else than the file is named with both values, and nothing is asked."""
    file = json.dumps({"scene": "s", "duration": 5, "accept": {"W1": "why"}, "cast": [{"character": "mina"}]})

    for flags, named in (
        (("--duration", "10", "--scene", "t"), ("duration is 5 there and 10 here", "scene is 's' there")),
        (("--nobody",), ("cast is",)),
        (("--accept", "W1=because"), ("accept.W1 is 'why' there and 'because' here",)),
    ):
        result = run("generate", "--request", "-", *flags, stdin=file)

        assert result.exit_code == 2
        assert all(part in " ".join(result.stderr.replace("│", "").split()) for part in named), result.stderr
    assert server.asked == []


def test_every_word_of_a_request_has_a_flag(server: Script, run: Run, tmp_path: Path) -> None:
    """A request that says everything can be said in flags, and arrives as it would from a file."""
    server.will(ASKED, ASKED)
    plain = {
        **{"scene": "s", "production": "p", "shot": "shot_1", "client_reference": "t4", "purpose": "final"},
        **{"retake_of": "clip_1", "action": "a", "setting": "b", "framing": "c", "prompt": "d"},
        **{"continue_from": "generation_1", "edit": "clip_2", "route": "omni", "aspect_ratio": "1:1"},
        **{"mode": "pro", "mode_reason": "e", "sound": "off", "duration": 8, "closing": "asset_2"},
        **{
            "takes": 2,
            "max_units": "9.5",
            "plan_digest": "5f" * 32,
            "accepted_by": "Ana",
            "priority": -3,
            "needed_by": "2026-12-01T18:00:00+09:00",
        },
    }
    flags = [part for name, value in plain.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    shots = [{"duration": 3, "action": "x", "cast": ["mina"], "framing": "wide"}]
    (tmp_path / "shots.json").write_text(json.dumps(shots))

    run(
        *("generate", "--no-wait", *flags, "--cast", "mina=elements,jun", "--identity", "images"),
        *("--dialogue", "mina: so", "--language", "Korean", "--timing", "slow", "--adapt-wardrobe"),
        *(
            "--opening",
            "https://a.example/1.png",
            "--reference",
            "asset_1",
            "--reference",
            "http://b.example",
        ),
        *("--shots", tmp_path / "shots.json", "--drop-original-sound", "--watermark", "--accept", "W1=why"),
        "--approval",
    )

    said = server.asked[0].json
    assert set(said) == set(ShotRequest.model_fields)
    assert plain.items() <= said.items()
    assert said["cast"] == [
        {"character": "mina", "identity": "elements"},
        {"character": "jun", "identity": "images"},
    ]
    assert said["opening"] == {"url": "https://a.example/1.png"}
    assert said["references"] == ["asset_1", {"url": "http://b.example"}]
    assert (said["shots"], said["keep_original_sound"]) == (shots, False)
    assert (said["watermark"], said["approval"]) == (True, True)


def test_several_shots_are_told_in_pairs(server: Script, run: Run) -> None:
    """Each --part is the seconds and the action of one shot, in order."""
    server.will(ASKED)

    run("generate", "--no-wait", "--scene", "s", "--part", "5", "Mina: in.", "--part", "3", "Jun looks up.")

    assert server.asked[0].json["shots"] == [
        {"duration": 5, "action": "Mina: in."},
        {"duration": 3, "action": "Jun looks up."},
    ]


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (("--cast", "mina", "--nobody"), "--nobody says that nobody is seen"),
        (("--cast", "mina=image"), "'image' is no identity"),
        (("--identity", "images"), "--identity speaks about the cast"),
        (("--accept", "W1=a", "--accept", "W1=b"), "two reasons are given for W1"),
        (("--part", "5", "a", "--shots", "-"), "--part or from --shots"),
        (("--shots", "-"), "is no JSON list"),
        (("--part", "five", "a"), "'five' is not a valid integer"),
    ],
)
def test_flags_that_say_two_things_are_refused(
    server: Script, run: Run, flags: tuple[str, ...], named: str
) -> None:
    """Nothing is guessed and nothing is asked where flags do not go together or are misspelt."""
    result = run("generate", "--scene", "s", *flags, stdin="{}")

    assert result.exit_code == (1 if "JSON" in named else 2)
    assert named in " ".join(result.stderr.replace("│", "").split())
    assert server.asked == []


def test_a_delivered_clip_is_zero(server: Script, run: Run, tmp_path: Path) -> None:
    """It is followed with its progress on standard error, fetched where asked, and shown."""
    digest = base64.b64encode(hashlib.sha256(b"film").digest()).decode()
    film = Reply(200, b"film", {"Content-Digest": f"sha-256=:{digest}:"})
    server.will(ASKED, says(cards.generation()), DELIVERED, says(cards.clip()), film)

    result = run("generate", "--scene", "s", "--prompt", "p", "--download", tmp_path / "take.mp4")

    assert result.exit_code == 0
    assert "submitting, processing: task 1 is processing" in result.stderr
    assert cards.an_id("clip") in result.stdout
    assert (tmp_path / "take.mp4").read_bytes() == b"film"
    assert f"→ in {tmp_path / 'take.mp4'}" in result.stdout
    assert "clips download" not in result.stdout


def test_a_failed_clip_is_four(server: Script, run: Run) -> None:
    """A generation that ended without a clip says why."""
    server.will(ASKED, says(cards.generation(stage="ended", outcome="failed", reason="too dark")))

    result = run("generate", "--scene", "s", "--prompt", "p")

    assert result.exit_code == 4
    assert "too dark" in result.stdout


def test_a_refused_request_is_two_with_all_findings(server: Script, run: Run) -> None:
    """Everything that speaks against it is printed, with what would pass."""
    findings = [
        {
            "rule": "R14",
            "severity": "E",
            "message": "16 s is too long",
            "path": "$.duration",
            "cites": ["R14"],
        },
        {"rule": "E401", "severity": "E", "message": "jun has no picture", "alternatives": ["assign one"]},
    ]
    server.will(refuses(422, "payload-refused", detail="it may not go out", findings=findings))

    result = run("generate", "--scene", "s", "--prompt", "p", "--duration", "16")

    assert result.exit_code == 4
    for part in ("R14", "16 s is too long", "$.duration", "E401", "jun has no picture", "assign one"):
        assert part in result.stderr


def test_an_unknown_outcome_is_three(server: Script, run: Run) -> None:
    """The submission and its external id are named, with what to do and what not to."""
    server.will(ASKED, says(cards.generation(submission_card=cards.submission(state="unknown"))))

    result = run("generate", "--scene", "s", "--prompt", "p", "--patience", "0")

    assert result.exit_code == 3
    for part in (
        cards.an_id("submission"),
        cards.submission()["external_task_id"],
        "do not ask for the clip again",
    ):
        assert part in result.stderr


def test_programs_get_the_end_as_json(server: Script, run: Run) -> None:
    """With --json the generation is the one line on standard output and progress is silent."""
    server.will(ASKED, says(cards.generation()), DELIVERED, says(cards.clip()))

    result = run("generate", "--scene", "s", "--prompt", "p", "--json")

    assert json.loads(result.stdout)["outcome"] == "delivered"
    assert result.stderr == ""


def test_a_preview_shows_why_and_the_price(server: Script, run: Run) -> None:
    """Nothing is asked for: pattern, reason, price and payload are shown by either spelling."""
    server.will(says(PREVIEW))

    for result in (
        run("preview", "--scene", "s", "--prompt", "p"),
        run("generate", "--preview", "--scene", "s"),
    ):
        assert result.exit_code == 0
        for part in ("F2", "two speakers with elements", "8 units, about 1.12 USD", "Mina: …"):
            assert part in result.stdout
    assert {asked.path for asked in server.asked} == {"/v1/generations/preview"}


def test_a_preview_as_of_a_position(server: Script, run: Run) -> None:
    """Either spelling sends the position along; asking for a clip as of one is refused before anything is sent."""
    server.will(says(PREVIEW))

    assert run("preview", "--scene", "s", "--prompt", "p", "--as-of", "41").exit_code == 0
    assert run("generate", "--preview", "--scene", "s", "--as-of", "41").exit_code == 0
    assert [asked.query for asked in server.asked] == [{"as_of": "41"}] * 2
    refused = run("generate", "--scene", "s", "--prompt", "p", "--as-of", "41")
    assert (refused.exit_code, len(server.asked)) == (2, 2)
    assert "as of now" in refused.stderr


def test_a_preview_that_would_be_refused_is_four(server: Script, run: Run) -> None:
    """A preview answers all the same, and the exit code says that the request would not be taken."""
    server.will(says(PREVIEW | {"sendable": False}))

    assert run("preview", "--scene", "s", "--prompt", "p").exit_code == 4


def test_a_request_that_is_no_json_is_named(run: Run) -> None:
    """A file that holds no request is refused before anything is asked."""
    for text in ("{", "[]", "nul"):
        result = run("generate", "--request", "-", stdin=text)

        assert result.exit_code == 1
        assert "not-json" in result.stderr


def test_a_request_that_says_a_thing_twice_is_refused(server: Script, run: Run) -> None:
    """A file is read as strictly as the service reads a body: a name that stands twice is named."""
    result = run(
        "generate", "--request", "-", stdin='{"scene": "s", "cast": [{"character": 1, "character": 2}]}'
    )

    assert (result.exit_code, server.asked) == (1, [])
    assert "$..character  sent twice" in result.stderr


def test_a_watched_generation_has_a_bar(server: Script) -> None:
    """On a terminal the steps move a bar, and what the worker says is shown as it is written."""
    server.will(
        says(cards.generation(waiting_for="[/bold] task [red]1")),
        says(cards.generation(stage="ended", outcome="delivered", clip=cards.an_id("clip"))),
    )
    screen = Console(force_terminal=True, file=io.StringIO(), width=200)
    with ContinuityClient(server.url, "secret") as client:
        Following(Terminal(client, screen, screen, as_json=False)).to_the_end("g", timeout=None, patience=9)

    drawn = cast(io.StringIO, screen.file).getvalue()
    assert "0/5" in drawn
    assert "5/5" in drawn
    assert "[/bold] task [red]1" in drawn

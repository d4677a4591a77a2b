"""`continuity generate`: flags become a request, and the exit code says how it ended."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

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


def test_flags_stand_over_a_file(server: Script, run: Run) -> None:
    """A request may come as JSON; a flag that is given replaces what the file says, --nobody empties the cast."""
    server.will(ASKED)
    file = json.dumps({"scene": "s", "prompt": "A street.", "duration": 5})

    run("generate", "--no-wait", "--request", "-", "--duration", "10", "--nobody", stdin=file)

    assert server.asked[0].json == {"scene": "s", "prompt": "A street.", "duration": 10, "cast": []}


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


def test_a_failed_clip_is_two(server: Script, run: Run) -> None:
    """A generation that ended without a clip says why."""
    server.will(ASKED, says(cards.generation(stage="ended", outcome="failed", reason="too dark")))

    result = run("generate", "--scene", "s", "--prompt", "p")

    assert result.exit_code == 2
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

    assert result.exit_code == 2
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
    assert (refused.exit_code, len(server.asked)) == (1, 2)
    assert "as of now" in refused.stderr


def test_a_preview_that_would_be_refused_is_two(server: Script, run: Run) -> None:
    """A preview answers all the same, and the exit code says that the request would not be taken."""
    server.will(says(PREVIEW | {"sendable": False}))

    assert run("preview", "--scene", "s", "--prompt", "p").exit_code == 2


def test_a_request_that_is_no_json_is_named(run: Run) -> None:
    """A file that holds no request is refused before anything is asked."""
    for text in ("{", "[]", "nul"):
        result = run("generate", "--request", "-", stdin=text)

        assert result.exit_code == 1
        assert "not-json" in result.stderr

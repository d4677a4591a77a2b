"""Takes and records over HTTP, client and command: approved, turned down, remarked on, set right."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli.root import cli
from api.client import ContinuityClient, ContinuityError
from tests.api.served.screening import SECONDS_5, take
from tests.api.served.serving import Served, problem


@pytest.fixture(scope="module")
def scene(service: Served, production: str) -> dict[str, Any]:
    """A scene with Mina, of two planned shots."""
    who = service.made("/v1/characters", {"depicts": "fictional", "name": "Mina"})["id"]
    scene = service.made("/v1/scenes", {"production": production, "name": "Café"})["id"]
    service.made(f"/v1/scenes/{scene}/cast", {"character": who})
    for action in ("She waits.", "He comes in."):
        card = service.made(f"/v1/scenes/{scene}/shots", {"action": action})
    return {"id": scene, "who": who, "shots": [shot["id"] for shot in card["shots"]]}


def judge(service: Served, clip: str, what: str, body: Any = None, **options: Any) -> Any:
    return service.post(f"/v1/clips/{clip}/{what}", body or {}, **options)


def test_an_approved_take_is_seen_everywhere(service: Served, scene: dict[str, Any]) -> None:
    """In the clip with who approved it and when, in its scene and shot, in lineage, and in lists by verdict."""
    shot, me = scene["shots"][0], service.get("/v1/me").json()["key"]
    clip, other = (take(service, scene["id"], shot=shot, cast=[scene["who"]]) for _ in range(2))
    card = judge(service, clip, "approve", {"note": "the look at the end"})

    verdict = card.json()["verdict"]
    assert (verdict["approved"], verdict["by"], verdict["reason"]) == (True, me, "the look at the end")
    assert card.headers["etag"].strip('"').removesuffix("-gzip") == "2"
    shown = service.get(f"/v1/scenes/{scene['id']}").json()
    assert [(one["clip"], one["by"]) for one in shown["approved"]] == [(clip, me)]
    assert [one["approved"] for one in shown["shots"]] == [[clip], []]
    walked = service.get(f"/v1/lineage/{clip}").json()
    assert [one["clip"] for one in walked["approved"]] == [clip]
    assert service.get(f"/v1/clips/{clip}/lineage").json() == walked

    def listed(**asked: str) -> list[str]:
        found = service.get("/v1/clips", params={"scene": scene["id"], **asked}).json()["items"]
        return [one["id"] for one in found]

    assert (listed(verdict="approved"), listed(verdict="none"), listed(shot=shot)) == (
        [clip],
        [other],
        [clip, other],
    )
    problem(service.get("/v1/clips?verdict=liked"), 422, "invalid-request")


def test_verdicts_follow_each_other(service: Served, scene: dict[str, Any]) -> None:
    """An approved take is not turned down before that is taken back; withdrawn from use it has no verdict any more."""
    clip = take(service, scene["id"])
    reject = {"cause": "motion", "reason": "she slides"}
    judge(service, clip, "approve")
    problem(judge(service, clip, "reject", reject), 409, "clip-approved")
    undone = judge(service, clip, "withdraw-approval", {"reason": "another take"}).json()
    assert undone["verdict"] is None
    problem(judge(service, clip, "withdraw-approval", {"reason": "again"}), 409, "not-approved")
    turned = judge(service, clip, "reject", reject).json()["verdict"]
    assert (turned["approved"], turned["cause"], turned["reason"]) == (False, "motion", "she slides")
    gone = judge(service, clip, "withdraw", {"reason": "a brand is seen"}).json()
    assert (gone["withdrawn"], gone["verdict"]) == (True, None)
    problem(judge(service, clip, "approve"), 409, "clip-withdrawn")


def test_sync_on_a_wide_framing_is_answered_with_the_guide(service: Served, scene: dict[str, Any]) -> None:
    """The finding comes before anything is written; a reason for it is kept with the verdict; a corrected framing counts."""
    clip = take(service, scene["id"], framing="wide shot")
    complaint = {"cause": "sync_failure", "reason": "the lips lag"}
    before = service.position()
    told = problem(judge(service, clip, "reject", complaint), 422, "shot-scale-first")
    assert [(one["rule"], one["cites"][0]) for one in told["findings"]] == [("W601", "guide F3.18")]
    assert service.position() == before

    accepted = {**complaint, "accept": {"W601": "read from a crop"}}
    assert judge(service, clip, "reject", accepted).json()["verdict"]["cause"] == "sync_failure"
    [event] = service.get(f"/v1/events?after={before}").json()["items"]
    assert (event["body"]["scale_ruled_out"], event["body"]["framing"]) == ("read from a crop", "wide shot")

    close = take(service, scene["id"], framing="close-up")
    correct(service, scene["id"], close, framing="long shot", reason="seen on screen")
    problem(judge(service, close, "reject", complaint), 422, "shot-scale-first")


def correct(service: Served, scene: str, clip: str, **said: Any) -> Any:
    records = service.get(f"/v1/scenes/{scene}/continuity?limit=500").json()["items"]
    [position] = [one["position"] for one in records if one["record"]["clip"] == clip]
    return service.post(f"/v1/scenes/{scene}/continuity/{position}/correct", said)


def test_a_record_is_set_right(service: Served, scene: dict[str, Any]) -> None:
    """It stays as it was written and says beside it what is so; the clip is a take of the other shot from then on."""
    one, other = scene["shots"]
    clip = take(service, scene["id"], shot=one, cast=[scene["who"]])
    card = correct(
        service, scene["id"], clip, shot=other, looks={scene["who"]: "winter"}, reason="filed wrongly"
    )

    record, [correction] = card.json()["record"], card.json()["corrections"]
    assert (record["shot"], correction["shot"], correction["reason"]) == (one, other, "filed wrongly")
    assert correction["looks"] == [{"character": scene["who"], "look": "winter"}]
    assert correction["corrected_by"] == service.get("/v1/me").json()["key"]
    version = service.get(f"/v1/scenes/{scene['id']}").json()["version"]
    assert card.headers["etag"].strip('"').removesuffix("-gzip") == str(version)
    assert service.get(f"/v1/clips/{clip}").json()["shot"] == other
    again = correct(service, scene["id"], clip, shot=other, reason="filed wrongly").json()
    assert len(again["corrections"]) == 1


def test_records_that_are_not_there(service: Served, scene: dict[str, Any]) -> None:
    """A position without a record here, what is no position, a foreign shot, nobody of the cast, and nothing to correct."""
    clip = take(service, scene["id"])
    for place in ("1", "0", "-1", "x", "9" * 30):
        path = f"/v1/scenes/{scene['id']}/continuity/{place}/correct"
        problem(service.post(path, {"framing": "x", "reason": "seen"}), 404, "not-found")
    shot = "shot_" + "0" * 26
    problem(correct(service, scene["id"], clip, shot=shot, reason="seen"), 404, "not-found")
    stranger = {"character_" + "0" * 26: "x"}
    problem(correct(service, scene["id"], clip, looks=stranger, reason="seen"), 422, "invalid")
    problem(correct(service, scene["id"], clip, looks={"mina": "x"}, reason="seen"), 422, "invalid-request")
    problem(correct(service, scene["id"], clip, reason="seen"), 422, "invalid-request")


def test_remarks_are_kept_in_order(service: Served, scene: dict[str, Any]) -> None:
    """With time code and author, in pages; outside the clip there is no time code; a repeat of a request makes no second one."""
    clip, key = take(service, scene["id"]), {"Idempotency-Key": "note-once"}
    first = judge(service, clip, "notes", {"text": "she blinks", "at_us": 1_250_000}, headers=key)
    again = judge(service, clip, "notes", {"text": "she blinks", "at_us": 1_250_000}, headers=key)
    judge(service, clip, "notes", {"text": "a fine take"})

    assert (first.status_code, first.content) == (201, again.content)
    page = service.get(f"/v1/clips/{clip}/notes?limit=1")
    assert 'rel="next"' in page.headers["link"]
    notes = service.get(f"/v1/clips/{clip}/notes").json()["items"]
    assert [(one["text"], one["at_us"]) for one in notes] == [
        ("she blinks", 1_250_000),
        ("a fine take", None),
    ]
    late = judge(service, clip, "notes", {"text": "x", "at_us": SECONDS_5 + 1})
    assert str(SECONDS_5) in problem(late, 422, "invalid")["detail"]
    problem(service.get(f"/v1/clips/clip_{'0' * 26}/notes"), 404, "not-found")


def test_a_verdict_on_another_version_is_refused(service: Served, scene: dict[str, Any]) -> None:
    """With If-Match a verdict is given on what was seen, and on nothing newer."""
    clip = take(service, scene["id"])
    judge(service, clip, "notes", {"text": "look again"})
    stale = judge(service, clip, "approve", headers={"If-Match": '"1"'})

    assert problem(stale, 412, "version-conflict")["current_version"] == 2
    assert judge(service, clip, "approve", headers={"If-Match": '"2"'}).status_code == 200


def test_client_and_command(service: Served, scene: dict[str, Any]) -> None:
    """The client says all of it; the command turns a time into microseconds and ends with 4 where the guide asks first."""
    clip = take(service, scene["id"], cast=[scene["who"]], framing="wide shot")

    def run(*words: str, code: int = 0) -> str:
        where = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": service.key}
        done = CliRunner().invoke(cli, [*words], obj=where)
        assert done.exit_code == code, done.output
        return done.stdout + done.stderr

    with ContinuityClient(service.url, service.key) as client:
        with pytest.raises(ContinuityError) as questioned:
            client.reject_clip(clip, "sync_failure", "the lips lag")
        assert questioned.value.findings[0]["rule"] == "W601"
        assert client.approve_clip(clip).verdict.approved  # type: ignore[union-attr]
        [record] = [one for one in client.continuity(scene["id"]) if one.record.clip == clip]
        set_right = client.correct_continuity(
            scene["id"], record.position, framing="full shot", reason="seen"
        )
        assert (set_right.framing, set_right.record.framing) == ("full shot", "wide shot")
    assert "1250000" in run("clips", "note", clip, "she blinks", "--at", "00:01.25", "--json")
    assert "she blinks" in run("clips", "notes", clip)
    assert "approved" in run("clips", "list", "--scene", scene["id"], "--verdict", "approved")
    run("clips", "withdraw-approval", clip, "--reason", "another take")
    sync = ("clips", "reject", clip, "sync_failure", "--reason", "the lips lag")
    assert "W601" in run(*sync, code=4)
    told = json.loads(run(*sync, "--accept", "W601=read from a crop", "--json"))
    assert told["verdict"]["cause"] == "sync_failure"
    run("scenes", "correct", scene["id"], str(record.position), "--look", "Mina=winter", "--reason", "seen")
    assert "winter" in run("scenes", "continuity", scene["id"])
    run("clips", "withdraw", clip, "--reason", "a brand is seen")
    assert "invalid-time" in run("clips", "note", clip, "x", "--at", "soon", code=1)

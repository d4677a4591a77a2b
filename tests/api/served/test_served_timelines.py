"""Timelines over HTTP, read back with OpenTimelineIO itself; and a whole scene compiled without spending."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from click.testing import CliRunner

from api.cli.root import cli
from api.client import ContinuityClient, ContinuityError
from api.integrations import timeline
from tests.api.served.screening import take
from tests.api.served.serving import Served, problem


@pytest.fixture(scope="module")
def cut(service: Served, account: str) -> dict[str, Any]:
    """A production of two scenes: three planned shots, of which the second has none approved, and a take of no shot."""
    production = service.made("/v1/productions", {"name": "Late Trains", "account": account})["id"]
    who = service.made("/v1/characters", {"depicts": "fictional", "name": "Mina"})["id"]
    later = service.made("/v1/scenes", {"production": production, "name": "Street", "episode": 2})["id"]
    scene = service.made("/v1/scenes", {"production": production, "name": "Café", "number": 3})["id"]
    shots = []
    for name in ("SH010", "SH020", "SH030"):
        said = {"action": f"In {name} she waits.", "client_reference": f"kitsu:Late Trains/{name}"}
        shots.append(service.made(f"/v1/scenes/{scene}/shots", said)["shots"][-1]["id"])
    first = take(service, scene, shot=shots[0], cast=[who])
    takes = [
        take(service, scene, shot=shots[0], cast=[who]),
        take(service, scene, shot=shots[2]),
        take(service, scene),
    ]
    take(service, scene, shot=shots[1])
    for clip in (first, *takes):
        service.post(f"/v1/clips/{clip}/approve", {})
    service.post(f"/v1/clips/{takes[0]}/notes", {"text": "she blinks", "at_us": 1_250_000})
    return {
        "production": production,
        "scene": scene,
        "later": later,
        "shots": shots,
        "takes": [first, *takes],
        "who": who,
    }


def timeline_of(service: Served, path: str, **asked: str) -> Any:
    answer = service.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return otio.adapters.read_from_string(answer.text, "otio_json")


def test_a_scene_is_a_track_in_shot_order(service: Served, cut: dict[str, Any]) -> None:
    """Approved takes with their media and frames, the newest approval playing; a gap where none is; takes of no shot last."""
    made = timeline_of(service, f"/v1/scenes/{cut['scene']}/timeline.otio")
    [track] = made.tracks
    older, newer, third, loose = cut["takes"]

    assert [type(one).__name__ for one in track] == ["Clip", "Gap", "Clip", "Clip"]
    assert [one.name for one in track] == ["SH010", "SH020", "SH030", loose]
    assert [one.metadata["continuity"].get("clip") for one in track] == [newer, None, third, loose]
    first = track[0]
    assert first.media_reference.target_url == f"{service.url}/v1/clips/{newer}/content"
    assert (
        first.available_range()
        == first.source_range
        == otio.opentime.TimeRange(otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(121, 24))
    )
    assert sorted(one.name for one in first.media_references().values()) == sorted([older, newer])
    assert track[1].duration().to_seconds() == timeline.GAP_SECONDS


def test_lineage_and_remarks_travel_with_the_clip(service: Served, cut: dict[str, Any]) -> None:
    """Digest, cast by id, plan and record stand under `continuity`, nobody's name does; a remark is a marker at its frame."""
    answer = service.get(f"/v1/scenes/{cut['scene']}/timeline.otio")
    clip = otio.adapters.read_from_string(answer.text, "otio_json").tracks[0][0]
    said, card = clip.metadata["continuity"], service.get(f"/v1/clips/{cut['takes'][1]}").json()

    assert said["sha256"] == card["stored"]["sha256"]
    assert [dict(one) for one in said["cast"]] == [{"character": cut["who"], "look": None, "version": 1}]
    assert (said["generation"], said["approved_by"]) == (card["generation"], card["verdict"]["by"])
    assert (said["ai_generated"], said["depicts_real_person"]) == (True, card["depicts_real_person"])
    assert dict(said["marks"]["c2pa"])["state"] == "not_looked"
    records = service.get(f"/v1/scenes/{cut['scene']}/continuity").json()["items"]
    [record] = [one for one in records if one["record"]["clip"] == card["id"]]
    assert (said["position"], said["plan_digest"]) == (record["position"], record["record"]["plan_digest"])
    [marker] = clip.markers
    assert (marker.name, marker.marked_range.start_time) == ("she blinks", otio.opentime.RationalTime(30, 24))
    assert "Mina" not in answer.text


def test_a_production_is_a_track_of_scenes(service: Served, cut: dict[str, Any]) -> None:
    """By episode and number, those without shots and takes left out; frames by the rate that was asked for."""
    service.made(f"/v1/scenes/{cut['later']}/shots", {"action": "He runs."})
    path = f"/v1/productions/{cut['production']}/timeline.otio"
    made = timeline_of(service, path, rate="29.97", media="file")
    [track] = made.tracks

    assert [scene.name for scene in track] == ["Café", "Street"]
    assert [one.metadata["continuity"]["episode"] for one in track] == [1, 2]
    clip = track[0][0][0]
    assert clip.media_reference.target_url == f"{cut['takes'][1]}.mp4"
    assert (clip.duration().value, round(clip.duration().rate, 3)) == (151, 29.97)
    problem(service.get(path, params={"rate": "12"}), 422, "invalid-request")


def test_a_timeline_is_asked_for_once(service: Served, cut: dict[str, Any]) -> None:
    """Its ETag stands for its bytes: the same again is not sent; a new approval makes another one."""
    path = f"/v1/scenes/{cut['scene']}/timeline.otio"
    first = service.get(path)
    assert first.headers["content-type"] == timeline.MEDIA_TYPE
    assert f"{cut['scene']}.otio" in first.headers["content-disposition"]
    known = {"If-None-Match": first.headers["etag"]}
    assert service.get(path, headers=known).status_code == 304
    clip = take(service, cut["scene"], shot=cut["shots"][1])
    service.post(f"/v1/clips/{clip}/approve", {})
    assert service.get(path, headers=known).status_code == 200
    service.post(f"/v1/clips/{clip}/withdraw", {"reason": "not cleared"})
    assert service.get(path, headers=known).headers["etag"] == first.headers["etag"]
    problem(service.get(f"/v1/scenes/scene_{'0' * 26}/timeline.otio"), 404, "not-found")


def test_without_the_extra_it_says_so(
    service: Served, cut: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installation without OpenTimelineIO names the extra, and the client leaves no file."""
    monkeypatch.setattr(timeline, "find_spec", lambda _name: None)
    refused = problem(service.get(f"/v1/scenes/{cut['scene']}/timeline.otio"), 501, "not-available")
    assert "continuity[otio]" in refused["hint"]
    with (
        ContinuityClient(service.url, service.key) as client,
        pytest.raises(ContinuityError, match="OpenTimelineIO"),
    ):
        client.production_timeline(cut["production"], tmp_path / "film.otio")
    assert list(tmp_path.iterdir()) == []


def run(service: Served, *words: str, code: int = 0) -> str:
    where = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": service.key}
    done = CliRunner().invoke(cli, [*words], obj=where)
    assert done.exit_code == code, done.output
    return done.stdout


def test_the_command_writes_files(service: Served, cut: dict[str, Any], tmp_path: Path) -> None:
    """A timeline of a scene or of a production in a file that OpenTimelineIO opens."""
    scene, film = tmp_path / "scene.otio", tmp_path / "film.otio"
    assert str(scene) in run(service, "scenes", "timeline", cut["scene"], "--out", str(scene), "--rate", "25")
    run(service, "productions", "timeline", cut["production"], "--out", str(film))

    assert otio.adapters.read_from_file(str(scene)).duration().rate == 25
    assert otio.adapters.read_from_file(str(film)).name == "Late Trains"


def test_a_scene_is_rehearsed(service: Served, cut: dict[str, Any]) -> None:
    """Every planned shot is compiled with its findings and price, the sum is that of all, and nothing is written."""
    path, before = f"/v1/scenes/{cut['scene']}/preview", service.position()
    shown = service.http.post(path, json={"every": {"duration": 10}}).json()

    assert [one["shot"] for one in shown["shots"]] == cut["shots"]
    assert [one["preview"]["pattern"] for one in shown["shots"]] == ["text2video"] * 3
    assert (shown["sendable"], shown["total"]["units"], shown["unpriced"]) == (True, "18", [])
    of_one = {"shots": {cut["shots"][1]: {"takes": 2, "mode": "pro"}}}
    dearer = service.http.post(path, json={**of_one, "every": {"duration": 10}}).json()
    assert dearer["total"]["units"] == "28"
    assert not dearer["sendable"]
    assert dearer["shots"][1]["preview"]["findings"]
    assert service.position() == before


def test_rehearsals_that_cannot_be(service: Served, cut: dict[str, Any]) -> None:
    """Each malformed field of each shot is named at once, and shots that are not planned, and what a rehearsal says itself."""
    path, shot = f"/v1/scenes/{cut['scene']}/preview", cut["shots"][0]
    body = {"every": {"duration": "x", "scene": "y"}, "shots": {shot: {"nonsense": 1}, "shot_1": {}}}
    told = problem(service.http.post(path, json=body), 422, "invalid-request")
    places = {one["path"] for one in told["errors"]}

    assert {
        f"$.shots.{shot}.duration",
        f"$.shots.{shot}.nonsense",
        "$.every.scene",
        "$.shots.shot_1",
    } <= places
    assert f"$.shots.{cut['shots'][2]}.duration" in places
    problem(service.http.post(f"/v1/scenes/scene_{'0' * 26}/preview", json={}), 404, "not-found")


def test_a_rehearsal_on_the_command_line(service: Served, cut: dict[str, Any]) -> None:
    """A table of shots with the total; exit code 4 when one would be refused."""
    assert "18 units" in run(service, "scenes", "preview", cut["scene"], "--set", "duration=10")
    run(service, "scenes", "preview", cut["scene"], "--set", 'mode="pro"', code=4)

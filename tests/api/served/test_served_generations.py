"""Asking for clips over HTTP: gaps and findings all at once, previews that write nothing, waiting that wakes."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from registry.deciders.generation import EndGeneration
from registry.events.envelope import Context
from tests.api.served.serving import Served, png, problem


def _shot(production: str, **more: Any) -> dict[str, Any]:
    return {"production": production, "action": "A lantern drifts over a river.", **more}


def test_a_request_is_taken_with_a_place_to_follow_it(service: Served, production: str) -> None:
    """202 names where to look and when; request and plan stand in one append under the generation's own id."""
    before = service.position()
    asked = service.post("/v1/generations", _shot(production, client_reference="ep1"))
    assert asked.status_code == 202
    assert int(asked.headers["retry-after"]) > 0
    card = asked.json()
    assert (card["stage"], card["pattern"], card["submission_card"]) == ("planned", "text2video", None)
    assert service.get(asked.headers["location"]).json() == card | {"waiting_for": "waits for a worker"}
    events = service.get("/v1/events", params={"after": before}).json()["items"]
    assert [event["type"] for event in events] == ["GenerationRequested", "PlanCompiled"]
    assert {event["correlation_id"] for event in events} == {card["id"]}
    listed = service.get("/v1/generations", params={"scene": card["scene"], "stage": "planned"}).json()[
        "items"
    ]
    assert card["id"] in [item["id"] for item in listed]


def test_a_preview_is_what_the_request_would_send(service: Served, production: str) -> None:
    """A preview needs no key, writes nothing, and has the digest of the plan that the request then gets."""
    before = service.position()
    preview = service.http.post("/v1/generations/preview", json=_shot(production)).json()
    assert (preview["sendable"], service.position()) == (True, before)
    asked = service.post("/v1/generations", _shot(production)).json()
    assert asked["plan_digest"] == preview["plan_digest"]


def test_a_preview_of_a_past_position(service: Served, production: str) -> None:
    """`as_of` answers the bytes of the preview made then; a position the log does not have is refused, naming its end."""
    path, body = "/v1/generations/preview", _shot(production, cast=[{"character": "Past"}])
    character = service.made("/v1/characters", {"depicts": "fictional", "name": "Past"})
    then, told = service.position(), service.http.post(path, json=body).content
    service.change("PATCH", f"/v1/characters/{character['id']}", {"name": "Renamed"})
    now = service.http.post(path, json=body).content

    assert service.http.post(path, json=body, params={"as_of": then}).content == told != now
    head = service.position()
    for beyond in (0, head + 1):
        refused = service.http.post(path, json=body, params={"as_of": beyond})
        assert f"from 1 to {head}" in problem(refused, 422, "invalid")["detail"]
    assert service.http.post(path, json=body, params={"as_of": "June"}).status_code == 422


def test_a_repeated_request_is_the_same_generation(service: Served, production: str) -> None:
    """The same key asks once, and the repeat is answered before anything is compiled."""
    key = {"Idempotency-Key": "one-clip"}
    first = service.post("/v1/generations", _shot(production), headers=key)
    again = service.post("/v1/generations", _shot(production), headers=key)
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    other = service.post("/v1/generations", _shot(production, duration=6), headers=key)
    problem(other, 422, "idempotency-key-reused")


def test_malformed_requests_name_every_place(service: Served, production: str) -> None:
    """Unknown fields, exclusions and wrong types of a shot request are reported together, with their values."""
    body = _shot(production, prompt="verbatim", takes=11, duration="long", colour=1)
    errors = {
        one["path"]: one
        for one in problem(service.post("/v1/generations", body), 422, "invalid-request")["errors"]
    }
    assert {"$.duration", "$.takes", "$.colour", "$.action"} <= set(errors)
    assert errors["$.duration"]["value"] == "long"


def test_a_malformed_request_hides_no_gap(service: Served, production: str) -> None:
    """Problems of form, unknown people and pictures and a payload beyond its limits are all in one answer, for previews too."""
    lost = {"opening": "asset_gone", "cast": [{"character": "Nobody"}], "duration": 16}
    body = _shot(production, prompt="verbatim", colour=1, **lost)
    for path in ("/v1/generations", "/v1/generations/preview"):
        refused = problem(service.post(path, body), 422, "invalid-request")

        assert {one["path"] for one in refused["errors"]} == {"$.colour", "$.action"}
        assert {one["rule"] for one in refused["findings"]} == {"E401", "E406", "R10", "E102"}


def test_an_unknown_place_is_a_finding_beside_the_others(service: Served) -> None:
    """A scene that is named in a body is no address: 422 with every finding, and not a lone 404."""
    body = {"scene": "scene_gone", "action": "x", "cast": [{"character": "Nobody"}]}
    refused = problem(service.post("/v1/generations", body), 422, "cannot-resolve")

    assert {one["rule"] for one in refused["findings"]} == {"E413", "E401"}


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"cast": [{"character": "nobody"}]}, "E401"),
        ({"cast": [{"character": "Unseen"}]}, "E403"),
        (
            {"cast": [], "dialogue": {"language": "Korean", "turns": [{"speaker": "Unseen", "line": "네."}]}},
            "E402",
        ),
        ({"references": ["asset_01jd0k4m5vf2s8m1q3x7w9y2ab"]}, "E406"),
    ],
)
def test_gaps_are_findings_that_write_nothing(
    service: Served, production: str, more: dict[str, Any], rule: str
) -> None:
    """A cast member without grounding, an uncast speaker, an unknown picture: a finding each, and nothing is written."""
    if not service.get("/v1/characters", params={"name": "Unseen"}).json()["items"]:
        service.made("/v1/characters", {"depicts": "fictional", "name": "Unseen"})
    before = service.position()
    refused = problem(service.post("/v1/generations", _shot(production, **more)), 422, "cannot-resolve")
    found = {finding["rule"]: finding for finding in refused["findings"]}
    assert rule in found
    assert found[rule]["path"].startswith("$.")
    assert service.position() == before


@pytest.mark.parametrize("more", [{"duration": 16}, {"references": 8}], ids=["duration 16", "8 references"])
def test_payloads_beyond_the_limits_are_refused(
    service: Served, production: str, more: dict[str, Any]
) -> None:
    """Sixteen seconds and eight pictures are refused with findings, and nothing is written."""
    if "references" in more:
        more = {"references": [service.upload(png()).json()["id"] for _ in range(8)]}
    before = service.position()
    refused = service.post("/v1/generations", _shot(production, **more))
    assert refused.status_code == 422
    assert refused.json()["findings"]
    assert service.position() == before


def test_waiting_ends_with_the_generation(service: Served, production: str) -> None:
    """A caller who waits is answered when the end is recorded, not at the end of the wait."""
    path = service.post("/v1/generations", _shot(production)).headers["location"]
    generation = path.rpartition("/")[2]
    end = EndGeneration(stream=generation, outcome="refused", reason="a test says so")
    ending = threading.Timer(
        0.4,
        lambda: service.continuity.registry.handle(service.continuity.studio, [end], context=Context("test")),
    )
    ending.start()
    began = time.monotonic()
    answer = service.get(path, params={"wait": 15})
    ending.join()
    assert answer.json()["outcome"] == "refused"
    assert time.monotonic() - began < 5
    assert service.get(path, params={"wait": 15}).json()["stage"] == "ended"


def test_waiting_is_bounded(service: Served, production: str) -> None:
    """A wait that is not rewarded ends in time with the generation as it is."""
    path = service.post("/v1/generations", _shot(production)).headers["location"]
    began = time.monotonic()
    assert service.get(path, params={"wait": 0.3}).json()["outcome"] is None
    assert 0.25 < time.monotonic() - began < 5

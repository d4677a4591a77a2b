"""The feed over HTTP: everything in order, exact bytes, filters, and waiting for what comes."""

from __future__ import annotations

import threading
import time
from base64 import b64decode

import orjson

from tests.api.served.serving import Served


def test_the_feed_has_no_holes_and_opens_what_is_sealed(service: Served) -> None:
    """Positions follow each other from 1; the body is readable while the stored bytes hold no name."""
    for name in ("Alpha", "Beta", "Gamma"):
        service.made("/v1/characters", {"depicts": "fictional", "name": name})
    items = service.get("/v1/events").json()["items"]
    assert [item["position"] for item in items] == list(range(1, len(items) + 1))
    last = items[-1]
    assert (last["type"], last["body"]["name"], last["version"]) == ("CharacterIntroduced", "Gamma", 1)
    stored = b64decode(last["body_base64"])
    assert b"Gamma" not in stored
    assert set(orjson.loads(stored)) == set(last["body"])
    assert len(last["leaf_hash"]) == 64
    assert last["actor"].startswith("key_")


def test_the_feed_is_read_in_pages_and_filtered(service: Served) -> None:
    """A page ends with the cursor of the next; stream, type and actor narrow what comes."""
    service.made("/v1/characters", {"depicts": "fictional", "name": "Before"})
    made = service.made("/v1/characters", {"depicts": "fictional", "name": "Paged"})["id"]
    service.made(f"/v1/characters/{made}/retire", {"reason": "x"})
    page = service.get("/v1/events", params={"limit": 2}).json()
    assert page["next"] == page["items"][-1]["position"] == 2
    mine = service.get("/v1/events", params={"stream": made}).json()["items"]
    assert [item["type"] for item in mine] == ["CharacterIntroduced", "CharacterRetired"]
    retired = service.get("/v1/events", params={"type": "CharacterRetired", "after": mine[0]["position"]})
    assert [item["stream"] for item in retired.json()["items"]] == [made]
    mine = {"stream": made, "actor": mine[0]["actor"]}
    assert len(service.get("/v1/events", params=mine).json()["items"]) == 2
    assert service.get("/v1/events", params={**mine, "actor": "worker-7"}).json()["items"] == []


def test_who_waits_for_news_gets_it_when_it_happens(service: Served) -> None:
    """A waiting reader is answered at the next commit."""
    head = service.position()
    later = threading.Timer(
        0.4, lambda: service.post("/v1/characters", {"depicts": "fictional", "name": "News"})
    )
    later.start()
    began = time.monotonic()
    items = service.get("/v1/events", params={"after": head, "wait": 15}).json()["items"]
    later.join()
    assert [item["body"]["name"] for item in items] == ["News"]
    assert time.monotonic() - began < 5


def test_a_request_id_of_the_callers_runs_through(service: Served) -> None:
    """The caller's X-Request-Id comes back, stands on the events, and is replaced when it is no usable text."""
    made = service.post(
        "/v1/characters", {"depicts": "fictional", "name": "Traced"}, headers={"X-Request-Id": "trace-77"}
    )
    assert made.headers["x-request-id"] == "trace-77"
    (event,) = service.get("/v1/events", params={"stream": made.json()["id"]}).json()["items"]
    assert event["request_id"] == "trace-77"
    odd = service.get("/v1/me", headers={"X-Request-Id": "a b"})
    assert odd.headers["x-request-id"].startswith("request_")

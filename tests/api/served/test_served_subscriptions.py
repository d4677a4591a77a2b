"""Reading under a name over HTTP: the position is kept here, and moves with the reader's acknowledgement alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.served.serving import Served, problem, running


def put(service: Served, name: str, position: int | None = 0) -> httpx.Response:
    return service.change("PUT", f"/v1/subscriptions/{name}", {"position": position})


def acknowledge(service: Served, name: str, position: int, etag: str, **said: Any) -> httpx.Response:
    headers = {"If-Match": etag, **said}
    return service.post(f"/v1/subscriptions/{name}/acknowledge", {"position": position}, headers=headers)


def page(service: Served, name: str, **params: Any) -> httpx.Response:
    return service.get("/v1/events", params={"subscription": name, **params})


@pytest.fixture(autouse=True)
def _something_happened(service: Served) -> None:
    for name in ("Alpha", "Beta"):
        service.made("/v1/characters", {"depicts": "fictional", "name": name})


def test_reading_goes_on_where_it_was_acknowledged(service: Served) -> None:
    """The same page comes until its end is acknowledged under its ETag; then what follows it comes."""
    assert put(service, "exporter").status_code == 201
    first = page(service, "exporter", limit=1)
    assert page(service, "exporter", limit=1).json() == first.json()
    done = acknowledge(service, "exporter", first.json()["through"], first.headers["etag"])
    second = page(service, "exporter", limit=1)
    assert [one.json()["items"][0]["position"] for one in (first, second)] == [1, 2]
    assert (done.json()["position"], done.headers["etag"][:-1]) == (
        1,
        second.headers["etag"].partition(".")[0],
    )
    assert done.json()["behind_events"] == service.position() - 1
    assert "subscription" not in first.headers["link"]
    assert "after=1" in first.headers["link"]


def test_what_a_filter_passes_over_is_acknowledged_too(service: Served) -> None:
    """`through` reaches the end of what was looked at, so a narrow reader does not stay behind for ever."""
    put(service, "narrow")
    nothing = page(service, "narrow", type="SceneOpened")
    assert nothing.json() == {"items": [], "next": None, "through": service.position()}
    done = acknowledge(service, "narrow", nothing.json()["through"], nothing.headers["etag"])
    assert (done.json()["behind_events"], done.json()["behind_us"]) == (0, 0)


def test_two_readers_of_a_name_cannot_overtake_each_other(service: Served) -> None:
    """Whose page is no longer the current one is told with the version there is; a repeat of the first gets its answer."""
    put(service, "shared")
    seen = page(service, "shared", limit=1)
    first = acknowledge(service, "shared", 1, seen.headers["etag"], **{"Idempotency-Key": "shared-1"})
    late = acknowledge(service, "shared", 2, seen.headers["etag"])
    assert problem(late, 412, "version-conflict")["current_version"] == 2
    again = acknowledge(service, "shared", 1, seen.headers["etag"], **{"Idempotency-Key": "shared-1"})
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    other = acknowledge(service, "shared", 2, seen.headers["etag"], **{"Idempotency-Key": "shared-1"})
    problem(other, 422, "idempotency-key-reused")
    assert service.get("/v1/subscriptions/shared").json()["position"] == 1


def test_an_acknowledgement_has_to_make_sense(service: Served) -> None:
    """Without If-Match, going back, beyond the log: each a refusal, and nothing moves."""
    etag = put(service, "strict", 1).headers["etag"]
    bare = service.post("/v1/subscriptions/strict/acknowledge", {"position": 1})
    problem(bare, 428, "version-needed")
    problem(acknowledge(service, "strict", 0, etag), 409, "cannot-go-back")
    problem(acknowledge(service, "strict", service.position() + 1, etag), 409, "beyond-the-log")
    problem(put(service, "strict", service.position() + 1), 409, "beyond-the-log")
    problem(acknowledge(service, "nobody", 1, etag), 404, "not-found")
    problem(page(service, "nobody"), 404, "not-found")
    problem(page(service, "strict", after=0), 422, "invalid-request")
    problem(put(service, "No%20Name"), 422, "invalid-request")
    assert service.get("/v1/subscriptions/strict").json()["position"] == 1


def test_a_name_is_put_moved_listed_and_deleted(service: Served) -> None:
    """Putting it again moves it, null to the log's end; a deleted one is gone and may be made anew."""
    made, moved = put(service, "mover"), put(service, "mover", None)
    assert (made.status_code, moved.status_code) == (201, 200)
    assert made.headers["location"] == "/v1/subscriptions/mover"
    assert (moved.json()["position"], moved.json()["behind_events"]) == (service.position(), 0)
    listed = service.get("/v1/subscriptions").json()["items"]
    assert [one["name"] for one in listed] == sorted(one["name"] for one in listed)
    assert moved.json() in listed
    stale = service.change("DELETE", "/v1/subscriptions/mover", headers={"If-Match": made.headers["etag"]})
    problem(stale, 412, "version-conflict")
    assert service.change("DELETE", "/v1/subscriptions/mover").json() == moved.json()
    problem(service.get("/v1/subscriptions/mover"), 404, "not-found")
    assert put(service, "mover").status_code == 201


def test_who_is_far_behind_is_a_warning_and_no_outage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ready stays ready; the warning counts who is behind and names nobody, as anybody may ask."""
    monkeypatch.setattr("api.routes.health.FRESH_SECONDS", 0.0)
    with running(tmp_path, CONTINUITY_LAG_WARNING_SECONDS="0.000001") as service:
        assert service.get("/health/ready").json()["warnings"] == {}
        put(service, "sleeper")
        service.made("/v1/characters", {"depicts": "fictional", "name": "Mina"})
        answer = service.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert answer.json()["warnings"]["subscriptions"].startswith("1 behind")
    assert "sleeper" not in answer.text

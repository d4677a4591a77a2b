"""Idempotency and versions: a repeat is answered as the first time, and a stale caller is told so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.api.served.serving import Served, png, problem, running


def test_a_repeat_is_answered_byte_for_byte(service: Served) -> None:
    """The same key and body happen once; JSON written differently is the same body."""
    key = {"Idempotency-Key": "first-mina"}
    first = service.post(
        "/v1/characters", {"depicts": "fictional", "name": "Once", "kind": "person"}, headers=key
    )
    before = service.position()
    again = service.post(
        "/v1/characters", content=b'{ "kind":"person", "name":"Once", "depicts":"fictional" }', headers=key
    )
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert "idempotency-replayed" not in first.headers
    assert service.position() == before


def test_a_key_belongs_to_one_request(service: Served) -> None:
    """The same key with another body, or for another address, is refused and changes nothing."""
    key = {"Idempotency-Key": "one-request"}
    character = service.post("/v1/characters", {"depicts": "fictional", "name": "One"}, headers=key).json()[
        "id"
    ]
    before = service.position()
    problem(
        service.post("/v1/characters", {"depicts": "fictional", "name": "Two"}, headers=key),
        422,
        "idempotency-key-reused",
    )
    retire = f"/v1/characters/{character}/retire"
    problem(service.post(retire, {"reason": "x"}, headers=key), 422, "idempotency-key-reused")
    assert service.position() == before


def test_a_refusal_is_not_kept(service: Served) -> None:
    """A refused change may be corrected and sent again under the same key."""
    key = {"Idempotency-Key": "try-again"}
    assert (
        service.post("/v1/characters", {"depicts": "fictional", "name": ""}, headers=key).status_code == 422
    )
    assert (
        service.post("/v1/characters", {"depicts": "fictional", "name": "Corrected"}, headers=key).status_code
        == 201
    )


def test_a_repeat_meets_its_answer_after_a_restart(tmp_path: Path) -> None:
    """Answers outlive the process that gave them."""
    key = {"Idempotency-Key": "over-the-restart"}
    with running(tmp_path) as service:
        first = service.post("/v1/characters", {"depicts": "fictional", "name": "Mina"}, headers=key)
    with running(tmp_path) as service:
        again = service.post("/v1/characters", {"depicts": "fictional", "name": "Mina"}, headers=key)
        assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
        problem(
            service.post("/v1/characters", {"depicts": "fictional", "name": "Jun"}, headers=key),
            422,
            "idempotency-key-reused",
        )
        assert len(service.get("/v1/characters").json()["items"]) == 1


def test_racing_twins_happen_once(service: Served) -> None:
    """Eight simultaneous requests under one key make one thing."""
    key = {"Idempotency-Key": "racing"}
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(
                lambda _: service.post(
                    "/v1/characters", {"depicts": "fictional", "name": "Racer"}, headers=key
                ),
                range(8),
            )
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(service.get("/v1/characters", params={"name": "Racer"}).json()["items"]) == 1


def test_an_upload_is_repeated_like_any_change(service: Served) -> None:
    """The same bytes under the same key answer 201 again; other bytes under it are refused and not kept."""
    key, picture = {"Idempotency-Key": "upload-once"}, png()
    first = service.upload(picture, headers=key)
    kept = service.blob_keys()
    again = service.upload(picture, headers=key)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    problem(service.upload(png(), headers=key), 422, "idempotency-key-reused")
    assert service.blob_keys() == kept


def test_if_match_protects_from_a_stale_caller(service: Served) -> None:
    """A change against an old version is refused with the current one; against the current one it happens."""
    made = service.post("/v1/characters", {"depicts": "fictional", "name": "Versioned"})
    path = made.headers["location"]
    changed = service.change("PATCH", path, {"description": "a"}, headers={"If-Match": made.headers["etag"]})
    assert (made.headers["etag"], changed.headers["etag"]) == ('"1"', '"2"')
    stale = service.change("PATCH", path, {"description": "b"}, headers={"If-Match": '"1"'})
    assert problem(stale, 412, "version-conflict")["current_version"] == 2
    assert service.get(path).headers["etag"].startswith('"2.')
    assert service.change("PATCH", path, {"name": "Any"}, headers={"If-Match": "*"}).status_code == 200
    problem(service.change("PATCH", path, {"name": "x"}, headers={"If-Match": "2"}), 400, "bad-header")
    problem(
        service.post("/v1/characters", {"depicts": "fictional", "name": "x"}, headers={"If-Match": '"1"'}),
        400,
        "bad-header",
    )


def test_a_change_that_changes_nothing_writes_nothing(service: Served) -> None:
    """Saying again what is so already answers the card and adds no event."""
    character = service.made("/v1/characters", {"depicts": "fictional", "name": "Quiet"})
    before = service.position()
    same = service.change("PATCH", f"/v1/characters/{character['id']}", {"name": "Quiet"})
    assert (same.json(), service.position()) == (character, before)

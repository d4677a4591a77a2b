"""Likenesses over HTTP: who may speak of people, what a revocation blocks, and what it leaves to do."""

from __future__ import annotations

from typing import Any

import pytest

from api.auth import issue_key
from tests.api.served.serving import Served, png, problem


@pytest.fixture
def hana(service: Served, account: str, production: str) -> dict[str, Any]:
    """A character of a real person with a portrait, an element, a likeness and one consent; ids by kind."""
    who = service.made("/v1/characters", {"depicts": "real_person", "name": "Hana"})["id"]
    face = service.upload(png()).json()["id"]
    service.made(f"/v1/characters/{who}/references", {"asset": face, "role": "frontal"})
    likeness = service.made("/v1/likenesses", {"name": "Hana Kim", "minor": False})["id"]
    card = service.made(f"/v1/characters/{who}/likeness", {"likeness": likeness})
    assert (card["depicts"], card["likeness"]) == ("real_person", likeness)
    granted = service.made(f"/v1/likenesses/{likeness}/consents", consent(face))
    ids = {"character": who, "likeness": likeness, "consent": granted["consents"][0]["id"], "asset": face}
    return ids | {"production": production, "account": account}


def consent(evidence: str, **said: Any) -> dict[str, Any]:
    return {"evidence": evidence, "signed_by": "Hana Kim", **said}


def shot(hana: dict[str, Any]) -> dict[str, Any]:
    alone = {"accept": {"W504": "she is alone"}, "cast": [{"character": hana["character"]}]}
    return {"production": hana["production"], "action": "She waits.", **alone}


def blocking(service: Served, hana: dict[str, Any]) -> list[str]:
    shown = service.http.post("/v1/generations/preview", json=shot(hana)).json()
    return sorted({one["rule"] for one in shown["findings"] if one["severity"] == "E"})


def test_a_revocation_blocks_at_once(service: Served, hana: dict[str, Any]) -> None:
    """Preview and door refuse with the reason, what waited has ended, refused uses and what is left to do are listed."""
    assert blocking(service, hana) == []
    taken = service.post("/v1/generations", shot(hana))
    assert taken.status_code == 202, taken.text
    waiting = taken.json()["id"]
    element = service.made(
        "/v1/elements",
        {"element_id": 77_000_001, "account": hana["account"], "character": hana["character"]},
    )["id"]
    path = f"/v1/likenesses/{hana['likeness']}"
    assert service.get(path).json()["follow_ups"] == {"elements": [], "voices": [], "clips": []}

    card = service.made(f"{path}/consents/{hana['consent']}/revoke", {"reason": "she left"})
    assert [one["state"] for one in card["consents"]] == ["revoked"]
    assert [one["id"] for one in card["follow_ups"]["elements"]] == [element]
    assert service.get(f"/v1/generations/{waiting}").json()["outcome"] == "refused"
    assert blocking(service, hana) == ["E430"]
    refused = service.post("/v1/generations", shot(hana))
    assert refused.status_code == 422
    assert f"{hana['consent']}: it was revoked" in refused.json()["findings"][0]["message"]
    assert [one["subject"] for one in service.get(path).json()["refused"]] == [None, waiting]
    retire = service.get(path).json()["follow_ups"]["elements"][0]["retire"]
    service.made(retire, {"reason": "consent taken back"})
    assert service.get(path).json()["follow_ups"]["elements"] == []


def test_a_refusal_is_written_down_once(service: Served, hana: dict[str, Any]) -> None:
    """The same refused request under its own key is written down once, however often it is repeated."""
    path = f"/v1/likenesses/{hana['likeness']}"
    service.made(f"{path}/consents/{hana['consent']}/revoke", {"reason": "she left"})
    for _ in range(3):
        repeat = service.post(
            "/v1/generations", shot(hana), headers={"Idempotency-Key": f"again-{hana['consent']}"}
        )
        assert repeat.status_code == 422

    assert len(service.get(path).json()["refused"]) == 1


def test_people_are_spoken_of_by_consent_officers(service: Served, hana: dict[str, Any]) -> None:
    """Without the role nobody registers, grants, revokes, links, declares, sets territories or decides about clips."""
    registry, studio = service.continuity.registry, service.continuity.studio
    plain = {"Authorization": f"Bearer {issue_key(registry, studio, 'an intern', roles=('approver',))}"}
    likeness, who = f"/v1/likenesses/{hana['likeness']}", f"/v1/characters/{hana['character']}"
    clip = "clip_01jd0k4m5vf2s8m1q3x7w9y2ab"
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/v1/likenesses", {"name": "x", "minor": False}),
        ("POST", f"{likeness}/consents", consent(hana["asset"])),
        ("POST", f"{likeness}/consents/{hana['consent']}/revoke", {"reason": "x"}),
        ("POST", f"{who}/likeness", {"likeness": hana["likeness"]}),
        ("DELETE", f"{who}/likeness?reason=mistake", None),
        ("POST", f"{who}/declare", {"depicts": "fictional", "reason": "x"}),
        ("PUT", f"/v1/productions/{hana['production']}/territories", {"territories": ["KR"]}),
        ("POST", f"/v1/clips/{clip}/decide", {"decision": "withdraw", "reason": "not cleared"}),
    ]
    for method, path, body in calls:
        refused = service.change(method, path, body, headers=plain)
        assert "consent_officer" in problem(refused, 403, "role-missing")["hint"], path


def test_bad_input_about_people(service: Served, hana: dict[str, Any]) -> None:
    """A consent that ends before it starts, unknown evidence, a minor without guardian, a second revocation: clear refusals."""
    path = f"/v1/likenesses/{hana['likeness']}/consents"
    backwards = consent(hana["asset"], starts_at="2026-02-01T00:00:00Z", ends_at="2026-01-01T00:00:00Z")
    absent = consent("asset_01jd0k4m5vf2s8m1q3x7w9y2zz")

    refused = problem(service.post(path, backwards), 422, "invalid")["detail"]
    assert "ends at 2026-01-01T00:00:00Z, and it starts at 2026-02-01T00:00:00Z" in refused
    assert problem(service.post(path, absent), 404, "not-found")["hint"]
    problem(service.post(path, consent(hana["asset"], ends_at="tomorrow")), 422, "invalid-request")
    for never in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        problem(service.post(path, consent(hana["asset"], ends_at=never)), 422, "invalid-request")
    problem(service.post(path, consent(hana["asset"], territories=["Korea"])), 422, "invalid-request")
    problem(service.post("/v1/likenesses", {"name": "Kid", "minor": True}), 422, "invalid-request")
    service.made(f"{path}/{hana['consent']}/revoke", {"reason": "she left"})
    problem(service.post(f"{path}/{hana['consent']}/revoke", {"reason": "again"}), 409, "already-revoked")
    problem(
        service.post(f"{path}/consent_01jd0k4m5vf2s8m1q3x7w9y2zz/revoke", {"reason": "x"}), 404, "not-found"
    )
    problem(service.get("/v1/likenesses/likeness_01jd0k4m5vf2s8m1q3x7w9y2zz"), 404, "not-found")
    clip = "/v1/clips/clip_01jd0k4m5vf2s8m1q3x7w9y2zz/decide"
    problem(service.post(clip, {"decision": "withdraw", "reason": "not cleared"}), 404, "not-found")
    problem(service.post(clip, {"decision": "erase", "reason": "not cleared"}), 404, "not-found")


def test_territories_and_declarations(service: Served, hana: dict[str, Any]) -> None:
    """A consent for one country does not cover a show of two; who is unlinked may be declared fictional, and needs none."""
    path = f"/v1/likenesses/{hana['likeness']}"
    service.made(f"{path}/consents/{hana['consent']}/revoke", {"reason": "a new contract"})
    service.made(f"{path}/consents", consent(hana["asset"], territories=["KR"]))
    where = f"/v1/productions/{hana['production']}/territories"
    shows = service.change("PUT", where, {"territories": ["KR", "DE"]}).json()
    assert (shows["territories"], blocking(service, hana)) == (["DE", "KR"], ["E430"])
    service.change("PUT", where, {"territories": ["KR"]})
    assert blocking(service, hana) == []

    who = f"/v1/characters/{hana['character']}"
    linked = {"depicts": "fictional", "reason": "drawn"}
    problem(service.post(f"{who}/declare", linked), 409, "still-linked")
    assert service.change("DELETE", f"{who}/likeness?reason=mistake").status_code == 200
    assert blocking(service, hana) == ["E431"]
    assert service.made(f"{who}/declare", linked)["depicts"] == "fictional"
    assert blocking(service, hana) == []

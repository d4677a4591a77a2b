"""Bad input: each refusal is a problem document that names what was wrong, and leaves the log as it was."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from registry.deciders.access import RevokeKey
from registry.events.envelope import Context
from tests.api.served.serving import Served, problem

NOBODY = "character_01jd0k4m5vf2s8m1q3x7w9y2ab"


@pytest.fixture(autouse=True)
def _nothing_is_written(service: Served) -> Any:
    """Every test here is refused everything, so the log must not move."""
    before = service.position()
    yield
    assert service.position() == before


def _with(service: Served, authorization: str | None) -> httpx.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    return httpx.get(f"{service.url}/v1/characters", headers=headers, trust_env=False, verify=False)


def test_no_key_and_wrong_keys_open_nothing(service: Served) -> None:
    """A missing, foreign, mistyped or unknown key is refused, each in its own words, with a challenge."""
    key = service.key
    swapped = key[:-12] + ("a" if key[-12] != "a" else "b") + key[-11:]
    unknown = _reissued(key)
    told = {
        None: "needs a key",
        f"Basic {key}": "needs a key",
        "Bearer sk-123": "no key of this service",
        f"Bearer {swapped}": "mistyped",
        f"Bearer {unknown}": "nobody was given",
    }
    for authorization, words in told.items():
        answer = _with(service, authorization)
        assert words in problem(answer, 401, "unauthenticated")["detail"]
        assert answer.headers["www-authenticate"].startswith('Bearer realm="continuity"')


def _reissued(key: str) -> str:
    """A well-formed key of another secret."""
    import zlib

    public, secret = key[:-8].rsplit("_", 1)
    public = f"{public}_{secret[::-1]}"
    return public + f"{zlib.crc32(public.encode()):08x}"


def test_a_revoked_key_opens_nothing_at_once(service: Served) -> None:
    """Revoking a key takes effect with the next request."""
    from api.auth import issue_key

    registry, studio = service.continuity.registry, service.continuity.studio
    key = issue_key(registry, studio, "leaver")
    assert _with(service, f"Bearer {key}").status_code == 200
    registry.handle(
        studio, [RevokeKey(stream=f"key_{key.split('_')[1]}", reason="left")], context=Context("x")
    )
    assert "revoked" in problem(_with(service, f"Bearer {key}"), 401, "unauthenticated")["detail"]


def test_routes_and_methods_that_do_not_exist_are_problems_too(service: Served) -> None:
    """What the router refuses is a problem document like everything else."""
    problem(service.get("/v1/nothing"), 404, "no-such-route")
    problem(service.get("/"), 404, "no-such-route")
    refused = service.http.put("/v1/characters")
    problem(refused, 405, "method-not-allowed")
    assert "POST" in refused.headers["allow"]


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/characters/{NOBODY}",
        "/v1/characters/mina",
        "/v1/assets/asset_1",
        "/v1/assets/asset_01jd0k4m5vf2s8m1q3x7w9y2ab/content",
        "/v1/scenes/scene_x/continuity",
        f"/v1/productions/{NOBODY}",
        "/v1/generations/generation_01jd0k4m5vf2s8m1q3x7w9y2ab",
        "/v1/submissions/nope",
        "/v1/clips/clip_01jd0k4m5vf2s8m1q3x7w9y2ab/content",
        "/v1/lineage/%00",
    ],
)
def test_unknown_ids_are_not_found(service: Served, path: str) -> None:
    """An id that is absent, malformed, or of another kind of thing does not exist."""
    problem(service.get(path), 404, "not-found")


def test_changes_to_unknown_things_are_not_found(service: Served) -> None:
    """A command to something that is not there, or is something else, is refused before any rule is asked."""
    for path in (f"/v1/characters/{NOBODY}/retire", "/v1/characters/asset_01jd0k4m5vf2s8m1q3x7w9y2ab/retire"):
        problem(service.post(path, {"reason": "gone"}), 404, "not-found")
    problem(service.post("/v1/scenes/x/cast", {"character": "nobody at all"}), 404, "not-found")


def test_every_malformed_place_is_named_at_once(service: Served) -> None:
    """A body's problems come together, each with its path and the offending value."""
    refused = service.post(
        "/v1/characters",
        {"depicts": "fictional", "name": " ", "aliases": ["a", 5], "kind": "robot", "colour": "red"},
    )
    errors = {error["path"]: error for error in problem(refused, 422, "invalid-request")["errors"]}
    assert set(errors) == {"$.name", "$.aliases[1]", "$.kind", "$.colour"}
    assert (errors["$.aliases[1]"]["value"], errors["$.kind"]["value"]) == (5, "robot")


@pytest.mark.parametrize(
    "body", [b"{", b"", b"[]", b"null", b'{"name": "\\ud800"}', b"\xff", b'{"name": "\xff"}', b"[" * 5000]
)
def test_no_body_crashes_the_service(service: Served, body: bytes) -> None:
    """Whatever is sent as a body is answered with a problem, never with a failure."""
    refused = service.post("/v1/characters", content=body)
    assert refused.status_code in (400, 422)
    assert refused.json()["code"] in ("malformed-body", "invalid-request")


def test_a_name_sent_twice_is_refused(service: Served) -> None:
    """A body that says two things under one name says neither."""
    body = b'{"name": "a", "description": "x", "name": "b"}'
    refused = problem(service.post("/v1/characters", content=body), 422, "invalid-request")
    assert [error["path"] for error in refused["errors"]] == ["$..name"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/generations/preview", b'{"scene": "a", "prompt": "x", "duration": 5, "duration": 9}'),
        ("/v1/payloads/check", b'{"endpoint": "omni-video", "body": {"duration": "5", "duration": "9"}}'),
    ],
)
def test_questions_are_read_as_strictly_as_changes(service: Served, path: str, body: bytes) -> None:
    """What changes nothing refuses a name that stands twice too, at any depth, with the same code, place and hint."""
    refused = problem(service.http.post(path, content=body), 422, "invalid-request")
    changing = problem(service.post("/v1/generations", content=body), 422, "invalid-request")
    assert [error["path"] for error in refused["errors"]] == ["$..duration"]
    assert (refused["hint"], refused["errors"]) == (changing["hint"], changing["errors"])


def test_many_names_with_one_twice_are_refused_at_once(service: Served) -> None:
    """The search for twins takes time in proportion to the body, not to its square."""
    body = b'{"a": 0, "a": 0' + b"".join(b', "%d": 0' % number for number in range(60_000)) + b"}"
    started = time.monotonic()
    problem(service.post("/v1/characters", content=body), 422, "invalid-request")
    assert time.monotonic() - started < 5


def test_numbers_and_switches_are_taken_as_such_only(service: Served) -> None:
    """A text that looks like a number, or a truth value where a number is due, is refused as it stands."""
    body = {"production": NOBODY, "prompt": "x", "duration": "5", "watermark": "yes"}
    errors = problem(service.post("/v1/generations", body), 422, "invalid-request")["errors"]
    assert {(error["path"], error["value"]) for error in errors} == {
        ("$.duration", "5"),
        ("$.watermark", "yes"),
    }


def test_texts_the_log_cannot_keep_are_refused(service: Served) -> None:
    """A NUL is named where it stands, and a name of 201 characters is too long."""
    refused = problem(
        service.post("/v1/characters", {"depicts": "fictional", "name": "a\x00b"}), 422, "invalid-request"
    )
    assert "NUL" in refused["errors"][0]["message"]
    problem(
        service.post("/v1/characters", {"depicts": "fictional", "name": "x" * 201}), 422, "invalid-request"
    )
    huge = {"element_id": 10**30, "account": NOBODY, "character": NOBODY}
    [wrong] = problem(service.post("/v1/elements", huge), 422, "invalid-request")["errors"]
    assert (wrong["path"], "64-bit" in wrong["message"]) == ("$.element_id", True)


def test_a_body_beyond_the_cap_is_refused(service: Served) -> None:
    """A JSON body larger than the setting allows is not read."""
    problem(
        service.post("/v1/characters", {"depicts": "fictional", "name": "x" * 2_000_000}), 413, "too-large"
    )


def test_misspelt_and_malformed_parameters_are_refused(service: Served) -> None:
    """A filter nobody knows would answer everything, so it is refused by name; so is a value out of range."""
    assert (
        "known are"
        in problem(service.get("/v1/scenes?prod=x"), 422, "invalid-request")["errors"][0]["message"]
    )
    for query in ("limit=0", "limit=501", "after=-1", "after=x", "limit=99999999999999999999"):
        found = problem(service.get(f"/v1/characters?{query}"), 422, "invalid-request")["errors"]
        assert found[0]["path"] == f"?{query.partition('=')[0]}"
    lost = problem(service.get("/v1/submissions?state=lost"), 422, "invalid-request")["errors"]
    assert (lost[0]["path"], lost[0]["value"]) == ("?state", "lost")
    problem(service.get("/v1/events?type=NoSuchThing"), 422, "invalid-request")


def test_a_change_needs_an_idempotency_key(service: Served) -> None:
    """Without a usable Idempotency-Key nothing is changed."""
    problem(
        service.http.post("/v1/characters", json={"depicts": "fictional", "name": "x"}),
        400,
        "idempotency-key-missing",
    )
    bad = service.post(
        "/v1/characters", {"depicts": "fictional", "name": "x"}, headers={"Idempotency-Key": "two words"}
    )
    problem(bad, 400, "bad-header")


def test_a_host_we_would_never_connect_to_is_refused(service: Served) -> None:
    """An account on a host outside the allow-list is refused at the door."""
    body = {"name": "elsewhere", "region": "x", "host": "https://example.com"}
    assert "allow-list" in problem(service.post("/v1/accounts", body), 422, "outbound-refused")["detail"]


def test_failures_keep_their_inside_to_themselves(service: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected failure is a 500 without words of ours; the caller's request id leads to the log."""

    def fail(*_: object, **__: object) -> None:
        raise ValueError("secret inside")

    monkeypatch.setattr("api.routes.characters.view.characters", fail)
    answer = service.get("/v1/characters", headers={"X-Request-Id": "find-me"})
    assert "secret" not in answer.text
    assert problem(answer, 500, "internal-error")["request_id"] == "find-me"


def test_what_is_no_id_is_told_in_words(service: Served) -> None:
    """Which kind is wanted and what such an id looks like; no regular expression, which nobody types after."""
    path, body = (
        f"/v1/characters/character_{'0' * 26}/references",
        {"asset": "asset_nothing", "role": "frontal"},
    )
    refused = problem(service.post(path, body), 422, "invalid-request")
    said = "no id of this kind: asset_ and 26 letters and digits, as the service gives them"
    assert refused["errors"] == [{"path": "$.asset", "message": said, "value": "asset_nothing"}]

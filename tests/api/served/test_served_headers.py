"""What every answer says of itself, whatever it is; and what a caller says that must not move anything."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.api.served.serving import Served, png, problem

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
EVIL = "evil.example"


@pytest.fixture(scope="module")
def asset(service: Served) -> str:
    return str(service.upload(png()).json()["id"])


@pytest.fixture(scope="module")
def answers(service: Served, asset: str) -> list[httpx.Response]:
    """Of every kind there is."""
    tag = service.http.head(f"/v1/assets/{asset}/content").headers["etag"]
    no_key = {"Authorization": ""}
    return [
        *(service.get(path) for path in ("/docs", "/openapi.json", "/docs/static/swagger-ui.css", "/docs/static/nothing")),
        *(service.get(path) for path in ("/health/live", "/health/ready", "/metrics", "/v1/me", "/v1/assets", "/v1/nothing")),
        *(service.get(f"/v1/assets/{asset}/{form}") for form in ("content", "content?rendition", "thumbnail")),
        service.get(f"/v1/assets/{asset}/content", headers={"Range": "bytes=0-3"}),
        service.get(f"/v1/assets/{asset}/content", headers={"Range": "bytes=9999999-"}),
        service.get(f"/v1/assets/{asset}/content", headers={"If-None-Match": tag}),
        service.http.head(f"/v1/assets/{asset}/content"),
        service.get("/v1/me", headers=no_key),
        service.http.put("/v1/characters"),
        service.http.options("/v1/characters"),
        service.http.delete("/health/live"),
        service.post("/v1/characters", content=b"{"),
        service.post("/v1/characters", {"name": "Mina", "depicts": "fictional"}),
        service.post("/v1/characters", content=b" " * 2_000_000),
        service.get("/v1/relay/none", headers=no_key),
        service.post("/v1/callbacks/kling/none/none", {}, headers=no_key),
    ]  # fmt: skip


def test_every_answer_is_marked(answers: list[httpx.Response]) -> None:
    """Pages, problems, bytes, files of the page, methods nobody knows: each says what it is, and is framed nowhere."""
    for answer in answers:
        said = answer.headers
        assert {name: said.get_list(name) for name in ALWAYS} == {name: [one] for name, one in ALWAYS.items()}
        [policy] = said.get_list("content-security-policy")
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert said.get_list("cache-control")
        assert len(said.get_list("x-request-id")) == 1
        assert not {"server", "x-powered-by"} & said.keys()
        assert not [name for name in said if name.startswith("access-control-")]
    assert {200, 201, 204, 206, 304, 400, 401, 404, 405, 413, 416} <= {
        answer.status_code for answer in answers
    }


def test_what_is_somebodys_is_kept_by_nobody(answers: list[httpx.Response]) -> None:
    """Only the page's own files may be kept by whoever passes them on."""
    kept = {one.request.url.path for one in answers if "public" in one.headers["cache-control"]}
    assert kept == {"/docs/static/swagger-ui.css"}


def test_bytes_are_handed_out_as_files(service: Served, asset: str) -> None:
    """Under a name made of our own ids, with the media type we found, never the one that was claimed or a name from outside."""
    claimed = service.upload(
        png(), params={"label": '"; filename="x.html'}, headers={"Content-Type": "text/html"}
    )
    for one in (asset, claimed.json()["id"]):
        said = service.get(f"/v1/assets/{one}/content").headers
        assert said["content-type"] == "image/png"
        assert said["content-disposition"] == f'attachment; filename="{one}-original.png"'
        assert "sandbox" in said["content-security-policy"]


@pytest.mark.parametrize("path", ["/v1/assets?limit=1", "/v1/nothing", "/docs", "/v1/assets/x"])
def test_a_host_says_nothing(service: Served, asset: str, path: str) -> None:
    """Nothing in an answer is made of the Host or of what proxies say of it."""
    service.upload(png())
    said = {"Host": EVIL, "X-Forwarded-Host": EVIL, "Forwarded": f"host={EVIL}", "X-Original-URL": "/metrics"}
    answer = service.get(path, headers=said)
    whole = answer.text + "".join(f"{name}: {value}" for name, value in answer.headers.items())
    assert EVIL not in whole
    assert not re.search(r"https?://(?!www\.w3\.org)", str(answer.headers.get("link", "")))


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_method_is_what_the_request_says(service: Served, name: str) -> None:
    """No header and no query makes a read into a change."""
    before = service.position()
    assert service.get("/v1/characters", headers={name: "POST", "Idempotency-Key": "over"}).status_code == 200
    problem(service.get("/v1/characters?_method=POST"), 422, "invalid-request")
    problem(service.post("/v1/me", {}, headers={name: "GET"}), 405, "method-not-allowed")
    assert service.position() == before


def test_pages_of_others_read_nothing(service: Served) -> None:
    """A browser that asks for another place is told nothing that would let it: neither before nor with the request."""
    origin: dict[str, Any] = {"Origin": f"https://{EVIL}"}
    asked = {
        **origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    for answer in (
        service.http.options("/v1/characters", headers=asked),
        service.get("/v1/characters", headers=origin),
        service.post("/v1/characters", {"name": "Jun", "depicts": "fictional"}, headers=origin),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert "set-cookie" not in answer.headers
    cookies = {"Authorization": "", "Cookie": f"key={service.key}; Authorization=Bearer {service.key}"}
    problem(service.get("/v1/me", headers=cookies), 401, "unauthenticated")


@pytest.mark.parametrize(
    "name",
    ["..%2fsettings.py", "..%2F..%2F..%2Fetc%2Fpasswd", "%2e%2e/app.py", "swagger-ui.css%00.js", "/etc/passwd",
     "%5c..%5cx", "swagger-ui.css%2f..%2fstart.js", "index.html", "__init__.py"],
)  # fmt: skip
def test_only_the_pages_own_files_are_served(service: Served, name: str) -> None:
    """By their names, from a list; no path leads out of their folder, nor to another file in it."""
    answer = httpx.get(f"{service.url}/docs/static/{name}", trust_env=False, verify=False)
    problem(answer, 404, "no-such-route")

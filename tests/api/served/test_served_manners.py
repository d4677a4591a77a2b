"""What holds for every answer: validators, HEAD and OPTIONS, kinds of content, gzip, caching, positions, deprecation."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime

import httpx
import pytest
from litestar import Litestar, get
from litestar.testing import TestClient

from api.manners import Deprecated, Mannered, takes_gzip
from api.negotiating import takes
from tests.api.served.entries import ENTRIES
from tests.api.served.listening import Listener
from tests.api.served.serving import Served, problem

READ = sorted(
    path for path, method in ENTRIES if method == "GET" and not path.endswith(("/stream", "/events"))
)
NOBODY = "0" * 26


def introduced(service: Served, name: str) -> httpx.Response:
    return service.post("/v1/characters", {"depicts": "fictional", "name": name})


def of_nobody(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda found: f"{found[1]}_{NOBODY}", path)


def test_head_is_get_without_the_body(service: Served) -> None:
    """Every address that is read answers HEAD with the status and the headers of its GET, and no body."""
    for path in (*READ, "/v1/events", "/v1/nothing"):
        whole, head = service.get(of_nobody(path)), service.http.head(of_nobody(path))
        assert (head.status_code, head.content) == (whole.status_code, b""), path
        assert head.headers["content-type"] == whole.headers["content-type"], path
    stream = service.http.head("/v1/events/stream")
    assert (stream.status_code, stream.headers["content-type"].partition(";")[0]) == (
        200,
        "text/event-stream",
    )


def test_options_and_405_say_what_an_address_takes(service: Served) -> None:
    """Without a key too, and both the same: the methods there are, with HEAD beside GET."""
    bare = {"Authorization": ""}
    for path in {path for path, _ in ENTRIES}:
        taken = {method for one, method in ENTRIES if one == path} | {"OPTIONS"}
        taken |= {"HEAD"} if "GET" in taken else set()
        told = service.http.options(of_nobody(path), headers=bare)
        assert (told.status_code, set(told.headers["allow"].split(", "))) == (204, taken), path
    refused = service.http.delete("/v1/characters")
    assert set(refused.headers["allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}
    problem(refused, 405, "method-not-allowed")


def test_who_has_it_already_is_told_so(service: Served) -> None:
    """A card, a list, a document: 304 to the tag that came, until it is another; and the tag's version holds a change."""
    path, plain = introduced(service, "Tagged").headers["location"], {"Accept-Encoding": "identity"}
    for address in (path, "/v1/characters?name=Tagged", "/v1/me", "/openapi.json"):
        tag = service.get(address, headers=plain).headers["etag"]
        for said in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = service.get(address, headers={"If-None-Match": said, **plain})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), address
            assert "content-length" not in again.headers
        assert service.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    seen = service.get(path).headers["etag"]
    changed = service.change("PATCH", path, {"description": "a"}, headers={"If-Match": seen})
    assert changed.status_code == 200
    assert service.get(path, headers={"If-None-Match": seen}).status_code == 200
    stale = service.change("PATCH", path, {"description": "b"}, headers={"If-Match": seen})
    assert problem(stale, 412, "version-conflict")["current_version"] == 2


def test_json_is_gzipped_for_who_takes_it(service: Served) -> None:
    """The same bytes once unpacked, another tag, understood as well; what is small, a stream or a secret is left as it is."""
    for number in range(8):
        introduced(service, f"Gzipped {number}")
    path = "/v1/characters?limit=500"
    plain = service.http.get(path, headers={"Accept-Encoding": "identity"})
    with service.http.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as response:
        squeezed = b"".join(response.iter_raw())
    assert (response.headers["content-encoding"], gzip.decompress(squeezed)) == ("gzip", plain.content)
    assert response.headers["content-length"] == str(len(squeezed))
    assert response.headers["etag"] == plain.headers["etag"][:-1] + '-gzip"'
    assert plain.headers["vary"] == response.headers["vary"] == "Accept-Encoding"
    for said in (response.headers["etag"], plain.headers["etag"]):
        assert service.get(path, headers={"If-None-Match": said}).status_code == 304
    assert "content-encoding" not in service.get("/v1/me").headers
    issued = service.post("/v1/keys", {"holder": "x" * 200, "roles": ["reader"]})
    assert "vary" not in issued.headers
    with service.http.stream("GET", "/v1/events/stream") as stream:
        assert "content-encoding" not in stream.headers


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("gzip;q=0, *", False),
        ("br", False),
        ("", False),
    ],
)
def test_weights_of_encodings_count(said: str, taken: bool) -> None:
    """An encoding is taken when it is named, or the asterisk is, with a weight that is not 0."""
    assert takes_gzip(said) == taken


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("application/json", True),
        ("text/html, */*;q=0.1", True),
        ("application/*", True),
        ("*/*, application/json;q=0", False),
        ("text/html", False),
        ("nonsense;;;,", False),
    ],
)
def test_weights_of_kinds_count(service: Served, said: str, taken: bool) -> None:
    """What is said most exactly about JSON counts; who takes it in no way is told 406."""
    assert takes(said, "application/json") == taken
    answer = service.get("/v1/me", headers={"Accept": said})
    assert answer.status_code == 200 if taken else problem(answer, 406, "not-acceptable")


def test_other_kinds_of_bodies_are_not_taken(service: Served) -> None:
    """A form, a text or a squeezed body where JSON is due is 415 and says what is taken; JSON without a kind is read."""
    body = b'{"depicts": "fictional", "name": "Kind"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        refused = service.post("/v1/characters", content=body, headers={"Content-Type": kind})
        problem(refused, 415, "unsupported-media-type")
        assert refused.headers["accept"] == "application/json"
    squeezed = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    refused = service.post("/v1/characters", content=gzip.compress(body), headers=squeezed)
    problem(refused, 415, "unsupported-media-type")
    assert service.post("/v1/characters", content=body).status_code == 201


def test_answers_say_how_long_they_may_be_kept(service: Served) -> None:
    """What was read is its reader's, to be asked about again; what was done, refused, probed, or is about a person, nobody's."""
    kept = {
        "/v1/me": "private, no-cache",
        "/health/live": "no-store",
        "/v1/likenesses": "no-store",
        "/v1/x": "no-store",
        "/docs": "no-cache",
    }
    for path, said in kept.items():
        assert service.get(path).headers["cache-control"] == said
    assert introduced(service, "Uncached").headers["cache-control"] == "no-store"


def test_a_question_waits_for_a_position(service: Served) -> None:
    """What a change answered as its position is reached at once; one the log never comes to is told, with where it is."""
    made = introduced(service, "Positioned")
    position = int(made.headers["continuity-position"])
    seen = service.get(made.headers["location"], params={"min_position": position})
    assert seen.json()["name"] == "Positioned"
    refused = service.get("/v1/characters", params={"min_position": position + 1_000})
    assert problem(refused, 409, "position-not-reached")["position"] == service.position()
    problem(service.get("/v1/me", params={"min_position": "-1"}), 422, "invalid-request")
    change = service.post("/v1/characters", {}, params={"min_position": 1})
    assert problem(change, 422, "invalid-request")


def test_one_generation_tells_its_own_story(service: Served, production: str) -> None:
    """Its events and no others, to its end, where the stream ends; who has seen the end is told there is nothing to come."""
    asked = [
        str(
            service.post(
                "/v1/generations", {"production": production, "prompt": "Rain.", "duration": 5}
            ).json()["id"]
        )
        for _ in range(2)
    ]
    path = f"/v1/generations/{asked[0]}/events"
    service.made(f"/v1/generations/{asked[0]}/cancel", {"reason": "not now"})
    with service.http.stream("GET", path) as response:
        told = list(Listener(response))
    assert {one.data["stream"] for one in told[:-1]} == {asked[0]}
    assert [one.data["type"] for one in told[:-1]][::2] == ["GenerationRequested", "GenerationEnded"]
    assert (told[-1].name, told[-1].data["code"]) == ("end", "ended")
    last = {"Last-Event-ID": told[-2].id}
    assert service.get(path, headers=last).status_code == 204
    with service.http.stream("GET", f"/v1/generations/{asked[1]}/events") as response:
        assert next(Listener(response)).data["stream"] == asked[1]
    problem(service.get(f"/v1/generations/generation_{NOBODY}/events"), 404, "not-found")


def test_a_problem_says_where_its_meaning_stands(service: Served) -> None:
    """The type of a problem is an address that anybody may open; a code that is none is not there."""
    place = service.get("/v1/assets/nothing").json()["type"]
    page = service.http.get(place, headers={"Authorization": ""})
    assert (page.status_code, "not-found" in page.text) == (200, True)
    assert place in service.http.get("/docs/problems").text
    problem(service.get("/docs/problems/no-such-code"), 404, "no-such-route")


def test_a_route_that_goes_says_so() -> None:
    """Deprecation (RFC 9745), Sunset (RFC 8594) and a link to what takes its place come with every answer of such a route."""
    leaves = Deprecated(datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC), "/docs/leaving")

    @get("/old", opt={"deprecated": leaves, "entered_by": "open"}, sync_to_thread=False)
    def old() -> dict[str, str]:
        return {}

    with TestClient(Mannered(Litestar([old], openapi_config=None))) as client:
        headers = client.get("/old").headers
    assert headers["deprecation"] == "@1798761600"
    assert headers["sunset"] == "Thu, 01 Jul 2027 00:00:00 GMT"
    assert headers["link"] == '</docs/leaving>; rel="deprecation"'

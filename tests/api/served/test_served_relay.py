"""The relay: a clip for the provider, from our store, for one request, for a while, and so many times."""

from __future__ import annotations

import time
from collections.abc import Iterator
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from registry.events.submission import SubmissionIntended
from tests.api.served.filming import Film, filming
from tests.api.served.serving import problem
from tests.servers.sandbox import sandbox

REQUESTS = 8
SOON = {"CONTINUITY_POLL_FIRST_SECONDS": "0.1"}
OLD = {"CONTINUITY_RESULT_LIFETIME_SECONDS": "600", **SOON}
"""Every clip's own address dies within the hour, so a continuation takes the relay."""
_MADE = count()
RAIN: dict[str, Any] = {"cast": [], "action": "The rain begins."}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Film]:
    with sandbox() as kling:
        folder = tmp_path_factory.mktemp("relay")
        with filming(folder, kling, CONTINUITY_RELAY_REQUESTS=str(REQUESTS), **OLD) as started:
            yield started


@pytest.fixture(scope="module")
def parent(film: Film) -> dict[str, Any]:
    """A delivered clip whose own address is old."""
    card: dict[str, Any] = film.service.get(f"/v1/clips/{film.made()['clip']}").json()
    return card


def address(film: Film, parent: dict[str, Any], *, ago: float = 0.0) -> str:
    """A new relay address, made as a worker makes it, so many seconds ago and unlike any other; its path."""
    relays = film.service.continuity.relays
    assert relays is not None
    now = int((time.time() - ago - 10 * next(_MADE)) * 1_000_000)
    url = relays.address(parent["submission"], parent["id"], parent["stored"]["sha256"], now=now)
    return urlsplit(url).path


def fetched(film: Film, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    """As the provider fetches it: without a key."""
    return httpx.request(method, film.service.url + path, headers=headers, trust_env=False, verify=False)


def test_an_old_parent_is_continued_from_our_copy(film: Film, parent: dict[str, Any]) -> None:
    """The intent freezes an address of ours that serves the parent's very bytes, and the continuity says so."""
    card = film.made(**RAIN, continue_from=parent["id"])
    studio, registry = film.service.continuity.studio, film.service.continuity.registry
    events = registry.feed.after(studio, 0, limit=100_000)
    intents = [one.event for one in events if isinstance(one.event, SubmissionIntended)]
    url = intents[-1].video_urls[f"clip:{parent['id']}"]

    assert (card["pattern"], card["outcome"]) == ("E", "delivered")
    assert url.startswith(f"{film.service.url}/v1/relay/")
    assert sha256(fetched(film, urlsplit(url).path).content).hexdigest() == parent["stored"]["sha256"]
    records = film.service.get(f"/v1/scenes/{card['scene']}/continuity").json()["items"]
    record = next(one["record"] for one in records if one["record"]["generation"] == card["id"])
    assert (record["parent_from"], record["parent_sha256"]) == ("relay", parent["stored"]["sha256"])
    assert record["parents"] == [parent["id"]]


def test_head_and_ranges_are_answered(film: Film, parent: dict[str, Any]) -> None:
    """HEAD tells of the whole, whatever its range (RFC 9110, 14.2); GET gives the part, and refuses one that lies outside."""
    path, size = address(film, parent), parent["stored"]["bytes"]
    whole, head = fetched(film, path), fetched(film, path, "HEAD")
    part, part_head = (fetched(film, path, method, range="bytes=10-19") for method in ("GET", "HEAD"))

    assert (whole.status_code, len(whole.content)) == (200, size)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(size))
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{size}"
    for said in ("content-type", "content-length", "accept-ranges", "repr-digest", "etag"):
        assert part_head.headers[said] == head.headers[said] == whole.headers[said]
    assert (part_head.status_code, "content-range" in part_head.headers) == (200, False)
    assert fetched(film, path, range=f"bytes={size}-").status_code == 416


def test_an_address_is_used_up(film: Film, parent: dict[str, Any]) -> None:
    """After so many requests of any kind it serves nothing; another address of the same clip still does."""
    path, other = address(film, parent), address(film, parent)
    methods = ("HEAD", "GET") * (REQUESTS // 2)

    assert {fetched(film, path, method).status_code for method in methods} == {200}
    problem(fetched(film, path), 404, "not-found")
    assert fetched(film, path, "HEAD").status_code == 404
    assert fetched(film, other).status_code == 200


def test_what_is_not_to_be_served_looks_alike(film: Film, parent: dict[str, Any]) -> None:
    """Expired, changed in any part, for another clip or made up: one 404 that tells nothing and repeats no token."""
    path = address(film, parent)
    stem, _, token = path.rpartition("/")
    submission, clip, ends, seal = token.split(".")
    changed = [
        (submission[::-1], clip, ends, seal),
        (submission, submission, ends, seal),
        (submission, clip, str(int(ends) + 1), seal),
        (submission, clip, ends, seal[::-1]),
        (submission, clip, "9" * 12, seal),
        (submission, clip, "9" * 400, seal),
        ("x", "y"),
    ]
    paths = [f"{stem}/{'.'.join(parts)}" for parts in changed] + [address(film, parent, ago=90_000)]
    paths += [f"{stem}/%00%ff", f"{path}0"]

    answers = [problem(fetched(film, one), 404, "not-found") for one in paths]
    assert len({(one["detail"], one["hint"], one["instance"]) for one in answers}) == 1
    assert answers[0]["instance"] == "/v1/relay/{token}"
    assert fetched(film, path).status_code == 200
    assert fetched(film, path, "POST").status_code == 405


def test_without_a_public_address_an_old_parent_is_a_finding(tmp_path: Path) -> None:
    """Where nobody can fetch from us the expired address is refused at the door, and the hint names the setting."""
    brief = {"CONTINUITY_PUBLIC_URL": "", "CONTINUITY_RESULT_LIFETIME_SECONDS": "2", **SOON}
    with sandbox() as kling, filming(tmp_path, kling, **brief) as film:
        old = film.made()["clip"]
        time.sleep(2)
        body = {"production": film.production, **RAIN, "continue_from": old}
        refused = problem(film.service.post("/v1/generations", body), 422, "cannot-resolve")

        assert [one["rule"] for one in refused["findings"]] == ["E410"]
        assert "CONTINUITY_PUBLIC_URL" in str(refused["findings"][0])
        relayed = f"/v1/relay/{'0' * 26}.{'0' * 26}.1.{'0' * 64}"
        assert fetched(film, relayed).status_code == 404

"""Results that are no good films: each download may be spoilt in its own way."""

from __future__ import annotations

import io
from typing import Any

import av
import httpx
import pytest


@pytest.fixture
def film(sandbox: Any) -> str:
    """The result URL of a finished task."""
    sandbox.create(external_task_id="x")
    sandbox.advance(200)
    url: str = sandbox.task("x")["task_result"]["videos"][0]["url"]
    return url


def spoil(sandbox: Any, do: str, **fault: Any) -> None:
    assert sandbox.order(on="result", do=do, **fault).status_code == 201


def seconds_of(content: bytes) -> float:
    with av.open(io.BytesIO(content)) as container:
        return float(container.duration or 0) / 1_000_000


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_dead_url(sandbox: Any, film: str, status: int) -> None:
    """A result URL may be gone before its time, in any of the ways stores say so."""
    spoil(sandbox, "http_status", status=status)

    assert [httpx.get(film).status_code for _ in range(2)] == [status, 200]


def test_truncated_films(sandbox: Any, film: str) -> None:
    """A film may end before its Content-Length, or be cut short with a length that fits."""
    whole = httpx.get(film).content
    spoil(sandbox, "cut_short")
    spoil(sandbox, "shorten")

    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        httpx.get(film)
    assert httpx.get(film).content == whole[: len(whole) // 2]
    assert httpx.get(film).content == whole


def test_something_else_for_a_film(sandbox: Any, film: str) -> None:
    """HTML, a picture, or a film under another name may come where a film was promised."""
    spoil(sandbox, "html", status=200)
    spoil(sandbox, "html", status=200, media_type="video/mp4")
    spoil(sandbox, "png")
    spoil(sandbox, "png", media_type="video/mp4")
    spoil(sandbox, "delay", seconds=0, media_type="application/octet-stream")
    answers = [httpx.get(film) for _ in range(5)]

    assert [(a.headers["content-type"], a.content[:4]) for a in answers[:4]] == [
        ("text/html", b"<htm"),
        ("video/mp4", b"<htm"),
        ("image/png", b"\x89PNG"),
        ("video/mp4", b"\x89PNG"),
    ]
    assert (answers[4].headers["content-type"], answers[4].content[4:8]) == (
        "application/octet-stream",
        b"ftyp",
    )


@pytest.mark.parametrize("declared", [True, False])
def test_an_oversized_film(sandbox: Any, film: str, declared: bool) -> None:
    """A download may be of any size, said at once or found out on the way."""
    spoil(sandbox, "oversize", size=3_000_000, declared=declared)
    answer = httpx.get(film)

    assert (len(answer.content), answer.headers.get("content-length")) == (
        3_000_000,
        "3000000" if declared else None,
    )
    assert answer.content[4:8] == b"ftyp"


def test_a_film_of_another_length(sandbox: Any, film: str) -> None:
    """A whole and playable film may have a length nobody asked for; the next download is the right one."""
    right = seconds_of(httpx.get(film).content)
    spoil(sandbox, "other_length", seconds=0.5)

    assert seconds_of(httpx.get(film).content) == pytest.approx(0.5, abs=0.15)
    assert seconds_of(httpx.get(film).content) == right


def test_a_redirect_elsewhere(sandbox: Any, film: str) -> None:
    """A download, like any other request, may be sent to another host."""
    spoil(sandbox, "redirect", location="http://169.254.169.254/latest")
    sandbox.order(do="redirect", status=307)
    answer = httpx.get(film)

    assert (answer.status_code, answer.headers["location"]) == (302, "http://169.254.169.254/latest")
    assert sandbox.create().status_code == 307
    assert len(sandbox.tasks()) == 1

"""The client from a request to a file: following a generation, and downloads that are whole or not there."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.client import (
    ContinuityClient,
    ContinuityError,
    DigestMismatch,
    LocalFailure,
    Manners,
    OutcomeUnknown,
    StillRunning,
)
from tests.api.cli import cards
from tests.api.cli.scripted_http import DROPPED, Reply, Script, refuses, says, scripted

FILM = b"film" * 100_000


@pytest.fixture
def server() -> Iterator[Script]:
    with scripted() as script:
        yield script


@pytest.fixture
def client(server: Script) -> Iterator[ContinuityClient]:
    """Its clock moves on by ten seconds whenever somebody looks at it."""
    seconds = itertools.count(0, 10)
    manners = Manners(sleep=lambda _: None, clock=lambda: float(next(seconds)), make_key=lambda: "k")
    with ContinuityClient(server.url, "secret", manners=manners) as made:
        yield made


def film(body: bytes = FILM, *, digest_of: bytes = FILM, cut: int | None = None) -> Reply:
    digest = base64.b64encode(hashlib.sha256(digest_of).digest()).decode()
    return Reply(200, body, {"Content-Digest": f"sha-256=:{digest}:"}, cut=cut)


def test_a_generation_is_followed_to_its_end(server: Script, client: ContinuityClient) -> None:
    """Every look is heard, and the end is answered whatever it is."""
    server.will(
        says(cards.generation()),
        DROPPED,
        says(cards.generation(waiting_for="the film is fetched")),
        says(cards.generation(stage="ended", outcome="failed", reason="too dark")),
    )
    heard: list[str] = []

    ended = client.wait_for_generation("g", lambda answer: heard.append(answer.waiting_for))

    assert (ended.outcome, ended.reason) == ("failed", "too dark")
    assert heard[:2] == ["task 1 is processing", "the film is fetched"]
    assert server.asked[0].query == {"wait": "2"}


def test_an_outcome_that_stays_unknown_is_named(server: Script, client: ContinuityClient) -> None:
    """When nobody has known the outcome for as long as the caller is patient, submission and external id are named."""
    server.will(says(cards.generation(submission_card=cards.submission(state="unknown"))))

    with pytest.raises(OutcomeUnknown) as unknown:
        client.wait_for_generation("g", patience=30)

    assert unknown.value.submission == cards.an_id("submission")
    assert cards.submission()["external_task_id"] in unknown.value.message
    assert len(server.asked) == 4


def test_who_may_decide_is_told_how(server: Script, client: ContinuityClient) -> None:
    """When a paid call waits for a person, the hint names the command that decides, not a state it has left."""
    server.will(says(cards.generation(submission_card=cards.submission(state="quarantined"))))

    with pytest.raises(OutcomeUnknown) as unknown:
        client.wait_for_generation("g", patience=30)

    assert f"continuity submissions resolve {cards.an_id('submission')}" in unknown.value.hint


def test_an_unknown_outcome_may_be_found(server: Script, client: ContinuityClient) -> None:
    """An outcome that is known again in time is followed on, and patience starts anew."""
    unknown = says(cards.generation(submission_card=cards.submission(state="unknown")))
    ended = says(cards.generation(stage="ended", outcome="delivered", clip=cards.an_id("clip")))
    server.will(unknown, unknown, says(cards.generation()), unknown, unknown, ended)

    assert client.wait_for_generation("g", patience=20).clip == cards.an_id("clip")


def test_the_callers_own_limit_ends_the_following(server: Script, client: ContinuityClient) -> None:
    """A limit of the caller's stops the following and says that the generation goes on."""
    server.will(says(cards.generation()))

    with pytest.raises(StillRunning, match="submitting"):
        client.wait_for_generation(cards.an_id("generation"), timeout=25)


def test_a_clip_arrives_whole(server: Script, client: ContinuityClient, tmp_path: Path) -> None:
    """A download cut short is fetched again, and only the whole file appears."""
    server.will(film(cut=1000), film())

    written = client.download_clip("c", tmp_path / "take.mp4", receipt=False)

    assert written.read_bytes() == FILM
    assert [entry.name for entry in tmp_path.iterdir()] == ["take.mp4"]


def test_a_clip_brings_its_receipt(server: Script, client: ContinuityClient, tmp_path: Path) -> None:
    """The receipt lies beside the file; one that is refused is told, and the clip is there all the same."""
    server.will(film(), film(), film(), refuses(409, "log-forked"))

    client.download_clip("c", tmp_path / "take.mp4")
    with pytest.raises(ContinuityError, match="log-forked"):
        client.download_clip("c", tmp_path / "other.mp4")

    names = {entry.name for entry in tmp_path.iterdir()}
    assert names == {"take.mp4", "take.mp4.receipt.json", "other.mp4"}


@pytest.mark.parametrize(
    "answer",
    [film(digest_of=b"other"), Reply(200, FILM), Reply(200, FILM, {"Content-Digest": "md5=:AAAA:"})],
    ids=["other bytes", "no digest", "another digest"],
)
def test_bytes_that_are_not_vouched_for_are_not_kept(
    server: Script, client: ContinuityClient, tmp_path: Path, answer: Reply
) -> None:
    """A digest that differs or is missing is an error; no file is left, and one that was there stays as it was."""
    target = tmp_path / "take.mp4"
    target.write_bytes(b"before")
    server.will(answer)

    with pytest.raises(DigestMismatch):
        client.download_clip("c", target)

    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("take.mp4", b"before")]


def test_a_refused_download_says_why(server: Script, client: ContinuityClient, tmp_path: Path) -> None:
    """A problem document in answer to a download is read like any other, and leaves nothing."""
    server.will(refuses(404, "not-found", detail="there is no clip c"))

    with pytest.raises(ContinuityError, match="there is no clip c"):
        client.download_clip("c", tmp_path / "take.mp4")

    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(
    server: Script, client: ContinuityClient, tmp_path: Path
) -> None:
    """A folder that is not there is an error of this machine, not of the service."""
    server.will(film())

    with pytest.raises(LocalFailure, match="cannot be written"):
        client.download_clip("c", tmp_path / "absent" / "take.mp4")


def test_a_preview_changes_nothing(server: Script, client: ContinuityClient) -> None:
    """A preview carries no key: it can be asked any number of times."""
    server.will(says({"sendable": False}))

    assert not client.preview_generation({"scene": "s"}).sendable
    assert server.asked[0].key is None

"""The proof of a log over HTTP: what the service hands out holds without the service."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.checkpointing.rounds import rounds_of
from api.cli.root import cli
from api.client import ContinuityClient, LogWatch
from registry.events.ids import SYSTEM_LOG
from registry.proof.note import Note, VerifierKey, open_checkpoint
from registry.proof.tree import check_consistency, check_inclusion
from tests.api.served.serving import Served, png, problem, running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Served]:
    with running(folder, CONTINUITY_LOG_ORIGIN="films.example", CONTINUITY_CHECKPOINT_EVENTS="5") as started:
        for name in ("Mina", "Jun", "Sora"):
            started.made("/v1/characters", {"name": name, "depicts": "fictional"})
        yield started


def keys(service: Served) -> list[VerifierKey]:
    listed = service.get("/v1/log/keys").json()["items"]
    return [VerifierKey.parse(one["key"]) for one in listed]


def test_a_checkpoint_is_a_note_that_others_can_read(service: Served) -> None:
    """Plain text as C2SP writes it, under the studio's name, opened with the key that the service publishes."""
    answer = service.get("/v1/log/checkpoint")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    checkpoint = open_checkpoint(answer.content, keys(service))
    assert checkpoint.origin == f"films.example/{service.continuity.studio}"
    assert service.get("/v1/log/checkpoint", params={"size": checkpoint.size}).content == answer.content


def test_proofs_hold_without_the_service(service: Served) -> None:
    """Each event is under a checkpoint, and an older checkpoint is the beginning of a newer one."""
    old = open_checkpoint(service.get("/v1/log/checkpoint").content, keys(service))
    service.made("/v1/characters", {"name": "Hana", "depicts": "fictional"})
    head = service.position()
    note = service.get("/v1/log/checkpoint", params={"covering": head}).content
    new = open_checkpoint(note, keys(service))
    assert new.size == head > old.size
    proof = service.get("/v1/log/proof/consistency", params={"old": old.size, "new": new.size}).json()
    path = [b64decode(one) for one in proof["path"]]
    assert check_consistency(old.size, new.size, path, old.root, new.root)
    for event in service.get("/v1/events").json()["items"]:
        told = service.get("/v1/log/proof/inclusion", params={"position": event["position"]}).json()
        path = [b64decode(one) for one in told["path"]]
        assert b64decode(told["leaf_hash"]).hex() == event["leaf_hash"]
        assert check_inclusion(
            bytes.fromhex(event["leaf_hash"]), event["position"] - 1, told["size"], path, new.root
        )
        assert told["checkpoint"].encode() == note


def test_the_client_watches(service: Served, tmp_path: Path) -> None:
    """The Python client follows the log and every event in it, over processes, by a file."""
    with ContinuityClient(service.url, service.key) as client:
        for _ in range(2):
            watch = LogWatch(client, file=tmp_path / "seen.json")
            assert watch.look(covering=service.position()).size == service.position()
            service.made("/v1/characters", {"name": "Another", "depicts": "fictional"})
        for event in client.events():
            watch.check_event(event)


def test_what_is_not_there_is_told(service: Served) -> None:
    """Positions that the log has not reached, sizes of which nothing is kept, trees the wrong way round."""
    for path, asked in (
        ("checkpoint", {"covering": 10_000}),
        ("checkpoint", {"size": 10_000}),
        ("proof/inclusion", {"position": 10_000}),
        ("proof/consistency", {"old": 1, "new": 10_000}),
    ):
        problem(service.get(f"/v1/log/{path}", params=asked), 404, "not-found")
    problem(service.get("/v1/log/proof/consistency", params={"old": 2, "new": 1}), 422, "invalid-request")
    first = open_checkpoint(service.get("/v1/log/checkpoint").content, keys(service))
    asked = {"position": first.size, "size": 0}
    problem(service.get("/v1/log/proof/inclusion", params=asked), 404, "not-found")


def test_the_system_log_is_under_checkpoints_too(service: Served) -> None:
    """Keys and studios are proven like everything else; the change of key stands in it."""
    note = Note.parse(service.get("/v1/log/checkpoint", params={"log": "system"}).content)
    listed = service.get("/v1/log/keys", params={"log": "system"}).json()["items"]
    opened = open_checkpoint(note, [VerifierKey.parse(one["key"]) for one in listed])
    assert opened.origin == f"films.example/{SYSTEM_LOG}"


def test_a_worker_makes_what_is_due(service: Served) -> None:
    """After so many events as the settings say, and not before."""
    rounds, checkpoints = rounds_of(service.continuity), service.continuity.checkpoints
    studio = service.continuity.studio
    size = checkpoints.make(studio).checkpoint.size
    for number in range(5):
        rounds.look()
        kept = checkpoints.newest(studio)
        assert kept is not None
        assert kept.checkpoint.size == size
        service.made("/v1/characters", {"name": f"n{number}", "depicts": "fictional"})
    rounds.look()
    kept = checkpoints.newest(studio)
    assert kept is not None
    assert kept.checkpoint.size == service.position()


def test_an_erased_person_breaks_no_proof(service: Served, folder: Path, tmp_path: Path) -> None:
    """A checkpoint that was held before somebody was erased still proves the log, from outside: exit code 0."""
    who = service.made("/v1/characters", {"name": "Hana", "depicts": "real_person"})["id"]
    face = service.upload(png()).json()["id"]
    service.made(f"/v1/characters/{who}/references", {"asset": face, "role": "frontal"})
    likeness = service.made("/v1/likenesses", {"name": "Hana Kim", "minor": False})["id"]
    service.made(f"/v1/characters/{who}/likeness", {"likeness": likeness})
    held, known = tmp_path / "held.checkpoint", tmp_path / "keys.txt"
    held.write_text(service.get("/v1/log/checkpoint", params={"covering": service.position()}).text)
    known.write_text("\n".join(map(str, keys(service))))
    assert service.post(f"/v1/likenesses/{likeness}/erase", {"basis": "request"}).status_code in (200, 202)

    given = ["--checkpoint-file", str(held), "--public-key", str(known), "--json"]
    database = str(folder / "continuity.sqlite")
    report = CliRunner().invoke(cli, ["verify", "--database", database, *given], obj={})
    assert (report.exit_code, json.loads(report.stdout)["verdict"]) == (0, "good"), report.output
    served = ["verify", "--service", "--url", service.url, "--key", service.key, *given]
    report = CliRunner().invoke(cli, served, obj={})
    assert (report.exit_code, json.loads(report.stdout)["verdict"]) == (0, "good"), report.output


def test_the_service_looks_through_its_own_log(service: Served) -> None:
    """What a verifier would find, and what is missing from the record; for auditors."""
    service.continuity.checkpoints.make(service.continuity.studio)
    found = service.get("/v1/log/verify").json()
    assert (found["verdict"], found["events"], found["findings"]) == ("good", service.position(), [])
    assert service.get("/v1/log/completeness").json()["complete"] is True
    service.made("/v1/accounts", {"name": "main", "region": "singapore"})
    missing = service.get("/v1/log/completeness").json()["missing"]
    assert [one["kind"] for one in missing] == ["reconciliation"]


def test_a_repeated_wish_makes_no_other_checkpoint(service: Served) -> None:
    """Under the same key the first answer comes again, however far the log has gone since."""
    key = {"Idempotency-Key": "one-checkpoint"}
    first = service.post("/v1/log/checkpoints", headers=key)
    service.made("/v1/characters", {"name": "One more", "depicts": "fictional"})
    again = service.post("/v1/log/checkpoints", headers=key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert service.post("/v1/log/checkpoints").json()["size"] == first.json()["size"] + 1

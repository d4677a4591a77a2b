"""Erasing a person over HTTP: who may, what is answered, and that no word of them is left in any file of the service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from click.testing import CliRunner

from api.auth import issue_key
from api.cli.root import cli
from registry.deciders.likeness import RegisterLikeness
from registry.deciders.portrayal import LinkLikeness
from registry.events.envelope import Context
from tests.api.served.serving import Served, png, problem, running

BODY = {"basis": "request"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Served]:
    with running(folder) as started:
        yield started


@pytest.fixture(scope="module")
def officer(service: Served) -> dict[str, str]:
    """The header of a key that may erase."""
    at = service.continuity
    key = issue_key(at.registry, at.studio, "officer", roles=("consent_officer",))
    return {"Authorization": f"Bearer {key}"}


class Sora:
    """A real person with a picture, made anew for each test; `word` is in all that is said of her."""

    def __init__(self, service: Served) -> None:
        self.word, self.picture = f"canary-{token_hex(8)}", png()
        self.uploaded = {"Idempotency-Key": f"upload-{token_hex(8)}"}
        answer = service.upload(self.picture, headers=self.uploaded, params={"label": self.word})
        self.asset = str(answer.json()["id"])
        made = {"name": self.word, "description": self.word, "depicts": "real_person"}
        self.character = str(service.made("/v1/characters", made)["id"])
        reference = {"asset": self.asset, "role": "frontal"}
        assert service.post(f"/v1/characters/{self.character}/references", reference).status_code == 200
        registry, studio = service.continuity.registry, service.continuity.studio
        self.likeness = registry.make_id("likeness")
        registry.handle(
            studio,
            [
                RegisterLikeness(stream=self.likeness, name=self.word, minor=False),
                LinkLikeness(stream=self.character, likeness=self.likeness),
            ],
            context=Context("key_test"),
        )
        self.address = f"/v1/likenesses/{self.likeness}"


def without_the_role(service: Served) -> dict[str, str]:
    at = service.continuity
    return {"Authorization": f"Bearer {issue_key(at.registry, at.studio, 'intern', roles=('approver',))}"}


@pytest.fixture
def sora(service: Served) -> Sora:
    return Sora(service)


def traces(folder: Path, word: str) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def test_a_person_goes(service: Served, folder: Path, sora: Sora, officer: dict[str, str]) -> None:
    """After the answer no file of the service holds a word of hers, and her picture is gone: 410 from then on."""
    assert traces(folder, sora.word)

    answer = service.post(f"{sora.address}/erase", BODY, headers=officer)

    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["assets"]) == ("erased", [sora.asset])
    assert traces(folder, sora.word) == []
    problem(service.get(f"/v1/assets/{sora.asset}/content"), 410, "bytes-erased")
    problem(service.get(f"/v1/assets/{sora.asset}/thumbnail"), 410, "bytes-erased")
    card = service.get(f"/v1/characters/{sora.character}").json()
    assert (card["name"], card["erased"], card["retired"]) == ("(erased)", True, True)
    assert service.get(f"{sora.address}/erasure").json() == answer.json()
    assert service.get("/v1/events?limit=500").status_code == 200
    assert service.get(f"/v1/lineage/{sora.character}").json()["edges"]


def test_erasing_twice(service: Served, sora: Sora, officer: dict[str, str]) -> None:
    """The same request again is the same answer; another one is refused, with the record's address."""
    key = officer | {"Idempotency-Key": f"erase-{token_hex(8)}"}
    first = service.post(f"{sora.address}/erase", BODY, headers=key)
    assert service.post(f"{sora.address}/erase", BODY, headers=key).content == first.content

    refused = service.post(f"{sora.address}/erase", BODY, headers=officer)

    problem(refused, 409, "already-erased")
    assert f"{sora.address}/erasure" in refused.json()["hint"]


def test_who_may_erase(service: Served, sora: Sora, officer: dict[str, str]) -> None:
    """Without the role nobody is erased; a body, an id or a basis that makes no sense is said."""
    problem(
        service.post(f"{sora.address}/erase", BODY, headers=without_the_role(service)), 403, "role-missing"
    )
    problem(service.post(f"{sora.address}/erase", {"basis": "whim"}, headers=officer), 422, "invalid-request")
    problem(service.post("/v1/likenesses/likeness_x/erase", BODY, headers=officer), 404, "not-found")
    problem(service.get(f"{sora.address}/erasure"), 404, "not-found")
    assert service.get(f"/v1/assets/{sora.asset}/content").status_code == 200


def test_repeats_after_an_erasure(service: Served, sora: Sora, officer: dict[str, str]) -> None:
    """A request answered before the erasure does not happen again, and its answer, with her name in it, is not told."""
    service.post(f"{sora.address}/erase", BODY, headers=officer)

    again = service.upload(sora.picture, headers=sora.uploaded, params={"label": sora.word})

    problem(again, 410, "answer-erased")


def test_her_picture_is_new(service: Served, sora: Sora, officer: dict[str, str]) -> None:
    """The same bytes are registered as new: nobody can tell from us that they were here."""
    assert service.upload(sora.picture).status_code == 200
    service.post(f"{sora.address}/erase", BODY, headers=officer)

    again = service.upload(sora.picture)

    assert again.status_code == 201
    assert again.json()["id"] != sora.asset


def test_clips_that_are_not(service: Served, sora: Sora, officer: dict[str, str]) -> None:
    """A decision about a clip needs the role, a clip and a reason."""
    clip = service.continuity.registry.make_id("clip")
    verdict = {"decision": "erase", "likeness": sora.likeness, "reason": "as she asked"}
    refused = service.post(f"/v1/clips/{clip}/decide", verdict, headers=without_the_role(service))
    problem(refused, 403, "role-missing")
    problem(service.post(f"/v1/clips/{clip}/decide", verdict, headers=officer), 404, "not-found")
    silent = {"decision": "erase"}
    problem(service.post(f"/v1/clips/{clip}/decide", silent, headers=officer), 422, "invalid-request")


def test_by_command_line(service: Served, sora: Sora, officer: dict[str, str]) -> None:
    """The command asks for a plain yes first; then it shows the record."""
    where = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": officer["Authorization"].partition(" ")[2]}
    asked = ["likenesses", "erase", sora.likeness, "--basis", "law"]

    assert "--yes" in CliRunner().invoke(cli, asked, obj=where).stderr
    done = CliRunner().invoke(cli, [*asked, "--yes", "--json"], obj=where)

    assert done.exit_code == 0, done.output
    assert '"state":"erased"' in done.stdout
    shown = CliRunner().invoke(cli, ["likenesses", "erasure", sora.likeness, "--json"], obj=where)
    assert shown.stdout == done.stdout

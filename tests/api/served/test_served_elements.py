"""Elements over HTTP and on the command line: adopted from a file, counted, retired and deleted, against a real provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli.root import cli
from generation.sandbox.accounts import DEFAULT_ACCOUNT, PRESET_ELEMENTS, SECOND_ACCOUNT
from tests.api.served.serving import Served, problem, running
from tests.servers.library import Console
from tests.servers.sandbox import Sandbox, sandbox
from tests.servers.world import KEYS, new_id

MINA, JUN, HANEUL = (DEFAULT_ACCOUNT.elements[number].element_id for number in (0, 1, 2))


@pytest.fixture(scope="module")
def kling() -> Iterator[Sandbox]:
    with sandbox("--no-media") as provider:
        yield provider


@pytest.fixture(scope="module")
def console(kling: Sandbox) -> Iterator[Console]:
    opened = Console(kling)
    yield opened
    opened.close()


@pytest.fixture
def service(kling: Sandbox, tmp_path: Path) -> Iterator[Served]:
    keys = {"KLING_ACCESS_KEY": KEYS.access_key, "KLING_SECRET_KEY": KEYS.secret_key, "KLING_API_KEY": ""}
    with running(tmp_path / "data", KLING_BASE_URL=kling.url, **keys) as started:
        yield started


@pytest.fixture
def account(service: Served) -> str:
    return str(service.made("/v1/accounts", {"name": "main", "region": "sandbox"})["id"])


@pytest.fixture
def mina(service: Served) -> str:
    return introduced(service, "Mina")


def introduced(service: Served, name: str) -> str:
    return str(service.made("/v1/characters", {"name": name, "depicts": "fictional"})["id"])


def adopted(service: Served, account: str, character: str, element_id: int, **said: Any) -> dict[str, Any]:
    body = {"element_id": element_id, "account": account, "character": character, **said}
    return service.made("/v1/elements", body)


def command(service: Served, *arguments: object) -> Result:
    environment = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": service.key, "HOME": "/nonexistent"}
    return CliRunner().invoke(cli, [str(one) for one in arguments], obj=environment)


def listed(service: Served) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = service.get("/v1/elements").json()["items"]
    return items


def test_a_census_over_http(service: Served, account: str, mina: str) -> None:
    """It is taken once per key, is the newest of its account until the next, and marks what it misses."""
    gone = adopted(service, account, mina, SECOND_ACCOUNT.elements[0].element_id)
    there = adopted(service, account, mina, MINA)
    once = {"Idempotency-Key": "census-1"}

    made = service.post("/v1/elements/census", {}, headers=once)
    again = service.post("/v1/elements/census", {}, headers=once)

    report = made.json()
    assert (made.status_code, again.json()) == (201, report)
    assert made.headers["location"] == f"/v1/elements/census?account={account}"
    (missing,) = [one for one in report["findings"] if one["subject"] == gone["id"]]
    assert (missing["id"], missing["actions"][0]) == (f"missing:{gone['id']}", "remint")
    assert service.get("/v1/elements/census", params={"account": account}).json()["items"] == [report]
    newest = service.made("/v1/elements/census", {"account": account})
    assert [one["id"] for one in service.get("/v1/elements/census").json()["items"]] == [newest["id"]]
    assert [(card["lost"], card["live"]) for card in listed(service)] == [("missing", False), (None, True)]
    assert service.get(f"/v1/elements/{there['id']}").json()["stale"] is None


def test_a_census_of_nothing_is_refused(service: Served) -> None:
    """No account, an unknown one, and a field that is none are each told."""
    problem(service.post("/v1/elements/census", {}), 422, "invalid")
    service.made("/v1/accounts", {"name": "main", "region": "sandbox"})
    problem(service.post("/v1/elements/census", {"account": new_id("account")}), 404, "not-found")
    problem(service.post("/v1/elements/census", {"deep": True}), 422, "invalid-request")


def test_an_outage_is_named(service: Served, account: str, kling: Sandbox) -> None:
    """A provider that answers no list is a 503, and nothing is recorded."""
    kling.order(on="list", do="drop_before_accept", times=12)

    problem(service.post("/v1/elements/census", {"account": account}), 503, "kling-unreachable")

    assert service.get("/v1/elements/census").json()["items"] == []


def test_deletion_over_http(service: Served, account: str, mina: str, console: Console) -> None:
    """Retired first, then deleted at the provider, then noted; a repeat with the same key is the same answer."""
    element_id = console.make("Short-lived")
    path = f"/v1/elements/{adopted(service, account, mina, element_id)['id']}"
    once = {"Idempotency-Key": "delete-1"}

    first = service.post(f"{path}/retire", {"reason": "old", "delete": True}, headers=once)

    assert (first.status_code, first.json()["retired"]) == (200, True)
    assert console.status(element_id) == "deleted"
    assert service.get(path).json()["deleted"]
    again = service.post(f"{path}/retire", {"reason": "old", "delete": True}, headers=once)
    assert again.json() == first.json()
    problem(service.post(f"{path}/retire", {"reason": "old", "delete": True}), 409, "already-retired")


@pytest.mark.parametrize("element_id", [PRESET_ELEMENTS[0].element_id, SECOND_ACCOUNT.elements[1].element_id])
def test_what_is_not_ones_own_is_not_deleted(
    service: Served, account: str, mina: str, element_id: int
) -> None:
    """Presets and foreign ids are refused by R59, and are not retired either; retiring them without delete works."""
    path = f"/v1/elements/{adopted(service, account, mina, element_id)['id']}"

    refusal = problem(service.post(f"{path}/retire", {"reason": "old", "delete": True}), 409, "cannot-delete")

    assert "R59" in refusal["detail"]
    assert service.get(path).json()["retired"] is False
    assert service.post(f"{path}/retire", {"reason": "old"}).json()["retired"] is True


def test_a_file_is_adopted_once(service: Served, account: str, mina: str, tmp_path: Path) -> None:
    """CSV and JSON, ids as numbers or text, by name or id; the same file again adopts nothing twice."""
    jun = introduced(service, "Jun")
    table, items = tmp_path / "elements.csv", tmp_path / "elements.json"
    table.write_text(f"element_id,character,made_from\n{MINA}, mina ,image\n{JUN},{jun},\n")
    items.write_text(json.dumps([{"element_id": str(HANEUL), "character": "Mina", "account": account}]))

    first, again = (command(service, "elements", "adopt", "--file", table, "--json") for _ in range(2))
    third = command(service, "elements", "adopt", "--file", items)

    assert [row["verdict"] for row in json.loads(first.stdout)] == ["adopted"] * 2, first.output
    assert [row["verdict"] for row in json.loads(again.stdout)] == ["known already"] * 2
    assert (third.exit_code, "item 1" in third.stdout) == (0, True), third.output
    cards = [(card["element_id"], card["character"], card["made_from"]) for card in listed(service)]
    assert cards == [(MINA, mina, "image"), (JUN, jun, None), (HANEUL, mina, None)]


def test_every_bad_row_is_named_and_nothing_adopted(
    service: Served, account: str, mina: str, tmp_path: Path
) -> None:
    """Each row's line and reason come at once, and the good rows among them wait for the rest."""
    adopted(service, account, introduced(service, "Ara"), JUN)
    rows = [
        f"{MINA},mina,",
        f"{2**63},mina,",
        "12.5,mina,",
        f"{HANEUL},bob,",
        f"{HANEUL},mina,winter",
        f"{MINA},mina,",
        f"{JUN},mina,",
        ",mina,",
        f"{HANEUL},{mina[:-1]}{'0' if mina[-1] != '0' else '1'},",
    ]
    file = tmp_path / "elements.csv"
    file.write_text("element_id,character,look\n" + "\n".join(rows) + "\n")

    refused = command(service, "elements", "adopt", "--file", file, "--json")

    told = {error["path"]: error["message"] for error in json.loads(refused.stderr)["errors"]}
    assert refused.exit_code != 0
    assert list(told) == [f"line {number}" for number in range(3, 11)]
    words = {3: "64-bit", 4: "64-bit", 5: "'bob'", 6: "winter", 7: "line 2", 8: "which shows", 9: "missing"}
    assert all(said in told[f"line {line}"] for line, said in words.items()), told
    assert [card["element_id"] for card in listed(service)] == [JUN]


NO_LISTS = [
    (b"", "no-header"),
    (b"element_id,character\n", "no-rows"),
    (b"id,character\n1,mina\n", "no-header"),
    (b"\xff\xfe1", "not-csv"),
    (b"[1, 2]", "not-a-list"),
    (b'{"element_id": 1}', "not-a-list"),
    (b'[{"element_id": 1, "element_id": 2}]', "invalid-request"),
    (b"[", "not-json"),
]


def test_a_file_that_is_none(service: Served, tmp_path: Path) -> None:
    """What is no list of elements is refused by name, with what it should be."""
    file = tmp_path / "elements"
    for content, code in NO_LISTS:
        file.write_bytes(content)

        refused = command(service, "elements", "adopt", "--file", file, "--json")

        assert json.loads(refused.stderr)["code"] == code, content
    assert listed(service) == []


def test_the_census_on_the_command_line(service: Served, account: str, mina: str, console: Console) -> None:
    """A table with subjects and actions, exit 1 while something needs a person; --last asks nobody again."""
    element_id = console.make("Cut")
    lost = adopted(service, account, mina, element_id)["id"]
    console.delete(element_id)

    taken = command(service, "elements", "census")
    last = command(service, "elements", "census", "--last", "--json")

    assert taken.exit_code == last.exit_code == 1, taken.output
    assert lost in taken.stdout
    assert "remint, adopt, retire" in taken.stdout
    (report,) = json.loads(last.stdout)
    assert report["counts"]["deleted"] == 1
    assert "lost (deleted)" in command(service, "elements", "list").stdout
    retired = command(service, "elements", "retire", lost, "--reason", "it is gone", "--delete", "--json")
    assert json.loads(retired.stdout)["deleted"] is True, retired.output
    assert command(service, "elements", "census").exit_code == 0

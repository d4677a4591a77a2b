"""Slots, holds and the queue over HTTP and on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli.root import cli
from tests.api.served.serving import Served, problem

SHOT = {"action": "A lantern drifts over a river."}


@pytest.fixture
def asked(service: Served, production: str) -> dict[str, Any]:
    """A generation that waits, as nobody works."""
    card: dict[str, Any] = service.post("/v1/generations", {"production": production, **SHOT}).json()
    return card


def command(service: Served, *arguments: str) -> Result:
    known = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": service.key, "HOME": "/nonexistent"}
    result = CliRunner().invoke(cli, list(arguments), obj=known)
    assert result.exit_code == 0, result.output
    return result


def test_slots_are_set_and_shown(service: Served, account: str, asked: dict[str, Any]) -> None:
    """Slots of a model are what was last said, else the setting's; the answer says how many are in use."""
    path = f"/v1/accounts/{account}/slots"
    [lane] = service.get(path).json()["lanes"]
    assert (lane["model"], lane["slots"], lane["open"]) == (asked["model"], 5, 0)

    said = service.change("PUT", path, {"model": asked["model"], "slots": 3, "pack": "trial"})
    assert (said.status_code, said.json()["slots"]) == (200, {asked["model"]: 3})
    assert [lane["slots"] for lane in service.get(path).json()["lanes"]] == [3]
    problem(service.change("PUT", path, {"model": "m", "slots": -1}), 422, "invalid-request")
    problem(service.get("/v1/accounts/account_01jd0000000000000000000009/slots"), 404, "not-found")


def test_a_person_holds_and_resumes(service: Served, account: str, asked: dict[str, Any]) -> None:
    """A hold shows in the account, in the queue and as an alarm, and ends with the resumption; both are events."""
    path, before = f"/v1/accounts/{account}", service.position()
    held = service.made(f"{path}/hold", {"scope": "sending", "reason": "budget meeting"})
    assert [(hold["scope"], hold["by"]) for hold in held["holds"]] == [("sending", "person")]
    queue = service.get("/v1/queue").json()
    assert {item["code"] for item in queue["items"] if item["id"] == asked["id"]} == {"hold"}
    assert [alarm["code"] for alarm in queue["alarms"]] == ["account-held"]

    resumed = service.made(f"{path}/resume", {"scope": "sending", "reason": "approved"})
    assert (resumed["holds"], service.get("/v1/queue").json()["alarms"]) == ([], [])
    events = service.get("/v1/events", params={"after": before}).json()["items"]
    assert [event["type"] for event in events] == ["AccountHeld", "AccountResumed"]


@pytest.mark.parametrize("body", [{"scope": "model", "reason": "why"}, {"model": "m", "reason": "why"}])
def test_a_model_goes_with_its_scope(service: Served, account: str, body: dict[str, Any]) -> None:
    """A hold of a model names it, and no other hold does; nothing is written otherwise."""
    before = service.position()
    problem(service.post(f"/v1/accounts/{account}/hold", body), 422, "invalid")
    assert service.position() == before


def test_the_queue_over_http(service: Served, production: str, asked: dict[str, Any]) -> None:
    """The queue is paged and filtered; an unknown filter is refused by name."""
    page = service.get("/v1/queue", params={"production": production, "limit": 1})
    assert page.status_code == 200, page.text
    assert len(page.json()["items"]) == 1
    everything = service.get("/v1/queue").json()
    [mine] = [item for item in everything["items"] if item["id"] == asked["id"]]
    assert (mine["code"], mine["no_estimate"]) == ("turn", "no measurement yet")
    assert service.get("/v1/queue", params={"scene": "scene_none"}).json()["items"] == []
    problem(service.get("/v1/queue", params={"shot": "x"}), 422, "invalid-request")


def test_the_commands(service: Served, account: str, asked: dict[str, Any]) -> None:
    """`accounts hold`, `resume`, `slots` and `queue` say in the terminal what the service says."""
    command(service, "accounts", "hold", account, "--scope", "everything", "--reason", "audit")
    assert "everything of" in command(service, "queue").stdout
    command(service, "accounts", "resume", account, "--scope", "everything", "--reason", "done")
    command(service, "accounts", "slots", account, "--model", asked["model"], "--set", "4")
    assert asked["model"] in command(service, "accounts", "slots", account).stdout
    shown = json.loads(command(service, "queue", "--json").stdout)
    assert asked["id"] in [item["id"] for item in shown["items"]]
    assert shown["lanes"][0]["slots"] == 4

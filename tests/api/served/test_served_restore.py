"""A restored database over HTTP and on the command line: told in the queue, compared, accepted by an approver, sent again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from api.auth import issue_key
from api.cli.root import cli
from api.client import ContinuityClient
from generation.worker import Worker
from registry.log.marks import Mark
from tests.api.served.serving import Served, problem, running
from tests.servers.sandbox import Sandbox, sandbox
from tests.servers.world import ALONE, KEYS, new_id, wall

ACCEPT = "/v1/reconciliations/accept-restore"
BODY = {"reason": "compared, and nothing waits that is made already"}


@pytest.fixture(scope="module", name="kling")
def kling_fixture() -> Iterator[Sandbox]:
    with sandbox("--no-media") as started:
        yield started


@pytest.fixture(scope="module", name="service")
def service_fixture(kling: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = {
        "KLING_BASE_URL": kling.url,
        "KLING_API_KEY": "",
        "KLING_ACCESS_KEY": KEYS.access_key,
        "KLING_SECRET_KEY": KEYS.secret_key,
        "CONTINUITY_HOLD_FIRST_SECONDS": "300",
    }
    with running(tmp_path_factory.mktemp("service"), **settings) as started:
        started.made("/v1/accounts", {"name": "main", "region": "sandbox"})
        yield started


@pytest.fixture(scope="module", name="account")
def account_fixture(service: Served) -> str:
    [known] = service.get("/v1/accounts").json()["items"]
    return str(known["id"])


@pytest.fixture(name="mark")
def mark_fixture(service: Served) -> Iterator[Mark]:
    """The mark of something that this log does not hold, as after a restore; gone with the test."""
    mark = Mark(position=10**6, event_id=new_id("event"), recorded_at=wall())
    folder = service.continuity.settings.marks_folder
    service.continuity.marks.advance(service.continuity.studio, mark)
    yield mark
    (folder / f"{service.continuity.studio}.json").unlink()


def command(service: Served, *arguments: str) -> Result:
    environment = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": service.key, "HOME": "/nonexistent"}
    return CliRunner().invoke(cli, list(arguments), obj=environment)


def asked(service: Served, account: str) -> str:
    production = service.made("/v1/productions", {"name": "Café", "account": account})["id"]
    answer = service.post("/v1/generations", {"production": production, **ALONE})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def work(service: Served) -> None:
    worker = Worker(service.continuity.desk(), owner="w", sleep=time.sleep)
    while worker.work_once():
        pass


def queued(service: Served, generation: str) -> dict[str, Any]:
    page = service.get("/v1/queue").json()
    [mine] = [one for one in page["items"] if one["id"] == generation]
    return {"restored": page["restored"], **{name: mine[name] for name in ("code", "why", "submission")}}


def accept(service: Served, body: dict[str, Any] = BODY, **options: Any) -> httpx.Response:
    return service.post(ACCEPT, body, **options)


def test_a_restore_is_told_compared_and_accepted(service: Served, account: str, mark: Mark) -> None:
    """The queue says why nothing is sent; the account that was not compared is named; after that, an approver's word sends."""
    waiting = asked(service, account)
    work(service)
    told = queued(service, waiting)
    assert (told["code"], told["submission"]) == ("restored", None)
    assert told["why"] == told["restored"]["why"]
    assert (told["restored"]["position"], told["restored"]["event_id"]) == (mark.position, mark.event_id)

    refused = problem(accept(service), 409, "not-reconciled")
    assert account in refused["detail"]
    service.made("/v1/reconciliations", {"account": account})
    once = {"Idempotency-Key": f"accept-{mark.event_id}"}
    answer = accept(service, headers=once)

    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "id": f"restore_{mark.event_id.partition('_')[2]}",
        "position": mark.position,
        "event_id": mark.event_id,
        "sent_at": mark.recorded_at,
        "without": [],
        **BODY,
    }
    before = service.position()
    again = accept(service, headers=once)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (answer.json(), "true")
    assert problem(accept(service), 409, "nothing-restored")["state"] == "accepted"
    assert service.position() == before
    work(service)
    assert queued(service, waiting)["submission"] is not None
    assert queued(service, waiting)["restored"] is None


def test_accepting_is_an_approver_s_and_needs_a_restore(service: Served, account: str) -> None:
    """Without a restore there is nothing to accept, and another key may not try; a broken mark is told, and not accepted."""
    continuity = service.continuity
    plain = issue_key(continuity.registry, continuity.studio, "somebody")
    before = service.position()

    assert problem(accept(service), 409, "nothing-restored")["state"] == "whole"
    problem(accept(service, headers={"Authorization": f"Bearer {plain}"}), 403, "role-missing")
    file = continuity.settings.marks_folder / f"{continuity.studio}.json"
    file.write_text("{")
    broken = problem(accept(service), 409, "mark-unusable")
    stopped = service.get("/v1/queue").json()["restored"]
    file.unlink()

    assert file.name in broken["detail"]
    assert str(file.parent) not in json.dumps(broken) + json.dumps(stopped)
    assert (stopped["event_id"], file.name in stopped["why"]) == (None, True)
    assert service.position() == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid-request"),
        ({"reason": " "}, "invalid-request"),
        ({"reason": "ok"}, "invalid"),
        ({**BODY, "force": True}, "invalid-request"),
        ({**BODY, "without": "all"}, "invalid-request"),
        ({**BODY, "without": ["account_x"]}, "invalid-request"),
        ({**BODY, "without": ["account_01jd0000000000000000000000"]}, "invalid"),
    ],
)
def test_a_word_that_means_nothing_is_refused(
    service: Served, account: str, mark: Mark, body: dict[str, Any], code: str
) -> None:
    """A missing or short reason, strange fields and accounts that are none are refused, and nothing is written."""
    before = service.position()

    problem(accept(service, body), 422, code)
    assert service.position() == before


def test_an_account_that_cannot_be_compared_is_left_out(service: Served, account: str, mark: Mark) -> None:
    """Accounts that are named are not waited for, and the client says which; the log keeps them."""
    with ContinuityClient(service.url, service.key) as client:
        card = client.accept_restore("its key is gone", without=[account])

    assert card.without == (account,)
    [kept] = [one for one in _events(service) if one["body"]["event_id"] == mark.event_id]
    assert kept["body"] == {**card.model_dump(mode="json", exclude={"id"})}


def _events(service: Served) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.get("/v1/events", params={"type": "RestoreAccepted"}).json()[
        "items"
    ]
    return found


def test_the_command_line_compares_and_accepts(service: Served, account: str, mark: Mark) -> None:
    """`queue` says that nothing is sent, `reconcile` compares, and with `--accept-restore` it gives the word."""
    told = command(service, "queue")
    early = command(service, "reconcile", "--accept-restore", "--reason", "in a hurry")
    command(service, "reconcile")
    done = command(service, "reconcile", "--accept-restore", "--reason", "compared")

    assert (
        f"nothing is sent: this database is older than what was sent from it (mark {mark.event_id}"
        in told.stdout
    )
    assert early.exit_code != 0
    assert "not-reconciled" in early.stderr
    assert done.exit_code == 0, done.stderr
    assert mark.event_id in done.stdout
    assert "nothing is sent" not in command(service, "queue").stdout


@pytest.mark.parametrize(
    "flags",
    [
        ["--accept-restore"],
        ["--reason", "why"],
        ["--without", "account_x"],
        ["--accept-restore", "--reason", "why", "--account", "account_x"],
        ["--accept-restore", "--reason", "why", "--from", "2026-11-01"],
    ],
)
def test_flags_that_do_not_go_together(service: Served, flags: list[str]) -> None:
    """The word needs its reason and compares nothing; anything else is a wrong call, and nothing is written."""
    before = service.position()
    done = command(service, "reconcile", *flags)

    assert (done.exit_code, "--accept-restore" in done.stderr) == (2, True)
    assert service.position() == before

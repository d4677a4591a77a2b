"""Keys of accounts and reconciliations over HTTP and on the command line, against a provider with two accounts."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli.root import cli
from generation.kling.signing import AccessKeyPair, ApiKey
from generation.sandbox.accounts import DEFAULT_ACCOUNT, SECOND_ACCOUNT
from generation.worker import Worker
from tests.api.served.serving import Served, problem, running
from tests.servers.paying import ROUTE
from tests.servers.sandbox import Sandbox, sandbox
from tests.servers.world import new_id

ALONE = {"cast": [], "action": "A lantern drifts over a river at night."}
PAIR = AccessKeyPair(DEFAULT_ACCOUNT.access_key, DEFAULT_ACCOUNT.secret_key)
ROTATED = ApiKey(DEFAULT_ACCOUNT.api_key)
FOREIGN = ApiKey(SECOND_ACCOUNT.api_key)
REVOKED = ApiKey("no-longer-valid-0001")
"""The first account's key, another one of it, one of another account, and one that opens nothing."""


@pytest.fixture(scope="module")
def kling() -> Iterator[Sandbox]:
    with sandbox("--no-media") as provider:
        yield provider


@pytest.fixture(scope="module")
def service(kling: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("service")
    keys = folder / "kling-keys.json"
    listed = [{"access_key": PAIR.access_key, "secret_key": PAIR.secret_key}]
    keys.write_text(json.dumps([*listed, *({"api_key": one.key} for one in (ROTATED, FOREIGN, REVOKED))]))
    keys.chmod(0o600)
    settings = {"KLING_BASE_URL": kling.url, "KLING_API_KEY": "", "KLING_KEYS_FILE": str(keys)}
    with running(folder, **settings) as started:
        yield started


@pytest.fixture
def account(service: Served) -> str:
    return new_account(service)


def new_account(service: Served) -> str:
    body = {"name": "main", "region": "sandbox", "key_fingerprint": PAIR.fingerprint}
    return str(service.made("/v1/accounts", body)["id"])


def attest(service: Served, account: str, key: ApiKey | AccessKeyPair, **said: Any) -> Any:
    body = {"key_fingerprint": key.fingerprint, "reason": "rotated", **said}
    return service.post(f"/v1/accounts/{account}/keys", body)


def with_a_task(service: Served, account: str) -> dict[str, Any]:
    """A confirmed submission of that account."""
    production = service.made("/v1/productions", {"name": "Café", "account": account})["id"]
    answer = service.post("/v1/generations", {"production": production, **ALONE})
    assert answer.status_code == 202, answer.text
    worker, end = Worker(service.continuity.desk(), owner="one", sleep=time.sleep), time.monotonic() + 20
    while True:
        card: dict[str, Any] | None = service.get(answer.headers["location"]).json()["submission_card"]
        if card is not None and card["task_id"] is not None:
            return card
        assert time.monotonic() < end, card
        worker.work_once()


def command(service: Served, *arguments: str) -> Result:
    environment = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": service.key, "HOME": "/nonexistent"}
    return CliRunner().invoke(cli, list(arguments), obj=environment)


def test_configured_keys_are_listed_without_secrets(service: Served, account: str) -> None:
    """Every configured key is there by fingerprint, with the accounts under it; no secret is in the answer or in the table."""
    listed = service.get("/v1/accounts/keys")
    keys = {key["fingerprint"]: key for key in listed.json()["items"]}
    shown = command(service, "accounts", "keys")

    assert set(keys) == {key.fingerprint for key in (PAIR, ROTATED, FOREIGN, REVOKED)}
    assert account in keys[PAIR.fingerprint]["accounts"]
    for secret in (PAIR.secret_key, PAIR.access_key, ROTATED.key):
        assert secret not in listed.text + shown.stdout
    assert PAIR.fingerprint in shown.stdout


def test_a_rotated_key_that_sees_a_task_is_attested(service: Served, account: str) -> None:
    """Another key of the same account is taken: it is sent under from then on, and the answer names the task it saw."""
    paid = with_a_task(service, account)
    answer = attest(service, account, ROTATED).json()

    assert (answer["key_fingerprint"], answer["seen_task"]) == (ROTATED.fingerprint, paid["task_id"])
    assert answer["keys"] == [PAIR.fingerprint, ROTATED.fingerprint]
    assert with_a_task(service, account)["key_fingerprint"] == ROTATED.fingerprint


def test_a_key_of_another_account_is_refused(service: Served, account: str) -> None:
    """A key that does not see what the account has sent could disprove it, so it is refused and nothing is written."""
    with_a_task(service, account)
    before = service.position()

    refused = problem(attest(service, account, FOREIGN), 409, "key-of-another-account")

    assert "another account" in refused["hint"]
    assert service.position() == before


@pytest.mark.parametrize(
    ("key", "code", "status"), [(REVOKED, "kling-refused", 502), (ROTATED, "kling-unreachable", 503)]
)
def test_no_answer_writes_nothing(
    service: Served, kling: Sandbox, account: str, *, key: ApiKey, code: str, status: int
) -> None:
    """A key the provider refuses and an outage are named, and nothing is written."""
    with_a_task(service, account)
    before = service.position()
    if key is ROTATED:
        kling.order(on="lookup", do="drop_before_accept")

    problem(attest(service, account, key), status, code)

    assert service.position() == before


def test_without_a_task_a_person_s_word_counts(service: Served, account: str) -> None:
    """Before the first task there is nothing to see: the key is taken on the person's word, and the answer says so."""
    answer = attest(service, account, FOREIGN).json()

    assert (answer["key_fingerprint"], answer["seen_task"]) == (FOREIGN.fingerprint, None)
    assert "your word" in answer["note"]


def test_a_key_must_be_configured(service: Served, account: str) -> None:
    """A key the service does not have is refused with what it has; an unknown account is not found; a reason is needed."""
    refused = problem(attest(service, account, ApiKey("elsewhere")), 422, "invalid")
    assert PAIR.fingerprint in refused["detail"]
    assert "KLING_KEYS_FILE" in refused["hint"]
    problem(attest(service, new_id("account"), ROTATED), 404, "not-found")
    problem(attest(service, account, ROTATED, reason=" "), 422, "invalid-request")


def test_a_repeated_attestation_is_answered_the_same(service: Served, account: str) -> None:
    """The same request under the same key is answered from the log, and written once."""
    body = {"key_fingerprint": ROTATED.fingerprint, "reason": "rotated"}
    path, once = f"/v1/accounts/{account}/keys", {"Idempotency-Key": "attest-once"}
    first = service.post(path, body, headers=once)
    before = service.position()
    again = service.post(path, body, headers=once)

    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert service.position() == before


def test_a_key_is_attested_on_the_command_line(service: Served, account: str) -> None:
    """`continuity accounts attest` says what spoke for the key."""
    done = command(
        service, "accounts", "attest", account, "--fingerprint", ROTATED.fingerprint, "--reason", "rotated"
    )

    assert done.exit_code == 0, done.stderr
    assert "your word" in done.stdout


def test_an_account_is_compared_on_demand(service: Served, account: str, kling: Sandbox) -> None:
    """A report is made, kept under its idempotency key, and found again alone and in the list of its account."""
    once = {"Idempotency-Key": f"compare-{account}"}
    made = service.post("/v1/reconciliations", {"account": account}, headers=once)
    report = made.json()

    assert (made.status_code, made.headers["Location"]) == (201, f"/v1/reconciliations/{report['id']}")
    assert (report["account"], report["complete"]) == (account, True)
    assert service.get(made.headers["Location"]).json() == report
    listed = service.get("/v1/reconciliations", params={"account": account}).json()["items"]
    assert listed == [report]
    assert service.post("/v1/reconciliations", {"account": account}, headers=once).json() == report
    assert len(service.get("/v1/reconciliations", params={"account": account}).json()["items"]) == 1


def test_a_comparison_that_means_nothing_is_refused(service: Served, account: str) -> None:
    """No account named among several, one that is not there, an empty window and strange fields: nothing is asked or written."""
    new_account(service)
    before = service.position()

    problem(service.post("/v1/reconciliations", {}), 422, "invalid")
    problem(service.post("/v1/reconciliations", {"account": new_id("account")}), 404, "not-found")
    for window in ({"from": 7, "to": 7}, {"from": 2**62}, {"to": 5}):
        problem(service.post("/v1/reconciliations", {"account": account, **window}), 422, "invalid")
    for strange in ({"from": -1}, {"from": "yesterday"}, {"since": 5, "deep": True}):
        problem(service.post("/v1/reconciliations", {"account": account, **strange}), 422, "invalid-request")
    problem(service.get(f"/v1/reconciliations/{account}"), 404, "not-found")
    assert service.position() == before


def test_the_command_line_ends_with_1_when_a_person_must_look(
    service: Served, kling: Sandbox, account: str
) -> None:
    """An orphan of ours by form is shown, and the exit code says so; a comparison without findings ends with 0."""
    quiet = command(service, "reconcile", "--account", account, "--from", "2001-01-01", "--to", "2001-01-02")
    kling.order(on="list", do="invent", route=ROUTE, external_task_id=f"s-{'0' * 26}", times=2)
    loud = command(service, "reconcile", "--account", account)
    told = command(service, "reconcile", "--account", account, "--json")

    assert (quiet.exit_code, loud.exit_code, told.exit_code) == (0, 1, 1), quiet.stdout
    assert "not_in_log" in loud.stdout
    [report] = json.loads(told.stdout.splitlines()[-1])  # above it, the service's log
    assert "not_in_log" in report["counts"]

"""Keys over HTTP: issued, rotated, given more or less to do, expired, revoked; their secrets are told once."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from api.auth import issue_key
from api.cli.root import cli
from api.client import ContinuityClient
from registry.events.ids import SYSTEM_LOG
from registry.events.studio import CREW, ROLES
from registry.registry import Registry
from tests.api.served.serving import Served, problem

HOUR_US = 3_600_000_000


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def issued(service: Served, *roles: str, **more: Any) -> dict[str, Any]:
    return service.made("/v1/keys", {"holder": "Jun Park", "roles": roles or CREW, **more})


def opens(service: Served, key: str) -> bool:
    return service.get("/v1/me", headers=bearer(key)).status_code == 200


def test_a_key_is_issued_and_opens(service: Served) -> None:
    """Its card names holder and roles; its secret is in the answer alone, and the key does what its roles allow."""
    made = issued(service, "reader", "submitter")
    key = made.pop("key")

    assert (made["holder"], made["roles"], made["expires_at"]) == ("Jun Park", ["reader", "submitter"], None)
    assert service.get("/v1/me", headers=bearer(key)).json()["key"] == made["id"]
    shown = service.get(f"/v1/keys/{made['id']}")
    assert "key" not in shown.json()
    assert shown.json() | {"last_used_at": None} == made | {"units_today": None}
    assert shown.headers["etag"].startswith('"1.')


def test_a_repeat_tells_no_secret(service: Served) -> None:
    """Under the same idempotency key there is one key, and its secret is not told again; nothing stored holds it."""
    again = {"Idempotency-Key": "one-key-please"}
    first = service.post("/v1/keys", {"holder": "Jun", "roles": ["reader"]}, headers=again)
    second = service.post("/v1/keys", {"holder": "Jun", "roles": ["reader"]}, headers=again)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.headers["idempotency-replayed"] == "true"
    assert second.json() == first.json() | {"key": None}
    secret = first.json()["key"].rpartition("_")[2][:40].encode()
    files = [path for path in service.continuity.settings.data.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if secret in path.read_bytes()]


def test_a_rotated_key_opens_with_both_for_a_while(service: Served) -> None:
    """The new secret opens at once, the one before for as long as was said; after another rotation it opens nothing."""
    made = issued(service)
    new = service.post(f"/v1/keys/{made['id']}/rotate", {"overlap_seconds": 60}).json()["key"]
    assert (opens(service, made["key"]), opens(service, new)) == (True, True)

    newest = service.post(f"/v1/keys/{made['id']}/rotate", {}).json()["key"]
    assert [opens(service, key) for key in (made["key"], new, newest)] == [False, False, True]


def test_roles_come_and_go(service: Served) -> None:
    """A role counts from the next request on; granting what it has and withdrawing what it has not changes nothing."""
    made, path = issued(service, "reader"), "/v1/keys/{id}/{what}"
    mine = bearer(made["key"])

    def say(what: str, role: str) -> Any:
        answer = service.post(path.format(id=made["id"], what=what), {"role": role})
        return answer.json()["roles"], answer.headers["etag"]

    problem(service.post("/v1/characters", {"name": "A"}, headers=mine), 403, "role-missing")
    assert say("grant", "asset_writer") == (["reader", "asset_writer"], '"2"')
    assert say("grant", "asset_writer") == (["reader", "asset_writer"], '"2"')
    body = {"name": "A", "depicts": "fictional"}
    assert service.post("/v1/characters", body, headers=mine).status_code == 201
    assert say("withdraw", "asset_writer") == (["reader"], '"3"')
    assert say("withdraw", "approver") == (["reader"], '"3"')
    problem(service.post("/v1/characters", body, headers=mine), 403, "role-missing")


def test_a_revoked_key_opens_nothing(service: Served) -> None:
    """The next request with it is refused, and what was revoked is neither rotated nor granted anything."""
    made = issued(service)
    card = service.post(f"/v1/keys/{made['id']}/revoke", {"reason": "left"}).json()

    assert card["revoked"]
    refused = problem(service.get("/v1/me", headers=bearer(made["key"])), 401, "unauthenticated")
    assert "revoked" in refused["detail"]
    for what, body in (("rotate", {}), ("grant", {"role": "reader"}), ("revoke", {})):
        problem(service.post(f"/v1/keys/{made['id']}/{what}", body), 409, "key-already-revoked")


def test_a_key_expires(service: Served) -> None:
    """It opens until its time, and not from then on; a time that is over cannot be named."""
    now = service.continuity.registry.clock()
    made = issued(service, expires_at=now + HOUR_US)
    assert opens(service, made["key"])

    soon = issued(service, expires_at=service.continuity.registry.clock() + 1_500_000)
    while service.continuity.registry.clock() < soon["expires_at"]:
        pass
    refused = problem(service.get("/v1/me", headers=bearer(soon["key"])), 401, "unauthenticated")
    assert "expired" in refused["detail"]
    problem(
        service.post("/v1/keys", {"holder": "x", "roles": ["reader"], "expires_at": now}),
        422,
        "invalid",
    )


def test_a_use_is_noted_and_costs_a_reader_no_write(service: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a key was last used is known to a minute: of many uses one is written down."""
    noted: list[str] = []
    note = Registry.note_key_use
    monkeypatch.setattr(
        Registry, "note_key_use", lambda registry, key: (noted.append(key), note(registry, key))[1]
    )
    made = issued(service)
    before = service.continuity.registry.clock()
    for path in ("me", "me", "assets", "characters", "studios"):
        service.get(f"/v1/{path}", headers=bearer(made["key"]))

    used = service.get(f"/v1/keys/{made['id']}").json()["last_used_at"]
    assert noted.count(made["id"]) == 1
    assert before <= used <= service.continuity.registry.clock()
    listed = {card["id"]: card for card in service.get("/v1/keys").json()["items"]}
    assert listed[made["id"]]["last_used_at"] == used


def test_client_and_pages(service: Served) -> None:
    """The client sees every key, page by page, and does all that can be done with one; a foreign word is refused with a hint."""
    with ContinuityClient(service.url, service.key) as client:
        made = [client.issue_key(f"program {number}", ["reader"]) for number in range(3)]
        listed = list(client.keys())
        assert {one.id for one in made} <= {one.id for one in listed}
        rotated = client.rotate_key(made[0].id, overlap_seconds=5)
        assert rotated.key not in (None, made[0].key)
        assert client.grant_role(made[0].id, "approver").roles == ("reader", "approver")
        assert client.withdraw_role(made[0].id, "reader").roles == ("approver",)
        assert client.revoke_key(made[0].id, "left").revoked
        assert client.key(made[0].id).version == 5
    first = service.get("/v1/keys?limit=2")
    assert len(first.json()["items"]) == 2
    assert 'rel="next"' in first.headers["link"]
    second = service.get(f"/v1/keys?limit=2&after={first.json()['next']}").json()["items"]
    assert not {card["id"] for card in second} & {card["id"] for card in first.json()["items"]}


def test_keys_on_the_command_line(service: Served) -> None:
    """Issued, listed, changed and revoked as a person does it; the secret stands alone on standard output."""

    def run(*words: str) -> str:
        where = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": service.key}
        done = CliRunner().invoke(cli, ["keys", *words], obj=where)
        assert done.exit_code == 0, done.output
        return done.stdout

    secret = run("issue", "--holder", "Jun Park", "--role", "submitter", "--days", "3").strip()
    assert opens(service, secret)
    key = f"key_{secret.split('_')[1]}"
    assert "Jun Park" in run("list")
    assert "submitter" in run("show", key)
    assert "approver" in run("grant", key, "approver")
    assert "submitter" not in run("withdraw", key, "submitter")
    newer = run("rotate", key).strip()
    assert (opens(service, secret), opens(service, newer)) == (False, True)
    run("revoke", key, "--reason", "left")
    assert not opens(service, newer)


def test_keys_of_another_studio_are_not_there(service: Served) -> None:
    """An admin sees and changes the keys of its own studio; foreign ones are as absent as those that never were."""
    registry, other = service.continuity.registry, service.other_studio()
    theirs = issue_key(registry, other, "they", roles=ROLES)
    foreign = f"key_{theirs.split('_')[1]}"

    assert foreign not in {card["id"] for card in service.get("/v1/keys").json()["items"]}
    absent = problem(service.get(f"/v1/keys/key_{'0' * 26}"), 404, "not-found")
    hidden = problem(service.get(f"/v1/keys/{foreign}"), 404, "not-found")
    assert hidden["detail"].replace(foreign, "X") == absent["detail"].replace(f"key_{'0' * 26}", "X")
    for what, body in (("rotate", {}), ("grant", {"role": "reader"}), ("revoke", {})):
        problem(service.post(f"/v1/keys/{foreign}/{what}", body), 404, "not-found")
    assert registry.state(SYSTEM_LOG, foreign).version == 1


@pytest.mark.parametrize(
    "body",
    [
        {"holder": "x", "roles": []},
        {"holder": "x", "roles": ["king"]},
        {"holder": "", "roles": ["reader"]},
        {"holder": "x"},
        {"holder": "x", "roles": ["reader"], "expires_at": -1},
        {"holder": "x", "roles": ["reader"], "secret": "y"},
    ],
)
def test_keys_that_cannot_be(service: Served, body: dict[str, Any]) -> None:
    """A key has a holder and at least one role there is, and nothing is issued otherwise."""
    before = len(service.get("/v1/keys").json()["items"])
    problem(service.post("/v1/keys", body), 422, "invalid-request")

    assert len(service.get("/v1/keys").json()["items"]) == before

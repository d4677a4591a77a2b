"""Webhooks over HTTP: added, changed, tried, rotated, paused, replayed, removed; secrets are told once, and nowhere kept."""

from __future__ import annotations

import base64
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from standardwebhooks import Webhook

from api.auth import issue_key
from api.cli.root import cli
from api.client import ContinuityClient
from api.delivering.courier import Courier
from api.delivering.rounds import courier_of, delivering
from api.patience import Patience
from registry.events.studio import ROLES
from registry.views.deliveries import Due
from tests.api.served.serving import Served, problem
from tests.servers.receiver import FAIL, OK, Answer, Receiver, receiving

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "webhooks.md"
HOOKS = "https://hooks.example.com/continuity"
HOLDER = {"holder": "edit suite 2"}


@pytest.fixture(scope="module")
def one_receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def receiver(one_receiver: Receiver) -> Receiver:
    one_receiver.__init__(one_receiver.url)  # type: ignore[misc]
    return one_receiver


@pytest.fixture(autouse=True)
def cleared(service: Served) -> Iterator[None]:
    """No test leaves a webhook to the next."""
    yield
    with ContinuityClient(service.url, service.key) as client:
        for one in list(client.webhooks()):
            client.remove_webhook(one.id)


def added(service: Served, url: str = HOOKS, **said: Any) -> dict[str, Any]:
    return service.made("/v1/webhooks", {"url": url, **HOLDER, **said})


def turn(service: Served, webhook: str, **patience: Any) -> None:
    """One turn of a worker at a webhook."""
    courier = courier_of(service.continuity, owner="worker", stopping=lambda: False)
    courier = Courier(
        **{name: getattr(courier, name) for name in Courier.__slots__} | {"patience": Patience(**patience)}
    )
    courier.turn(Due(service.continuity.studio, webhook))


def introduced(service: Served, name: str) -> str:
    return str(service.made("/v1/characters", {"name": name, "depicts": "fictional"})["id"])


def health(service: Served, webhook: str) -> dict[str, Any]:
    said: dict[str, Any] = service.get(f"/v1/webhooks/{webhook}").json()["health"]
    return said


def verified(secret: str, receiver: Receiver) -> list[Any]:
    """What was heard, as a receiver that verifies it with the library reads it."""
    return [Webhook(secret).verify(one.raw, one.headers) for one in receiver.heard]


def test_a_webhook_is_added_and_told(service: Served, receiver: Receiver) -> None:
    """Its card says whom, what and from where; what happens from then on is told, and its receiver can verify it."""
    made = added(service, receiver.url, types=["CharacterIntroduced"], description="dailies")
    webhook, secret = made["id"], made.pop("secret")
    shown = service.get(f"/v1/webhooks/{webhook}")
    mina = introduced(service, "Mina")
    turn(service, webhook)

    assert (made["url"], made["holder"], made["description"]) == (receiver.url, "edit suite 2", "dailies")
    assert (made["types"], made["paused"], made["health"]["dead_letters"]) == (
        ["CharacterIntroduced"],
        False,
        0,
    )
    assert shown.headers["etag"].startswith('"1')
    assert {name: said for name, said in shown.json().items() if name != "health"} == {
        name: said for name, said in made.items() if name != "health"
    }
    [told] = verified(secret, receiver)
    assert (told["subject"], told["data"]["body"]["name"]) == (mina, "Mina")
    assert health(service, webhook)["delivered_at"] is not None
    feed = service.get(f"/v1/events?stream={mina}").json()["items"]
    assert told["data"] == feed[0]


def test_a_repeat_tells_no_secret_and_nothing_holds_one(service: Served, receiver: Receiver) -> None:
    """Under one idempotency key there is one webhook; its secret is in no event, no answer that is kept, and no file."""
    again = {"Idempotency-Key": "one-webhook-please"}
    first, second = (
        service.post("/v1/webhooks", {"url": receiver.url, **HOLDER}, headers=again) for _ in range(2)
    )
    assert second.headers["idempotency-replayed"] == "true"
    assert second.json() | {"health": None} == first.json() | {"secret": None, "health": None}
    webhook, secrets = first.json()["id"], [first.json()["secret"]]
    again = {"Idempotency-Key": "one-rotation-please"}
    first, second = (service.post(f"/v1/webhooks/{webhook}/rotate", {}, headers=again) for _ in range(2))
    assert (second.json()["secret"], first.json()["version"], second.json()["version"]) == (None, 2, 2)
    secrets.append(first.json()["secret"])
    turn(service, webhook)
    [heard] = receiver.wait(1)
    for secret in secrets:
        Webhook(secret).verify(heard.raw, heard.headers)
    files = [path for path in service.continuity.settings.data.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if any(told_in(path, secret) for secret in secrets)]


def told_in(path: Path, secret: str) -> bool:
    """Whether a file holds a secret, as text or as bytes."""
    content, text = path.read_bytes(), secret.removeprefix("whsec_")
    return text.encode() in content or base64.b64decode(text) in content


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/x",
        "https://10.0.0.7/x",
        "https://[fd00::1]/x",
        "https://0x7f.1/x",
        "https://2130706433/",
        "https://hooks.example.com:22/x",
        "https://me:secret@hooks.example.com/x",
        "https://localhost.example.com@10.0.0.7/",
        "https://metadata/x",
        "https://hooks.example.com\\@10.0.0.7/x",
        "https://hooks.example.com/a b",
        "ftp://hooks.example.com/x",
        "//hooks.example.com/x",
        "hooks.example.com",
        "https://hoöks.example.com/",
    ],
)
def test_targets_that_are_never_connected_to_are_refused(service: Served, url: str) -> None:
    """Only https, a name, and two ports; refused when it is added and when it is changed, with the place."""
    webhook = added(service)["id"]
    for answer in (
        service.post("/v1/webhooks", {"url": url, **HOLDER}),
        service.change("PATCH", f"/v1/webhooks/{webhook}", {"url": url}),
    ):
        said = problem(answer, 422, "invalid-request")
        assert [one["path"] for one in said["errors"]] == ["$.url"]
    assert service.get(f"/v1/webhooks/{webhook}").json()["url"] == HOOKS


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"url": HOOKS}, "$.holder"),
        ({"url": HOOKS, "holder": " "}, "$.holder"),
        ({"url": "", **HOLDER}, "$.url"),
        ({"url": HOOKS, **HOLDER, "types": ["ClipRecorded", "ClipBurned"]}, "$.types[1]"),
        ({"url": HOOKS, **HOLDER, "after": -1}, "$.after"),
        ({"url": HOOKS, **HOLDER, "secret": "whsec_x"}, "$.secret"),
    ],
    ids=str,
)
def test_webhooks_that_cannot_be(service: Served, body: dict[str, Any], path: str) -> None:
    """Nothing is added without holder and target, nor with a type that no event has; the place is named."""
    said = problem(service.post("/v1/webhooks", body), 422, "invalid-request")
    assert path in [one["path"] for one in said["errors"]]


def test_positions_that_the_log_has_not_reached_are_refused(service: Served) -> None:
    """Neither a beginning nor a replay lies beyond the log's end."""
    beyond = service.position() + 100
    problem(service.post("/v1/webhooks", {"url": HOOKS, **HOLDER, "after": beyond}), 409, "beyond-the-log")
    webhook = added(service)["id"]
    problem(service.post(f"/v1/webhooks/{webhook}/replay", {"after": beyond}), 409, "beyond-the-log")


def test_a_change_holds_for_the_version_that_was_seen(service: Served) -> None:
    """What is left out stays; with If-Match only that version is changed, and 412 names the current one."""
    webhook = added(service, types=["ClipRecorded"])["id"]
    path = f"/v1/webhooks/{webhook}"
    changed = service.change("PATCH", path, {"types": [], "description": "all"}, headers={"If-Match": '"1"'})
    assert (changed.json()["types"], changed.json()["description"]) == ([], "all")
    assert (changed.json()["holder"], changed.headers["etag"]) == ("edit suite 2", '"3"')
    late = service.change("PATCH", path, {"holder": "Jun"}, headers={"If-Match": '"1"'})
    assert problem(late, 412, "version-conflict")["current_version"] == 3


def test_a_test_event_is_answered_with_what_the_receiver_said(service: Served, receiver: Receiver) -> None:
    """Sent at once, paused or not, and once for one idempotency key; a failure is told and changes nothing."""
    made = added(service, receiver.url)
    path = f"/v1/webhooks/{made['id']}"
    service.post(f"{path}/pause", {"reason": "not ready"})
    receiver.says = lambda _: Answer(418, body=b"I'm a teapot \xff")
    again = {"Idempotency-Key": "one-test-please"}
    said, repeated = (service.post(f"{path}/test", headers=again).json() for _ in range(2))
    assert (said["delivered"], said["status"], said["result"]) == (False, 418, "refused")
    assert (said["answer"], said == repeated) == ("I'm a teapot \ufffd", True)
    receiver.says = lambda _: OK
    said = service.post(f"{path}/test").json()
    assert (said["delivered"], said["status"], said["problem"]) == (True, 204, "")
    last = verified(made["secret"], receiver)[-1]
    assert (last["type"], last["id"], len(receiver.heard)) == (
        "continuity.webhook.test",
        said["event_id"],
        2,
    )
    assert health(service, made["id"])["failures"] == 0


def test_dead_letters_are_seen_and_tried_again(service: Served, receiver: Receiver) -> None:
    """Each with its event and the last reason; a person has some or all of them tried again, once each."""
    webhook = added(service, receiver.url, types=["CharacterIntroduced"])["id"]
    streams = [introduced(service, name) for name in ("Mina", "Jun")]
    receiver.says = lambda _: FAIL
    turn(service, webhook, attempts=1)
    page = service.get(f"/v1/webhooks/{webhook}/dead-letters?limit=1")
    with ContinuityClient(service.url, service.key) as client:
        letters = list(client.dead_letters(webhook))
    assert [one.stream for one in letters] == streams
    assert (letters[0].problem, letters[0].attempts) == ("it answered 500", 1)
    assert 'rel="next"' in page.headers["link"]

    asked = service.post(f"/v1/webhooks/{webhook}/redeliver", {"positions": [letters[1].position]})
    assert asked.json() == {"webhook": webhook, "letters": 1}
    receiver.says = lambda _: OK
    turn(service, webhook)
    assert (health(service, webhook)["dead_letters"], receiver.heard[-1].body["subject"]) == (1, streams[1])
    assert service.post(f"/v1/webhooks/{webhook}/redeliver", {}).json()["letters"] == 1
    receiver.says = lambda _: FAIL
    turn(service, webhook)
    [left] = service.get(f"/v1/webhooks/{webhook}/dead-letters").json()["items"]
    assert (left["attempts"], left["asked_at"]) == (2, None)


def test_a_worker_tells_whatever_happens_meanwhile(service: Served, receiver: Receiver) -> None:
    """While one runs, what is done is told soon, replays come, and its attempts are counted."""
    webhook = added(service, receiver.url, types=["CharacterIntroduced"])["id"]
    with delivering(service.continuity, owner="worker"):
        mina = introduced(service, "Mina")
        [first] = receiver.wait(1)
        at = first.body["data"]["position"]
        service.post(f"/v1/webhooks/{webhook}/replay", {"after": at - 1})
        again = receiver.wait(2)[1]
    assert (first.body["subject"], again.id) == (mina, first.id)
    counted = service.continuity.metrics.page().decode()
    assert 'continuity_webhook_deliveries_total{outcome="delivered"} ' in counted


def test_a_removed_webhook_is_not_there(service: Served, receiver: Receiver) -> None:
    """The answer is what it was; afterwards it is as absent as one that never was, to every question."""
    webhook = added(service, receiver.url)["id"]
    path = f"/v1/webhooks/{webhook}"
    assert service.change("DELETE", path).json()["url"] == receiver.url
    problem(service.get(path), 404, "not-found")
    problem(service.get(f"{path}/dead-letters"), 404, "not-found")
    for what, body in (
        ("pause", {"reason": "x"}),
        ("rotate", {}),
        ("redeliver", {}),
        ("replay", {"after": 0}),
    ):
        problem(service.post(f"{path}/{what}", body), 404, "not-found")
    for what in ("test", "resume"):
        problem(service.post(f"{path}/{what}"), 404, "not-found")
    assert webhook not in {one["id"] for one in service.get("/v1/webhooks?limit=500").json()["items"]}
    introduced(service, "Mina")
    turn(service, webhook)
    assert receiver.heard == []


def test_webhooks_of_another_studio_are_not_there(service: Served) -> None:
    """An admin sees and changes those of its own studio alone, and is told of its own events alone."""
    webhook = added(service)["id"]
    foreign = issue_key(service.continuity.registry, service.other_studio(), "they", roles=ROLES)
    theirs = {"Authorization": f"Bearer {foreign}"}
    assert service.get("/v1/webhooks", headers=theirs).json()["items"] == []
    problem(service.get(f"/v1/webhooks/{webhook}", headers=theirs), 404, "not-found")
    problem(service.post(f"/v1/webhooks/{webhook}/test", headers=theirs), 404, "not-found")
    problem(service.change("DELETE", f"/v1/webhooks/{webhook}", headers=theirs), 404, "not-found")


def test_the_client_does_all_of_it(service: Served, receiver: Receiver) -> None:
    """Everything that can be done with a webhook, typed."""
    with ContinuityClient(service.url, service.key) as client:
        made = client.add_webhook(receiver.url, "edit suite", types=["ClipRecorded"], after=0)
        assert made.id in {one.id for one in client.webhooks()}
        assert client.change_webhook(made.id, types=(), version=1).types == ()
        assert client.rotate_webhook(made.id, overlap_seconds=5).secret not in (None, made.secret)
        assert client.pause_webhook(made.id, "moving").reason == "moving"
        assert client.test_webhook(made.id).delivered
        assert not client.resume_webhook(made.id).paused
        assert client.replay_webhook(made.id, 1).health.position == 1
        assert client.redeliver(made.id).letters == 0
        assert client.webhook(made.id).version == 6
        assert client.remove_webhook(made.id).id == made.id


def test_webhooks_on_the_command_line(service: Served, receiver: Receiver) -> None:
    """As a person does it; a secret stands alone on standard output, and a test that fails is an exit code."""

    def run(*words: str, code: int = 0) -> str:
        where = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": service.key}
        done = CliRunner().invoke(cli, ["webhooks", *words], obj=where)
        assert done.exit_code == code, done.output
        return done.stdout

    secret = run("add", receiver.url, "--holder", "night shift", "--type", "ClipRecorded").strip()
    assert secret.startswith("whsec_")
    [webhook] = [
        one["id"]
        for one in service.get("/v1/webhooks?limit=500").json()["items"]
        if one["holder"] == "night shift"
    ]
    assert "night shift" in run("list")
    assert "True" not in run("show", webhook)
    assert "GenerationEnded" in run("change", webhook, "--type", "GenerationEnded")
    run("change", webhook, "--type", "GenerationEnded", "--every-type", code=2)
    assert "GenerationEnded" not in run("change", webhook, "--every-type")
    assert run("rotate", webhook, "--overlap", "60").strip() not in ("", secret)
    assert "delivered" in run("test", webhook)
    receiver.says = lambda _: FAIL
    assert "out of order" in run("test", webhook, code=1)
    assert "moving" in run("pause", webhook, "--reason", "moving")
    run("resume", webhook)
    run("replay", webhook, "--after", "0")
    run("dead-letters", webhook)
    run("redeliver", webhook)
    run("remove", webhook)


def test_the_receiver_of_the_how_to_takes_what_it_is_told(
    service: Served, tmp_path: Path, free_port: int
) -> None:
    """The script on docs/how-to/webhooks.md, run as it stands: it takes each event once, and nothing under another secret."""
    [script] = re.findall(r"```python\n(.*?)```", HOW_TO.read_text(), re.DOTALL)
    (tmp_path / "receiver.py").write_text(script)
    made = added(service, f"http://127.0.0.1:{free_port}/", types=["CharacterIntroduced"])
    path = f"/v1/webhooks/{made['id']}"
    environment = {"WEBHOOK_SECRET": made["secret"], "PORT": str(free_port)}
    line = [sys.executable, str(tmp_path / "receiver.py")]
    with subprocess.Popen(
        line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as running:
        try:
            assert is_taken(service, path)
            mina, at = introduced(service, "Mina"), service.position()
            turn(service, made["id"])
            service.post(f"{path}/replay", {"after": at - 1})
            turn(service, made["id"])
            assert health(service, made["id"])["failures"] == 0
            service.post(f"{path}/rotate", {"overlap_seconds": 0})
            assert service.post(f"{path}/test").json()["status"] == 401
        finally:
            running.kill()
        said = running.communicate()[0].decode().splitlines()
    assert said == [f"continuity.webhook.test {made['id']}", f"continuity.CharacterIntroduced {mina}"]


def is_taken(service: Served, path: str) -> bool:
    """Whether the receiver takes a test event, within some seconds: it may be starting still."""
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        if service.post(f"{path}/test").json()["delivered"]:
            return True
    return False


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])

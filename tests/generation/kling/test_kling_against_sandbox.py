"""The client against the sandbox over HTTP: two sides that share no code agree on the contract."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from generation.attach import prepare
from generation.kling.client import Absent, Found, KlingClient, Page
from generation.kling.outcomes import Accepted, Duplicate, Rejected
from generation.kling.signing import AccessKeyPair, ApiKey
from generation.outbound import Outbound, OutboundPolicy
from generation.sandbox.accounts import DEFAULT_ACCOUNT
from generation.sandbox.process import bind, make_server
from generation.sandbox.settings import SandboxSettings

KEYS = AccessKeyPair(DEFAULT_ACCOUNT.access_key, DEFAULT_ACCOUNT.secret_key)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    """The URL of a sandbox whose tasks end within a tenth of a second."""
    listener, ready = bind("127.0.0.1", 0), threading.Event()
    quick = SandboxSettings(submitted_seconds=0.02, processing_seconds=0.05, media=False)
    server = make_server(quick, ready.set)
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]), daemon=True)
    thread.start()
    assert ready.wait(20)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listener.close()


def a_body(external: str):
    payload = {
        "model_name": "kling-v3",
        "prompt": "a cat",
        "mode": "std",
        "duration": "5",
        "aspect_ratio": "16:9",
    }
    payload["sound"] = "off"
    return prepare(payload, attachments={}, extra={"external_task_id": external}, open_blob=lambda _: None)


def post(client: KlingClient, external: str):
    return client.create("text2video", a_body(external), deadline_seconds=10, still_allowed=lambda: True)


@pytest.mark.parametrize("credentials", [KEYS, ApiKey(DEFAULT_ACCOUNT.api_key)], ids=["token", "key"])
def test_create_poll_and_look_up_by_our_own_id(sandbox, credentials) -> None:
    """A create is accepted once, found under both ids, ends, and a second create under its id is a Duplicate."""
    external = f"s-{type(credentials).__name__.lower()}"
    with Outbound(OutboundPolicy(frozenset(), allow_loopback=True)).client_for_api(sandbox) as http:
        client = KlingClient(http, sandbox, credentials)
        assert isinstance(client.task("text2video", external), Absent)
        accepted = post(client, external).outcome
        assert isinstance(accepted, Accepted)
        until = time.monotonic() + 10
        found = client.task("text2video", external)
        while isinstance(found, Found) and not found.task.is_ended and time.monotonic() < until:
            time.sleep(0.02)
            found = client.task("text2video", accepted.task_id)
        assert isinstance(found, Found)
        assert (found.task.task_status, found.task.external_task_id) == ("succeed", external)
        assert found.task.videos[0].url
        assert isinstance(post(client, external).outcome, Duplicate)
        page = client.tasks("text2video", page=1, size=50)
        assert isinstance(page, Page)
        assert [task.task_id for task in page.tasks].count(accepted.task_id) == 1


def test_wrong_keys_are_refused_by_account(sandbox) -> None:
    """A signature that does not fit is the account's trouble, never the payload's."""
    with Outbound(OutboundPolicy(frozenset(), allow_loopback=True)).client_for_api(sandbox) as http:
        wrong = KlingClient(http, sandbox, AccessKeyPair(DEFAULT_ACCOUNT.access_key, "w" * 40))
        outcome = post(wrong, "s-wrong").outcome
    assert isinstance(outcome, Rejected)
    assert (outcome.kind, outcome.http, outcome.code) == ("account", 401, 1000)

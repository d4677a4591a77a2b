"""One paid POST over real sockets: every row of the outcome table, the deadline, and the last checks before bytes."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from generation.errors import PayloadRefused
from generation.kling.client import KlingClient
from generation.kling.outcomes import Accepted, Duplicate, NotSent, Rejected, Unknown
from generation.kling.signing import ApiKey
from generation.outbound import Outbound, OutboundPolicy
from tests.generation.kling import scripted
from tests.generation.kling.scripted import (
    EXTERNAL,
    Script,
    ScriptedServer,
    answering,
    created,
    early,
    envelope,
    seconds_of,
)

BIG = 12 << 20  # more than loopback sockets buffer, so that a peer that does not read blocks us


def always() -> bool:
    return True


def post(client: KlingClient, body, *, deadline: float = 5.0, still_allowed: Callable[[], bool] = always):
    return client.create("omni-video", body, deadline_seconds=deadline, still_allowed=still_allowed)


def test_accepted_carries_task_id_and_the_exact_answer(make_body, make_client) -> None:
    """A 200 with code 0, a task id and our echo is Accepted, the raw answer is kept, and one request was made."""
    body = make_body(300_000)
    with ScriptedServer(answering(200, created())) as server:
        result = post(make_client(server.url), body)
    assert result.outcome == Accepted("830000000000000001", "r-1")
    assert (result.http, result.raw) == (200, created())
    assert len(server.talks) == 1
    talk = server.talks[0]
    assert talk.body == b"".join(body)
    assert talk.head.startswith(b"POST /v1/videos/omni-video HTTP/1.1\r\n")
    assert talk.header("content-length") == str(body.length)
    assert talk.header("authorization").startswith("Bearer key-")


ROWS: dict[str, tuple[Script, type, dict[str, object]]] = {
    "load": (
        answering(429, envelope(1303, "parallel task over resource pack limit")),
        Rejected,
        {"kind": "load"},
    ),
    "credentials": (answering(401, envelope(1002, "no")), Rejected, {"kind": "account", "code": 1002}),
    "no money": (answering(429, envelope(1102, "Account balance not enough")), Rejected, {"kind": "account"}),
    "bad value": (
        answering(400, envelope(1201, "mode is invalid")),
        Rejected,
        {"kind": "final", "http": 400},
    ),
    "duplicate": (
        answering(400, envelope(1201, f"External_task_id {EXTERNAL} already exists")),
        Duplicate,
        {},
    ),
    "echo mismatch": (answering(200, created("s-other")), Unknown, {"alarm": True}),
    "no echo": (answering(200, created(None)), Unknown, {}),
    "html under 200": (answering(200, b"<html>ok</html>"), Unknown, {}),
    "truncated json": (answering(200, created()[:-20]), Unknown, {}),
    "short body": (scripted.raw(b"HTTP/1.1 200 X\r\ncontent-length: 900\r\n\r\n" + created()), Unknown, {}),
    "no http": (scripted.raw(b"SSH-2.0-x\r\n\r\n"), Unknown, {}),
    "silent close": (lambda talk: talk.read_all(), Unknown, {}),
    "redirect": (answering(302, b"", location="/v1/videos/omni-video"), Unknown, {}),
    "request timeout": (answering(408), Unknown, {}),
    "server error": (answering(500, envelope(5000, "internal")), Unknown, {}),
    "gateway timeout": (answering(504, b"<html>"), Unknown, {}),
    "html under 429": (answering(429, b"<html>slow down</html>"), Unknown, {"alarm": True}),
    "too long": (answering(200, b" " * (3 << 20)), Unknown, {}),
    "reset at once": (scripted.reset_at_once, Unknown, {}),
    "reset after body": (scripted.reset_after_body, Unknown, {}),
}


@pytest.mark.parametrize("row", ROWS)
def test_each_row_of_the_outcome_table_over_the_wire(row, make_body, make_client) -> None:
    """Every kind of answer and failure gets the class of its row, after exactly one connection."""
    script, expected, fields = ROWS[row]
    with ScriptedServer(script) as server:
        result = post(make_client(server.url), make_body(30_000))
    assert type(result.outcome) is expected, result
    for name, value in fields.items():
        assert getattr(result.outcome, name) == value
    assert len(server.talks) == 1
    assert len(result.raw) <= 1 << 20


@pytest.mark.parametrize("then", ["close", "stay"])
@pytest.mark.parametrize(
    ("status", "code", "kind"), [(429, 1303, "load"), (401, 1004, "account"), (413, 9, None)]
)
def test_an_early_answer_in_mid_body_is_read(then, status, code, kind, make_body, make_client) -> None:
    """A refusal that comes before the body is through counts, whether the peer then closes or merely stops reading."""
    with ScriptedServer(early(status, envelope(code, "early"), then=then)) as server:
        began = time.monotonic()
        result = post(make_client(server.url), make_body(BIG))
    assert time.monotonic() - began < 4, "it waited for the deadline"
    assert result.http == status
    assert getattr(result.outcome, "kind", None) == kind
    assert isinstance(result.outcome, Rejected if kind else Unknown)


def test_an_early_answer_is_read_through_tls(certificate, make_body, make_client) -> None:
    """Session tickets are not mistaken for an answer, and an answer behind them is found."""
    server_tls, client_tls = certificate
    with ScriptedServer(early(429, envelope(1302, "early"), then="stay"), tls=server_tls) as server:
        result = post(make_client(server.url, client_tls), make_body(BIG))
    assert isinstance(result.outcome, Rejected)
    assert result.outcome.kind == "load"


@pytest.mark.parametrize("script", [scripted.reset_in_body, scripted.deaf], ids=["reset", "deaf"])
def test_a_connection_lost_in_mid_body_is_unknown(script, make_body, make_client) -> None:
    """A reset or a peer that stops reading in mid-body proves nothing."""
    with ScriptedServer(script) as server:
        result = post(make_client(server.url), make_body(BIG), deadline=0.5)
    assert isinstance(result.outcome, Unknown)


def test_a_refused_connection_was_not_sent(make_body, make_client) -> None:
    """Nothing listens: not one byte left, so the same send may be tried again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    result = post(make_client(url), make_body(0))
    assert isinstance(result.outcome, NotSent)
    assert "refused" in result.outcome.reason.lower()


def test_a_name_that_resolves_inward_was_not_sent(make_body) -> None:
    """An address the policy refuses stops the POST before a connection."""
    base = "https://api.klingai.com"
    outbound = Outbound(OutboundPolicy(frozenset({"klingai.com"})), resolve=lambda host, port: ["10.0.0.7"])
    with outbound.client_for_api(base) as http:
        result = post(KlingClient(http, base, ApiKey("k" * 40)), make_body(0))
    assert isinstance(result.outcome, NotSent)
    assert "10.0.0.7" in result.outcome.reason


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_a_peer_that_reads_slowly_is_not_taken_for_one_that_answered(
    secure, certificate, make_body, make_client
) -> None:
    """Full buffers and TLS session tickets are no answer: the body goes on when there is room again."""
    server_tls, client_tls = certificate if secure else (None, None)
    body = make_body(BIG)
    with ScriptedServer(scripted.slow, tls=server_tls) as server:
        result = post(make_client(server.url, client_tls), body)
    assert isinstance(result.outcome, Accepted)
    assert len(server.talks[0].body) == body.length


def test_a_client_of_another_origin_sends_nothing(make_body, make_client) -> None:
    """A base URL the HTTP client was not made for is NotSent: the refusal comes before a connection."""
    with ScriptedServer(answering(200, created())) as server, ScriptedServer(answering(200)) as other:
        client = make_client(server.url)
        client._base_url = other.url
        assert isinstance(post(client, make_body(0)).outcome, NotSent)
    assert server.talks == other.talks == []


@pytest.mark.parametrize("raises", [False, True])
def test_a_transport_without_a_trace_is_never_certain(raises, make_body) -> None:
    """Without httpcore's trace a failure may lie after the first byte, so it is Unknown; an answer still counts."""

    def answer(request: httpx.Request) -> httpx.Response:
        if raises:
            raise httpx.ConnectError("so it says")
        return httpx.Response(200, content=created())

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        result = post(KlingClient(http, "http://test", ApiKey("k" * 40)), make_body(9))
        lost = itertools.count()
        cut = post(
            KlingClient(http, "http://test", ApiKey("k" * 40)),
            make_body(9),
            still_allowed=lambda: next(lost) < 1,
        )
    assert isinstance(result.outcome, Unknown if raises else Accepted)
    assert isinstance(cut.outcome, Unknown)


@pytest.mark.parametrize(
    "script", [scripted.stalling, scripted.dripping, scripted.deaf], ids=lambda s: s.__name__
)
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_the_deadline_covers_everything(script, secure, certificate, make_body, make_client) -> None:
    """A peer that stalls, drips or does not read is left within 0.3 s of the deadline, with Unknown."""
    server_tls, client_tls = certificate if secure else (None, None)
    body, results = make_body(BIG if script is scripted.deaf else 1000), []
    with ScriptedServer(script, tls=server_tls) as server:
        client = make_client(server.url, client_tls)
        took = seconds_of(lambda: results.append(post(client, body, deadline=0.4)), at_most=0.7)
    assert all(isinstance(result.outcome, Unknown) for result in results)
    assert "deadline" in results[-1].outcome.reason or "Timeout" in results[-1].outcome.reason
    assert 0.35 < took < 0.7


def test_the_deadline_ends_a_stalled_handshake_and_nothing_was_sent(
    certificate, make_body, make_client
) -> None:
    """A peer that never answers the TLS hello has not got a request byte: NotSent, on time."""
    results, body = [], make_body(0)
    with ScriptedServer(lambda talk: talk.over.wait(5) and None) as server:
        client = make_client(f"https://localhost:{server.port}", certificate[1])
        took = seconds_of(lambda: results.append(post(client, body, deadline=0.4)), at_most=0.7)
    assert all(isinstance(result.outcome, NotSent) for result in results)
    assert took < 0.7


def test_a_slow_resolver_does_not_outlast_the_deadline(make_body) -> None:
    """Names are asked for beside the sender, so a hanging resolver ends as NotSent on time."""
    base, results, body = "https://api.klingai.com", [], make_body(0)
    policy = OutboundPolicy(frozenset({"klingai.com"}))
    outbound = Outbound(policy, resolve=lambda host, port: time.sleep(1.5) or ["8.8.8.8"])
    with outbound.client_for_api(base) as http:
        client = KlingClient(http, base, ApiKey("k" * 40))
        took = seconds_of(lambda: results.append(post(client, body, deadline=0.3)), at_most=0.6)
    assert all(isinstance(result.outcome, NotSent) for result in results)
    assert took < 0.6


@pytest.mark.parametrize("allowed_checks", [0, 1])
def test_a_sender_that_lost_its_lease_sends_no_byte(allowed_checks, make_body, make_client) -> None:
    """The right to send is checked before connecting and again as the last thing before the first byte."""
    asked = itertools.count()
    with ScriptedServer(scripted.stalling) as server:
        result = post(
            make_client(server.url), make_body(1000), still_allowed=lambda: next(asked) < allowed_checks
        )
    assert isinstance(result.outcome, NotSent)
    assert "no longer allowed" in result.outcome.reason
    assert all(talk.head == b"" for talk in server.talks)
    assert len(server.talks) <= allowed_checks


@pytest.mark.parametrize("size", [0, 1000, 1 << 20])
def test_a_sender_that_loses_its_lease_in_mid_body_never_completes_it(size, make_body, make_client) -> None:
    """The last fragment waits for one more check; a body cut there is Unknown and reaches nobody whole."""
    asked, body = itertools.count(), make_body(size)
    with ScriptedServer(answering(200, created())) as server:
        result = post(make_client(server.url), body, still_allowed=lambda: next(asked) < 2)
        server.settle()
    assert isinstance(result.outcome, Unknown)
    assert len(server.talks[0].body) < body.length


def test_a_blob_that_changed_since_it_was_measured_is_never_sent_whole(make_client, changing_body) -> None:
    """A digest that stops matching in the sending pass cuts the body and raises the alarm."""
    with ScriptedServer(answering(200, created())) as server:
        result = post(make_client(server.url), changing_body)
        server.settle()
    assert isinstance(result.outcome, Unknown)
    assert result.outcome.alarm
    assert "BlobCorrupt" in result.outcome.reason
    assert len(server.talks[0].body) < changing_body.length


def test_no_external_id_or_route_means_no_call(make_body, make_client) -> None:
    """A paid call without our id could not be looked up, so it is refused before a connection."""
    with ScriptedServer(answering(200, created())) as server:
        client = make_client(server.url)
        with pytest.raises(PayloadRefused, match="external_task_id"):
            post(client, replace(make_body(0), external_task_id=None))
        with pytest.raises(PayloadRefused, match="video-to-tea"):
            client.create("video-to-tea", make_body(0), deadline_seconds=1, still_allowed=always)
    assert server.talks == []


def test_every_post_uses_a_fresh_connection(make_body, make_client) -> None:
    """Two creates are two connections: a kept one may die under a request."""
    with ScriptedServer(answering(200, created())) as server:
        client = make_client(server.url)
        for _ in range(2):
            assert isinstance(post(client, make_body(0)).outcome, Accepted)
    assert len(server.talks) == 2

"""Random misbehaviour: the same seed gives the same faults, whatever the order of requests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from generation.sandbox import SandboxSettings

NAMES = [f"s-{n}" for n in range(24)]


def outcome(sandbox: Any, name: str) -> tuple[object, ...]:
    """What a caller sees of three creates under one name and four look-ups."""
    seen: list[object] = []
    for ask in [lambda: sandbox.create(external_task_id=name)] * 3 + [
        lambda: sandbox.client.get(f"/v1/videos/text2video/{name}")
    ] * 4:
        try:
            answer = ask()
            seen.append((answer.status_code, answer.headers["content-type"]))
        except httpx.TransportError:
            seen.append("no answer")
    return tuple(seen)


def a_run(serve: Any, order: dict[str, Any], names: list[str], threads: int) -> dict[str, tuple[object, ...]]:
    sandbox = serve(SandboxSettings(media=False, slots=1000, submitted_seconds=1e6))
    assert sandbox.client.post("/sandbox/v1/chaos", json=order).status_code == 200
    with ThreadPoolExecutor(threads) as pool:
        return dict(zip(names, pool.map(lambda name: outcome(sandbox, name), names), strict=True))


def test_a_run_can_be_repeated(serve: Any) -> None:
    """One thread or eight, forwards or backwards: each request meets what its seed, name and count say."""
    order = {"seed": 7, "rate": 0.5}
    first = a_run(serve, order, NAMES, 1)
    again = a_run(serve, order, NAMES[::-1], 8)
    other = a_run(serve, order | {"seed": 8}, NAMES, 4)

    assert first == again
    assert first != other
    assert len(set(first.values())) > len(NAMES) / 2


@pytest.mark.parametrize(("rate", "least", "most"), [(0.0, 0, 0), (0.25, 8, 45), (1.0, 96, 96)])
def test_the_rate(serve: Any, rate: float, least: int, most: int) -> None:
    """The rate is the share of requests that are struck; moments without a deed are left alone."""
    sandbox = serve(SandboxSettings(media=False, slots=1000))
    deed = {"do": "http_status", "status": 503}
    sandbox.client.post("/sandbox/v1/chaos", json={"seed": 1, "rate": rate, "deeds": [deed]})
    answers = [sandbox.create(external_task_id=f"{n}").status_code for n in range(96)]

    assert least <= answers.count(503) <= most
    assert sandbox.client.get("/v1/videos/text2video").status_code == 200
    assert sum(sandbox.client.get("/sandbox/v1/chaos").json()["struck"].values()) == answers.count(503)


def test_orders_go_before_chance(sandbox: Any) -> None:
    """A fault that was ordered takes the request it waits for; chaos has the others, until it is called off."""
    deeds = [{"do": "http_status", "status": 503}, {"on": "lookup", "do": "hide"}, {"do": "drop_mid_body"}]
    sandbox.client.post("/sandbox/v1/chaos", json={"seed": 3, "rate": 1, "deeds": deeds[:2]})
    sandbox.order(do="lag", seconds=0, match={"external_task_id": "mine"})
    sandbox.order(do="http_status", status=504, accept=True, match={"external_task_id": "ours"})
    seen = [sandbox.create(external_task_id=name).status_code for name in ("mine", "ours", "theirs")]
    hidden = sandbox.client.get("/v1/videos/text2video/mine").status_code
    sandbox.client.post("/sandbox/v1/chaos", json={"seed": 3, "rate": 1, "deeds": deeds[2:]})
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.create(external_task_id="cut")
    ended = sandbox.client.delete("/sandbox/v1/chaos").json()

    assert (seen, hidden, ended["chaos"]) == ([200, 504, 503], 400, None)
    assert sandbox.create(external_task_id="cut").status_code == 200


@pytest.mark.parametrize(
    "order",
    [
        {"seed": 1},
        {"seed": 1, "rate": 2},
        {"seed": -1, "rate": 0.5},
        {"seed": 1, "rate": 0.5, "deeds": []},
        {"seed": 1, "rate": 0.5, "deeds": [{"do": "explode"}]},
        {"seed": 1, "rate": 0.5, "deeds": [{"do": "hide", "on": "create"}]},
    ],
)
def test_chaos_that_makes_no_sense(sandbox: Any, order: dict[str, Any]) -> None:
    """An order of chaos that cannot be read is refused, and nothing begins."""
    assert sandbox.client.post("/sandbox/v1/chaos", json=order).status_code == 400
    assert sandbox.client.get("/sandbox/v1/chaos").json()["chaos"] is None

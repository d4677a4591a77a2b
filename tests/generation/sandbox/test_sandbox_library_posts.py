"""Lists, refusals, faults, ledger and restarts of the library routes: what they share with those of videos."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from litestar.testing import TestClient

from generation.sandbox import DEFAULT_ACCOUNT, SandboxSettings, create_app
from tests.generation.sandbox.making import (
    ELEMENT,
    ELEMENTS,
    FOREIGN,
    SPOKEN,
    URL,
    VOICES,
    code,
    delete,
    element_of,
    film_with,
    made,
    make,
)


def test_lists_are_newest_first_and_their_own(sandbox: Any) -> None:
    """Each account lists its own, new ones before seeded ones; voices come in pages of up to a thousand (R60)."""
    for name in ("a", "b"):
        make(sandbox, element_name=name)
        make(sandbox, VOICES, voice_name=name)
    sandbox.advance(9)

    def page(path: str, **query: Any) -> httpx.Response:
        answer: httpx.Response = sandbox.client.get(path, params=query)
        return answer

    names = [element_of(task)["element_name"] for task in page(ELEMENTS, pageSize=3).json()["data"]]
    voices = [
        task["task_result"]["voices"][0]["voice_name"] for task in page(VOICES, pageSize=1000).json()["data"]
    ]
    presets = page("/v1/general/presets-voices", pageSize=1).json()["data"]

    assert (names, voices) == (["b", "a", "Mina"], ["b", "a"])
    assert presets[0]["task_result"]["voices"][0]["owned_by"] == "kling"
    assert sandbox.client.get(VOICES, headers=FOREIGN).json()["data"] == []
    for path, size in ((ELEMENTS, 501), (VOICES, 1001), ("/v1/general/presets-voices", 0)):
        assert code(page(path, pageSize=size)) == (400, 1201)


def test_refusals_by_step(sandbox: Any) -> None:
    """Each refusal has the vendor's status and code, the earlier step first; unknown paths are 404/1202 (contract 15.1)."""
    client, nobody = sandbox.client, {"authorization": ""}

    for path in (ELEMENTS, VOICES, "/v1/general/delete-voices"):
        assert code(client.post(path, content=b"{", headers=nobody)) == (401, 1001)
        assert code(client.post(path, content=b"{")) == (400, 1200)
        assert code(client.post(path, content=b"[]")) == (400, 1200)
        assert code(client.post(path, json={})) == (400, 1201)
    for path in ("custom-elements", "presets-voices", "nothing"):
        assert code(client.post(f"/v1/general/{path}", json={})) == (404, 1202)
    for path in ("delete-voices", "presets-voices/1", "nothing"):
        assert code(client.get(f"/v1/general/{path}")) == (404, 1202)
    assert code(client.get(ELEMENTS, headers=nobody)) == (401, 1001)
    assert code(client.get(f"{VOICES}/7")) == (400, 1201)


def test_an_external_id_names_one_thing(sandbox: Any, serve: Any) -> None:
    """One external id names one task of an account, films and library together; a lax server takes it twice (R43, K1)."""
    make(sandbox, external_task_id="x")
    again = [make(sandbox, external_task_id="x"), make(sandbox, VOICES, external_task_id="x")]
    film = sandbox.create(external_task_id="x")
    sandbox.create(external_task_id="film")
    lax = serve(SandboxSettings(duplicate_external_ids="accept"))
    ids = [make(lax, external_task_id="x").json()["data"]["task_id"] for _ in range(2)]

    for refused in (*again, film):
        assert (code(refused), refused.json()["message"]) == (
            (400, 1201),
            "External_task_id x already exists",
        )
    assert make(sandbox, external_task_id="film").json()["code"] == 1201
    assert code(sandbox.client.get(f"{VOICES}/x")) == (400, 1201)
    assert lax.client.get(f"{ELEMENTS}/x").json()["data"]["task_id"] == max(ids)
    assert make(sandbox, external_task_id="").status_code == 200


def test_words_units_and_no_slots(serve: Any) -> None:
    """Blocked words and an empty pack refuse here too, an element is free, and no slot is held (contract 10, 15.1)."""
    sandbox = serve(SandboxSettings(units=Decimal("0.07"), slots=1, blocked_words=("forbidden",)))
    word = make(sandbox, element_description="a forbidden scarf")
    first, second = make(sandbox, VOICES), make(sandbox, VOICES)
    elements = [make(sandbox).status_code for _ in range(3)]
    sandbox.advance(9)
    costs = sandbox.client.get("/account/costs", params={"start_time": 1, "end_time": 2}).json()["data"]
    (pack,) = costs["resource_pack_subscribe_infos"]

    assert (code(word), first.status_code, code(second)) == ((400, 1301), 200, (429, 1102))
    assert elements == [200] * 3
    assert pack["remaining_quantity"] == 0.02


def test_faults_and_lag_apply(serve: Any) -> None:
    """Ordered faults take creates and queries of the library by route, words and id; a lagging lookup hides new ones."""
    sandbox = serve(SandboxSettings(lookup_lag_seconds=100))
    sandbox.order(do="fail_task", route="custom-voices")
    sandbox.order(do="drop_after_accept", match={"prompt_contains": "scarf"})
    sandbox.order(do="http_status", status=503, match={"external_task_id": "no"})

    with pytest.raises(httpx.RemoteProtocolError):
        make(sandbox, external_task_id="e")
    refused = make(sandbox, external_task_id="no")
    make(sandbox, VOICES, external_task_id="v")
    hidden = [sandbox.client.get(path) for path in (f"{ELEMENTS}/e", f"{VOICES}/v")]
    lists = [len(sandbox.client.get(path).json()["data"]) for path in (ELEMENTS, VOICES)]
    sandbox.order(
        on="query", do="code", code=5000, route="advanced-custom-elements", match={"external_task_id": "e"}
    )
    sandbox.advance(100)
    broken, whole = (sandbox.client.get(f"{ELEMENTS}/e") for _ in range(2))

    assert ([code(one) for one in hidden], lists) == ([(400, 1201)] * 2, [6, 0])
    assert (refused.status_code, code(broken), whole.status_code) == (503, (500, 5000), 200)
    assert sandbox.client.get(f"{VOICES}/v").json()["data"]["task_status"] == "failed"
    assert [(e["accepted"], e["fault"]) for e in sandbox.ledger()][:2] == [
        (True, "drop_after_accept"),
        (False, "http_status"),
    ]


def test_the_ledger_names_the_product(sandbox: Any) -> None:
    """Creates and deletions are entries with the last word of their path and the digest of their bytes."""
    body = orjson.dumps(SPOKEN | {"external_task_id": "v"})
    sandbox.client.post(VOICES, content=body)
    make(sandbox, element_name="")
    delete(sandbox, "delete-elements", element_id=str(DEFAULT_ACCOUNT.elements[0].element_id))
    entries = sandbox.ledger()

    assert [(e["product"], e["accepted"], e["code"]) for e in entries] == [
        ("custom-voices", True, 0),
        ("advanced-custom-elements", False, 1201),
        ("delete-elements", True, 0),
    ]
    assert (entries[0]["body_sha256"], entries[0]["external_task_id"]) == (
        hashlib.sha256(body).hexdigest(),
        "v",
    )
    assert (entries[0]["task_status"], entries[1]["message"]) == (
        "submitted",
        "element_name can not be empty",
    )


def test_a_restart_forgets_nothing(serve: Any, tmp_path: Path, picture: Callable[..., str]) -> None:
    """Elements, voices, deletions, pictures and spent units are there again, and no id is given twice."""
    settings = SandboxSettings(data_folder=tmp_path)
    first = serve(settings)
    listed = {"frontal_image": picture(), "refer_images": [{"image_url": URL}]}
    kept, lost = (made(first, element_image_list=listed, external_task_id=name) for name in ("kept", "lost"))
    made(first, VOICES)
    for gone in (element_of(lost)["element_id"], DEFAULT_ACCOUNT.elements[0].element_id):
        delete(first, "delete-elements", element_id=gone)
    before = first.client.get("/sandbox/v1/accounts").json()["accounts"][0]
    first.advance(50)
    late = make(first).json()["data"]["task_id"]

    second = serve(settings)
    again = element_of(second.client.get(f"{ELEMENTS}/kept").json()["data"])
    account = second.client.get("/sandbox/v1/accounts").json()["accounts"][0]

    assert again["element_id"] == element_of(kept)["element_id"]
    assert httpx.get(again["element_image_list"]["frontal_image"]).status_code == 200
    assert (account["elements"], account["units_spent"]) == (before["elements"], "0.05")
    assert sum(element["deleted"] for element in account["elements"]) == 3
    assert make(second, external_task_id="lost").json()["code"] == 1201
    assert int(second.create().json()["data"]["task_id"]) > int(late)
    assert film_with(second, again["element_id"]).status_code == 200


def test_no_id_is_given_twice(tmp_path: Path) -> None:
    """Ids go on behind those of elements and voices even when a restart takes no time at all."""
    app = partial(create_app, SandboxSettings(data_folder=tmp_path), lambda: 1_800_000_000.0)
    ids = []
    for _ in range(2):
        with TestClient(app()) as client:
            client.headers["authorization"] = f"Bearer {DEFAULT_ACCOUNT.api_key}"
            ids += [client.post(ELEMENTS, json=ELEMENT).json()["data"]["task_id"] for _ in range(2)]

    assert len(set(ids)) == 4

"""The vendor's routes over real HTTP: from a create to a film, and every refusal on the way."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import av
import httpx
import pytest

from generation.sandbox import DEFAULT_ACCOUNT, SECOND_ACCOUNT, SandboxSettings

MINA = DEFAULT_ACCOUNT.elements[0]


def code(answer: httpx.Response) -> tuple[int, int]:
    """HTTP status and business code; an error must not carry data."""
    body = answer.json()
    assert "data" not in body
    return answer.status_code, body["code"]


def test_a_request_becomes_a_film(sandbox: Any, picture: Callable[..., str]) -> None:
    """A task walks submitted, processing, succeed; its film plays with picture and sound; its units are billed."""
    made = sandbox.create(
        "omni-video", image_list=[{"image_url": picture()}], element_list=[{"element_id": MINA.element_id}],
        sound="on", external_task_id="s-1", prompt="미나: 안녕 <<<voice_1>>>",
    )  # fmt: skip
    task_id = made.json()["data"]["task_id"]

    statuses = [made.json()["data"]["task_status"]]
    for _ in range(2):
        sandbox.advance(100)
        statuses.append(sandbox.task("s-1", "omni-video")["task_status"])
    done = sandbox.task(task_id, "omni-video")
    video = done["task_result"]["videos"][0]
    film = av.open(io.BytesIO(httpx.get(video["url"]).content))

    assert statuses == ["submitted", "processing", "succeed"]
    assert (done["final_unit_deduction"], done["task_status_msg"]) == ("4", "")
    assert done["updated_at"] - done["created_at"] == 200_000
    assert [s.type for s in film.streams] == ["video", "audio"]
    assert abs(float(video["duration"]) - (film.duration or 0) / av.time_base) < 0.05
    film.close()


def test_task_ids_are_eighteen_digits_and_their_own(sandbox: Any) -> None:
    """Every accepted create gets a new eighteen-digit id, found again under either id (contract 1.3, 5.1)."""
    first = sandbox.create(external_task_id="a").json()["data"]
    second = sandbox.create(external_task_id="").json()["data"]

    assert len({first["task_id"], second["task_id"]}) == 2
    assert (len(first["task_id"]), first["task_id"].isdigit()) == (18, True)
    assert sandbox.task("a")["task_id"] == first["task_id"]
    assert second["task_info"] == {}


def test_refusals_by_step(sandbox: Any) -> None:
    """Each refusal has the vendor's status and code, and the earlier step answers first (contract 15.1)."""
    client, path = sandbox.client, "/v1/videos/text2video"
    nobody = {"authorization": ""}

    assert code(client.post(path, content=b"{", headers=nobody)) == (401, 1001)
    assert code(client.post("/v1/videos/nothing", headers=nobody)) == (401, 1001)
    assert code(client.put(path)) == (404, 1202)
    assert code(client.post("/v1/videos/nothing", json={})) == (404, 1202)
    assert code(client.get("/v2/elsewhere")) == (404, 1202)
    assert code(client.post(path, content=b"{")) == (400, 1200)
    assert code(client.post(path, content=b'{"prompt": "\\ud800"}')) == (400, 1200)
    assert code(client.post(path, content=b"[]")) == (400, 1200)
    assert code(sandbox.create(model_name="kling-v99", duration="2")) == (404, 1203)
    assert code(sandbox.create(duration=5)) == (400, 1201)


def test_a_repeated_external_id_is_refused(sandbox: Any) -> None:
    """One external id names one task of an account, across products; other accounts have their own (R43, K1)."""
    sandbox.create(external_task_id="twice")
    again = sandbox.create("omni-video", external_task_id="twice")
    sandbox.client.headers["authorization"] = f"Bearer {SECOND_ACCOUNT.api_key}"
    foreign = sandbox.create(external_task_id="twice")

    assert code(again) == (400, 1201)
    assert again.json()["message"] == "External_task_id twice already exists"
    assert foreign.status_code == 200


def test_foreign_and_unknown_tasks_look_alike(sandbox: Any) -> None:
    """An unknown id, another product's and another account's task answer 400/1201 alike (contract 5.1)."""
    sandbox.create(external_task_id="mine")
    for product in ("omni-video", "text2video"):
        answer = sandbox.client.get(
            f"/v1/videos/{product}/mine", headers={"authorization": f"Bearer {SECOND_ACCOUNT.api_key}"}
        )

        assert code(answer) == (400, 1201)
        assert answer.json()["message"] == "Task not found by id/external id: mine"
    assert code(sandbox.client.get("/v1/videos/omni-video/mine")) == (400, 1201)


def test_slots_are_held_until_the_end(serve: Any) -> None:
    """The task beyond an account's slots is refused with 1303 per model, and a slot is free again at the end."""
    sandbox = serve(SandboxSettings(submitted_seconds=100, processing_seconds=100, slots=2))
    taken = [sandbox.create().status_code for _ in range(2)]
    full = sandbox.create()
    other_model = sandbox.create("omni-video")
    sandbox.advance(200)

    assert taken == [200, 200]
    assert code(full) == (429, 1303)
    assert full.json()["message"] == "parallel task over resource pack limit"
    assert (other_model.status_code, sandbox.create().status_code) == (200, 200)


def test_units_run_out(serve: Any) -> None:
    """Units are promised at create, taken on success, given back on failure; without them 1102 (contract 8, K1)."""
    sandbox = serve(SandboxSettings(submitted_seconds=100, processing_seconds=100, units=Decimal(6)))
    sandbox.order(do="fail_task")
    failing, working, broke = sandbox.create(), sandbox.create(), sandbox.create()
    sandbox.advance(200)
    costs = sandbox.client.get("/account/costs", params={"start_time": 1, "end_time": 2}).json()["data"]

    assert (failing.status_code, working.status_code, code(broke)) == (200, 200, (429, 1102))
    assert costs["resource_pack_subscribe_infos"][0]["remaining_quantity"] == 3
    assert sandbox.create().status_code == 200
    assert code(sandbox.create()) == (429, 1102)


def test_pages_are_newest_first(sandbox: Any) -> None:
    """A list shows one product's tasks, newest first, in pages whose numbers are checked (R60)."""
    for name in "abc":
        sandbox.create(external_task_id=name)

    def page(**query: Any) -> httpx.Response:
        answer: httpx.Response = sandbox.client.get("/v1/videos/text2video", params=query)
        return answer

    def names(answer: httpx.Response) -> list[str]:
        return [task["task_info"]["external_task_id"] for task in answer.json()["data"]]

    assert names(page()) == ["c", "b", "a"]
    assert names(page(pageNum=2, pageSize=2)) == ["a"]
    assert names(page(pageNum=9)) == []
    for wrong in ({"pageNum": 0}, {"pageNum": 1001}, {"pageSize": 501}, {"pageSize": "x"}, {"pageNum": "²"}):
        assert code(page(**wrong)) == (400, 1201)


def test_result_urls_expire(sandbox: Any) -> None:
    """A result URL dies after its lifetime and asking for the task again gives a fresh one; a forged one is refused."""
    task_id = sandbox.create().json()["data"]["task_id"]
    sandbox.advance(200)
    url = sandbox.task(task_id)["task_result"]["videos"][0]["url"]
    fresh = httpx.get(url).status_code
    forged = httpx.get(url.replace("/results/1", "/results/2")).status_code
    sandbox.advance(1001)

    assert (fresh, forged, httpx.get(url).status_code) == (200, 403, 403)
    assert httpx.get(sandbox.task(task_id)["task_result"]["videos"][0]["url"]).status_code == 200
    assert httpx.get(f"{sandbox.url}/results/1/2/3.mp4").status_code == 404


def test_an_expired_reference_fails_the_task(sandbox: Any) -> None:
    """A clip continued from a dead result URL of our own ends as failed, for nothing."""
    task_id = sandbox.create().json()["data"]["task_id"]
    sandbox.advance(200)
    url = sandbox.task(task_id)["task_result"]["videos"][0]["url"]
    reference = {"video_list": [{"video_url": url, "refer_type": "feature"}]}
    sandbox.create("omni-video", external_task_id="alive", **reference)
    sandbox.advance(1001)
    sandbox.create("omni-video", external_task_id="dead", **reference)
    sandbox.advance(200)
    alive, dead = sandbox.task("alive", "omni-video"), sandbox.task("dead", "omni-video")

    assert (alive["task_status"], alive["final_unit_deduction"]) == ("succeed", "4.5")
    assert (dead["task_status"], dead["task_status_msg"]) == ("failed", "Video URL is invalid")
    assert dead["final_unit_deduction"] == "0"


def test_watermarked_twin(sandbox: Any) -> None:
    """With watermark_info.enabled the task has a second, different film."""
    sandbox.create(external_task_id="w", watermark_info={"enabled": True})
    sandbox.advance(200)
    video = sandbox.task("w")["task_result"]["videos"][0]

    assert httpx.get(video["watermark_url"]).content != httpx.get(video["url"]).content


def test_elements_are_listed_per_account(sandbox: Any) -> None:
    """Each account lists its own seeded elements, by task too; everybody sees the presets (contract 6)."""
    path = "/v1/general/advanced-custom-elements"
    listed = sandbox.client.get(path).json()["data"]
    one = sandbox.client.get(f"{path}/{listed[0]['task_id']}").json()["data"]
    presets = sandbox.client.get("/v1/general/advanced-presets-elements", params={"pageSize": 1}).json()[
        "data"
    ]
    found = [task["task_result"]["elements"][0] for task in listed]

    assert [e["element_id"] for e in found] == [e.element_id for e in DEFAULT_ACCOUNT.elements]
    assert [e["status"] for e in found].count("deleted") == 1
    assert (one, len(presets)) == (listed[0], 1)
    assert code(sandbox.client.get(f"{path}/7")) == (400, 1201)


@pytest.mark.parametrize("query", [{}, {"start_time": "x", "end_time": "1"}])
def test_costs_need_their_times(sandbox: Any, query: dict[str, str]) -> None:
    """The costs query without its required times is refused (contract 7.1)."""
    assert code(sandbox.client.get("/account/costs", params=query)) == (400, 1201)


def test_blocked_words_and_late_pictures(serve: Any, picture: Callable[..., str]) -> None:
    """Blocked words are refused with 1301; wrong pictures may fail the task instead of the create (K8)."""
    settings = SandboxSettings(blocked_words=("forbidden",), bad_pictures="fail_task", processing_seconds=100)
    sandbox = serve(settings)
    word = sandbox.create(prompt="a forbidden kite")
    small = sandbox.create("image2video", image=picture(100, 100), external_task_id="small")
    sandbox.advance(200)

    assert (code(word), small.status_code) == ((400, 1301), 200)
    assert sandbox.task("small", "image2video")["task_status_msg"] == "Image pixel is invalid"


def test_a_lax_sandbox(serve: Any) -> None:
    """Duplicates may be accepted and new tasks hidden for a while, as a laxer or lagging server would."""
    sandbox = serve(SandboxSettings(duplicate_external_ids="accept", lookup_lag_seconds=500))
    ids = {sandbox.create(external_task_id="x").json()["data"]["task_id"] for _ in range(2)}
    hidden = sandbox.client.get("/v1/videos/text2video/x")
    empty = sandbox.client.get("/v1/videos/text2video").json()["data"]
    sandbox.advance(500)

    assert len(ids) == 2
    assert (code(hidden), empty) == ((400, 1201), [])
    assert sandbox.task("x")["task_id"] == max(ids)


def test_a_large_body_is_taken(sandbox: Any) -> None:
    """Bodies of a hundred megabytes are read whole and judged; the ledger knows their digest."""
    answer = sandbox.create(filler="A" * 98_000_000)

    assert answer.status_code == 200
    assert sandbox.ledger()[0]["body_bytes"] > 98_000_000


def test_a_crowd_gets_what_there_is_once(serve: Any) -> None:
    """Under concurrent creates one external id makes one task, and no more slots are given than there are."""
    sandbox = serve(SandboxSettings(submitted_seconds=100, processing_seconds=100, slots=3))
    with ThreadPoolExecutor(8) as crowd:
        same = list(crowd.map(lambda _: sandbox.create(external_task_id="one").json()["code"], range(16)))
        rest = list(crowd.map(lambda _: sandbox.create().json()["code"], range(16)))

    assert (same.count(0), same.count(1201)) == (1, 15)
    assert (rest.count(0), rest.count(1303)) == (2, 14)
    assert sum(entry["accepted"] for entry in sandbox.ledger()) == 3

"""Elements and voices under orders: cut in mid-body, told wrongly, called back, and known as they truly are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from generation.sandbox import SandboxSettings
from tests.generation.sandbox.listening import SECRET, Listener
from tests.generation.sandbox.making import ELEMENT, ELEMENTS, SPOKEN, VOICES, make

BOTH = pytest.mark.parametrize(("path", "route"), [(ELEMENTS, ELEMENTS[12:]), (VOICES, VOICES[12:])])


def told(sandbox: Any, path: str, name: str) -> dict[str, Any]:
    data: dict[str, Any] = sandbox.client.get(f"{path}/{name}").json()["data"]
    return data


def listed(sandbox: Any, path: str) -> list[Any]:
    """External ids of what was made here, as a list tells them."""
    tasks = sandbox.client.get(path).json()["data"]
    return [name for task in tasks if (name := task["task_info"].get("external_task_id"))]


@BOTH
def test_a_drop_in_mid_body(sandbox: Any, path: str, route: str) -> None:
    """A create of the library can be cut in mid-body, by its route too; nothing is made, and the ledger has what came."""
    sandbox.order(do="drop_mid_body", after_bytes=10, route=route)
    film = sandbox.create(external_task_id="film")
    with pytest.raises(httpx.RemoteProtocolError):
        make(sandbox, path, external_task_id="x")
    again = make(sandbox, path, external_task_id="y")

    assert (film.json()["code"], again.json()["code"]) == (0, 0)
    (entry,) = sandbox.ledger(external_task_id="x")
    assert (entry["product"], entry["accepted"], entry["fault"]) == (route, False, "drop_mid_body")
    assert listed(sandbox, path) == ["y"]


@BOTH
def test_a_drop_behind_which_it_is_made(sandbox: Any, path: str, route: str) -> None:
    """Behind a buffering proxy the caller loses the connection, and the element or voice is made all the same."""
    sandbox.order(do="drop_mid_body", accept=True, seconds=0, route=route)
    with pytest.raises(httpx.RemoteProtocolError):
        make(sandbox, path, external_task_id="x")
    (entry,) = sandbox.until(lambda: sandbox.ledger(external_task_id="x"))

    assert (entry["accepted"], entry["whole"], entry["http_status"]) == (True, True, None)
    assert told(sandbox, path, "x")["task_id"] == entry["task_id"]


def test_an_answer_in_mid_body(sandbox: Any) -> None:
    """An early answer comes to creates of the library, and never to deletions."""
    sandbox.order(do="code", status=429, code=1302, after_bytes=1)
    gone = sandbox.client.post("/v1/general/delete-voices", json={"voice_id": "1"}).json()["code"]

    assert gone == 1201
    assert make(sandbox).json()["code"] == 1302
    assert make(sandbox).json()["code"] == 0


@BOTH
def test_lags_and_lost_answers_join(sandbox: Any, path: str, route: str) -> None:
    """A lag hides one new element or voice from look-ups and lists, beside a fault of the answer."""
    sandbox.order(do="lag", seconds=60, route=route)
    sandbox.order(do="no_task_id", route=route)
    answer = make(sandbox, path, external_task_id="x").json()["data"]
    early = (sandbox.client.get(f"{path}/x").json()["code"], listed(sandbox, path))
    sandbox.advance(60)

    assert ("task_id" in answer, sandbox.ledger()[0]["fault"]) == (False, "lag+no_task_id")
    assert early == (1201, [])
    assert (told(sandbox, path, "x")["task_status"], listed(sandbox, path)) == ("succeed", ["x"])


@BOTH
def test_lookups_tell_tales(sandbox: Any, path: str, route: str) -> None:
    """Look-ups of the library hide, and tell another state and charge, as those of films do."""
    make(sandbox, path, external_task_id="x")
    sandbox.order(on="lookup", do="hide", route=route)
    hidden = sandbox.client.get(f"{path}/x").json()["code"]
    sandbox.order(on="lookup", do="status", word="failed", message="no", match={"external_task_id": "x"})
    sandbox.order(on="lookup", do="units", units="9.5", match={"status": "submitted"})
    wrong, plain = (told(sandbox, path, "x") for _ in range(2))

    assert hidden == 1201
    assert [wrong[key] for key in ("task_status", "task_status_msg")] == ["failed", "no"]
    assert wrong["final_unit_deduction"] == "9.5"
    assert (plain["task_status"], "final_unit_deduction" in plain) == ("submitted", False)


@BOTH
def test_lists_tell_tales(sandbox: Any, path: str, route: str) -> None:
    """Lists of the library leave out what matches, and show things that nobody made, in the shape of their product."""
    make(sandbox, path, external_task_id="x")
    sandbox.order(on="list", do="hide", match={"external_task_id": "x"})
    sandbox.order(on="list", do="invent", word="succeed", external_task_id="no", task_id="77", route=route)
    first, *rest = sandbox.client.get(path).json()["data"]

    assert (first["task_id"], first["task_info"]["external_task_id"]) == ("77", "no")
    assert [len(made) for made in first["task_result"].values()] == [1]
    assert list(first["task_result"]) == [{ELEMENTS: "elements", VOICES: "voices"}[path]]
    assert all(task["task_info"] == {} for task in rest)
    assert listed(sandbox, path) == ["x"]


def test_presets_are_told_truly(sandbox: Any) -> None:
    """The vendor's own things cannot be shaped; their answers can be broken."""
    sandbox.order(on="list", do="hide")
    sandbox.order(on="list", do="code", status=429, code=1302)
    answers = [sandbox.client.get("/v1/general/presets-voices").json() for _ in range(2)]

    assert answers[0]["code"] == 1302
    assert [task["task_status"] for task in answers[1]["data"]] == ["succeed", "succeed"]


def test_the_truth_has_everything(sandbox: Any) -> None:
    """`/sandbox/v1/tasks` has films, elements and voices in the order they were made, with state and charge."""
    sandbox.create(external_task_id="film")
    make(sandbox, external_task_id="element")
    make(sandbox, VOICES, external_task_id="voice")
    sandbox.advance(9)
    truth = [(t["external_task_id"], t["product"], t["status"], t["billed_units"]) for t in sandbox.tasks()]

    assert truth == [
        ("film", "text2video", "submitted", None),
        ("element", "advanced-custom-elements", "succeed", "0"),
        ("voice", "custom-voices", "succeed", "0.05"),
    ]
    one = sandbox.client.get("/sandbox/v1/tasks", params={"external_task_id": "voice"}).json()["tasks"]
    assert [task["product"] for task in one] == ["custom-voices"]


@pytest.mark.parametrize(
    ("path", "kind", "name"), [(ELEMENTS, "elements", "element_name"), (VOICES, "voices", "voice_name")]
)
def test_callbacks(sandbox: Any, listener: Listener, path: str, kind: str, name: str) -> None:
    """Each status change of an element or voice is told, signed, with its result as in queries (contract 9, a guess)."""
    sandbox.habits(webhook_secret=SECRET)
    make(sandbox, path, external_task_id="x", callback_url=listener.url)
    sandbox.until(lambda: len(listener.got) == 1)
    sandbox.advance(3)
    sandbox.advance(9)
    sandbox.until(lambda: len(listener.got) >= 3)
    last, asked = json.loads(listener.got[2][2]), told(sandbox, path, "x")

    assert listener.told == ["submitted", "processing", "succeed"]
    assert all(listener.signed(n) for n in range(3))
    assert last["task_result"] == asked["task_result"]
    assert last["task_result"][kind][0][name] == (ELEMENT | SPOKEN)[name]
    assert (last["task_id"], last["final_unit_deduction"]) == (
        asked["task_id"],
        asked["final_unit_deduction"],
    )


def test_wrong_callbacks(sandbox: Any, listener: Listener) -> None:
    """Orders on callbacks take those of the library by route, in the new shape too."""
    sandbox.order(on="callback", do="withhold", route="custom-voices", match={"status": "processing"})
    sandbox.order(on="callback", do="other_shape", route="custom-voices", match={"status": "succeed"})
    make(sandbox, VOICES, callback_url=listener.url)
    sandbox.until(lambda: len(listener.got) == 1)
    sandbox.advance(9)
    sandbox.until(lambda: len(listener.got) == 2)

    assert listener.told == ["submitted", "succeeded"]
    assert json.loads(listener.got[1][2])["outputs"][0]["type"] == "voice"


def test_a_restart_goes_on_telling(serve: Any, listener: Listener, tmp_path: Path) -> None:
    """Callbacks and lags of elements survive a restart of the sandbox on the same folder."""
    settings = SandboxSettings(data_folder=tmp_path, element_seconds=100)
    first = serve(settings)
    first.order(do="lag", seconds=1e6)
    make(first, external_task_id="x", callback_url=listener.url)
    first.until(lambda: len(listener.got) == 1)
    second = serve(settings)
    second.advance(100)
    second.until(lambda: len(listener.got) >= 3)

    assert listener.told == ["submitted", "processing", "succeed"]
    assert second.client.get(f"{ELEMENTS}/x").json()["code"] == 1201


def test_chaos_meets_the_library(sandbox: Any) -> None:
    """Random misbehaviour strikes creates and look-ups of elements and voices as well."""
    deeds = [{"do": "code", "status": 429, "code": 1302}, {"on": "lookup", "do": "hide"}]
    for path in (ELEMENTS, VOICES):
        make(sandbox, path, external_task_id=path[12:])
    sandbox.client.post("/sandbox/v1/chaos", json={"seed": 1, "rate": 1, "deeds": deeds})

    for path in (ELEMENTS, VOICES):
        assert make(sandbox, path).json()["code"] == 1302
        assert sandbox.client.get(f"{path}/{path[12:]}").json()["code"] == 1201

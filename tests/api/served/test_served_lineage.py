"""Lineage over HTTP, client and command: pages that fit together, lines without a bound, drawings and documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pydot
import pytest
from click.testing import CliRunner
from prov.model import ProvDocument

from api.cli.root import cli
from api.client import ContinuityClient, UnexpectedAnswer
from api.routes import lineage as route
from registry.views.lineage import Edge, Thing
from tests.api.served.screening import take
from tests.api.served.serving import Served, png, problem

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pydot")
"""pydot calls its parser by names of old."""
TAKES = 4


@pytest.fixture(scope="module")
def scene(service: Served, production: str) -> dict[str, Any]:
    """A scene of Mina's with takes that go on from one another, each grounded on her picture."""
    who = service.made("/v1/characters", {"depicts": "fictional", "name": 'Mina "[x]"'})["id"]
    picture = service.upload(png()).json()["id"]
    service.made(f"/v1/characters/{who}/references", {"asset": picture, "role": "frontal"})
    scene = service.made("/v1/scenes", {"production": production, "name": "Café"})["id"]
    clips: list[str] = []
    for _ in range(TAKES):
        clips.append(take(service, scene, cast=[who], assets=(picture,), parents=tuple(clips[-1:])))
    return {"id": scene, "who": who, "picture": picture, "clips": clips}


@pytest.fixture(scope="module")
def client(service: Served) -> Iterator[ContinuityClient]:
    with ContinuityClient(service.url, service.key) as found:
        yield found


def lines_of(service: Served, thing: str, **asked: Any) -> list[dict[str, Any]]:
    answer = service.get(f"/v1/lineage/{thing}", params={**asked, "format": "ndjson"})
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def test_pages_fit_together(service: Served, scene: dict[str, Any]) -> None:
    """Links lead from page to page to the end, over the log as at the first; lines tell the same, and that they are whole."""
    last = scene["clips"][-1]
    whole = service.get(f"/v1/lineage/{last}").json()
    edges, address = [], f"/v1/lineage/{last}?limit=3"
    while address:
        answer = service.get(address)
        edges += answer.json()["edges"]
        address = answer.links.get("next", {}).get("url")
        service.made("/v1/characters", {"depicts": "fictional", "name": "Meanwhile"})
        service.post(f"/v1/clips/{last}/approve", {})
    lines = lines_of(service, last, through=whole["through"])
    told = [line["edge"] for line in lines if "edge" in line]

    assert edges == whole["edges"]
    assert [edge | {"until": edge.get("until")} for edge in told] == edges
    assert lines[0]["lineage"] == {
        "id": last,
        "direction": "ancestors",
        "through": whole["through"],
        "as_of": None,
    }
    assert lines[-1] == {"end": {"edges": len(edges)}}
    assert sorted(line["thing"]["id"] for line in lines if "thing" in line) == sorted(
        one["id"] for one in whole["things"]
    )


def test_filters_and_times(service: Served, scene: dict[str, Any]) -> None:
    """Kinds of steps, depth, a position and a moment narrow the answer; a moment is that of the last event by then."""
    first, last = scene["clips"][0], scene["clips"][-1]
    chain = service.get(f"/v1/lineage/{last}?types=continues").json()
    assert [edge["depth"] for edge in chain["edges"]] == [1, 2, 3]
    assert len(service.get(f"/v1/lineage/{last}?types=continues&depth=2").json()["edges"]) == 2
    down = service.get(f"/v1/lineage/{first}?direction=descendants&types=continues,edits").json()
    assert {edge["made"] for edge in down["edges"]} == set(scene["clips"][1:])
    half = chain["edges"][1]["position"]
    then = service.get(f"/v1/lineage/{first}", params={"direction": "descendants", "as_of": half}).json()
    assert (then["as_of"], {edge["made"] for edge in then["edges"]}) == (half, set(scene["clips"][1:3]))
    now = datetime.now(UTC).isoformat()
    assert (
        service.get(f"/v1/lineage/{last}", params={"as_of": now, "types": "continues"}).json()["edges"]
        == chain["edges"]
    )
    early = service.get(f"/v1/lineage/{last}", params={"as_of": "2001-01-01T00:00:00Z"})
    assert "at position 0" in problem(early, 404, "not-found")["detail"]


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("types=continues,marries", "?types"),
        ("as_of=yesterday", "?as_of"),
        ("as_of=2026-13-01T00:00:00Z", "?as_of"),
        ("as_of=4&through=4", "?through"),
        ("format=pdf", "?format"),
        ("depth=0", "?depth"),
        ("direction=sideways", "?direction"),
    ],
)
def test_what_cannot_be_asked(service: Served, scene: dict[str, Any], asked: str, path: str) -> None:
    """Each place of a question that cannot be read is named."""
    answer = service.get(f"/v1/lineage/{scene['id']}?{asked}")
    assert [one["path"] for one in problem(answer, 422, "invalid-request")["errors"]] == [path]


def test_beyond_the_log(service: Served, scene: dict[str, Any]) -> None:
    """A position that the log has not come to is refused, and so is one that no log has."""
    for asked in ("as_of=99999999", "through=99999999", "as_of=999999999999999999"):
        assert (
            "the log reaches to"
            in problem(service.get(f"/v1/lineage/{scene['id']}?{asked}"), 422, "invalid")["detail"]
        )


def test_every_form(service: Served, scene: dict[str, Any]) -> None:
    """By `format` or by Accept: drawings with names in them, PROV that its library reads, runs; what nothing gives is 406."""
    address = f"/v1/lineage/{scene['clips'][-1]}"
    for kind, form in route.GIVES.items():
        asked = service.get(address, params={"format": form})
        accepted = service.get(address, headers={"Accept": kind})
        assert (
            asked.headers["content-type"].split(";")[0]
            == accepted.headers["content-type"].split(";")[0]
            == kind
        )
    [graph] = pydot.graph_from_dot_data(service.get(f"{address}?format=dot").text) or ()
    assert len(graph.get_edges()) == len(service.get(f"{address}?limit=500").json()["edges"])
    assert "Mina #34;#91;x#93;#34;" in service.get(f"{address}?format=mermaid").text
    provenance = f"/v1/clips/{scene['clips'][-1]}/provenance"
    document = service.get(provenance)
    assert document.json() == service.get(f"{address}?format=prov").json()
    assert "wasDerivedFrom" in ProvDocument.deserialize(content=document.text, format="json").get_provn()
    assert isinstance(service.get(f"{provenance}?format=openlineage").json(), list)
    problem(service.get(address, headers={"Accept": "application/pdf"}), 406, "not-acceptable")
    problem(service.get(f"{provenance}?format=dot"), 422, "invalid-request")


@pytest.mark.parametrize("address", ["lineage/{clip}", "clips/{clip}/lineage", "clips/{clip}/provenance"])
def test_every_form_is_described(service: Served, scene: dict[str, Any], address: str) -> None:
    """Each form that is JSON is one that the service's own document describes, and no other describes it."""
    document = service.get("/openapi.json").json()
    path = "/v1/" + address.format(clip="{thing}" if address.startswith("lineage") else "{clip}")
    said = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    forms = [
        jsonschema_rs.validator_for({**one, "components": document["components"]}) for one in said["anyOf"]
    ]
    given = ("prov", "openlineage") if address.endswith("provenance") else ("json", "prov", "openlineage")
    for number, form in enumerate(given):
        told = service.get(f"/v1/{address.format(clip=scene['clips'][-1])}", params={"format": form}).json()
        assert [one.is_valid(told) for one in forms] == [number == which for which in range(len(given))]


def test_what_is_too_large_for_one_document(
    service: Served, scene: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drawing or a document never leaves steps out: it is refused, and lines give all of them."""
    monkeypatch.setattr(route, "MOST_EDGES", 3)
    for form in ("dot", "mermaid", "prov", "openlineage"):
        answer = service.get(f"/v1/lineage/{scene['clips'][-1]}?format={form}")
        assert "more than 3 steps" in problem(answer, 422, "invalid-request")["errors"][0]["message"]
    assert lines_of(service, scene["clips"][-1])[-1]["end"]["edges"] > 3


def test_foreign_and_absent_are_alike(service: Served, scene: dict[str, Any]) -> None:
    """Nothing tells another studio's thing from one that never was, in any form."""
    absent = scene["clips"][0][:-1] + ("0" if scene["clips"][0][-1] != "0" else "1")
    for form in ("json", "ndjson", "dot", "prov"):
        problem(service.get(f"/v1/lineage/{absent}?format={form}"), 404, "not-found")
    for address in (
        f"/v1/clips/{absent}/lineage",
        f"/v1/clips/{absent}/provenance",
        f"/v1/clips/{scene['id']}/lineage",
    ):
        problem(service.get(address), 404, "not-found")


def test_the_client_reads_all_of_it(
    service: Served, client: ContinuityClient, scene: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page by page or line by line it is the same, and a stream without its last line is an error."""
    monkeypatch.setattr("api.client.lineage._PAGE", 2)
    whole = client.lineage(scene["who"], direction="descendants", types=["shows", "continues"], names=True)
    lines = list(client.lineage_lines(scene["who"], direction="descendants", types=["shows", "continues"]))
    assert [one for one in lines if isinstance(one, Edge)] == list(whole.edges)
    assert {one.id for one in lines if isinstance(one, Thing)} == {one.id for one in whole.things}
    assert {one.id: one.name for one in whole.things}[scene["who"]] == 'Mina "[x]"'
    assert len(whole.edges) == 2 * TAKES - 1
    assert f"studio:{scene['who']}" in client.provenance(scene["clips"][0])["entity"]
    assert client.run_events(scene["clips"][0]) == []
    monkeypatch.setattr(route, "_gathered", lambda lines: (line for line in [next(lines), next(lines)]))
    with pytest.raises(UnexpectedAnswer, match="broke off"):
        list(client.lineage_lines(scene["who"]))


def test_the_command_tells_every_form(service: Served, scene: dict[str, Any]) -> None:
    """A tree for people with names in it, and each form for programs."""
    given = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": service.key}

    def said(*flags: str) -> str:
        ran = CliRunner().invoke(
            cli, ["lineage", scene["clips"][1], *flags], obj=given, catch_exceptions=False
        )
        assert ran.exit_code == 0, ran.output
        return ran.stdout

    assert f'shows {scene["who"]}  Mina "[x]" [inferred]' in said()
    assert said("--type", "continues").count("continues") == 1
    assert json.loads(said("--format", "json"))["id"] == scene["clips"][1]
    assert "edge" not in json.loads(said("--format", "lines").splitlines()[1])
    assert said("--format", "dot").startswith("digraph")
    assert said("--format", "mermaid").startswith("flowchart")
    assert "entity" in json.loads(said("--format", "prov"))
    assert json.loads(said("--format", "openlineage")) == []

"""Lineage as other programs read it: each form is read back by the library that its readers use."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID

import attr
import jsonschema_rs
import pydot
import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.generated.base import DatasetFacet, JobFacet, RunFacet
from openlineage.client.serde import Serde
from openlineage.client.transport.file import FileConfig, FileTransport
from prov.identifier import QualifiedName
from prov.model import ProvActivity, ProvAgent, ProvDerivation, ProvDocument, ProvEntity, ProvInfluence

from api.integrations import openlineage
from api.integrations.drawing import dot, mermaid
from api.integrations.openlineage import run_events, run_id
from api.integrations.provenance import prov_document
from registry.deciders.asset import DescribeAsset, EraseAsset
from registry.deciders.looks import DefineLook
from registry.views.kinds import look_id
from registry.views.lineage import Lineage, lineage
from registry.views.runs import RunCard, runs_of
from tests.registry.log.opened import STUDIO, Opened, opened
from tests.registry.log.story import CAFE, CLIP, FACE, MADE, MINA, tell
from tests.registry.views.bound import PERSON
from tests.registry.views.woven import CHANGED, weave

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pydot")
"""pydot calls its parser by names of old."""
NASTY = 'a "quoted" [bracket] {brace} \\ back\\nslash; <b>#quot;</b> `tick` | & end]\n  n0 --> n9["made up"]\n카페'
LOOK = 'coat "of [arms]" #1 \\'
Told = tuple[Lineage, tuple[RunCard, ...]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The lineage of a clip whose pictures have names that no language is fond of, and one of which is erased."""
    with opened(tmp_path_factory.mktemp("woven")) as log:
        tell(log)
        log.handle(DescribeAsset(stream=CAFE, label=NASTY))
        log.handle(DefineLook(stream=MINA, look=LOOK, wardrobe="arms"))
        weave(log)
        log.handle(EraseAsset(stream=FACE, likeness=PERSON))
        yield _whole(log, CHANGED)


def _whole(log: Opened, thing: str) -> Told:
    with log.registry.reading() as connection:
        found = lineage(connection, STUDIO, thing, named=True)
        return found, runs_of(connection, STUDIO, [one.id for one in found.things if one.kind == "clip"])


def _told_edges(found: Lineage) -> list[tuple[str, str, str]]:
    return sorted((edge.made, edge.source, edge.kind) for edge in found.edges)


def test_graphviz_reads_the_drawing(told: Told) -> None:
    """Every thing is a node with its id and name as they are, every step an edge; a name ends no label and begins nothing."""
    found, _ = told
    [graph] = pydot.graph_from_dot_data(dot(found)) or ()
    labels = {
        node.get_name(): _unquoted(node.get("label")) for node in graph.get_nodes() if node.get("label")
    }
    ids = {name: label.split("\n")[0] for name, label in labels.items()}
    assert sorted(ids.values()) == sorted(thing.id for thing in found.things)
    edges = [
        (ids[e.get_source()], ids[e.get_destination()], _unquoted(e.get("label")).split(" ")[0])
        for e in graph.get_edges()
    ]
    assert sorted(edges) == _told_edges(found)
    [cafe] = (label for label in labels.values() if label.startswith(CAFE))
    assert cafe == f"{CAFE}\n{NASTY}"
    [face] = (label for label in labels.values() if label.startswith(FACE))
    assert face == f"{FACE}\n(erased)\nerased"


def _unquoted(label: str) -> str:
    """What Graphviz shows of a quoted label."""
    inner = label[1:-1].replace('\\"', '"')
    return "\\".join(part.replace("\\n", "\n") for part in inner.split("\\\\"))


def test_a_look_is_drawn_by_its_name(told: Told) -> None:
    """A look whose name holds quotes, brackets and a backslash is one node."""
    found, _ = told
    thing = found.things[0].model_copy(
        update={"id": look_id(MINA, LOOK), "kind": "look", "name": f"Mina, {LOOK}"}
    )
    drawn = found.model_copy(update={"things": (thing,), "edges": ()})
    [graph] = pydot.graph_from_dot_data(dot(drawn)) or ()
    [label] = [_unquoted(node.get("label")) for node in graph.get_nodes() if node.get("label")]
    assert label.split("\n")[:2] == [thing.id, thing.name]
    assert mermaid(drawn).count("\n") == dot(drawn).count("label=") + 1 + (
        2 if "classDef" in mermaid(drawn) else 0
    )


def test_mermaid_draws_the_chart(told: Told) -> None:
    """Mermaid itself draws every thing with its id and name as they are, and as many arrows as there are steps."""
    found, _ = told
    drawn = _svg(mermaid(found))
    shown = {unescape(part).strip() for part in re.findall(r">([^<>]+)<", drawn)}
    names = {
        line.strip()
        for thing in found.things
        for line in (thing.name or "").splitlines()
        if "\\n" not in line
    }
    assert {thing.id for thing in found.things} | names <= shown
    assert len(re.findall(r"<path[^>]*flowchart-link", drawn)) == len(found.edges)
    assert len(re.findall(r'<g[^>]*class="node ', drawn)) == len(found.things)


def _svg(chart: str) -> str:
    """In a process of its own, as the engine's bindings complain when theirs ends."""
    program = "import sys, mermaidx; sys.stdout.write(mermaidx.render(sys.stdin.read()).svg())"
    ran = subprocess.run(
        [sys.executable, "-c", program], input=chart, capture_output=True, text=True, check=True
    )
    return ran.stdout


def test_prov_reads_the_document(told: Told) -> None:
    """The standard library takes the PROV-JSON, writes it as PROV-N, and finds every step with its evidence and event."""
    found, runs = told
    text = json.dumps(prov_document(STUDIO, found, runs))
    read = ProvDocument.deserialize(content=text, format="json")
    relations = [*read.get_records(ProvDerivation), *read.get_records(ProvInfluence)]
    steps = [dict(one.attributes) for one in relations if _of(one, "continuity:evidence")]
    assert len(steps) == len(found.edges)
    assert sorted(_of(one, "continuity:position") for one in relations) == sorted(
        e.position for e in found.edges
    )
    assert {_of(one, "continuity:evidence") for one in relations} == {e.evidence for e in found.edges}
    assert sorted(
        _of(one, "continuity:until") for one in relations if _of(one, "continuity:until")
    ) == sorted(e.until for e in found.edges if e.until is not None)
    assert [str(one.identifier) for one in read.get_records(ProvActivity)] == [
        f"studio:{run.generation}" for run in runs
    ]
    named = {one.identifier.localpart for kind in (ProvEntity, ProvAgent) for one in read.get_records(kind)}
    assert len(named) >= len(found.things)
    assert "wasDerivedFrom" in read.get_provn()
    assert read == ProvDocument.deserialize(content=read.serialize(format="json"), format="json")


def _of(record: Any, name: str) -> Any:
    values = [
        value for key, value in record.attributes if isinstance(key, QualifiedName) and str(key) == name
    ]
    return values[0] if values else None


def test_openlineage_takes_the_events(told: Told, tmp_path: Path) -> None:
    """The standard client takes every event as its own type, and writes it out as we did; runs have the ids of generations."""
    found, runs = told
    events = run_events(STUDIO, found, runs)
    kept = tmp_path / "events.jsonl"
    client = OpenLineageClient(transport=FileTransport(FileConfig(log_file_path=str(kept), append=True)))
    for event in events:
        taken = _typed(event)
        assert json.loads(Serde.to_json(taken)) == _of_the_newest(event)
        client.emit(taken)
    assert [json.loads(line)["eventType"] for line in kept.read_text().splitlines()] == [
        "START",
        "COMPLETE",
    ] * len(runs)
    assert {str(UUID(event["run"]["runId"])) for event in events} == {run_id(run.generation) for run in runs}
    assert run_id(MADE) == events[0]["run"]["runId"]
    jsonschema_rs.validator_for(openlineage.SCHEMA).validate(events)
    [made] = events[-1]["outputs"]
    inputs = {one["name"]: one["facets"] for one in events[-1]["inputs"]}
    assert made["name"] == CHANGED
    assert inputs[CAFE]["continuity_steps"]["steps"][0]["evidence"] == "witnessed"
    assert {CLIP, CAFE} <= inputs.keys()
    assert not any(one.startswith(("key_", "submission_", "scene_")) for one in inputs)


def _typed(event: dict[str, Any]) -> RunEvent:
    return RunEvent(
        eventType=RunState[event["eventType"]],
        eventTime=event["eventTime"],
        run=Run(event["run"]["runId"], facets=_facets(RunFacet, event["run"])),
        job=Job(event["job"]["namespace"], event["job"]["name"], facets=_facets(JobFacet, event["job"])),
        inputs=[
            InputDataset(one["namespace"], one["name"], facets=_facets(DatasetFacet, one))
            for one in event["inputs"]
        ],
        outputs=[
            OutputDataset(one["namespace"], one["name"], facets=_facets(DatasetFacet, one))
            for one in event["outputs"]
        ],
        producer=event["producer"],
    )


def _facets(base: type[Any], of: dict[str, Any]) -> dict[str, Any]:
    """Custom facets as the client wants them: classes of their own with our fields."""
    made = {}
    for name, said in of["facets"].items():
        fields = {field: attr.ib(default=value) for field, value in said.items() if not field.startswith("_")}
        kind = attr.make_class(name, fields, bases=(base,), kw_only=True)
        facet = kind(producer=said["_producer"])
        facet._schemaURL = said["_schemaURL"]
        made[name] = facet
    return made


def _of_the_newest(event: dict[str, Any]) -> dict[str, Any]:
    """The client names the newest schema it knows."""
    return {**event, "schemaURL": json.loads(Serde.to_json(_typed(event)))["schemaURL"]}

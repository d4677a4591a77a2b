"""A lineage as OpenLineage run events (specification 2-0-2): each generation a run that begins and completes.

Its clip is the output, what it stands on the inputs; each input says by a facet of ours its kind, evidence and position. The
facets' `_schemaURL` names what they hold (docs/reference/lineage.md), and is not fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from typeid import TypeID

from api.integrations.provenance import moment
from registry.views.lineage import Edge, Lineage, Thing
from registry.views.runs import RunCard

SPECIFICATION: Final = "https://openlineage.io/spec/2-0-2/OpenLineage.json"
PRODUCER: Final = "urn:continuity"
_RUN_EVENT: Final = f"{SPECIFICATION}#/$defs/RunEvent"
_VERSION_FACET: Final = "https://openlineage.io/spec/facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet"

_BESIDE: Final = frozenset({"in", "paid-with", "approved-by"})
"""Steps of a clip that are no input: its scene is the job, its paid call is in the run's facet, its approval in the output's."""

Document = dict[str, Any]
SCHEMA: Final[Document] = {
    "title": "OpenLineage run events",
    "type": "array",
    "items": {
        "type": "object",
        "required": ["eventType", "eventTime", "run", "job", "inputs", "outputs", "producer", "schemaURL"],
        "properties": {
            "eventType": {"enum": ["START", "COMPLETE"]},
            "eventTime": {"type": "string", "format": "date-time"},
            "run": {"type": "object", "required": ["runId"]},
            "job": {"type": "object", "required": ["namespace", "name"]},
            "inputs": {"type": "array", "items": {"type": "object", "required": ["namespace", "name"]}},
            "outputs": {"type": "array", "items": {"type": "object", "required": ["namespace", "name"]}},
            "producer": {"const": PRODUCER},
            "schemaURL": {"const": _RUN_EVENT},
        },
    },
}
"""The shape of the list, as far as the specification fixes it; facets are told by docs/reference/lineage.md."""


def run_events(studio: str, found: Lineage, runs: Iterable[RunCard]) -> list[Document]:
    """Two events for each of the runs, in the order their clips were recorded; ready for JSON.

    A run has as inputs what the lineage tells its clip stands on.
    """
    things = {thing.id: thing for thing in found.things}
    stands: dict[str, list[Edge]] = {}
    for edge in found.edges:
        if edge.kind in _BESIDE:
            continue
        stands.setdefault(edge.made, []).append(edge)
    approved = {take.clip: take.by for take in found.approved}
    told = []
    for run in runs:
        inputs = _inputs(studio, stands.get(run.clip, []), things)
        for event_type, at in (("START", run.sent_at or run.requested_at), ("COMPLETE", run.recorded_at)):
            outputs = [_output(studio, run, approved.get(run.clip))] if event_type == "COMPLETE" else []
            told.append({**_event(studio, run, event_type, at), "inputs": inputs, "outputs": outputs})
    return told


def _event(studio: str, run: RunCard, event_type: str, at: int) -> Document:
    return {
        "eventType": event_type,
        "eventTime": moment(at),
        "run": {"runId": run_id(run.generation), "facets": {"continuity_generation": _generation(run)}},
        "job": {"namespace": _namespace(studio), "name": run.scene, "facets": {}},
        "producer": PRODUCER,
        "schemaURL": _RUN_EVENT,
    }


def run_id(generation: str) -> str:
    """The UUID that the generation's id is written from."""
    return str(UUID(str(TypeID.from_string(generation).uuid)))


def _namespace(studio: str) -> str:
    return f"continuity://{studio}"


def _generation(run: RunCard) -> Document:
    """Facet: what was asked of the provider."""
    said = {
        "generation": run.generation,
        "submission": run.submission,
        "pattern": run.pattern,
        "model": run.model,
        "planDigest": run.plan_digest,
        "taskId": run.task_id,
        "shot": run.shot,
        "approvedBy": run.approved_by,
    }
    return _facet("generation", {name: value for name, value in said.items() if value is not None})


def _inputs(studio: str, edges: Iterable[Edge], things: Mapping[str, Thing]) -> list[Document]:
    """Each thing once, with every step that leads to it."""
    by_source: dict[str, list[Edge]] = {}
    for edge in edges:
        by_source.setdefault(edge.source, []).append(edge)
    return [_input(studio, things[source], steps) for source, steps in by_source.items()]


def _input(studio: str, thing: Thing, edges: Iterable[Edge]) -> Document:
    steps = [
        edge.model_dump(include={"kind", "evidence", "position", "until", "detail"}, exclude_none=True)
        for edge in edges
    ]
    facets = {
        "continuity_thing": _facet("thing", _told(thing)),
        "continuity_steps": _facet("steps", {"steps": steps}),
    }
    return {"namespace": _namespace(studio), "name": thing.id, "facets": facets, "inputFacets": {}}


def _told(thing: Thing) -> Document:
    return thing.model_dump(include={"kind", "name", "retired", "erased"}, exclude_none=True)


def _output(studio: str, run: RunCard, approved_by: str | None) -> Document:
    clip: Document = {
        "kind": "clip",
        "mediaType": run.media_type,
        "bytes": run.bytes,
        "durationUs": run.duration_us,
    }
    if approved_by is not None:
        clip["approvedBy"] = approved_by
    facets: Document = {"continuity_clip": _facet("clip", clip)}
    if run.sha256 is not None:
        facets["version"] = {
            "_producer": PRODUCER,
            "_schemaURL": _VERSION_FACET,
            "datasetVersion": f"sha256:{run.sha256}",
        }
    return {"namespace": _namespace(studio), "name": run.clip, "facets": facets, "outputFacets": {}}


def _facet(name: str, said: Mapping[str, Any]) -> Document:
    return {"_producer": PRODUCER, "_schemaURL": f"urn:continuity:facet:{name}:1", **said}

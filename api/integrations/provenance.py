"""A lineage as W3C PROV (PROV-DM in PROV-JSON, W3C member submission of 24 April 2013).

Things are entities; keys, accounts, people and programs are agents; a generation is the activity that made its clip. Every
step is a relation under an id of its own that says its kind, its evidence, and the positions of the events that say and end it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from registry.views.lineage import Edge, Lineage, Thing
from registry.views.runs import RunCard

VOCABULARY: Final = "urn:continuity:vocabulary:"
_AGENTS: Final[Mapping[str, str]] = {
    "key": "prov:Agent",
    "program": "prov:SoftwareAgent",
    "account": "prov:Organization",
    "likeness": "prov:Person",
}
_DERIVED: Final = frozenset(
    {
        "grounded-on",
        "frames",
        "reference",
        "made-from",
        "frame-of",
        "continues",
        "edits",
        "remint-of",
        "supersedes",
    }
)
"""Steps that PROV calls a derivation; of the others it is only said that one thing bears on the other."""
_REVISED: Final = frozenset({"remint-of", "supersedes"})

Document = dict[str, Any]
SCHEMA: Final[Document] = {
    "title": "PROV-JSON",
    "type": "object",
    "required": ["prefix"],
    "properties": {"prefix": {"type": "object", "additionalProperties": {"type": "string"}}},
    "additionalProperties": {"type": "object"},
}
"""The shape of a document: names of its namespaces, and for each kind of record the records by their names."""


def prov_document(studio: str, found: Lineage, runs: Iterable[RunCard]) -> Document:
    """The document, ready for JSON."""
    told: defaultdict[str, Document] = defaultdict(dict)
    for thing in found.things:
        told["agent" if thing.kind in _AGENTS else "entity"][_name(thing.id)] = _thing(thing)
    activities = {}
    for run in runs:
        activities[run.clip] = _name(run.generation)
        _tell_run(told, run)
    for number, edge in enumerate(found.edges):
        relation, said = _relation(edge, activities)
        told[relation][f"continuity:step-{number}"] = {**said, **_step(edge)}
    return {"prefix": {"continuity": VOCABULARY, "studio": f"urn:continuity:{studio}:"}, **told}


def _name(thing: str) -> str:
    return f"studio:{quote(thing, safe='_')}"


def _thing(thing: Thing) -> Document:
    kind = _AGENTS.get(thing.kind)
    types = [_qualified(f"continuity:{thing.kind}"), *([_qualified(kind)] if kind else [])]
    said: Document = {"prov:type": types if len(types) > 1 else types[0]}
    if thing.name:
        said["prov:label"] = thing.name
    for name in ("retired", "erased"):
        if (position := getattr(thing, name)) is not None:
            said[f"continuity:{name}"] = position
    return said


def _qualified(name: str) -> Document:
    return {"$": name, "type": "prov:QUALIFIED_NAME"}


def _tell_run(told: defaultdict[str, Document], run: RunCard) -> None:
    activity, clip = _name(run.generation), _name(run.clip)
    told["activity"][activity] = {
        "prov:startTime": moment(run.sent_at or run.requested_at),
        "prov:endTime": moment(run.recorded_at),
        "prov:type": _qualified("continuity:generation"),
        "continuity:pattern": run.pattern,
        "continuity:model": run.model,
        "continuity:plan_digest": run.plan_digest,
        "continuity:submission": run.submission,
        **({"continuity:task_id": run.task_id} if run.task_id else {}),
    }
    told["wasGeneratedBy"][f"continuity:made-{run.clip}"] = {
        "prov:entity": clip,
        "prov:activity": activity,
        "prov:time": moment(run.recorded_at),
    }
    facts = {
        "sha256": run.sha256,
        "media_type": run.media_type,
        "bytes": run.bytes,
        "duration_us": run.duration_us,
    }
    if clip in told["entity"]:
        told["entity"][clip] |= {
            f"continuity:{name}": fact for name, fact in facts.items() if fact is not None
        }
    if run.approved_by:
        agent = _name(run.approved_by)
        told["agent"].setdefault(
            agent, {"prov:type": [_qualified("continuity:key"), _qualified("prov:Agent")]}
        )
        told["wasAssociatedWith"][f"continuity:plan-{run.generation}"] = {
            "prov:activity": activity,
            "prov:agent": agent,
            "prov:role": "approved the plan",
        }


def _relation(edge: Edge, activities: Mapping[str, str]) -> tuple[str, Document]:
    made, source = _name(edge.made), _name(edge.source)
    if edge.kind not in _DERIVED:
        return "wasInfluencedBy", {"prov:influencee": made, "prov:influencer": source}
    said = {"prov:generatedEntity": made, "prov:usedEntity": source}
    if edge.made in activities:
        said["prov:activity"] = activities[edge.made]
    return "wasDerivedFrom", said


def _step(edge: Edge) -> Document:
    types = [f"continuity:{edge.kind}", *(["prov:Revision"] if edge.kind in _REVISED else [])]
    named = [_qualified(one) for one in types]
    said: Document = {
        "prov:type": named if len(named) > 1 else named[0],
        "continuity:evidence": edge.evidence,
        "continuity:position": edge.position,
    }
    if edge.until is not None:
        said["continuity:until"] = edge.until
    return {**said, **({"continuity:detail": edge.detail} if edge.detail else {})}


def moment(microseconds: int) -> str:
    """Microseconds since 1970 as xsd:dateTime in UTC."""
    seconds, rest = divmod(microseconds, 1_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:06d}Z"

"""The proof of the log: signed checkpoints, inclusion and consistency proofs, public keys; and what the service finds in it
itself.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated, Any, Literal

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.handlers import route
from litestar.params import QueryParameter

from api.completing import completeness
from api.errors import Web, invalid
from api.proofs import (
    CheckpointKey,
    CheckpointKeys,
    CheckpointMade,
    Completeness,
    ConsistencyProof,
    FoundWrong,
    InclusionProof,
    LogVerified,
)
from api.routes.answering import Answer, answer_card, card_reply
from api.routes.commanding import Change, Visit
from api.routes.contents import READ, serve_made
from registry.checkpoints.making import Checkpoints, Kept
from registry.checkpoints.verifying import verify_log
from registry.errors import NotFound
from registry.events.ids import SYSTEM_LOG
from registry.proof.report import LogReport, Report

NOTE_TYPE = "text/plain"
Which = Annotated[
    Literal["studio", "system"],
    QueryParameter(description="The studio's own log, or the one above all studios (keys, reads)."),
]
Size = Annotated[
    int | None, QueryParameter(ge=0, le=2**63 - 1, description="How many events; the newest checkpoint's.")
]
Place = Annotated[int, QueryParameter(ge=1, le=2**63 - 1, description="The event's position.")]
Covering = Annotated[
    int | None,
    QueryParameter(ge=1, le=2**63 - 1, description="A position it has to cover; one is made when none does."),
]


@route("/checkpoint", http_method=READ, opt={"bytes": True, "refuses": (404, 409)}, sync_to_thread=True)
def show_checkpoint(
    request: Web,
    visit: NamedDependency[Visit],
    log: Which = "studio",
    covering: Covering = None,
    size: Size = None,
) -> Response[Any]:
    """The newest checkpoint as a signed note (C2SP tlog-checkpoint): origin, size, root, signatures. The first is made when
    asked for.

    `size` asks for the one of that size; `covering` for one that covers a position, which is made when none does.
    """
    checkpoints, name = visit.continuity.checkpoints, log_named(visit, log)
    if covering is not None:
        _must_reach(visit, name, covering)
        kept = checkpoints.covering(name, covering)
    else:
        kept = _kept(checkpoints, name, size)
    note = str(kept.note).encode()
    return serve_made(
        request, lambda: note, media_type=NOTE_TYPE, tag=kept.checkpoint.root.hex(), note=lambda _part: None
    )


@get("/keys", sync_to_thread=True)
def list_keys(visit: NamedDependency[Visit], log: Which = "studio") -> Answer[CheckpointKeys]:
    """The public keys of the log's checkpoints; a change of key is an event of the system log (`CheckpointKeyRotated`)."""
    keys = visit.continuity.checkpoints.keys(log_named(visit, log))
    cards = tuple(CheckpointKey(key=str(key), current=key is keys[-1]) for key in keys)
    return answer_card(CheckpointKeys(items=cards))


@get("/proof/inclusion", opt={"refuses": (404, 409)}, sync_to_thread=True)
def prove_inclusion(
    visit: NamedDependency[Visit], position: Place, size: Size = None, log: Which = "studio"
) -> Answer[InclusionProof]:
    """That the event at a position is in the tree of a checkpoint: of the newest one, or of the one with `size` events."""
    return answer_card(inclusion_of(visit, position, size=size, log=log))


@get("/proof/consistency", opt={"refuses": (404, 409)}, sync_to_thread=True)
def prove_consistency(
    visit: NamedDependency[Visit],
    old: Annotated[int, QueryParameter(ge=0, le=2**63 - 1, description="Events of the older tree.")],
    new: Annotated[int, QueryParameter(ge=0, le=2**63 - 1, description="Events of the newer one.")],
    log: Which = "studio",
) -> Answer[ConsistencyProof]:
    """That the first `new` events begin with the first `old`, unchanged; hold the roots against checkpoints of these sizes."""
    checkpoints, name = visit.continuity.checkpoints, log_named(visit, log)
    if old > new:
        message = f"the older tree is not larger than the newer one ({new})"
        raise invalid([{"path": "?old", "message": message, "value": old}])
    _must_reach(visit, name, new)
    trees = checkpoints.trees
    return answer_card(
        ConsistencyProof(
            log=name,
            old_size=old,
            new_size=new,
            old_root=_text(trees.root(name, old)),
            new_root=_text(trees.root(name, new)),
            path=tuple(map(_text, trees.consistency(name, old, new))),
        )
    )


@get("/verify", opt={"reads": "auditor"}, sync_to_thread=True)
def verify(visit: NamedDependency[Visit], log: Which = "studio") -> Answer[LogVerified]:
    """Every event hashed again and held against the checkpoints that are kept: what a verifier outside would find, told by
    the service.

    It reads the whole log, some 100,000 events a second.
    """
    report = verify_log(visit.continuity.checkpoints, log_named(visit, log))
    return answer_card(verified(report))


@get("/completeness", opt={"reads": "auditor"}, sync_to_thread=True)
def show_completeness(visit: NamedDependency[Visit]) -> Answer[Completeness]:
    """What the record ought to have and has not: positions, checkpoints, receipts of clips, and what Kling's lists say beside
    it.
    """
    return answer_card(completeness(visit.continuity, visit.studio))


@post("/checkpoints", status_code=200, opt={"changes": "auditor", "refuses": (409,)}, sync_to_thread=True)
def make_checkpoint(change: NamedDependency[Change], log: Which = "studio") -> Answer[CheckpointMade]:
    """Make a checkpoint of the log as it is now; the newest one when nothing has happened since."""
    change.must_not_match("a checkpoint has no version")
    if (earlier := change.earlier()) is not None:
        return earlier
    kept = change.continuity.checkpoints.make(log_named(change, log))
    made = CheckpointMade(log=kept.checkpoint.log, size=kept.checkpoint.size, note=str(kept.note))
    return change.once(lambda _connection: card_reply(made))


def inclusion_of(
    visit: Visit, position: int, *, size: int | None = None, log: str = "studio"
) -> InclusionProof:
    """The proof itself. Raises NotFound and InvalidRequest, and what making a checkpoint raises."""
    checkpoints, name = visit.continuity.checkpoints, log_named(visit, log)
    _must_reach(visit, name, position)
    kept = checkpoints.covering(name, position) if size is None else _kept(checkpoints, name, size)
    checkpoint = kept.checkpoint
    if position > checkpoint.size:
        message = f"the checkpoint of {checkpoint.size} events does not cover it"
        raise invalid([{"path": "?position", "message": message, "value": position}])
    leaf, path = checkpoints.trees.inclusion(name, position, checkpoint.size)
    return InclusionProof(
        log=name,
        position=position,
        leaf_index=position - 1,
        size=checkpoint.size,
        leaf_hash=_text(leaf),
        path=tuple(map(_text, path)),
        root=_text(checkpoint.root),
        checkpoint=str(kept.note),
    )


def verified(report: LogReport) -> LogVerified:
    """What a walk over a log found, for callers."""
    return LogVerified(
        log=report.log,
        verdict=Report([report]).verdict,
        events=report.events,
        root=_text(report.root),
        proven_to=report.proven,
        checkpoints=report.checkpoints,
        findings=tuple(FoundWrong(**one._asdict()) for one in report.findings),
        doubts=tuple(report.doubts),
    )


def log_named(visit: Visit, log: str) -> str:
    """The id of the log that a question means by `studio` or `system`."""
    return visit.studio if log == "studio" else SYSTEM_LOG


def _kept(checkpoints: Checkpoints, log: str, size: int | None) -> Kept:
    """Raises NotFound."""
    if size is None:
        return checkpoints.newest(log) or checkpoints.make(log)
    kept = checkpoints.at(log, size)
    if kept is None:
        raise NotFound(f"no checkpoint of {size} events is kept", hint="leave size out for the newest one")
    return kept


def _must_reach(visit: Visit, log: str, position: int) -> None:
    """Raises NotFound."""
    head = visit.registry.feed.head(log)
    if position > head:
        raise NotFound(f"the log has no position {position} yet", hint=f"it ends at {head}")


def _text(hashed: bytes) -> str:
    return b64encode(hashed).decode()


ROUTES: Any = Router(
    "/log",
    route_handlers=[
        *(show_checkpoint, list_keys, prove_inclusion, prove_consistency),
        *(verify, show_completeness, make_checkpoint),
    ],
    opt={"reach": "studio"},
    tags=["Log"],
)

"""Is the log whole? Its checkpoints and keys, a walk through all of it, what is missing, and the proof of one event."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from api.completing import completeness
from api.console.rendering import page, page_in_parts
from api.errors import Web
from api.proofs import Completeness, InclusionProof, LogVerified
from api.routes.chunks import Chunks
from api.routes.commanding import Visit
from api.routes.log import Which, inclusion_of, log_named, verified
from registry.checkpoints.verifying import walk_log
from registry.errors import RegistryError
from registry.events.ids import SYSTEM_LOG
from registry.log.feed import raw
from registry.proof.tree import check_inclusion
from registry.views.naming import names_of

_SHOWN: Final = 20
_Place = Annotated[int | None, QueryParameter(ge=1, le=2**63 - 1)]
_Below = Annotated[int, QueryParameter(ge=0, le=2**63 - 1)]


@get("/log", sync_to_thread=True)
def show_log(
    request: Web, visit: NamedDependency[Visit], log: Which = "studio", after: _Below = 0
) -> Response[str]:
    """The newest checkpoints of a log and who signs them; from here it is verified, and single events are proven."""
    checkpoints, name = visit.continuity.checkpoints, log_named(visit, log)
    found = checkpoints.kept(name, most=_SHOWN + 1, below=after or None)
    kept = found[:_SHOWN]
    with visit.registry.reading(name) as connection:
        ends = raw.at(connection, name, [one.checkpoint.size for one in kept])
        moments = {row["position"]: row["recorded_at"] for row in ends}
    return page(
        request,
        "audit/log.html",
        title="Proof",
        visit=visit,
        log=log,
        name=name,
        kept=kept,
        moments=moments,
        after=after,
        next=kept[-1].checkpoint.size if len(found) > _SHOWN else None,
        head=visit.registry.feed.head(name),
        newest=checkpoints.newest(name),
        keys=[str(key) for key in checkpoints.keys(name)],
        alarm=checkpoints.alarms.get(name),
        origin=checkpoints.origin(name),
    )


@post("/log/verify", status_code=200, opt={"changes": "auditor"}, sync_to_thread=True)
def verify(request: Web, visit: NamedDependency[Visit], log: FromQuery[str] = "studio") -> Chunks:
    """Every event hashed again and held against the checkpoints, and what is missing; the page grows while that goes on."""
    return page_in_parts(
        request,
        "audit/verified.html",
        title="The log verified",
        visit=visit,
        log=log,
        run=Run(visit, log_named(visit, log)),
    )


@dataclass
class Run:
    """One look through a log. It goes on as `steps` are taken; then there are `report` and `missing`, or a `failure`."""

    visit: Visit
    log: str
    report: LogVerified | None = None
    missing: Completeness | None = None
    failure: RegistryError | None = None

    def steps(self) -> Iterator[tuple[int, int]]:
        """So many events of so many are read."""
        try:
            self.report = verified((yield from walk_log(self.visit.continuity.checkpoints, self.log)))
            if self.log != SYSTEM_LOG:
                self.missing = completeness(self.visit.continuity, self.log)
        except RegistryError as failure:
            self.failure = failure

    def names(self) -> dict[str, str]:
        """What the things are called that something is missing of."""
        missing = () if self.missing is None else self.missing.missing
        return self.visit.read(names_of, {one.thing for one in missing})


@get("/log/proof", sync_to_thread=True)
def prove(
    request: Web, visit: NamedDependency[Visit], position: _Place = None, log: Which = "studio"
) -> Response[Any]:
    """The proof that one event is in the log, checked here too; where none is named, back to where that is done."""
    if position is None:
        return Response(None, status_code=303, headers={"Location": f"/console/audit/log?log={log}"})
    proof = inclusion_of(visit, position, log=log)
    title = f"Proof of event {position}"
    return page(
        request, "audit/proof.html", title=title, visit=visit, log=log, proof=proof, holds=holds(proof)
    )


def holds(proof: InclusionProof) -> bool:
    """Whether the path of a proof leads from its leaf to its root."""
    leaf, root, *path = map(b64decode, (proof.leaf_hash, proof.root, *proof.path))
    return check_inclusion(leaf, proof.leaf_index, proof.size, path, root)


ROUTES: Any = Router("/", route_handlers=[show_log, verify, prove])

"""Past requests compiled again: one generation, or all of them, as an audit of whether the same still gives the same."""

from __future__ import annotations

from typing import Annotated, Any, Final

from litestar import Router, get
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, QueryParameter

from api.errors import invalid
from api.routes.answering import After, Answer, answer_card
from api.routes.commanding import Visit, named
from generation.determinism import Scope, audit
from generation.replayed import DeterminismPage, GenerationReplay
from generation.replaying import replay
from registry.views import productions

MOST_AT_ONCE: Final = 100
Part = Annotated[int, QueryParameter(ge=1, le=MOST_AT_ONCE, description="How many generations at most.")]
Sample = Annotated[
    int | None,
    QueryParameter(ge=1, le=1_000_000, description="So many of them, drawn by `seed`; left out, all."),
]
Seed = Annotated[str, QueryParameter(description="Any text: the same one draws the same sample.")]
Bound = Annotated[
    int | None,
    QueryParameter(
        ge=0,
        le=2**63 - 1,
        description="Only what was asked for up to this position; left out, the newest. Following pages name the first one's.",
    ),
]


@get("/generations/{generation:str}/replay", opt={"reach": "production"}, sync_to_thread=True)
def replay_generation(generation: FromPath[str], visit: NamedDependency[Visit]) -> Answer[GenerationReplay]:
    """Each plan of a generation compiled again from the log as it was read then; and the bytes of its paid call made again.

    `same`, `drifted` with the first place that differs, or `unknown` where something was erased since. Sends nothing.
    """
    desk = visit.continuity.desk()
    return answer_card(replay(desk, visit.studio, named("generation", generation)))


async def _provide_scope(
    visit: NamedDependency[Visit],
    production: FromQuery[str | None] = None,
    sample: Sample = None,
    seed: Seed = "",
    until: Bound = None,
) -> Scope:
    """Raises NotFound and InvalidRequest."""
    return await sync_to_thread(scope_of, visit, Scope(until or 0, production, sample, seed), until)


def scope_of(visit: Visit, scope: Scope, until: int | None) -> Scope:
    """The scope, bounded by where the log ends unless it says so itself. Raises NotFound and InvalidRequest."""
    if scope.production is not None:
        visit.read(productions.production, named("production", scope.production))
    end = visit.registry.feed.head(visit.studio)
    if until is not None and until > end:
        raise invalid([{"path": "?until", "message": f"the log ends at {end}", "value": until}])
    return scope if until is not None else scope._replace(until=end)


@get(
    "/audit/determinism",
    opt={"role": "auditor", "refuses": (404,)},
    dependencies={"chosen": Provide(_provide_scope)},
    sync_to_thread=True,
)
def audit_determinism(
    visit: NamedDependency[Visit], chosen: NamedDependency[Scope], after: After = 0, limit: Part = 20
) -> Answer[DeterminismPage]:
    """A page of the determinism audit: past generations compiled again, what became of each plan, counted by compiler.

    Ask on with `after` the page's `next` and `until` the page's `until`; the counts of all pages add up.
    """
    return answer_card(audit(visit.registry, visit.studio, chosen, after=after, limit=limit))


ROUTES: Any = Router(
    "/",
    route_handlers=[replay_generation, audit_determinism],
    opt={"reach": "studio"},
    tags=["History"],
)

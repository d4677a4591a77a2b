"""Proof to take along: bundles of a clip, a scene or a production, and whether past requests still give the same plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from litestar import Response, Router, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.console.doing import fields_of
from api.console.pages.audit.spans import SPAN
from api.console.rendering import page, page_in_parts
from api.errors import Web, invalid, shown
from api.routes.chunks import Chunks
from api.routes.commanding import Visit
from api.routes.determinism import scope_of
from generation.determinism import Scope, audit
from generation.replayed import DeterminismPage, Replayed
from registry.errors import RegistryError
from registry.reach import name_of
from registry.views import productions
from registry.views.page import Span

_AT_ONCE: Final = 20
_TOLD: Final = 100
"""So many plans that are not the same are named; all are counted."""
_LARGEST: Final = 1_000_000


@get("/exports", sync_to_thread=True)
def show_exports(
    request: Web, visit: NamedDependency[Visit], span: NamedDependency[Span], thing: FromQuery[str] = ""
) -> Response[str]:
    """What can be taken along: of every production, and of the clip or scene that is named. Raises NotFound."""
    named = thing.strip()
    return page(
        request,
        "audit/exports.html",
        title="Exports",
        visit=visit,
        productions=visit.read(productions.productions, span=span),
        thing=named,
        name=visit.read(name_of, named) if named else "",
    )


@post("/determinism", status_code=200)
async def compile_again(request: Web, visit: NamedDependency[Visit]) -> Chunks:
    """Past generations compiled again, all or a sample; the page grows while that goes on. Raises NotFound and InvalidRequest."""
    said = dict(await fields_of(request))

    def answer() -> Chunks:
        asked = Scope(
            0, said.get("production") or None, _sample(said.get("sample", "")), said.get("seed", "")
        )
        run = Run(visit, scope_of(visit, asked, None))
        return page_in_parts(request, "audit/determinism.html", title="Determinism", visit=visit, run=run)

    return await sync_to_thread(answer)


def _sample(said: str) -> int | None:
    """How many are drawn; None for all. Raises InvalidRequest."""
    text = said.strip()
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= _LARGEST:
        return int(text)
    message = f"a whole number from 1 to {_LARGEST}, or nothing for all of them"
    raise invalid([{"path": "$.sample", "message": message, "value": shown(said)}])


@dataclass
class Run:
    """One audit. It goes on as `steps` are taken: plans are counted, and those that are not the same kept to be told."""

    visit: Visit
    scope: Scope
    examined: int = 0
    compiler_now: str = ""
    tallies: dict[str, Counter[str]] = field(default_factory=dict)
    others: list[Replayed] = field(default_factory=list)
    failure: RegistryError | None = None

    def steps(self) -> Iterator[tuple[int, int]]:
        """So many generations of so many are compiled again."""
        after: int | None = 0
        of = 0
        try:
            while after is not None:
                found = audit(self.visit.registry, self.visit.studio, self.scope, after=after, limit=_AT_ONCE)
                self._count(found)
                of, after = of or found.of or 0, found.next
                yield self.examined, of
        except RegistryError as failure:
            self.failure = failure

    def _count(self, found: DeterminismPage) -> None:
        self.examined += found.examined
        self.compiler_now = found.compiler_now
        for tally in found.by_compiler:
            counts = self.tallies.setdefault(tally.compiler, Counter())
            counts.update(same=tally.same, drifted=tally.drifted, unknown=tally.unknown)
        others = [one for one in found.items if one.verdict != "same"]
        self.others += others[: _TOLD - len(self.others)]


ROUTES: Any = Router(
    "/",
    route_handlers=[show_exports, compile_again],
    dependencies=SPAN,
    opt={"reads": "auditor", "changes": "auditor"},
)

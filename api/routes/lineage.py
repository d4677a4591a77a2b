"""Lineage: what anything was made from, and what was made from it; in pages, as a stream of lines, drawn, or as provenance."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final, Literal, get_args

import orjson
from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, QueryParameter

from api.errors import Web, invalid, shown
from api.integrations import openlineage, provenance
from api.integrations.drawing import DOT, MERMAID, dot, mermaid
from api.integrations.openlineage import run_events
from api.integrations.provenance import prov_document
from api.negotiating import NDJSON, takes
from api.points import moment_of
from api.routes.answering import JSON, After, Answer, Limit, answer_page
from api.routes.commanding import Visit, named
from api.routes.sending import Lines
from registry.past.points import Moment, Position
from registry.registry import Connection
from registry.views import lineage as view
from registry.views.kinds import EdgeKind
from registry.views.lineage import Asked, Lineage, Walk
from registry.views.runs import RunCard, runs_of
from registry.views.steps import Direction

Format = Literal["json", "ndjson", "dot", "mermaid", "prov", "openlineage"]
Provenance = Literal["prov", "openlineage"]
GIVES: Final[Mapping[str, Format]] = {JSON: "json", NDJSON: "ndjson", DOT: "dot", MERMAID: "mermaid"}
"""Media types that an Accept may choose, the usual one first; PROV and OpenLineage are JSON and go by `format` alone."""
DOCUMENTS: Final = (provenance.SCHEMA, openlineage.SCHEMA)
"""What is told as JSON beside our own form."""
MOST_EDGES: Final = 10_000
"""What is drawn, or is one document, has at most so many steps; more are a page or a line each."""
_LINES_BYTES: Final = 1 << 16
_KINDS: Final[frozenset[str]] = frozenset(get_args(EdgeKind))

Depth = Annotated[int, QueryParameter(ge=1, le=100, description="How many steps.")]
Types = Annotated[
    str | None,
    QueryParameter(
        description="Only along these kinds of steps, by commas: `continues,edits`.", max_length=1000
    ),
]
AsOf = Annotated[
    str | None,
    QueryParameter(
        name="as_of",
        max_length=40,
        description="Only what was said, and still held, at this position of the log or moment (RFC 3339).",
    ),
]
Through = Annotated[
    int | None,
    QueryParameter(
        ge=1, le=2**63 - 1, description="Only what the log said up to this position; `next` links say it."
    ),
]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a thing's lineage, and the form of the answer."""

    direction: Direction
    depth: int
    kinds: frozenset[EdgeKind] | None
    as_of: str | None
    through: int | None
    form: Format
    names: bool

    def asked(self, visit: Visit) -> Asked:
        """With the position a moment stands for. Raises InvalidRequest."""
        as_of = None if self.as_of is None else _position(visit, self.as_of)
        return Asked(self.direction, self.depth, self.kinds, as_of, self.through)


async def provide_question(  # noqa: PLR0913 - the parameters of a question
    request: Web,
    direction: FromQuery[Direction] = "ancestors",
    depth: Depth = 20,
    *,
    types: Types = None,
    as_of: AsOf = None,
    through: Through = None,
    format: FromQuery[Format | None] = None,
    names: FromQuery[bool] = False,
) -> Question:
    """Raises InvalidRequest."""
    if as_of is not None and through is not None:
        message = "as_of says itself how far the log is read; leave one of them out"
        raise invalid([{"path": "?through", "message": message, "value": through}])
    form = format or _accepted(request)
    return Question(direction, depth, _kinds(types), as_of, through, form, names)


def _accepted(request: Web) -> Format:
    accepted = request.headers.get("accept", "")
    return next((form for kind, form in GIVES.items() if takes(accepted, kind)), "json")


def _kinds(types: str | None) -> frozenset[EdgeKind] | None:
    if types is None:
        return None
    wanted = frozenset(one.strip() for one in types.split(","))
    if unknown := sorted(wanted - _KINDS):
        message = f"no kinds of steps: {', '.join(map(repr, unknown))}; there are {', '.join(sorted(_KINDS))}"
        raise invalid([{"path": "?types", "message": message, "value": shown(types)}])
    return frozenset(kind for kind in get_args(EdgeKind) if kind in wanted)


def _position(visit: Visit, said: str) -> int:
    match moment_of(said, "as_of"):
        case Position(position):
            return position
        case Moment(at_us):
            return visit.read(visit.registry.position_at, at_us)


QUESTION: Final = {"question": Provide(provide_question)}


def answer_lineage(
    request: Web, visit: Visit, thing: str, question: Question, *, after: int, limit: int
) -> Answer[Lineage]:
    """The answer in the form that was asked for. Raises NotFound, InvalidCommand and InvalidRequest."""
    asked = question.asked(visit)
    if question.form == "json":
        page = visit.read(
            view.lineage, thing, asked, after=after, limit=limit, named=question.names, disclosed=True
        )
        return _page(request, page)
    if question.form == "ndjson":
        return _lines(request, visit, visit.read(Walk.begun, thing, asked), question)
    found, runs = _whole(visit, thing, asked)
    match question.form:
        case "dot":
            return _told(dot(found).encode(), DOT)
        case "mermaid":
            return _told(mermaid(found).encode(), MERMAID)
        case "prov":
            return _told(orjson.dumps(prov_document(visit.studio, found, runs)))
        case "openlineage":
            return _told(orjson.dumps(run_events(visit.studio, found, runs)))


def _told(content: bytes, media_type: str = JSON) -> Answer[Any]:
    return Answer(content, media_type=media_type)


def _page(request: Web, page: Lineage) -> Answer[Lineage]:
    """Pages fit together although the log goes on: what follows is asked of the log as it stood at the first."""
    pinned = {} if page.as_of is not None else {"through": page.through}
    return answer_page(request, page, **pinned)


def _whole(visit: Visit, thing: str, asked: Asked) -> tuple[Lineage, tuple[RunCard, ...]]:
    found = visit.read(view.lineage, thing, asked, limit=MOST_EDGES, named=True)
    if found.next is not None:
        message = f"the lineage has more than {MOST_EDGES:,} steps, too many for one document"
        hint = "narrow it by depth or types, or ask for format=ndjson or for pages"
        raise invalid([{"path": "?format", "message": f"{message}; {hint}"}])
    return found, visit.read(runs_of, [one.id for one in found.things if one.kind == "clip"])


def _lines(request: Web, visit: Visit, walk: Walk, question: Question) -> Answer[Lineage]:
    """A line for each thing when it is first met, one for each step, and a last one by which to know that it is whole."""
    if request.method == "HEAD":
        return _told(b"", NDJSON)
    told: Callable[[view.Thing], view.Thing] = (
        partial(_named, visit) if question.names else lambda thing: thing
    )

    def lines() -> Iterator[bytes]:
        about = {
            "id": walk.thing.id,
            "direction": walk.way.direction,
            "through": walk.way.through,
            "as_of": walk.as_of,
        }
        yield orjson.dumps({"lineage": about}) + b"\n"
        yield _line("thing", told(walk.thing))
        edges = 0
        for step in walk.met(lambda: visit.registry.reading(visit.studio)):
            edges += 1
            if step.new:
                yield _line("thing", told(walk.far(step)))
            yield _line("edge", walk.edge(step))
        yield orjson.dumps({"end": {"edges": edges}}) + b"\n"

    return Lines(
        _gathered(lines()), visit.caller, media_type=NDJSON, stall=visit.continuity.settings.stream_stall
    )


def _named(visit: Visit, thing: view.Thing) -> view.Thing:
    def ask(connection: Connection, log: str) -> view.Thing:
        return view.with_names(connection, log, [thing])[0]

    return visit.read(ask)


def _line(name: str, card: view.Thing | view.Edge) -> bytes:
    return b'{"%s":%s}\n' % (name.encode(), card.model_dump_json(exclude_none=True).encode())


def _gathered(lines: Iterator[bytes]) -> Generator[bytes]:
    """As many lines at a time as make a chunk worth sending."""
    chunk = bytearray()
    for line in lines:
        chunk += line
        if len(chunk) >= _LINES_BYTES:
            yield bytes(chunk)
            chunk.clear()
    if chunk:
        yield bytes(chunk)


@get(
    "/lineage/{thing:str}",
    opt={"gives": tuple(GIVES), "documents": DOCUMENTS},
    dependencies=QUESTION,
    sync_to_thread=True,
)
def show_lineage(
    request: Web,
    thing: FromPath[str],
    visit: NamedDependency[Visit],
    question: NamedDependency[Question],
    *,
    after: After = 0,
    limit: Limit = 100,
) -> Answer[Lineage]:
    """The steps from a clip, asset, element, voice, character, look, likeness, scene, production or account, nearest first.

    Every step says on which evidence it stands and which event says it; what was taken back has its end (`until`) and stays. A
    generation or a submission stands for the clip it came to: the answer's `id` is that clip. `format=ndjson` (or Accept) answers
    all of it, a line each, however much it is; `dot` and `mermaid` draw it, `prov` is W3C PROV-JSON, `openlineage` a list of run
    events.
    """
    return answer_lineage(request, visit, thing, question, after=after, limit=limit)


@get(
    "/clips/{clip:str}/lineage",
    opt={"gives": tuple(GIVES), "documents": DOCUMENTS},
    dependencies=QUESTION,
    sync_to_thread=True,
)
def clip_lineage(
    request: Web,
    clip: FromPath[str],
    visit: NamedDependency[Visit],
    question: NamedDependency[Question],
    *,
    after: After = 0,
    limit: Limit = 100,
) -> Answer[Lineage]:
    """What the clip was made from, or what was made from it: `/v1/lineage/{clip}` under the clip's own address."""
    return answer_lineage(request, visit, named("clip", clip), question, after=after, limit=limit)


@get("/clips/{clip:str}/provenance", opt={"documents": DOCUMENTS}, sync_to_thread=True)
def clip_provenance(
    clip: FromPath[str],
    visit: NamedDependency[Visit],
    format: FromQuery[Provenance] = "prov",
    *,
    depth: Depth = 20,
    types: Types = None,
    as_of: AsOf = None,
) -> Answer[Any]:
    """What the clip was made from, for other programs: a W3C PROV document (PROV-JSON), or OpenLineage run events."""
    question = Question("ancestors", depth, _kinds(types), as_of, None, format, names=True)
    found, runs = _whole(visit, named("clip", clip), question.asked(visit))
    tell = prov_document if format == "prov" else run_events
    return _told(orjson.dumps(tell(visit.studio, found, runs)))


ROUTES: Any = Router(
    "/",
    route_handlers=[show_lineage, clip_lineage, clip_provenance],
    opt={"reach": "studio"},
    tags=["Lineage"],
)

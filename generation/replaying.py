"""A past generation compiled again, from the log as it was read then: is it the same plan, and are they the same bytes?

A plan says what it was made from: the position that was read, the clock, the policies. Folded from the log up to there and judged
by that clock, the same request must give the same plan; where it does not, the code has changed in between, and the plan says
which compiler it was. What was erased since makes the answer unknown, never another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError

from generation.compile import COMPILER_VERSION, compile_plan
from generation.compiler import compiler_version
from generation.desk import Desk
from generation.errors import CannotResolve, PayloadRefused
from generation.gather import gather
from generation.plan import Plan
from generation.policies import Policies
from generation.replayed import Drift, GenerationReplay, Replayed, WireReplayed
from generation.shot import ShotRequest
from generation.wire import wire_body
from registry.deciders.generation import Generation
from registry.deciders.shown import changes
from registry.deciders.submission import Submission
from registry.errors import BlobError, InvalidCommand, NotFound
from registry.events.envelope import Recorded
from registry.events.generation import GenerationRequested, PlanCompiled
from registry.events.personal import Erased
from registry.registry import Registry

_COMPARED: Final = ("endpoint", "pattern", "payload", "attachments")
"""What the plan digest stands for; the rest of a plan says why, for whom and at which price."""
_OF_THE_TIME: Final = frozenset({"compiler_version", "as_of", "compiled_at_us", "plan_digest", *_COMPARED})


def replay(desk: Desk, studio: str, generation: str) -> GenerationReplay:
    """Compile a generation's plans again and make its bytes again. Sends nothing, writes nothing. Raises NotFound."""
    state = desk.registry.state(studio, generation).state
    if not isinstance(state, Generation) or not state.exists:
        raise NotFound(f"there is no {generation}", hint="check the id")
    plans = tuple(replays(desk.registry, studio, generation))
    return GenerationReplay(generation=generation, plans=plans, wire=_wire(desk, studio, state))


def replays(registry: Registry, studio: str, generation: str) -> Iterator[Replayed]:
    """Every plan of a generation compiled again, oldest first; none of one that never was compiled."""
    with registry.snapshot(studio) as connection:
        newest = registry.history.version(connection, studio, generation)
        events = list(registry.history.between(connection, studio, generation, until=newest))
    asked = next((one.event for one in events if isinstance(one.event, GenerationRequested)), None)
    for one in events:
        if isinstance(one.event, PlanCompiled) and asked is not None:
            yield _again(registry, one, asked, one.event)


def _again(registry: Registry, one: Recorded, asked: GenerationRequested, then: PlanCompiled) -> Replayed:
    said: dict[str, Any] = {
        "generation": one.stream,
        "position": one.position,
        "as_of": then.as_of,
        "compiler": then.compiler,
        "compiler_now": compiler_version(COMPILER_VERSION),
        "plan_digest": then.plan_digest,
    }
    if isinstance(asked.request, Erased) or isinstance(then.plan, Erased):
        return Replayed(**said, verdict="unknown", because="the request was erased with its people")
    try:
        now = _compiled(registry, one.log, asked.request, then)
    except (CannotResolve, PayloadRefused) as refused:
        return _unless_erased(
            registry, one, asked, Replayed(**said, verdict="drifted", because=_why(refused))
        )
    except InvalidCommand as refused:
        return Replayed(**said, verdict="unknown", because=refused.message)
    except ValidationError as unread:
        where = ", ".join(".".join(map(str, error["loc"])) for error in unread.errors(include_url=False))
        return Replayed(**said, verdict="unknown", because=f"this code does not know what was asked: {where}")
    said["plan_digest_now"] = now.plan_digest
    if now.plan_digest == then.plan_digest:
        return Replayed(**said, verdict="same", beside=tuple(_beside(then.plan, now)))
    return _unless_erased(
        registry, one, asked, Replayed(**said, verdict="drifted", drift=_first(then.plan, now))
    )


def _compiled(registry: Registry, studio: str, request: dict[str, Any], then: PlanCompiled) -> Plan:
    parsed, policies = ShotRequest.model_validate(request), Policies.model_validate(then.policies)
    grounds = gather(
        registry, studio, parsed, policies=policies, as_of=then.as_of, at=then.compiled_at
    ).grounds
    return compile_plan(parsed, grounds)


def _unless_erased(
    registry: Registry, one: Recorded, asked: GenerationRequested, found: Replayed
) -> Replayed:
    """What seems to have drifted is unknown where somebody or something it is about was erased since."""
    with registry.snapshot(one.log) as connection:
        head = registry.head(connection, one.log)
        states = registry.states(connection, one.log, asked.subjects, as_of=head)
    gone = sorted(stream for stream, now in states.items() if getattr(now.state, "erased", False))
    if not gone:
        return found
    return found.model_copy(
        update={"verdict": "unknown", "because": f"erased since: {', '.join(gone)}", "drift": None}
    )


def _first(then: dict[str, Any], now: Plan) -> Drift | None:
    """The first difference in what is sent."""
    fresh = now.model_dump(mode="json")
    for part in _COMPARED:
        for found in changes(then.get(part), fresh[part], f"/{part}"):
            return _narrowed(found.path, found.before, found.value)
    return None


def _narrowed(path: str, then: Any, now: Any) -> Drift:
    """Down into lists, to the first item that differs."""
    while isinstance(then, list) and isinstance(now, list):
        number = next(
            (n for n, (one, other) in enumerate(zip(then, now, strict=False)) if one != other),
            min(len(then), len(now)),
        )
        path = f"{path}/{number}"
        then, now = (side[number] if number < len(side) else None for side in (then, now))
        for found in changes(then, now, path):
            path, then, now = found.path, found.before, found.value
            break
    return Drift(path=path, then=then, now=now)


def _beside(then: dict[str, Any], now: Plan) -> Iterator[str]:
    """What else of the plan reads otherwise."""
    fresh = now.model_dump(mode="json")
    for name, value in fresh.items():
        if name not in _OF_THE_TIME and then.get(name) != value:
            yield name


def _wire(desk: Desk, studio: str, state: Generation) -> WireReplayed:
    """The exact bytes of its paid call, made again under what its intent froze."""
    if state.submission is None:
        return WireReplayed(verdict="unknown", because="nothing was sent")
    paid = desk.registry.state(studio, state.submission).state
    intent = paid.intent if isinstance(paid, Submission) else None
    plan = None if state.plan is None else state.plan.plan
    if intent is None or plan is None or isinstance(plan, Erased) or isinstance(intent.wire_digest, Erased):
        return WireReplayed(verdict="unknown", because="the plan was erased with its people")
    try:
        calls = desk.callback_url(state.submission, intent.callback_base)
        extra = {"external_task_id": intent.external_task_id, "callback_url": calls}
        body = wire_body(desk, Plan.model_validate(plan), extra=extra, urls=intent.video_urls)
    except (BlobError, PayloadRefused) as gone:
        return WireReplayed(verdict="unknown", because=gone.message, wire_digest=intent.wire_digest)
    except ValidationError:
        why = "this code does not know a plan of that form"
        return WireReplayed(verdict="unknown", because=why, wire_digest=intent.wire_digest)
    same = body.sha256 == intent.wire_digest
    return WireReplayed(
        verdict="same" if same else "drifted",
        wire_digest=intent.wire_digest,
        wire_digest_now=body.sha256,
    )


def _why(refused: CannotResolve | PayloadRefused) -> str:
    found = getattr(refused, "gaps", ()) or getattr(refused, "findings", ())
    told = "; ".join(f"{one.rule} {one.message}" for one in found if one.blocks)
    return f"nothing is compiled now: {told or refused.message}"

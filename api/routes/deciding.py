"""What somebody decides about a generation on its way: approve its plan, cancel it, try it again."""

from __future__ import annotations

from typing import Any

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from pydantic import ValidationError

from api.bodies import Because, GenerationAnswer
from api.errors import from_pydantic
from api.money import Approval, Changes
from api.routes.answering import Answer, Reply, card_reply
from api.routes.commanding import Change, named
from api.routes.generations import answer_of, must_reach, take
from generation.cancelling import cancel
from generation.intake import Takes
from generation.retrying import request_again
from registry.deciders.generation import ApprovePlan
from registry.registry import Connection


@post("/{generation:str}/approve", opt={"role": "approver"}, status_code=200, sync_to_thread=True)
def approve_generation(
    generation: FromPath[str], data: JSONBody[Approval], change: NamedDependency[Change]
) -> Answer[GenerationAnswer]:
    """Approve exactly this plan, up to a price; it is sent then.

    409 when it waits for approval of another plan, or for none; 422 when the ceiling is below the estimate. If what would be sent
    or its price differs by then, the approval is void and the new plan waits for another.
    """
    command = ApprovePlan(
        stream=named("generation", generation),
        plan_digest=data.plan_digest,
        ceiling_units=data.ceiling_units,
    )

    def reply(connection: Connection) -> Reply:
        return card_reply(answer_of(connection, change.studio, generation))

    answer = change.make(command, reply=reply)
    change.registry.hurry(change.studio, generation, due=change.registry.clock())
    return answer


@post("/{generation:str}/cancel", status_code=200, sync_to_thread=True)
def cancel_generation(
    generation: FromPath[str], data: JSONBody[Because], change: NamedDependency[Change]
) -> Answer[GenerationAnswer]:
    """Cancel it. Before it was sent it ends at once; after that the wish is noted, and the paid task followed to its end.

    `cancel_wanted` and `note` say so then. 409 when it has ended.
    """
    if (first := change.earlier()) is not None:
        return first
    change.must_not_match("whoever cancels speaks about whatever it is by then")

    def reply(connection: Connection) -> Reply:
        return card_reply(answer_of(connection, change.studio, generation))

    handled = cancel(
        change.registry,
        change.studio,
        named("generation", generation),
        reason=data.reason,
        context=change.context(correlation_id=generation),
        idempotency=change.idempotency(reply),
    )
    return change.told(handled)


@post("/{generation:str}/retry", status_code=202, sync_to_thread=True)
def retry_generation(
    generation: FromPath[str], data: JSONBody[Changes], change: NamedDependency[Change]
) -> Answer[GenerationAnswer]:
    """Ask for an ended generation's clip again, with changes, as a new generation (`retry_of` names the earlier one).

    409 while the earlier one has not ended, or when its request was erased; 422 as for any request.
    """
    if (first := change.earlier()) is not None:
        return first
    earlier = named("generation", generation)
    try:
        request = request_again(change.registry, change.studio, earlier, data.changes)
    except ValidationError as refused:
        raise from_pydantic(refused.errors(include_url=False), root="$.changes") from None
    must_reach(change, dict(request))
    return take(change, request, Takes.of(request, change.registry.make_id, retry_of=earlier))


ROUTES: Any = Router(
    "/generations",
    route_handlers=[approve_generation, cancel_generation, retry_generation],
    opt={"reach": "production", "changes": "submitter"},
    tags=["Generations"],
)

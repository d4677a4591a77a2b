"""Callbacks: Kling says that a task has moved. Entered by the token in the address; not believed, but asked about sooner."""

from __future__ import annotations

from typing import Any, Final

from litestar import Router, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.bodies import Received
from api.bootstrap import Continuity
from api.errors import Web, request_id_of
from generation.hearing import hear
from generation.kling.calls import read_call
from registry.errors import NotFound
from registry.events.envelope import Context

MOST_BYTES: Final = 256 * 1024
ACTOR: Final = "kling"


@post(
    "/kling/{submission:str}/{token:str}",
    opt={"refuses": (403, 409, 413)},
    status_code=200,
    request_max_body_size=MOST_BYTES,
)
async def receive_callback(
    request: Web,
    submission: FromPath[str],
    token: FromPath[str],
    continuity: NamedDependency[Continuity],
) -> Received:
    """Kling calls here about one submission, in either of its two body shapes, signed when a webhook secret is set.

    What the body says moves nothing: the task is asked about sooner, and the answer to that counts. An unknown submission and a
    wrong token look the same.
    """
    if not continuity.callbacks.opens(submission, token):
        raise _nobody()
    body = await request.body()
    await sync_to_thread(_hear, continuity, request, submission, body)
    return Received(received=True)


def _hear(continuity: Continuity, request: Web, submission: str, body: bytes) -> None:
    registry = continuity.registry
    if continuity.signatures:
        continuity.signatures.check(request.headers, body, now=registry.clock())
    request_id = request_id_of(request.scope)
    try:
        hear(
            registry,
            submission,
            read_call(body),
            floor=continuity.settings.callback_floor,
            context=Context(actor=ACTOR, request_id=request_id, correlation_id=submission),
        )
    except NotFound:
        raise _nobody() from None


def _nobody() -> NotFound:
    return NotFound("nobody listens at this address", hint="use the address as it was given")


ROUTES: Any = Router(
    "/callbacks", route_handlers=[receive_callback], opt={"entered_by": "token"}, tags=["Callbacks"]
)

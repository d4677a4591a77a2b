"""Lookup: from bytes, or their digest alone, to what is known of them. Nothing is kept of what is asked."""

from __future__ import annotations

from typing import Any, Final

from litestar import Router, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from pydantic import ValidationError

from api.bodies import DigestQuestion
from api.errors import Web, from_pydantic
from api.refusals import TooLarge
from api.routes.answering import Answer, answer_card
from api.routes.commanding import Visit
from api.routes.uploads import Upload, new_upload, receive
from api.strict import read_json
from registry.alike import Question
from registry.lookup import look_up, look_up_digest
from registry.views.found import LookedUp

_MOST_WORDS: Final = 64 * 1024
"""Bytes of a question that is JSON."""


@post("/", status_code=200, opt={"upload": "bare", "asks": DigestQuestion}, request_max_body_size=None)
async def look_up_bytes(request: Web, visit: NamedDependency[Visit]) -> Answer[LookedUp]:
    """What is known of a file: which clip or asset it is, where it stands in the film, whom it shows, and what they allow now.

    As the part `file` of a form, or as the body itself; or `{"sha256": …}` as JSON, which finds exact bytes alone. `evidence`
    says how it was recognised: by its exact digest or by what its tracks hold, which are facts, or by what it looks like, which
    is none. `unknown` means that nothing was found in the ways of `tried`. The bytes are not kept. Where somebody real is shown,
    the question is on record as a read.
    """
    if request.content_type[0] == "application/json":
        return await sync_to_thread(_told, visit, _asked(read_json(await _words(request))))
    with new_upload() as upload:
        await receive(request, upload, most=visit.continuity.settings.upload_most_bytes, fields=())
        return await sync_to_thread(_told, visit, upload)


async def _words(request: Web) -> bytes:
    """The body of a question that is JSON. Raises TooLarge."""
    said = bytearray()
    async for chunk in request.stream():
        said += chunk
        if len(said) > _MOST_WORDS:
            raise TooLarge(
                f"a question in JSON has at most {_MOST_WORDS} bytes", hint="send the digest alone"
            )
    return bytes(said)


def _asked(said: Any) -> DigestQuestion:
    """Raises InvalidRequest."""
    try:
        return DigestQuestion.model_validate(said)
    except ValidationError as refused:
        raise from_pydantic(refused.errors(include_url=False)) from None


def _told(visit: Visit, asked: DigestQuestion | Upload) -> Answer[LookedUp]:
    registry, blobs = visit.registry, visit.continuity.blobs
    question = Question(registry, blobs, visit.studio, visit.within, registry.clock())
    match asked:
        case Upload(file=file):
            found = look_up(question, file)
        case DigestQuestion(sha256=sha256):
            found = look_up_digest(question, sha256)
    for one in found.found:  # whom bytes show is said of them: a read, on record before it is answered
        visit.noting(one.thing, "lookup")("")
    return answer_card(found)


ROUTES: Any = Router(
    "/lookup",
    route_handlers=[look_up_bytes],
    opt={"reach": "production", "changes": "reader"},
    tags=["Lookup"],
)

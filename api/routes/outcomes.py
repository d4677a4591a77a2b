"""What a route can answer, for the OpenAPI document: done, done before, refused; from what it says of itself.

Only what any route of the kind can come to stands here; which codes those are in detail is told by docs/reference/errors.md. A
route adds statuses of its own with `opt={"refuses": (501,)}`.
"""

from __future__ import annotations

from typing import Any, Final

from litestar.handlers import HTTPRouteHandler

from api.errors import PROBLEM_TYPE
from api.routes.answering import JSON, POSITION

MEANING: Final = {
    400: "The body or a header cannot be read, or a header that is needed is missing",
    401: "No key, or one that opens nothing",
    403: "The key has not the role, or does not reach so far",
    404: "What it names is not there, or is another studio's",
    408: "The body did not come in time",
    406: "No form that the caller takes",
    409: "A rule says no, or it is somewhere else by now",
    410: "It went when somebody was erased",
    412: "It has another version than If-Match says; `current_version` is what it has",
    413: "More bytes than are taken",
    415: "A body of another kind than is taken",
    416: "A range outside the bytes",
    422: "It can be read and is wrong; `errors` and `findings` name every place",
    428: "It has to say which version it saw (If-Match)",
    429: "As often in this minute as the key or the studio may ask, or as many at once; Retry-After says when to come again",
    431: "An address and headers of more bytes than are taken",
    500: "A fault of the service, which wrote it down",
    501: "The installation lacks a part",
    502: "The provider refused, or answered nonsense",
    503: "A named outage: repeat with the same Idempotency-Key, after Retry-After",
}
REF: Final = "#/components/schemas/{model}"
_ALWAYS: Final = frozenset({431, 500, 503})


def statuses(handler: HTTPRouteHandler, method: str, path: str) -> tuple[int, ...]:
    """The statuses of the problems of a route, in order."""
    opt, found = handler.opt, {*_ALWAYS, *handler.opt.get("refuses", ())}
    if opt.get("entered_by") == "open":
        return (500,)
    match opt.get("entered_by"):
        case "key":
            found |= {400, 401, 403, 406, 409, 422, 429}
            found |= {404} if "{" in path else set()
            found |= _of_a_change(handler) if method not in ("GET", "HEAD") else set()
        case "token":
            found |= {400, 404, 422, 429}
    if opt.get("role", opt.get("reads")) == "anybody":
        found.discard(403)
    if opt.get("bytes"):
        found |= {410, 416} if opt.get("ranges") else {410}
    return tuple(sorted(found))


def _of_a_change(handler: HTTPRouteHandler) -> set[int]:
    """Of what changes something, or asks with a body."""
    taken = handler.parsed_fn_signature.parameters
    found = {404}
    if "data" in taken or handler.opt.get("upload"):
        found |= {408, 413, 415}
    if "change" in taken:
        found |= {410, 412}
    if handler.opt.get("compares"):
        found.add(428)
    return found


def tell_outcomes(responses: dict[str, Any], handler: HTTPRouteHandler, method: str, path: str) -> None:
    """Complete the responses that the framework found: other successes, headers, every problem."""
    opt = handler.opt
    responses.pop("400", None)
    if opt.get("again"):
        responses["200"] = {**responses["201"], "description": "It was there before"}
    if opt.get("takes"):
        responses["202"] = {**responses["201"], "description": "It was asked for, and is under way"}
    if opt.get("probe"):
        responses["503"] = {**responses["200"], "description": "Not now: `checks` says what is down"}
    if opt.get("stream"):
        events = {"text/event-stream": {"schema": {"$ref": REF.format(model=opt["stream"])}}}
        responses["200"] = {"description": "Events, each as the `data` of one", "content": events}
    if documents := opt.get("documents"):
        described = responses["200"]["content"][JSON]
        ours = [described["schema"]] if "$ref" in described["schema"] else []
        described["schema"] = {"anyOf": [*ours, *documents]}
    for kind in opt.get("gives", ())[1:]:
        responses["200"]["content"][kind] = {"schema": {"type": "string"}}
    if opt.get("ends"):
        responses["204"] = {"description": "There is nothing to come"}
    if opt.get("bytes"):
        responses["200"] = {"description": "The bytes", "content": {"*/*": {}}}
        if opt.get("ranges"):
            responses["206"] = {"description": "A part of the bytes", "content": {"*/*": {}}}
    if method == "GET" and not opt.get("stream"):
        responses["304"] = {"description": "The caller has it already (If-None-Match)"}
    for status, response in responses.items():
        response["headers"] = {**response.get("headers", {}), **_headers(status, handler, method)}
    problem = {PROBLEM_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}}
    for number in statuses(handler, method, path):
        responses[str(number)] = {"description": MEANING[number], "content": problem}


def _headers(status: str, handler: HTTPRouteHandler, method: str) -> dict[str, Any]:
    """Those that say something about the answer."""
    said = {}
    if method == "GET" and not handler.opt.get("stream"):
        said["ETag"] = "Names these bytes; what has a version has it before the dot."
    if "change" in handler.parsed_fn_signature.parameters:
        said[POSITION] = "How far the log has come: what `min_position` takes."
        said["Idempotency-Replayed"] = "`true` on the answer to a repeat."
    if status in ("201", "202"):
        said["Location"] = "Where it is."
    return {name: {"description": meaning, "schema": {"type": "string"}} for name, meaning in said.items()}

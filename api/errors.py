"""Every refusal and failure as a problem document (RFC 9457); the only place that knows HTTP numbers.

A problem holds `type`, `title`, `status`, `detail`, `code` (stable), `hint` (what to do), `instance`, `request_id`, and, where
they apply, `errors` (what is malformed: path, message, value), `findings` (rules and gaps), `state` (where the thing is instead),
amounts (`…_units`), `current_version`, and `preview` (what a request would give now).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, get_args, get_origin

from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    InternalServerException,
    MethodNotAllowedException,
    NotFoundException,
)
from litestar.exceptions import ValidationException as Invalid
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.typing import FieldDefinition

from api.refusals import (
    BytesErased,
    CrossSite,
    HeadTooLarge,
    InvalidRequest,
    MalformedBody,
    NotAcceptable,
    NotAvailable,
    NotTheFirstStudio,
    OutOfReach,
    PositionNotReached,
    RangeNotSatisfiable,
    RateLimited,
    RoleMissing,
    StreamsFull,
    SurfaceError,
    TooLarge,
    TooManyStreams,
    TooSlow,
    Unauthenticated,
    UnsupportedMediaType,
    VersionNeeded,
)
from generation import errors as generation
from registry import errors as registry
from registry.events.canonical import NotStorable
from registry.events.ids import ID_SUFFIX

Web = Request[Any, Any, Any]
PROBLEM_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = 2
_LONGEST_VALUE: Final = 300
_GONE: Final = "client disconnected prematurely"
"""What the framework calls a caller that left in the middle of its own body; nobody is there to read the answer."""

_STATUS: Final[Mapping[type[Exception], int]] = {
    SurfaceError: 400,
    Unauthenticated: 401,
    CrossSite: 403,
    RoleMissing: 403,
    OutOfReach: 403,
    RateLimited: 429,
    NotTheFirstStudio: 403,
    InvalidRequest: 422,
    TooLarge: 413,
    HeadTooLarge: 431,
    TooSlow: 408,
    RangeNotSatisfiable: 416,
    BytesErased: 410,
    VersionNeeded: 428,
    NotAcceptable: 406,
    UnsupportedMediaType: 415,
    PositionNotReached: 409,
    TooManyStreams: 429,
    StreamsFull: 503,
    NotAvailable: 501,
    registry.RegistryError: 500,
    registry.Refusal: 409,
    registry.InvalidCommand: 422,
    registry.NotFound: 404,
    registry.VersionConflict: 412,
    registry.KeyReused: 422,
    registry.AnswerErased: 410,
    registry.AlreadyRegistered: 409,
    registry.StaleLease: 409,
    registry.LogBusy: 503,
    registry.MarkUnusable: 409,
    registry.CheckpointsUnusable: 503,
    registry.LogForked: 409,
    registry.BlobExists: 409,
    registry.NotAPicture: 422,
    registry.NotFootage: 422,
    registry.NotSound: 422,
    registry.NotADocument: 422,
    registry.NotAnAsset: 422,
    registry.AssetTooLarge: 413,
    registry.CannotMark: 422,
    registry.BlobStoreDown: 503,
    NotStorable: 422,
    generation.GenerationError: 502,
    generation.CannotResolve: 422,
    generation.PayloadRefused: 422,
    generation.PlanChanged: 409,
    generation.VerdictQuestioned: 422,
    generation.DeliveryRefused: 422,
    generation.KlingThrottled: 503,
    generation.KlingUnreachable: 503,
    generation.OutboundRefused: 422,
    generation.CallRefused: 422,
    generation.CallUnsigned: 403,
    generation.KeyOfAnotherAccount: 409,
    generation.ReconciliationRunning: 409,
    generation.CensusRunning: 409,
    generation.CannotDelete: 409,
}
"""The nearest ancestor counts; whatever is not here is our own fault: 500, and its words stay in our log."""

OF_FRAMEWORK: Final[Mapping[type[HTTPException], tuple[int, str, str, str]]] = {
    NotFoundException: (
        404,
        "no-such-route",
        "see /docs for what there is",
        "Nothing is served at this address.",
    ),
    MethodNotAllowedException: (
        405,
        "method-not-allowed",
        "see /docs for what this address takes",
        "There is something at this address, and it does not take this method; `Allow` says which it takes.",
    ),
    RequestEntityTooLarge: (
        413,
        "too-large",
        "send less, or ask the operator to raise the limit",
        "More bytes than are taken.",
    ),
}
"""What the framework refuses: status, code, hint, meaning."""


def status_of(error: Exception | type[Exception]) -> int:
    """The HTTP status of anything raised."""
    kinds = (error if isinstance(error, type) else type(error)).__mro__
    return next((_STATUS[kind] for kind in kinds if kind in _STATUS), 500)


def answer_problem(request: Web, error: Exception) -> Response[bytes]:
    """The problem document of anything raised while answering `request`."""
    document, headers = _described(request, error)
    document["instance"] = _place(request)
    document["request_id"] = request_id_of(request.scope)
    status = int(document["status"])
    if status in (429, 503):
        headers.setdefault("Retry-After", str(RETRY_SECONDS))
    request.scope["state"]["failure"] = error  # for the one line that is written of this request
    body = _written(document)
    return Response(body, status_code=status, headers=headers, media_type=PROBLEM_TYPE)


def problem_of_no_request(error: SurfaceError, request_id: str) -> bytes:
    """The problem document for what came and is no request, so that there is no address to name."""
    said = _problem(status_of(error), error.code, error.message, error.hint)
    return _written({**said, "instance": "", "request_id": request_id})


def _written(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _place(request: Web) -> str:
    """The path; where that holds a token, only its form, as problems are logged and shown."""
    handler = request.scope.get("route_handler")
    secret = getattr(handler, "opt", {}).get("entered_by") == "token"
    return str(request.scope.get("path_template", "")) if secret else request.url.path


def request_id_of(scope: Any) -> str:
    """The id of the request, as it was settled before anything else."""
    found: str = scope["state"]["request_id"]
    return found


def invalid(errors: Sequence[Mapping[str, Any]], findings: Sequence[Any] = ()) -> InvalidRequest:
    """All that is malformed, each `{path, message, value}`; with what rules and gaps say of the rest."""
    places = ", ".join(str(error["path"]) for error in errors)
    beside = {"findings": [finding.model_dump(mode="json") for finding in findings]} if findings else {}
    return InvalidRequest(
        f"{len(errors)} problem{'s' if len(errors) > 1 else ''} in the request: {places}",
        hint="correct every place named in errors",
        headers=None,
        errors=[*errors],
        **beside,
    )


def from_pydantic(
    errors: Sequence[Mapping[str, Any]], root: str = "$", *, findings: Sequence[Any] = ()
) -> InvalidRequest:
    """Pydantic's errors as ours: JSON paths, messages, offending values."""
    return invalid(
        [
            {
                "path": root
                + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error["loc"]),
                "message": _message(error),
                "value": shown(error.get("input")),
            }
            for error in errors
        ],
        findings,
    )


def _message(error: Mapping[str, Any]) -> str:
    """In words: the regular expression of an id tells nobody what to put there."""
    pattern = str(error.get("ctx", {}).get("pattern", ""))
    kind = pattern.removeprefix("^").removesuffix(f"_{ID_SUFFIX}$")
    if not kind.isalpha():
        return str(error["msg"])
    return f"no id of this kind: {kind}_ and 26 letters and digits, as the service gives them"


def shown(value: Any) -> Any:
    """An offending value, short enough to repeat."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if len(text) > _LONGEST_VALUE:
        return text[:_LONGEST_VALUE] + "…"
    return value if isinstance(value, str | int | float | bool | list | dict | None) else text


def _described(request: Web, error: Exception) -> tuple[dict[str, Any], dict[str, str]]:
    match error:
        case SurfaceError():
            said = _problem(status_of(error), error.code, error.message, error.hint)
            return said | error.members, dict(error.headers)
        case registry.RegistryError() | generation.GenerationError():
            said = _problem(status_of(error), error.code, error.message, error.hint)
            return said | _members(error), _version_headers(error)
        case NotStorable():
            errors = [{"path": error.path, "message": error.why, "value": None}]
            return _described(request, invalid(errors))
        case InternalServerException() if str(error.detail) == _GONE:
            return _described(
                request, MalformedBody("the body ended before it was whole", hint="send it again")
            )
        case HTTPException():
            return _of_framework(request, error)
        case _:
            hint = "repeat with the same Idempotency-Key; if it stays, give the request_id to the operator"
            return _problem(500, "internal-error", "the service failed, and wrote down why", hint), {}


def _problem(status: int, code: str, detail: str, hint: str) -> dict[str, Any]:
    """The members that every problem has, but for those that say of which request."""
    return {
        "type": f"/docs/problems/{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
        "hint": hint,
    }


def _members(error: registry.RegistryError | generation.GenerationError) -> dict[str, Any]:
    members: dict[str, Any] = {}
    if "current" in error.detail:
        members["current_version"] = error.detail["current"]
    if "path" in error.detail:
        members["errors"] = [{"path": f"$.{error.detail['path']}", "message": error.message}]
    if (state := error.detail.get("state", error.detail.get("stage"))) is not None:
        members["state"] = state
    members |= {name: units for name, units in error.detail.items() if name.endswith("_units")}
    if isinstance(error, generation.PlanChanged):
        members["preview"] = error.preview.model_dump(mode="json")
    found = getattr(error, "gaps", ()) or getattr(error, "findings", ())
    if found:
        members["findings"] = [
            one.model_dump(mode="json") if hasattr(one, "model_dump") else one for one in found
        ]
    return members


def _version_headers(error: Exception) -> dict[str, str]:
    if isinstance(error, registry.VersionConflict) and "current" in error.detail:
        return {"ETag": f'"{error.detail["current"]}"'}
    return {}


def _of_framework(request: Web, error: HTTPException) -> tuple[dict[str, Any], dict[str, str]]:
    headers = {str(name): str(value) for name, value in (error.headers or {}).items()}
    if isinstance(error, Invalid):
        return _described(request, _invalid_of(request, error))
    if isinstance(error, InternalServerException) and "disconnected" in error.detail:
        return _described(request, MalformedBody("the body ended before it was whole", hint="send it again"))
    known = OF_FRAMEWORK.get(type(error))
    if known is not None:
        status, code, hint, _ = known
        return _problem(status, code, f"{request.method} {_place(request)}: {error.detail}", hint), headers
    if error.status_code == 400:
        return _described(
            request, MalformedBody(f"the body cannot be read: {error.detail}", hint="send JSON")
        )
    code = "internal-error" if error.status_code >= 500 else "bad-request"
    detail = "the service failed, and wrote down why" if error.status_code >= 500 else str(error.detail)
    return _problem(error.status_code, code, detail, ""), headers


def _invalid_of(request: Web, error: Invalid) -> InvalidRequest:
    """What the framework found wrong: pydantic's own errors where the body is at fault, else its words about a parameter."""
    pydantic = getattr(error.__cause__, "errors", None)
    if isinstance(pydantic, list) and pydantic:
        return from_pydantic(pydantic)
    listed = error.extra if isinstance(error.extra, list) else []
    return invalid(
        [_parameter(request, one) for one in listed] or [{"path": "$", "message": str(error.detail)}]
    )


def _parameter(request: Web, found: Mapping[str, Any]) -> dict[str, Any]:
    name = str(found.get("key", ""))
    if name == "data" or found.get("source") == "body":
        return {"path": "$", "message": "a JSON body is needed", "value": None}
    declared = _declared(request, name)
    name = getattr(declared and declared.kwarg_definition, "name", None) or name  # as the caller writes it
    value = request.query_params.get(name, request.path_params.get(name))
    message = str(found["message"])
    if choices := _choices(declared.annotation if declared else None):
        message = f"not one of: {', '.join(choices)}"
    return {"path": f"?{name}", "message": message, "value": shown(value)}


def _declared(request: Web, name: str) -> FieldDefinition | None:
    """What a parameter was declared as: by the route itself, or by what the route is handed, as the page of a list is."""
    handler = request.route_handler
    provided = (given.parsed_fn_signature for given in handler.resolve_dependencies().values())
    for signature in (handler.parsed_fn_signature, *provided):
        if (declared := signature.parameters.get(name)) is not None:
            return declared
    return None


def _choices(annotation: Any) -> list[str]:
    """The words that a parameter takes, where it takes no others."""
    if get_origin(annotation) is Literal:
        return [one for one in get_args(annotation) if one]
    return [choice for one in get_args(annotation) for choice in _choices(one)]

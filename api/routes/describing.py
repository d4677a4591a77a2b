"""The OpenAPI 3.1 document: paths from the routes as the framework reads them, schemas from pydantic itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, get_args

from litestar import Litestar, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.plugins import PluginProtocol
from litestar.routes import HTTPRoute
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from api.bodies import Problem
from api.roles import needed, reach_of
from api.routes.answering import MIN_POSITION
from api.routes.bounds import bounds_of
from api.routes.examples import ADOPTION, EXAMPLES, UPLOAD
from api.routes.outcomes import REF, tell_outcomes
from registry.events.references import AssetKind

TITLE: Final = "Continuity"
DESCRIPTION: Final = """\
The registry of record for teams that make films with Kling: source pictures, characters, elements, scenes and clips as
append-only events, and a resolver that turns film words into one exact payload, sends it once, and keeps what came back.

Every change needs an `Idempotency-Key`; repeated with the same key and body it answers as it did the first time. Things with a
version carry it as `ETag`; a change with `If-Match` happens only to that version. Lists answer `items` and `next`, the cursor
for `?after=`. Refusals are problem documents (RFC 9457) that name everything that is wrong at once. Times are microseconds
since 1970.
"""
_VERBS: Final = ("get", "put", "post", "patch", "delete")
_FILE: Final = {"type": "string", "contentMediaType": "*/*", "description": "The bytes say what they are."}
_BINARY: Final = {"type": "string", "format": "binary"}
_UPLOAD: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": _BINARY,
                    "label": {"type": "string", "maxLength": 200},
                    "kind": {"enum": list(get_args(AssetKind))},
                },
            },
            "examples": UPLOAD,
        },
        "*/*": {"schema": _FILE},
    },
}

_MIN_POSITION: Final = {
    "name": MIN_POSITION,
    "in": "query",
    "required": False,
    "description": "Answer only once the log has come so far: the `Continuity-Position` of a change that has to be seen.",
    "schema": {"type": "integer", "minimum": 0, "maximum": 999_999_999_999_999_999},
}

Document = dict[str, Any]


def describe(
    routes: Iterable[Router], dependencies: Mapping[str, Any], plugins: Sequence[PluginProtocol], version: str
) -> Document:
    """The document of these routes, with the plugins they are served with.

    The framework keeps how a body is read on the body's own class, where the last application made of the routes says it for all.
    """
    config = OpenAPIConfig(title=TITLE, version=version, description=DESCRIPTION, use_handler_docstrings=True)
    reader = Litestar(
        [*routes], openapi_config=config, dependencies=dependencies, plugins=plugins, logging_config=None
    )
    document: Document = json.loads(json.dumps(reader.openapi_schema.to_schema()))
    for operations in document["paths"].values():
        operations.pop("head", None)  # what HEAD answers, its GET describes
    document["components"] = {
        "schemas": _schemas(reader),
        "securitySchemes": {
            "key": {"type": "http", "scheme": "bearer", "description": "A key of a studio: `continuity_…`."}
        },
    }
    for handler, path in _handlers(reader):
        for verb in _VERBS:
            if verb.upper() in handler.http_methods and path in document["paths"]:
                operation = document["paths"][path][verb]
                _complete(operation, handler, document, path)
                _tell_who(operation, handler, verb.upper())
                tell_outcomes(operation["responses"], handler, verb.upper(), path)
    return document


def query_names(app: Litestar) -> dict[tuple[str, str], frozenset[str]]:
    """(path, method) -> the query parameters it knows."""
    return {
        (route.path_format, method): frozenset(one.field_alias for one in taken.expected_query_params)
        | ({MIN_POSITION} if _reads(handler, method) else frozenset())
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, taken) in route.route_handler_map.items()
    }


def _reads(handler: Any, method: str) -> bool:
    """Whether it is a question about the studio, which may say how far the log has to have come."""
    return method in ("GET", "HEAD") and handler.opt.get("entered_by") == "key"


def _handlers(reader: Litestar) -> Iterator[tuple[HTTPRouteHandler, str]]:
    for route in reader.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler):
                yield handler, getattr(route, "path_format", route.path)


def _schemas(reader: Litestar) -> dict[str, Any]:
    """Every model a route takes or answers, and those inside them."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Problem, "serialization"): None}
    for handler, _ in _handlers(reader):
        signature = handler.parsed_fn_signature
        if (data := signature.parameters.get("data")) is not None:
            wanted[data.annotation, "validation"] = None
        if (asked := handler.opt.get("asks")) is not None:
            wanted[asked, "validation"] = None
        for model in (signature.return_type.annotation, *get_args(signature.return_type.annotation)):
            if isinstance(model, type) and issubclass(model, BaseModel):
                wanted[model, "serialization"] = None
    _, schemas = models_json_schema(list(wanted), ref_template=REF)
    found: dict[str, Any] = schemas["$defs"]
    for model, examples in EXAMPLES.items():
        found[model]["examples"] = [one["value"] for one in examples.values()]
    return found


def _complete(operation: Document, handler: HTTPRouteHandler, document: Document, path: str) -> None:
    """What the framework cannot know of what is asked: uploads, headers that are needed, bounds, examples."""
    operation["summary"] = operation["description"].partition("\n")[0].partition(". ")[0].rstrip(".")
    made = not operation["responses"].keys().isdisjoint({"201", "202"}) and not handler.opt.get("versioned")
    operation["parameters"] = [
        _parameter(one, path)
        for one in operation.get("parameters", ())
        if not (made and one["name"] == "If-Match")
    ]
    if "GET" in handler.http_methods and handler.opt.get("entered_by") == "key":
        operation["parameters"].append(_MIN_POSITION)
    for one in operation["parameters"]:
        if handler.opt.get("compares") and one["name"] == "If-Match":
            one["required"] = True
    if handler.opt.get("upload"):
        operation["requestBody"] = _upload(handler)
    if handler.opt.get("deprecated"):
        operation["deprecated"] = True
    for media in operation.get("requestBody", {}).get("content", {}).values():
        model = media["schema"].get("$ref", "").rpartition("/")[2]
        if model in EXAMPLES:
            media["examples"] = EXAMPLES[model]
        elif usual := document["components"]["schemas"].get(model, {}).get("examples"):
            media["examples"] = {"usual": {"value": usual[0]}}


def _upload(handler: HTTPRouteHandler) -> Document:
    """A file, in a form or as the body itself; with words beside it, or in place of it a question as JSON."""
    if (words := handler.opt.get("form")) is not None:
        return _with_words(words)
    if handler.opt["upload"] != "bare":
        return _UPLOAD
    form = {"type": "object", "required": ["file"], "properties": {"file": _BINARY}}
    examples = {"file": {"summary": "The bytes themselves", "value": {"file": "(the bytes of take-1.mp4)"}}}
    asked = REF.format(model=handler.opt["asks"].__name__)
    content = {
        "multipart/form-data": {"schema": form, "examples": examples},
        "application/json": {"schema": {"$ref": asked}},
        "*/*": {"schema": _FILE},
    }
    return {"required": True, "content": content}


def _with_words(words: type[BaseModel]) -> Document:
    """A file with the words of a body as further parts of its form; they have one type each and no parts of their own."""
    said = words.model_json_schema()
    properties = {name: _text(schema) for name, schema in said["properties"].items()}
    form = {
        "type": "object",
        "required": ["file", *said["required"]],
        "properties": {"file": _BINARY, **properties},
    }
    content = {
        "multipart/form-data": {"schema": form, "examples": ADOPTION},
        "*/*": {"schema": _FILE},
    }
    return {"required": True, "content": content}


def _text(schema: Document) -> Document:
    """A part of a form is there or not: it is never null."""
    chosen = next((one for one in schema.get("anyOf", ()) if one != {"type": "null"}), schema)
    return {name: value for name, value in chosen.items() if name not in ("title", "default")}


def _tell_who(operation: Document, handler: HTTPRouteHandler, method: str) -> None:
    """Who may ask, for people and for programs (`x-role`)."""
    entered_by = handler.opt.get("entered_by")
    operation["security"] = [{"key": []}] if entered_by == "key" else []
    operation["description"] = f"{operation['description']}\n\n{_who(handler, method)}"
    operation["x-role"] = needed(handler.opt, method) if entered_by == "key" else entered_by


def _who(handler: HTTPRouteHandler, method: str) -> str:
    """Who may ask, as the door has it."""
    match handler.opt.get("entered_by"):
        case "open":
            return "Open to anybody."
        case "token":
            return "Entered by the token in its address."
    closed = " Closed to keys of single productions." if reach_of(handler.opt) == "studio" else ""
    match needed(handler.opt, method):
        case "anybody":
            return f"Open to every key of the studio.{closed}"
        case "reader":
            return f"Needs a key with any role.{closed}"
        case role:
            return f"Needs a key with the role `{role}`.{closed}"


def _parameter(parameter: Document, path: str) -> Document:
    """No parameter can be null: it is left out instead. The idempotency key is required; its absence has its own problem."""
    if parameter["name"] == "Idempotency-Key":
        return {**parameter, "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 200}}
    schema = {
        name: value for name, value in parameter["schema"].items() if name not in ("oneOf", "enum", "type")
    }
    for choice in parameter["schema"].get("oneOf", ()):
        schema |= {} if choice == {"type": "null"} else choice
    if "type" in parameter["schema"]:
        types = parameter["schema"]["type"]
        schema["type"] = next(one for one in types if one != "null") if isinstance(types, list) else types
    if "enum" in parameter["schema"]:
        schema["enum"] = [one for one in parameter["schema"]["enum"] if one is not None]
    if schema.get("type") == "string" and not schema.keys() & {"enum", "const"}:
        schema |= bounds_of(parameter["name"], parameter["in"], path)
    return {**parameter, "schema": schema}

"""The places of the API that take any words, read from its own description; and which of them were told something."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import httpx

Schema = dict[str, Any]
_CLOSED: Final = ("pattern", "enum", "const", "format")
_KEEPS_NOTHING: Final = ("/preview", "/check", "/lookup")
CHECKED: Final = frozenset(
    {
        *("url", "host", "opening", "closing", "references[]", "edit"),
        *("starts_at", "ends_at", "needed_by", "tags[]"),
        *("character", "cast[]", "speaker", "look", "asset", "scene", "production", "shot", "continue_from", "retake_of"),
        *("characters", "likenesses", "depicts_real_person", "ai_generated"),
    }
)  # fmt: skip
"""What is looked up, or must have a form, and is refused otherwise: no words of anybody's own."""


class Place(NamedTuple):
    """Of an operation: `body.name`, or `?name` in its address."""

    verb: str
    path: str
    field: str


def free_texts(document: dict[str, Any]) -> set[Place]:
    """Every place that takes any words and keeps them. Forms with a file are left out: the same is said in an address."""
    found: set[Place] = set()
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            if verb in ("get", "head") or path.endswith(_KEEPS_NOTHING):
                continue
            fields = {f"?{one['name']}" for one in _queries(operation) if _is_free(one["schema"])}
            media = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if media is not None:
                fields |= set(_fields(media["schema"], document["components"]["schemas"], ""))
            found |= {Place(verb.upper(), path, one) for one in fields if _last(one) not in CHECKED}
    return found


def _queries(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in operation.get("parameters", ()) if one["in"] == "query"]


def _last(field: str) -> str:
    return field.rpartition(".")[2].removeprefix("?")


def _is_free(schema: Schema) -> bool:
    return any(
        one.get("type") == "string" and not any(word in one for word in _CLOSED)
        for one in (schema, *schema.get("anyOf", ()))
    )


def _fields(schema: Schema, named: dict[str, Schema], place: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = named[schema["$ref"].rpartition("/")[2]]
    for choice in (one for word in ("anyOf", "oneOf", "allOf") for one in schema.get(word, ())):
        yield from _fields(choice, named, place)
    if place and _is_free(schema):
        yield place
    if "items" in schema:
        yield from _fields(schema["items"], named, f"{place}[]")
    for name, one in schema.get("properties", {}).items():
        yield from _fields(one, named, f"{place}.{name}".lstrip("."))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _fields(schema["additionalProperties"], named, f"{place}.*")


class Told:
    """What a client's requests said, of those that were taken."""

    def __init__(self, *words: str) -> None:
        self._words, self._found = words, set[Place]()

    def note(self, answer: httpx.Response) -> None:
        """To hang into a client's `event_hooks`."""
        request = answer.request
        if answer.status_code >= 400 or request.method == "GET":
            return
        path = request.url.path
        for name, value in request.url.params.multi_items():
            self._keep(request.method, path, f"?{name}", value)
        if request.headers.get("content-type", "").startswith("application/json"):
            self._read(request.method, path, "", json.loads(request.content))

    def _read(self, verb: str, path: str, place: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, one in value.items():
                self._read(verb, path, f"{place}.{name}".lstrip("."), one)
        elif isinstance(value, list):
            for one in value:
                self._read(verb, path, f"{place}[]", one)
        else:
            self._keep(verb, path, place, value)

    def _keep(self, verb: str, path: str, place: str, value: Any) -> None:
        if isinstance(value, str) and any(one in value for one in self._words):
            self._found.add(Place(verb, path, place))

    def not_said(self, wanted: set[Place]) -> set[Place]:
        """The places where the words were never put."""
        return {one for one in wanted if not any(_fits(one, said) for said in self._found)}


def _fits(wanted: Place, said: Place) -> bool:
    field = re.escape(wanted.field).replace(r"\*", "[^.]+")
    path = re.sub(r"{\w+}", "[^/]+", wanted.path)
    return wanted.verb == said.verb and bool(
        re.fullmatch(field, said.field) and re.fullmatch(path, said.path)
    )

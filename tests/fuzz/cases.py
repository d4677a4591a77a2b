"""Requests made up from the OpenAPI document (Schemathesis): made once, as data, so that every engine gets the very same ones.

The examples that the document shows, and three parts: what covers the document systematically (limits, wrong types, what is
missing, in each place), a part of which is taken evenly; what is valid by the schema; and what breaks it. Everything follows
from the seed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from math import ceil
from typing import Any, Final
from urllib.parse import quote, urlencode

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Unsatisfiable
from hypothesis.internal.conjecture import engine
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.core import NOT_SET

from api.routes.answering import MIN_POSITION
from tests.fuzz.things import Things

_COVERING: Final = 0.5
"""How much of the cases is shown in the document or covers it, as far as there is so much of it; the rest is made up."""
_BROKEN: Final = 1 / 3
"""How much of what is made up breaks the schema: it takes three times as long to make up."""
_TRIES: Final = 30
"""So often a value is looked for that there may not be: a text of exactly so many characters that is a list of ids, say.

Hypothesis looks 458 times: half a minute in all, and what it finds is the same.
"""
_ENDING: Final = ("/close", "/erase", "/retire", "/revoke", "/supersede", "/withdraw", "/decide")
"""What ends something comes last: before, requests meet what is alive, and afterwards the others have been made."""
_NOBODY: Final = "http://service"


@dataclass(frozen=True, slots=True)
class Probe:
    """One request. Ids in it may be exchanged for those of things that are there (`Things`); `number` says which."""

    number: int
    case: Case[Any]
    headers: dict[str, str]
    query: tuple[tuple[str, str], ...]
    body: Any = None
    raw: bytes | None = None

    def address(self, things: Things) -> str:
        """Path and query as they are sent."""
        steps = {
            name: quote(things.instead(name, str(value), self.number), safe="")
            for name, value in self.case.path_parameters.items()
        }
        path = self.case.path
        for name, step in steps.items():
            path = path.replace(f"{{{name}}}", step or "%20")
        asked = [(name, things.instead(name, value, self.number)) for name, value in self.query]
        if (
            self.number % 5
        ):  # most positions that are made up are never reached, and nothing else would be looked at
            asked = [(name, "0" if name == MIN_POSITION else value) for name, value in asked]
        return f"{path}?{urlencode(asked, errors='replace')}" if asked else path

    def content(self, things: Things) -> bytes | None:
        """The body as it is sent."""
        if self.raw is not None or self.body is None:
            return self.raw
        return json.dumps(things.within(self.body[0], self.number)).encode("utf-8", "replace")


def make_cases(document: dict[str, Any], count: int, seed: int) -> list[Probe]:
    """So many requests, or nearly, in an order that mixes the operations."""
    schema = schemathesis.openapi.from_dict(document, config=schemathesis.Config())
    operations = sorted((found.ok() for found in schema.get_all_operations()), key=lambda one: bool(one.body))
    with _searching_shortly():
        shown = [case for operation in operations for case in _shown(schema, operation, seed)]
        share = ceil(max(1, count * _COVERING - len(shown)) / len(operations))
        cases = [
            case for operation in operations for case in _some_of(_covering(schema, operation), share, seed)
        ]
        left = max(0, count - len(shown) - len(cases))
        broken = int(left * _BROKEN)
        for made, mode in ((left - broken, GenerationMode.POSITIVE), (broken, GenerationMode.NEGATIVE)):
            cases += _spread(operations, made, mode, seed)
    random.Random(seed).shuffle(cases)
    cases = [*shown, *cases][:count]
    random.Random(seed).shuffle(cases)
    cases = sorted(cases, key=lambda case: case.path.endswith(_ENDING))
    return [_probe(number, case) for number, case in enumerate(cases)]


@contextmanager
def _searching_shortly() -> Iterator[None]:
    before = engine.INVALID_THRESHOLD_BASE
    engine.INVALID_THRESHOLD_BASE = _TRIES
    try:
        yield
    finally:
        engine.INVALID_THRESHOLD_BASE = before


def _some_of(covering: list[Case[Any]], share: int, seed: int) -> Iterator[Case[Any]]:
    """About so many, evenly."""
    step = max(1, len(covering) // share)
    return islice(covering, seed % step, None, step)


def _spread(operations: list[Any], count: int, mode: GenerationMode, seed: int) -> Iterator[Case[Any]]:
    """So many of one kind, of each operation alike; more of later ones where one has not so many: bodies have no end."""
    missing = count
    for number, operation in enumerate(operations):
        share = ceil(missing / (len(operations) - number))
        made = _made_up(operation.as_strategy(generation_mode=mode), share, seed) if share else []
        missing -= len(made)
        yield from made


def _covering(schema: Any, operation: Any) -> list[Case[Any]]:
    """What covers an operation; of the methods that it does not have one is enough."""
    modes, config = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], schema.config.generation
    cases = [*schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=config)]
    others = [case for case in cases if case.method != operation.method.upper()]
    return [case for case in cases if case.method == operation.method.upper()] + others[:1]


def _shown(schema: Any, operation: Any, seed: int) -> list[Case[Any]]:
    """The examples of bodies that the document shows."""
    if not operation.body:
        return []
    examples = schema.get_strategies_from_examples(operation)
    return [case for example in examples for case in _made_up(example, 1, seed)]


def _made_up(cases: SearchStrategy[Case[Any]], count: int, seed: int) -> list[Case[Any]]:
    found: list[Case[Any]] = []

    @seeded(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def note(case: Case[Any]) -> None:
        found.append(case)

    try:
        note()
    except Unsatisfiable:
        return []  # nothing about it can be wrong
    return found


def _probe(number: int, case: Case[Any]) -> Probe:
    headers = {name: str(value) for name, value in (case.headers or {}).items()}
    query = tuple(_pairs(case.query or {}))
    if case.body is NOT_SET:
        return Probe(number, case, headers, query)
    if case.media_type == "application/json":
        try:
            json.dumps(case.body)
        except (TypeError, ValueError):
            return Probe(number, case, headers, query, raw=b"\xff\x00")
        headers.setdefault("Content-Type", "application/json")
        return Probe(number, case, headers, query, body=(case.body,))
    prepared = requests.Request(**case.as_transport_kwargs(base_url=_NOBODY)).prepare()
    raw = prepared.body.encode() if isinstance(prepared.body, str) else bytes(prepared.body or b"")
    headers.setdefault("Content-Type", str(prepared.headers.get("Content-Type", "application/octet-stream")))
    return Probe(number, case, headers, query, raw=raw)


def _pairs(query: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in query.items():
        for one in value if isinstance(value, list) else (value,):
            yield str(name), one if isinstance(one, str) else json.dumps(one, default=str)

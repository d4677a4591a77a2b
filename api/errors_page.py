"""docs/reference/errors.md, written from the trees of errors and from the source of the routes that can come to them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from litestar.handlers import HTTPRouteHandler

from api.app import RESOURCES
from api.errors import OF_FRAMEWORK
from api.problems import ProblemKind, problem_kinds
from api.raising import OURS, Errors, Reader
from api.routes import commanding
from api.routes.streaming import Streams
from api.routes.waiting import Watch
from generation.callbacks import Callbacks
from generation.kling.calls import Signatures
from generation.kling.client import KlingClient
from generation.outbound import OutboundPolicy
from registry import errors as registry
from registry.blobs.disk import DiskBlobs
from registry.deciders.attesting import Attested
from registry.deciders.standing import Standing
from registry.log.feed.feed import Feed
from registry.registry import Registry

_ROOT: Final = Path(__file__).parents[1]
_KEPT: Final = (registry.KeyReused, registry.AnswerErased, registry.LogBusy, registry.LogClosed)
_READ: Final = (registry.LogBusy,)
_DOORS: Final = {
    "visit": commanding.Visit,
    "question": commanding.Visit,
    "change": commanding.Change,
    "this": commanding.Change,
    "registry": Registry,
    "watch": Watch,
    "streams": Streams,
    "blobs": DiskBlobs,
    "kling": KlingClient,
    "client": KlingClient,
    "feed": Feed,
    "outbound_policy": OutboundPolicy,
    "callbacks": Callbacks,
    "signatures": Signatures,
    "standing": Standing,
    "attested": Attested,
}
"""What routes are handed, by the names it has there."""
_TOLD: Final = {
    Registry.handle: (*_KEPT, registry.VersionConflict, registry.AlreadyRegistered),
    Registry.once: _KEPT,
    Registry.answered: _KEPT,
    Registry.state: _READ,
    Registry.states: _READ,
    Registry.versions: _READ,
}
"""What the log's door raises, by its own word: its inside is the same for all."""
_KEY: Final = "every route that is entered with a key"
_CHANGE: Final = "every change"
_EVERY: Final = {
    "already-registered": "every change that makes something",
    "answer-erased": _CHANGE,
    "bad-header": _KEY,
    "head-too-large": "every address",
    "idempotency-key-missing": _CHANGE,
    "idempotency-key-reused": _CHANGE,
    "internal-error": "every route",
    "invalid-request": _KEY,
    "log-busy": _KEY,
    "malformed-body": "every route that takes a body",
    "method-not-allowed": "every address",
    "no-http": "every address",
    "no-such-route": "every other address",
    "not-acceptable": _KEY,
    "not-found": "every route that names a thing by its id",
    "position-not-reached": "every GET that is entered with a key",
    "out-of-reach": "every route that tells of the whole studio, and what a production has to pay for",
    "rate-limited": "every route; by key and studio where it is entered with a key that opens, by address where not",
    "role-missing": _KEY,
    "studio-closed": _CHANGE,
    "too-large": "every route that takes a body",
    "too-slow": "every route that takes a body",
    "unauthenticated": _KEY,
    "unsupported-media-type": "every route that takes JSON",
    "version-conflict": "every change of what has a version",
}
"""What stands before the routes, or is common to all of a kind."""
_NOWHERE: Final = "no route: an operator's command, or a worker, stops with it"


def errors_reference() -> str:
    """The text of docs/reference/errors.md."""
    kinds, hints, routes = problem_kinds(), _hints(), reachable()
    rows = "\n".join(f"| [`{one.code}`](#{one.code}) | {one.status} | {one.meaning} |" for one in kinds)
    return _PAGE.format(rows=rows, kinds="\n\n".join(_kind(one, hints, routes) for one in kinds))


@cache
def reachable() -> Mapping[str, Errors]:
    """`METHOD path` -> the errors that its own work can come to."""
    reader = Reader(_DOORS, _TOLD)
    return {name: reader.errors(handler.fn) for name, handler in _routes()}


def _routes() -> Iterator[tuple[str, HTTPRouteHandler]]:
    for resource in RESOURCES:
        for route in resource.ROUTES.routes:
            for handler in getattr(route, "route_handlers", ()):
                for method in sorted(handler.http_methods - {"HEAD", "OPTIONS"}):
                    yield f"{method} {f'/v1{route.path_format}'.rstrip('/')}", handler


def _hints() -> Mapping[str, tuple[str, ...]]:
    """The hints by the name of the class that is raised with them, as they stand in the source."""
    found: dict[str, dict[str, None]] = {}
    for package in OURS:
        for path in sorted((_ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and (name := _named(node.func)):
                    for keyword in node.keywords:
                        if keyword.arg == "hint":
                            found.setdefault(name, {}).update(dict.fromkeys(_texts(keyword.value)))
    return {name: tuple(hints) for name, hints in found.items()}


def _named(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _texts(node: ast.expr) -> Iterator[str]:
    """What a hint may read; what is filled in when it is raised is `…`."""
    match node:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from (*_texts(one), *_texts(other))
        case ast.BinOp(left=one, right=other, op=ast.Add()):
            yield "".join((*_texts(one), *_texts(other)))


def _kind(kind: ProblemKind, hints: Mapping[str, tuple[str, ...]], routes: Mapping[str, Errors]) -> str:
    said = dict.fromkeys(hint for one in kind.classes for hint in hints.get(one.__name__, ()))
    said |= dict.fromkeys(hint for _, code, hint, _ in OF_FRAMEWORK.values() if code == kind.code)
    where = _EVERY.get(kind.code) or ", ".join(
        f"`{name}`" for name, errors in routes.items() if not errors.isdisjoint(kind.classes)
    )
    lines = [
        f"### {kind.code}",
        "",
        f"{kind.status}. {kind.meaning}",
        "",
        f"Answered by {where or _NOWHERE}.",
    ]
    if said:
        lines += ["", "What to do, as it is said with it:", "", *(f"- {hint}" for hint in said)]
    return "\n".join(lines)


_PAGE: Final = """# Errors

Every refusal and failure is a problem document (RFC 9457) with a `code` that does not change; `type` is the address of what it
means, at the service itself. What else a problem holds: [http.md](http.md#problems). Switch on the code, show `detail` and `hint`
to people: their words may change.

This page is written from the errors and from the source of the routes (`python -m api.errors_page > docs/reference/errors.md`).
Which routes can answer a code is read from what they call; of a few it says more than can happen.

| code | status | meaning |
|---|---|---|
{rows}

## One by one

{kinds}
"""

if __name__ == "__main__":
    print(errors_reference(), end="")  # noqa: T201 - this module prints its own reference

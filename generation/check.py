"""Judging anybody's payload: an endpoint as people write it, any JSON, and everything the catalogue has to say about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from generation.addresses import is_web_address
from generation.policies import GUIDE, Policies
from generation.rules.catalogue import judge
from generation.rules.finding import Finding
from generation.rules.rule import shown
from generation.rules.subject import CREATE_ENDPOINTS, ENDPOINTS, Facts, Subject

_METHODS: Final = ("GET", "POST")
_ALIASES: Final = {"delete-elements": "delete-advanced-elements"}
_PLACEHOLDER: Final = re.compile(r"(blob:asset|clip:clip|clip:asset|blob:blob)_[A-Za-z0-9_]{1,80}")
_PICTURE_KEYS: Final = frozenset(
    {"image_url", "image", "image_tail", "frontal_image", "video_url", "voice_url"}
)
_DEEPEST: Final = 32


def check(
    endpoint: str, body: object, facts: Facts | None = None, *, policies: Policies = GUIDE
) -> tuple[Finding, ...]:
    """Every finding about a payload that somebody means to send to `endpoint`; empty when there is nothing to say.

    The endpoint is a name (`omni-video`), a path, an address, or any of them after a method (`GET /v1/videos/omni-video`, whose
    body stands for its query). A null counts as absent, as the vendor reads it. The placeholders of our own previews are taken
    for what they stand for; `policies` count where no facts are given. Never raises, whatever the body.
    """
    known = endpoint_of(endpoint)
    if known is None:
        named = ", ".join(CREATE_ENDPOINTS)
        message = f"{shown(endpoint)} is no endpoint that is checked here: name one of {named}, a deletion or a list"
        return (_UNKNOWN.model_copy(update={"message": message}),)
    if not isinstance(body, Mapping):
        message = f"the body is {type(body).__name__} and must be a JSON object"
        return (_NOT_AN_OBJECT.model_copy(update={"message": message}),)
    sent = {str(key): value for key, value in body.items() if value is not None}
    given = facts or Facts(references=frozenset(_placeholders(sent, 0)), policies=policies)
    return judge(Subject(known, sent, given))


def endpoint_of(text: str) -> str | None:
    """The catalogue's name for an endpoint, or None."""
    method, _, rest = text.strip().partition(" ")
    if method.upper() not in _METHODS:
        method, rest = "", text.strip()
    path = urlsplit(rest).path if is_web_address(rest) else rest.partition("?")[0]
    name = path.strip("/ ").rpartition("/")[2]
    name = _ALIASES.get(name, name)
    listing = f"GET {name}"
    if method.upper() == "GET" or name not in ENDPOINTS:
        return listing if listing in ENDPOINTS and method.upper() != "POST" else None
    return name


def _placeholders(value: object, depth: int, key: str = "") -> Iterator[str]:
    """`blob:asset_…` and `clip:clip_…` where a picture or an address belongs."""
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _placeholders(inner, depth + 1, str(name))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _placeholders(inner, depth + 1, key)
    elif isinstance(value, str) and key in _PICTURE_KEYS and _PLACEHOLDER.fullmatch(value):
        yield value


def _before(rule: str, title: str, *cites: str) -> Finding:
    return Finding(
        rule=rule, severity="E", title=title, message=title, about="payload", path="$", cites=cites
    )


_UNKNOWN: Final = _before("E105", "The endpoint is one production uses", "guide 1.15", "guide 1.19")
_NOT_AN_OBJECT: Final = _before("E106", "The body is a JSON object", "contract section 1")
BEFORE_RULES: Final = (_UNKNOWN, _NOT_AN_OBJECT)
"""What is said where no rule can be asked."""

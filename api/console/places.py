"""Where things have their pages, and how an id in a sentence becomes a name that leads there. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup

from api.console.words import ID, said

_PAGES: Final[Mapping[str, str]] = {
    "account": "/console/accounts/",
    "asset": "/console/assets/",
    "character": "/console/characters/",
    "clip": "/console/clips/",
    "generation": "/console/generations/",
    "likeness": "/console/likenesses/",
    "production": "/console/productions/",
    "scene": "/console/scenes/",
    "submission": "/console/submissions/",
    "webhook": "/console/webhooks/",
}
"""Kinds of things that have a page of their own; of all others there is their past."""
_PAST: Final = "/console/audit/history/"
_PASTLESS: Final = frozenset(
    {"event", "request", "reads", "signing", "rebuild", "shot", "consent", "delivery", "secret"}
)
"""Ids of what is no stream of a studio's: it has no page."""
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def place_of(thing: str) -> str:
    """The page of a thing, or of its past; empty where there is none."""
    found = ID.fullmatch(thing)
    if found is None or found[1] in _PASTLESS:
        return ""
    return f"{_PAGES.get(found[1], _PAST)}{thing}"


def node_of(thing: str) -> str:
    """The page of what lineage leads to: a look is shown with its character, and what has no page of its own by its lineage."""
    whose = thing.partition(":")[0]
    kind = whose.partition("_")[0]
    return f"{_PAGES[kind]}{whose}" if kind in _PAGES else f"/console/lineage/{quote(thing, safe=':')}"


def linked(thing: str, names: Mapping[str, str] | None = None) -> Markup:
    """A thing by its name, or by its kind and the end of its id, as a link to its page."""
    return _linked(thing, (names or {}).get(thing) or _short(thing))


def told(text: str, names: Mapping[str, str] | None = None) -> Markup:
    """A sentence, with every id in it as its name and a link."""
    parts, at = [], 0
    for found in ID.finditer(text):
        before, thing = text[at : found.start()], found[0]
        # "The consent …x7w9y2", and not "The consent consent …x7w9y2".
        short = _end(thing) if before.endswith(f"{found[1]} ") else _short(thing)
        parts += [Markup.escape(before), _linked(thing, (names or {}).get(thing) or short)]
        at = found.end()
    return Markup().join([*parts, Markup.escape(text[at:])])


def _linked(thing: str, text: str) -> Markup:
    if place := place_of(thing):
        return Markup('<a href="{}" title="{}">{}</a>').format(place, thing, text)
    return Markup('<span title="{}">{}</span>').format(thing, text)


def _short(thing: str) -> str:
    return f"{said(thing.rpartition('_')[0])} {_end(thing)}" if ID.fullmatch(thing) else thing


def _end(thing: str) -> str:
    return f"…{thing[-6:]}"


def typed(name: str) -> str:
    """The type of an event in words: `ClipRecorded` is "clip recorded"."""
    return _HUMP.sub(" ", name).lower()


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "linked": linked,
    "told": told,
    "typed": typed,
    "place": place_of,
    "node": node_of,
}

"""Who is behind our characters, what do they allow, and what is left to do where somebody took it back or is to be erased?

The overview holds no pictures: looking at one of a real person is a read, on record like any other.
"""

from __future__ import annotations

from typing import Any, Final, get_args

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.console.pages.audit.spans import SPAN
from api.console.rendering import page
from api.errors import Web
from api.routes.commanding import Visit, named
from registry.erased import ErasureRecord, erasure_record
from registry.events.likeness import ErasureBasis
from registry.views import consents, deletions, likenesses
from registry.views.naming import names_of
from registry.views.page import Span

SOON_US: Final = 30 * 24 * 3600 * 1_000_000
"""Consents that end within this are said to end soon."""
_DELETIONS: Final = 50
_OPEN: Final = 50
_CLIPS: Final = 30
"""Of a person, so many clips are shown to be decided at once; the next come when these are done."""


@get("/erasures", sync_to_thread=True)
def list_people(request: Web, visit: NamedDependency[Visit], span: NamedDependency[Span]) -> Response[str]:
    """Everybody who is registered and how their consent stands; first those of whom something is left to do."""
    now = visit.registry.clock()
    ended = visit.read(consents.people, now=now, ended=True, span=Span(limit=_OPEN, newest=True))
    everybody = visit.read(consents.people, now=now, span=span)
    waiting = visit.read(
        lambda connection, log: deletions.open_deletions(connection, most=_DELETIONS, log=log)
    )
    named_here = {
        *(one for person in (*ended.items, *everybody.items) for one in person.characters),
        *(one.stream for one in waiting),
    }
    return page(
        request,
        "audit/people.html",
        title="People and consent",
        visit=visit,
        open=[one for one in ended.items if one.clips or one.bindings or (one.erasing and not one.erased)],
        more=ended.next is not None,
        ending=visit.read(consents.ending, now=now, until=now + SOON_US),
        everybody=everybody,
        waiting=waiting,
        names=visit.read(names_of, named_here),
    )


@get("/erasures/{likeness:str}", sync_to_thread=True)
def show_person(request: Web, visit: NamedDependency[Visit], likeness: FromPath[str]) -> Response[str]:
    """Of one real person what is left to do, and their erasure: the order and its record. Raises NotFound."""
    stream = named("likeness", likeness)
    with visit.registry.snapshot(visit.studio) as connection:
        card = likenesses.likeness(connection, visit.studio, stream, now=visit.registry.clock())
        record = erasure_record(connection, visit.registry, visit.studio, stream) if card.erasing else None
        names = names_of(connection, visit.studio, _named(card, record))
    return page(
        request,
        "audit/person.html",
        title=card.name,
        visit=visit,
        card=card,
        record=record,
        names=names,
        bases=get_args(ErasureBasis),
        clips=card.follow_ups.clips[:_CLIPS],
    )


def _named(card: likenesses.LikenessCard, record: ErasureRecord | None) -> set[str]:
    """What stands on the page under a name."""
    named_here = {
        *card.characters,
        *(
            one
            for left in (*card.follow_ups.elements, *card.follow_ups.voices)
            for one in (left.id, left.character)
        ),
    }
    if record is not None:
        named_here |= {*record.characters, *record.kept, *(one.scene for one in record.clips)}
    return named_here


ROUTES: Any = Router("/", route_handlers=[list_people, show_person], dependencies=SPAN)

"""Who recurs? Everybody with a face, and each with all that is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, get_args

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.console.pages.assets import ROLES, limits, offered
from api.console.pages.using import lately, where_used
from api.console.rendering import page
from api.errors import Web
from api.routes.commanding import Visit
from api.routes.elements import with_staleness
from registry.events.references import CharacterKind
from registry.views import assets, characters, elements, likenesses, productions, uses, voices
from registry.views.assets import AssetCard
from registry.views.characters import CharacterCard
from registry.views.likenesses import LikenessCard
from registry.views.looks import LookCard, ReferenceCard
from registry.views.naming import names_of
from registry.views.page import Span

KINDS: Final[tuple[CharacterKind, ...]] = get_args(CharacterKind)
_SHOWN: Final = 60
_LIBRARY: Final = Span(limit=24, newest=True)
_DOCUMENTS: Final = Span(limit=50, newest=True)
_BINDINGS: Final = Span(limit=40, newest=True)


@get("/characters", sync_to_thread=True)
def list_characters(
    request: Web,
    visit: NamedDependency[Visit],
    name: FromQuery[str] = "",
    picture: FromQuery[str | None] = None,
    after: FromQuery[int] = 0,
) -> Response[str]:
    """Everybody, or those whose name holds a part; `picture` is one that was just handed in and waits for somebody."""
    span = Span(after, _SHOWN)
    found = (
        visit.read(characters.characters_called, name, span=span)
        if name
        else visit.read(characters.characters, span=span)
    )
    return page(
        request,
        "characters.html",
        title="Characters",
        visit=visit,
        characters=found,
        name=name,
        offered=offered(visit, picture) if picture else None,
        kinds=KINDS,
        limits=limits(visit),
    )


@get("/characters/{character:str}", sync_to_thread=True)
def show_character(
    request: Web,
    character: FromPath[str],
    visit: NamedDependency[Visit],
    picture: FromQuery[str | None] = None,
) -> Response[str]:
    """One character; `picture` is one that may stand for it next."""
    card = visit.read(characters.character, character)
    return page(
        request,
        "character.html",
        title=card.name,
        visit=visit,
        character=card,
        offered=offered(visit, picture) if picture else None,
        roles=ROLES,
        limits=limits(visit),
        used=where_used(visit, character),
        lately=lately(visit, character),
        **_pictures(visit, card),
        **_bindings(visit, card),
        **behind(visit, card.likeness),
    )


def _pictures(visit: Visit, card: CharacterCard) -> dict[str, Any]:
    """The looks side by side, as introduced first, and the newest pictures that may be added to them."""
    held = visit.read(assets.find_assets, sorted({one.asset for one in card.references}))
    newest = visit.read(assets.assets, span=_LIBRARY, kind="picture").items
    return {
        "pictures": held,
        "looks": _side_by_side(card),
        "library": [one for one in newest if not one.retired and not one.erased],
    }


def _side_by_side(card: CharacterCard) -> list[tuple[LookCard | None, list[ReferenceCard]]]:
    """As introduced, and each look, with its pictures in the order of their roles."""

    def of(look: str | None) -> list[ReferenceCard]:
        shown = [one for one in card.references if one.look == look]
        return sorted(shown, key=lambda one: ROLES.index(one.role))

    return [(None, of(None)), *((look, of(look.look)) for look in card.looks)]


def _bindings(visit: Visit, card: CharacterCard) -> dict[str, Any]:
    """Voices and elements, with what they are called and where the voices can be heard."""
    own = visit.read(voices.voices_of, [card.id])
    shown = with_staleness(visit, visit.read(elements.elements, span=_BINDINGS, character=card.id))
    recordings = visit.read(uses.recordings_of, [one.id for one in own])
    if visit.within:  # clips are their production's
        recordings = {voice: one for voice, one in recordings.items() if one.startswith("asset_")}
    accounts = {one.account for one in own if one.account} | {one.account for one in shown.items}
    return {
        "voices": own,
        "elements": shown,
        "recordings": recordings,
        "heard": _heard(visit, recordings.values()),
        "names": visit.read(names_of, sorted(accounts)),
    }


def _heard(visit: Visit, recordings: Iterable[str]) -> Mapping[str, AssetCard]:
    """The recordings that are assets, by id."""
    return visit.read(assets.find_assets, sorted(one for one in recordings if one.startswith("asset_")))


def behind(visit: Visit, likeness: str | None) -> dict[str, Any]:
    """The real person, what they allowed, and what a consent officer writes down next."""
    person: LikenessCard | None = None
    if likeness is not None:
        person = visit.read(likenesses.likeness, likeness, now=visit.registry.clock())
    said: dict[str, Any] = {"person": person, "people": (), "documents": (), "productions": ()}
    if "consent_officer" in visit.caller.roles:
        if person is None:
            said["people"] = visit.read(likenesses.people)
        else:
            said["documents"] = visit.read(assets.assets, span=_DOCUMENTS, kind="document").items
    named = {one for consent in person.consents for one in consent.productions} if person else set()
    named &= set(visit.within) or named
    said["called"] = visit.read(names_of, sorted(named))
    said["productions"] = visit.read(productions.called, within=visit.within) if person else ()
    return said


ROUTES: Any = Router("/", route_handlers=[list_characters, show_character], opt={"reach": "library"})

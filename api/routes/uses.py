"""Where something is used, and what a change of it would touch."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from api.errors import Web
from api.routes.answering import Answer, answer_card, answer_page
from api.routes.commanding import Visit, named
from generation.impact import Change, Facts, Impact, Kind, gather, impact
from registry.deciders.character import Character
from registry.errors import InvalidCommand, NotFound
from registry.registry import Connection
from registry.views import uses as view
from registry.views.lineage import must_be_known
from registry.views.page import Page, Span
from registry.views.uses import UseCard

_LOOK: Final = "look:"
# The query is `change`; the framework would take a parameter of that name for the dependency that writes.
_CHANGE: Final = QueryParameter(name="change", description="What is to happen to it.")
AssetChange = Annotated[Literal["retire", "supersede", "withdraw"], _CHANGE]
BindingChange = Annotated[Literal["retire"], _CHANGE]
LikenessChange = Annotated[Literal["revoke"], _CHANGE]
CharacterChange = Annotated[
    str,
    QueryParameter(
        name="change", description="retire, voice, or look: and the name of the look that changes."
    ),
]


def _uses(
    request: Web, visit: Visit, thing: str, span: Span, *, look: str | None = None
) -> Answer[Page[UseCard]]:
    visit.read(must_be_known, thing)
    return answer_page(request, visit.read(view.uses, thing, look=look, span=span))


def _impact(visit: Visit, kind: Kind, thing: str, change: Change, look: str | None = None) -> Answer[Impact]:
    visit.read(must_be_known, thing)

    def facts(connection: Connection, log: str) -> Facts:
        return gather(connection, log, kind, thing, look)

    return answer_card(impact(visit.read(facts), change, look))


def _must_have_look(visit: Visit, character: str, look: str) -> None:
    """Retired looks have uses too. Raises NotFound."""
    state = visit.registry.state(visit.studio, named("character", character)).state
    if not isinstance(state, Character) or look not in state.looks:
        raise NotFound(f"{character} has no look {look!r}", hint="look at the character")


@get("/assets/{asset:str}/uses", sync_to_thread=True)
def show_uses_of_asset(
    request: Web, asset: FromPath[str], visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Answer[Page[UseCard]]:
    """Where a picture is used: for whom it stands, which elements were made from it, what was made with either."""
    return _uses(request, visit, named("asset", asset), span)


@get("/elements/{element:str}/uses", sync_to_thread=True)
def show_uses_of_element(
    request: Web, element: FromPath[str], visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Answer[Page[UseCard]]:
    """What stands on an element, and what took its place."""
    return _uses(request, visit, named("element", element), span)


@get("/voices/{voice:str}/uses", sync_to_thread=True)
def show_uses_of_voice(
    request: Web, voice: FromPath[str], visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Answer[Page[UseCard]]:
    """Who speaks with a voice, which elements were made with it, and where it was heard."""
    return _uses(request, visit, named("voice", voice), span)


@get("/likenesses/{likeness:str}/uses", sync_to_thread=True)
def show_uses_of_likeness(
    request: Web, likeness: FromPath[str], visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Answer[Page[UseCard]]:
    """Which characters show a person, and all that was made of them, before they were linked too."""
    return _uses(request, visit, named("likeness", likeness), span)


@get("/characters/{character:str}/uses", sync_to_thread=True)
def show_uses_of_character(
    request: Web,
    character: FromPath[str],
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
) -> Answer[Page[UseCard]]:
    """Where a character is cast, pinned, planned and shown, and which elements and voices are theirs."""
    return _uses(request, visit, named("character", character), span)


@get("/characters/{character:str}/looks/{look:str}/uses", sync_to_thread=True)
def show_uses_of_look(
    request: Web,
    character: FromPath[str],
    look: FromPath[str],
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
) -> Answer[Page[UseCard]]:
    """Where a character is pinned and shown in a look, and which elements show it."""
    _must_have_look(visit, character, look)
    return _uses(request, visit, character, span, look=look)


@get("/assets/{asset:str}/impact", sync_to_thread=True)
def show_impact_on_asset(
    asset: FromPath[str],
    visit: NamedDependency[Visit],
    wanted: AssetChange = "retire",
) -> Answer[Impact]:
    """What would be touched if the picture were retired, superseded, or taken back from all it stands for."""
    return _impact(visit, "asset", named("asset", asset), wanted)


@get("/elements/{element:str}/impact", sync_to_thread=True)
def show_impact_on_element(
    element: FromPath[str], visit: NamedDependency[Visit], wanted: BindingChange = "retire"
) -> Answer[Impact]:
    """What would be touched if the element were retired."""
    return _impact(visit, "element", named("element", element), wanted)


@get("/voices/{voice:str}/impact", sync_to_thread=True)
def show_impact_on_voice(
    voice: FromPath[str], visit: NamedDependency[Visit], wanted: BindingChange = "retire"
) -> Answer[Impact]:
    """What would be touched if the voice were retired."""
    return _impact(visit, "voice", named("voice", voice), wanted)


@get("/characters/{character:str}/impact", sync_to_thread=True)
def show_impact_on_character(
    character: FromPath[str], visit: NamedDependency[Visit], wanted: CharacterChange = "retire"
) -> Answer[Impact]:
    """What would be touched if the character were retired, given another voice, or one of its looks defined anew."""
    whole: dict[str, Change] = {"retire": "retire", "voice": "voice"}
    if wanted in whole:
        return _impact(visit, "character", named("character", character), whole[wanted])
    if not wanted.startswith(_LOOK):
        raise InvalidCommand(
            f"{wanted!r} is no change of a character",
            hint="say retire, voice, or look: and a look's name",
            path="change",
        )
    look = wanted.removeprefix(_LOOK)
    _must_have_look(visit, character, look)
    return _impact(visit, "character", character, "look", look)


@get("/likenesses/{likeness:str}/impact", sync_to_thread=True)
def show_impact_on_likeness(
    likeness: FromPath[str], visit: NamedDependency[Visit], wanted: LikenessChange = "revoke"
) -> Answer[Impact]:
    """What would be touched if the person took every consent back: whoever shows them, and all that shows these."""
    return _impact(visit, "likeness", named("likeness", likeness), wanted)


ROUTES: Any = Router(
    "/",
    route_handlers=[
        show_uses_of_asset,
        show_uses_of_element,
        show_uses_of_voice,
        show_uses_of_likeness,
        show_uses_of_character,
        show_uses_of_look,
        show_impact_on_asset,
        show_impact_on_element,
        show_impact_on_voice,
        show_impact_on_character,
        show_impact_on_likeness,
    ],
    opt={"reach": "studio"},
    tags=["Where used"],
)

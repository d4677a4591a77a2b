"""An element of a character: made by Kling from a recipe, made anew, or adopted."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.console.pages.making import asked, payers
from api.console.rendering import page
from api.console.words import written
from api.errors import Web
from api.recipes import ElementRecipe
from api.routes.commanding import Visit, named
from generation.minting import preview_element
from generation.recipe import ElementRecipeRequest
from generation.reminting import element_recipe
from registry.views import assets, characters, elements, voices
from registry.views.characters import CharacterCard
from registry.views.elements import ElementCard
from registry.views.page import Span

_FOOTAGE: Final = Span(limit=30, newest=True)


@get("/characters/{character:str}/element", sync_to_thread=True)
def ask_for_element(  # noqa: PLR0913 - the fields of a recipe
    request: Web,
    character: FromPath[str],
    visit: NamedDependency[Visit],
    *,
    account: FromQuery[str] = "",
    production: FromQuery[str] = "",
    look: FromQuery[str] = "",
    video: FromQuery[str] = "",
    voice: FromQuery[str] = "",
    name: FromQuery[str] = "",
    description: FromQuery[str] = "",
    remint: FromQuery[str] = "",
) -> Response[str]:
    """What would be sent, at which price, and what speaks against it; then it is approved. Writes nothing."""
    card = visit.read(characters.character, character)
    paid = payers(visit, account, production)
    visit.must_reach(production or None)
    before = visit.read(elements.element, named("element", remint)) if remint else None
    if before is not None and not paid["account"] and not production:
        paid["account"] = before.account
    said = {
        **{"look": look, "video": video, "voice": voice, "name": name, "description": description},
        **{"account": paid["account"], "production": production},
    }
    recipe = _recipe(visit, card, before, said)
    preview = None
    if recipe.account or recipe.production:
        policies = visit.continuity.settings.policies()
        preview = preview_element(visit.registry, visit.studio, recipe, policies=policies)
    return page(
        request,
        "element.html",
        title=f"An element of {card.name}",
        visit=visit,
        character=card,
        said=said,
        recipe=recipe,
        preview=preview,
        payload=written(preview and preview.payload),
        remint=before,
        pictures=visit.read(assets.find_assets, _pictures(card, recipe)),
        footage_kept=visit.read(assets.assets, span=_FOOTAGE, kind="video").items,
        voices=[one for one in visit.read(voices.voices_of, [character]) if one.state == "live"],
        **paid,
    )


def _recipe(
    visit: Visit, card: CharacterCard, before: ElementCard | None, said: dict[str, str]
) -> ElementRecipeRequest:
    """The recipe that the fields say, or that of the element whose place is taken. Raises InvalidRequest and InvalidCommand."""
    if before is None:
        return asked(ElementRecipe, {"character": card.id, **said})
    return element_recipe(
        visit.registry,
        visit.studio,
        before.id,
        account=said["account"] or None,
        production=said["production"] or None,
    )


def _pictures(card: CharacterCard, recipe: ElementRecipeRequest) -> list[str]:
    """The pictures it would be made from: those that are named, or the character's own in the look."""
    if recipe.video is not None:
        return []
    said = [one for one in (recipe.frontal, *(recipe.views or ())) if one is not None]
    return said or [one.asset for one in card.references if one.look == recipe.look]


ROUTES: Any = Router("/", route_handlers=[ask_for_element], opt={"reach": "library"})

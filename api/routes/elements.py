"""Elements: what a Kling `element_id` of one account shows, on whose word or from which recipe."""

from __future__ import annotations

from typing import Any, Final

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from api.bodies import Because
from api.errors import Web
from api.recipes import ElementAnswer, ElementRecipe, NewElement, Remint
from api.routes.answering import After, Answer, Limit, Reply, answer_card, answer_page, card_reply
from api.routes.commanding import Change, Visit, named
from api.routes.waiting import Wait, Watch
from generation.minting import mint_element, preview_element
from generation.plan import MintPreview
from generation.queue import waiting_for
from generation.recipe import ElementRecipeRequest
from generation.reminting import element_recipe
from registry.deciders.character import ReviseCharacter
from registry.deciders.element import AdoptElement, RetireElement
from registry.errors import AlreadyRegistered, Refusal
from registry.registry import Connection
from registry.views import elements as view
from registry.views import submissions
from registry.views.elements import ElementCard
from registry.views.page import Page

ACCEPTED: Final = 202
RETRY_AFTER_SECONDS: Final = 2
_OTHERWISE: Final = (
    "an element shows one character: retire that one's element first, or look the id up at Kling"
)


class ElementTaken(Refusal):
    """The account's element id is adopted for another character."""

    code = "element-taken"


@post("/", opt={"again": True, "takes": True}, sync_to_thread=True)
def adopt_or_mint(data: JSONBody[NewElement], change: NamedDependency[Change]) -> Answer[ElementAnswer]:
    """Adopt an element that exists at Kling (201), or have one made from a recipe (202).

    The same id for the same character again answers the first adoption (200). A recipe is checked now, with every gap and finding
    at once (422); a worker makes the one paid call. Follow the answer's Location, with `?wait=`.
    """
    if (first := change.earlier()) is not None:
        return first
    return _minted(change, data.recipe) if data.element_id is None else _adopted(change, data)


def _minted(
    change: Change, recipe: ElementRecipeRequest, *, remint_of: str | None = None, reason: str = ""
) -> Answer[ElementAnswer]:
    change.must_not_match()
    element = change.registry.make_id("element")
    handled = mint_element(
        change.registry,
        change.studio,
        recipe,
        element=element,
        context=change.context(correlation_id=element),
        idempotency=change.idempotency(lambda connection: _reply(change, connection, element, 202)),
        remint_of=remint_of,
        reason=reason,
        policies=change.continuity.settings.policies(),
    )
    return Reply.unpack(handled.answer or b"").answer(replayed=handled.replayed)


def _adopted(change: Change, data: NewElement) -> Answer[ElementAnswer]:
    if data.element_id is None or data.account is None:
        raise RuntimeError("the body lets no adoption through without them")
    if (bound := _bound(change, data)) is not None:
        return _again(change, bound, data)
    element = change.registry.make_id("element")
    command = AdoptElement(
        stream=element,
        element_id=data.element_id,
        account=data.account,
        character=data.character,
        look=data.look,
        made_from=data.made_from,
        attested_by=data.attested_by or change.caller.holder,
    )
    try:
        return change.create(command, reply=lambda connection: _reply(change, connection, element, 201))
    except AlreadyRegistered:
        bound = _bound(change, data)
        if bound is None:
            raise
        return _again(change, bound, data)


def _bound(change: Change, data: NewElement) -> ElementCard | None:
    return change.read(view.element_bound_as, data.account or "", data.element_id or 0)


def _again(change: Change, bound: ElementCard, data: NewElement) -> Answer[ElementAnswer]:
    if bound.character != data.character or bound.retired:
        state = "and is retired" if bound.retired else "already"
        raise ElementTaken(
            f"element_id {data.element_id} of {data.account} is {bound.id}, which shows {bound.character} {state}",
            hint=_OTHERWISE,
            path="element_id",
        )
    nothing = ReviseCharacter(stream=bound.character)
    return change.make(nothing, reply=lambda connection: _reply(change, connection, bound.id, 200))


def _reply(change: Change, connection: Connection, element: str, status: int) -> Reply:
    card = answer_of(connection, change.studio, element)
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == ACCEPTED else {}
    return card_reply(card, status=status, location=f"/v1/elements/{element}", headers=headers)


def answer_of(connection: Connection, studio: str, element: str) -> ElementAnswer:
    """An element with the paid call that makes it. Raises NotFound."""
    card = view.element(connection, studio, element)
    submission = card.mint.submission if card.mint else None
    paid = None if submission is None else submissions.submission(connection, studio, submission)
    return ElementAnswer(**dict(card), submission_card=paid)


@post("/preview", status_code=200, sync_to_thread=True)
def preview(data: JSONBody[ElementRecipe], question: NamedDependency[Visit]) -> Answer[MintPreview]:
    """What would be sent for this recipe, at which price, and what speaks against it. Writes nothing, spends nothing."""
    policies = question.continuity.settings.policies()
    return answer_card(preview_element(question.registry, question.studio, data, policies=policies))


@get("/", sync_to_thread=True)
def list_elements(
    request: Web,
    visit: NamedDependency[Visit],
    character: FromQuery[str | None] = None,
    after: After = 0,
    limit: Limit = 100,
) -> Answer[Page[ElementCard]]:
    """Elements in order of adoption."""
    return answer_page(request, visit.read(view.elements, after=after, limit=limit, character=character))


@get("/{element:str}")
async def show_element(
    element: FromPath[str],
    visit: NamedDependency[Visit],
    watch: NamedDependency[Watch],
    wait: Wait = 0,
) -> Answer[ElementAnswer]:
    """One element; with `wait`, the end of its making if that comes in time.

    `waiting_for` says what an unfinished one waits for.
    """

    def read() -> ElementAnswer:
        card = visit.read(answer_of, element)
        if not _in_the_making(card):
            return card
        slots, now = visit.continuity.settings.kling_slots, visit.registry.clock()
        return card.model_copy(update={"waiting_for": visit.read(waiting_for, card.id, now=now, slots=slots)})

    found = await watch.until(visit.studio, read, lambda card: not _in_the_making(card), wait=wait)
    return answer_card(found)


def _in_the_making(card: ElementCard) -> bool:
    return card.mint is not None and card.mint.outcome is None


@post("/{element:str}/remint", status_code=202, sync_to_thread=True)
def remint(
    element: FromPath[str], data: JSONBody[Remint], change: NamedDependency[Change]
) -> Answer[ElementAnswer]:
    """Make another element in its place, from its recipe, on its own account or on another one.

    What asks from then on stands on the new one; what was made keeps the old one.
    """
    if (first := change.earlier()) is not None:
        return first
    recipe = element_recipe(
        change.registry,
        change.studio,
        named("element", element),
        account=data.account,
        production=data.production,
    )
    if data.recipe is not None:
        paying = {"account": data.recipe.account or recipe.account}
        paying["production"] = data.recipe.production or recipe.production
        recipe = data.recipe.model_copy(update=paying)
    return _minted(change, recipe, remint_of=element, reason=data.reason)


@post("/{element:str}/retire", status_code=200, sync_to_thread=True)
def retire_element(
    element: FromPath[str], data: JSONBody[Because], change: NamedDependency[Change]
) -> Answer[ElementAnswer]:
    """Let nothing new stand on it; one that is not sent yet is not made."""
    command = RetireElement(stream=named("element", element), reason=data.reason)
    return change.make(command, reply=lambda connection: _reply(change, connection, element, 200))


ROUTES: Any = Router(
    "/elements",
    route_handlers=[adopt_or_mint, list_elements, preview, show_element, remint, retire_element],
    tags=["Elements"],
)

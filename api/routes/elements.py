"""Elements: what a Kling `element_id` of one account shows, on whose word or from which recipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from api.bodies import Retirement
from api.errors import Web
from api.recipes import (
    CheckedElements,
    ElementAnswer,
    ElementFault,
    ElementRecipe,
    ElementsToCheck,
    NewElement,
    Remint,
)
from api.roles import must_be
from api.routes.answering import Answer, Reply, answer_card, answer_page, card_reply
from api.routes.commanding import Change, Visit, named
from api.routes.retiring import retire
from api.routes.waiting import Wait, Watch
from generation.minting import mint_element, preview_element
from generation.plan import MintPreview
from generation.queue import waiting_for
from generation.recipe import ElementRecipeRequest
from generation.reminting import element_recipe
from generation.staleness import stale_now
from registry.deciders.character import ReviseCharacter
from registry.deciders.element import AdoptElement, Element, RetireElement, decide
from registry.errors import AlreadyRegistered, InvalidCommand, NotFound, Refusal
from registry.registry import Connection
from registry.views import elements as view
from registry.views import submissions
from registry.views.elements import ElementCard
from registry.views.page import Page, Span

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
    must_be(change.caller, "submitter")
    change.must_pay_within(recipe.production)
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
    return change.told(handled)


def _adopted(change: Change, data: NewElement) -> Answer[ElementAnswer]:
    if (bound := _bound(change, data)) is not None:
        return _again(change, bound, data)
    element = change.registry.make_id("element")
    command = _command(change, element, data)
    try:
        return change.create(command, reply=lambda connection: _reply(change, connection, element, 201))
    except AlreadyRegistered:
        bound = _bound(change, data)
        if bound is None:
            raise
        return _again(change, bound, data)


def _command(visit: Visit, element: str, data: NewElement) -> AdoptElement:
    """Raises InvalidCommand for a recipe."""
    if data.element_id is None or data.account is None:
        raise InvalidCommand(
            "element_id is missing", hint="copy the id as Kling lists it, or mint it", path="element_id"
        )
    return AdoptElement(
        stream=element,
        element_id=data.element_id,
        account=data.account,
        character=data.character,
        look=data.look,
        made_from=data.made_from,
        attested_by=data.attested_by or visit.caller.holder,
    )


@post("/check", opt={"role": "reader"}, status_code=200, sync_to_thread=True)
def check(data: JSONBody[ElementsToCheck], question: NamedDependency[Visit]) -> Answer[CheckedElements]:
    """What stands against adopting these elements, by the very rules of adoption. Nothing is adopted."""
    faults = []
    for index, wanted in enumerate(data.elements):
        try:
            _would_adopt(question, wanted)
        except (Refusal, NotFound) as refused:
            path = str(refused.detail.get("path", ""))
            faults.append(ElementFault(index=index, code=refused.code, message=refused.message, path=path))
    return answer_card(CheckedElements(faults=tuple(faults)))


def _would_adopt(visit: Visit, data: NewElement) -> None:
    """Raises what adopting it would raise."""
    if (bound := _bound(visit, data)) is not None:
        _must_be_the_same(bound, data)
        return
    command = _command(visit, "element_new", data)
    reads = {stream: visit.registry.state(visit.studio, stream).state for stream in command.reads}
    decide(command, Element(), reads)


def _bound(visit: Visit, data: NewElement) -> ElementCard | None:
    return visit.read(view.element_bound_as, data.account or "", data.element_id or 0)


def _must_be_the_same(bound: ElementCard, data: NewElement) -> None:
    """Raises ElementTaken."""
    if (bound.character, bound.look) != (data.character, data.look) or bound.retired:
        in_look = f" in the look {bound.look!r}" if bound.look else ""
        state = f"{in_look} and is retired" if bound.retired else f"{in_look} already"
        raise ElementTaken(
            f"element_id {data.element_id} of {data.account} is {bound.id}, which shows {bound.character}{state}",
            hint=_OTHERWISE,
            path="element_id",
        )


def _again(change: Change, bound: ElementCard, data: NewElement) -> Answer[ElementAnswer]:
    _must_be_the_same(bound, data)
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


@post("/preview", opt={"role": "reader"}, status_code=200, sync_to_thread=True)
def preview(data: JSONBody[ElementRecipe], question: NamedDependency[Visit]) -> Answer[MintPreview]:
    """What would be sent for this recipe, at which price, and what speaks against it. Writes nothing, spends nothing."""
    question.must_reach(data.production)
    policies = question.continuity.settings.policies()
    return answer_card(preview_element(question.registry, question.studio, data, policies=policies))


@get("/", sync_to_thread=True)
def list_elements(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    character: FromQuery[str | None] = None,
) -> Answer[Page[ElementCard]]:
    """Elements in order of adoption, each with what became stale in it."""
    page = visit.read(view.elements, span=span, character=character)
    return answer_page(request, with_staleness(visit, page))


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
    return answer_card(found.model_copy(update={"stale": _stale(visit, [found]).get(found.id)}))


def _in_the_making(card: ElementCard) -> bool:
    return card.mint is not None and card.mint.outcome is None


@post("/{element:str}/remint", opt={"role": "submitter"}, status_code=202, sync_to_thread=True)
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


def _stale(visit: Visit, cards: Sequence[ElementCard]) -> dict[str, str]:
    return stale_now(visit.registry, visit.studio, cards)


def with_staleness(visit: Visit, page: Page[ElementCard]) -> Page[ElementCard]:
    """The same cards, those that are stale with the named cause."""
    why = _stale(visit, page.items)
    cards = (card.model_copy(update={"stale": why.get(card.id)}) for card in page.items)
    return page.model_copy(update={"items": tuple(cards)})


@post("/{element:str}/retire", status_code=200, sync_to_thread=True)
def retire_element(
    element: FromPath[str], data: JSONBody[Retirement], change: NamedDependency[Change]
) -> Answer[ElementAnswer]:
    """Let nothing new stand on it; one that is not sent yet is not made.

    With `delete` Kling deletes it right after, and `GET` says when that is done.

    A preset, and what is not in the account's own list, cannot be deleted (contract R59): 409, and nothing is retired.
    """
    command = RetireElement(stream=named("element", element), reason=data.reason, delete=data.delete)
    return retire(change, command, reply=lambda connection: _reply(change, connection, element, 200))


ROUTES: Any = Router(
    "/elements",
    route_handlers=[adopt_or_mint, check, list_elements, preview, show_element, remint, retire_element],
    opt={"reach": "library", "changes": "asset_writer"},
    tags=["Elements"],
)

"""Elements: what a Kling `element_id` of one account shows, on whose word."""

from __future__ import annotations

from typing import Any, Final

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from api.bindings import CheckedElements, ElementFault, ElementsToCheck, NewElement, Retirement
from api.errors import Web
from api.routes.answering import After, Answer, Limit, Reply, answer_card, answer_page, card_reply
from api.routes.commanding import Change, Visit, named
from generation.deleting import carry_out, must_be_deletable
from generation.staleness import stale_now
from registry.deciders.character import ReviseCharacter
from registry.deciders.element import AdoptElement, Element, RetireElement, decide
from registry.errors import AlreadyRegistered, NotFound, Refusal
from registry.registry import Connection
from registry.views import elements as view
from registry.views.elements import ElementCard
from registry.views.page import Page

_OTHERWISE: Final = (
    "an element shows one character: retire that one's element first, or look the id up at Kling"
)


class ElementTaken(Refusal):
    """The account's element id is adopted for another character."""

    code = "element-taken"


@post("/", opt={"again": True}, sync_to_thread=True)
def adopt(data: JSONBody[NewElement], change: NamedDependency[Change]) -> Answer[ElementCard]:
    """Adopt an element that exists at Kling. The same id for the same character again answers the first adoption (200)."""
    if (first := change.earlier()) is not None:
        return first
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
    return AdoptElement(
        stream=element,
        element_id=data.element_id,
        account=data.account,
        character=data.character,
        look=data.look,
        made_from=data.made_from,
        attested_by=data.attested_by or visit.caller.holder,
    )


@post("/check", status_code=200, sync_to_thread=True)
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


def _bound(change: Visit, data: NewElement) -> ElementCard | None:
    return change.read(view.element_bound_as, data.account, data.element_id)


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


def _again(change: Change, bound: ElementCard, data: NewElement) -> Answer[ElementCard]:
    _must_be_the_same(bound, data)
    nothing = ReviseCharacter(stream=bound.character)
    return change.make(nothing, reply=lambda connection: _reply(change, connection, bound.id, 200))


def _reply(change: Change, connection: Connection, element: str, status: int) -> Reply:
    card = view.element(connection, change.studio, element)
    return card_reply(card, status=status, location=f"/v1/elements/{element}")


@get("/", sync_to_thread=True)
def list_elements(
    request: Web,
    visit: NamedDependency[Visit],
    character: FromQuery[str | None] = None,
    after: After = 0,
    limit: Limit = 100,
) -> Answer[Page[ElementCard]]:
    """Elements in order of adoption, each with what became stale in it."""
    page = visit.read(view.elements, after=after, limit=limit, character=character)
    return answer_page(request, with_staleness(visit, page))


@get("/{element:str}", sync_to_thread=True)
def show_element(element: FromPath[str], visit: NamedDependency[Visit]) -> Answer[ElementCard]:
    """One element, with what became stale in it."""
    (card,) = with_staleness(visit, Page(items=(visit.read(view.element, element),), next=None)).items
    return answer_card(card)


def with_staleness(visit: Visit, page: Page[ElementCard]) -> Page[ElementCard]:
    """The same cards, those that are stale with the named cause."""
    why = stale_now(visit.registry, visit.studio, page.items)
    cards = (card.model_copy(update={"stale": why.get(card.id)}) for card in page.items)
    return page.model_copy(update={"items": tuple(cards)})


@post("/{element:str}/retire", status_code=200, sync_to_thread=True)
def retire_element(
    element: FromPath[str], data: JSONBody[Retirement], change: NamedDependency[Change]
) -> Answer[ElementCard]:
    """Let nothing new stand on it; with `delete` Kling deletes it right after, and `GET` says when that is done.

    A preset, and what is not in the account's own list, cannot be deleted (contract R59): 409, and nothing is retired.
    """
    if (first := change.earlier()) is not None:
        return first
    desk = change.continuity.desk()
    command = RetireElement(stream=named("element", element), reason=data.reason, delete=data.delete)
    if data.delete:
        must_be_deletable(desk, change.studio, element)
    answer = change.make(command, reply=lambda connection: _reply(change, connection, element, 200))
    if data.delete:
        carry_out(desk, change.studio, element, context=change.context())
    return answer


ROUTES: Any = Router(
    "/elements", route_handlers=[adopt, check, list_elements, show_element, retire_element], tags=["Elements"]
)

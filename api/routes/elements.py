"""Elements: what a Kling `element_id` of one account shows, on whose word."""

from __future__ import annotations

from typing import Any, Final

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from api.bodies import Because, NewElement
from api.errors import Web
from api.routes.answering import After, Answer, Limit, Reply, answer_card, answer_page, card_reply
from api.routes.commanding import Change, Visit, named
from registry.deciders.character import ReviseCharacter
from registry.deciders.element import AdoptElement, RetireElement
from registry.errors import AlreadyRegistered, Refusal
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
    command = AdoptElement(
        stream=element,
        element_id=data.element_id,
        account=data.account,
        character=data.character,
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
    return change.read(view.element_bound_as, data.account, data.element_id)


def _again(change: Change, bound: ElementCard, data: NewElement) -> Answer[ElementCard]:
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
    """Elements in order of adoption."""
    return answer_page(request, visit.read(view.elements, after=after, limit=limit, character=character))


@get("/{element:str}", sync_to_thread=True)
def show_element(element: FromPath[str], visit: NamedDependency[Visit]) -> Answer[ElementCard]:
    """One element."""
    return answer_card(visit.read(view.element, element))


@post("/{element:str}/retire", status_code=200, sync_to_thread=True)
def retire_element(
    element: FromPath[str], data: JSONBody[Because], change: NamedDependency[Change]
) -> Answer[ElementCard]:
    """Let nothing new stand on it."""
    command = RetireElement(stream=named("element", element), reason=data.reason)
    return change.make(command, reply=lambda connection: _reply(change, connection, element, 200))


ROUTES: Any = Router(
    "/elements", route_handlers=[adopt, list_elements, show_element, retire_element], tags=["Elements"]
)
